"""How moments, times, money and chips are said, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from nuoda.config import texts
from nuoda.foundation.ui.pure import keyset, menu, spans
from nuoda.foundation.ui.pure.tones import Chip, ClockBadge
from nuoda.foundation.ui.templatetags import words

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    texts.compile_all()


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "2026-11-21 周六 14:05"), ("zh-hant", "2026-11-21 週六 14:05"), ("en", "2026-11-21 Sat 14:05")],
)
def test_moments(language: str, said: str) -> None:
    with override(language):
        assert words.moment(NOW) == said
        assert words.day(date(2026, 11, 21)) == said[:-6]
        assert words.day(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == said[:-6]


@pytest.mark.parametrize(
    ("minutes", "hans", "english"),
    [
        (80, "剩 1 小时 20 分", "1 h 20 min left"),
        (-35, "超时 35 分", "35 min over"),
        (0, "剩 0 分", "0 min left"),
        (1440, "剩 1 天", "1 day left"),
        (2 * 1440 + 61, "剩 2 天 1 小时", "2 days 1 h left"),
        (-120, "超时 2 小时", "2 h over"),
    ],
)
def test_remaining(minutes: int, hans: str, english: str) -> None:
    due = NOW + timedelta(minutes=minutes)
    with override("zh-hans"):
        assert words.remaining(due, NOW) == hans
    with override("en"):
        assert words.remaining(due, NOW) == english


def test_remaining_never_promises_more_than_there_is() -> None:
    with override("zh-hans"):
        assert words.remaining(NOW + timedelta(minutes=79, seconds=59), NOW) == "剩 1 小时 19 分"


@given(st.integers(0, 10**9))
def test_two_neighbouring_units_lose_less_than_the_smaller(seconds: int) -> None:
    size = {"day": 86400, "hour": 3600, "minute": 60}
    parts = spans.parts(timedelta(seconds=seconds))
    told = sum(count * size[unit] for count, unit in parts)
    smallest = 3600 if parts[0][1] == "day" else 60
    assert 0 <= seconds - told < smallest
    assert spans.parts(timedelta(seconds=-seconds)) == parts


@given(st.lists(st.none() | st.booleans() | st.integers() | st.text() | st.uuids() | st.dates() | st.datetimes()))
def test_cursors_come_back(values: list[object]) -> None:
    plain = keyset.decode(keyset.encode(values), len(values))
    assert plain is not None
    for value, back in zip(values, plain, strict=True):
        assert back == value or back == str(value) or back == getattr(value, "isoformat", str)()
    assert keyset.decode(keyset.encode(values), len(values) + 1) is None


def test_money_in_templates() -> None:
    template = Template("{% load ui %}{{ fen|yuan }} {{ fen|in_words }}")
    assert template.render(Context({"fen": 1234500})) == "¥12,345.00 壹万贰仟叁佰肆拾伍元整"


@pytest.mark.parametrize(
    ("state", "due", "tone"),
    [("open", 60, "info"), ("open", 5, "near"), ("open", -1, "missed"), ("near", 60, "near"), ("kept", -60, "kept"),
     ("kept_late", -60, "missed"), ("missed", -60, "missed"), ("paused", -60, "paused"), ("withdrawn", 60, "neutral")],
)  # fmt: skip
def test_a_clock_is_never_colour_alone(state: str, due: int, tone: str) -> None:
    moment = NOW + timedelta(minutes=due)
    badge = ClockBadge("到场", state, moment, near_at=moment - timedelta(minutes=10), met=NOW)
    said = words.clock(badge, NOW)
    assert said.tone == tone
    assert said.text
    assert said.icon


def test_a_chip_has_its_icon_and_escapes() -> None:
    html = words.chip(Chip("<b>", "missed"))
    assert "&lt;b&gt;" in html
    assert "#alert-triangle" in html
    with pytest.raises(ValueError, match="no tone"):
        Chip("x", "pink")


def test_the_menu_shows_what_a_role_may_see() -> None:
    one = menu.register(menu.Item("t-one", "One", "ui:styleguide", "home", frozenset({"agent"}), order=2))
    menu.register(menu.Item("t-two", "Two", "ui:styleguide", "home", order=1))
    try:
        menu.register(one)
        with pytest.raises(ValueError, match="twice"):
            menu.register(menu.Item("t-one", "Other", "ui:styleguide", "home"))
        mine = [item.key for item in menu.items("side", {"agent"}) if item.key.startswith("t-")]
        others = [item.key for item in menu.items("side", {"director"}) if item.key.startswith("t-")]
    finally:
        menu.unregister("t-one")
        menu.unregister("t-two")
    assert mine == ["t-two", "t-one"]
    assert others == ["t-two"]
