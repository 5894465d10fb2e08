"""Until when something is to be done, as people say it: midnight is the end of a day, not the beginning of the next."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from ..pure.tones import ClockBadge
from ..templatetags import words

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 12, 1, tzinfo=SHANGHAI), "2026-11-30 周一 24:00"),
        (datetime(2026, 12, 1, 0, 1, tzinfo=SHANGHAI), "2026-12-01 周二 00:01"),
        (datetime(2026, 11, 30, 18, tzinfo=SHANGHAI), "2026-11-30 周一 18:00"),
        (None, ""),
    ],
)
def test_midnight_ends_the_day_before(moment: datetime | None, said: str) -> None:
    with translation.override("zh-hans"):
        assert words.due(moment) == said


def test_midnight_is_that_of_the_reader_and_only_of_what_is_due() -> None:
    moment = datetime(2026, 11, 30, 16, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert words.due(moment) == "2026-11-30 周一 24:00" and words.moment(moment) == "2026-12-01 周二 00:00"
        assert "24:00" in words.show(moment, "due") and "24:00" not in words.show(moment, "moment")
        assert "24:00" in words.draw_clock(words.clock(ClockBadge("做杂务", "open", moment), moment))
        with timezone.override("UTC"):
            assert words.due(moment) == "2026-11-30 周一 16:00"
