from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.duties.pure.opening import openings
from nuoda.engine.duties.pure.periods import Span, between, holding, later
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.book import Tenure
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import Every

from .office import cadence, clause, moment, policy

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = Calendar("office", "Asia/Shanghai", (((540, 720), (810, 1080)),) * 5 + ((),) * 2)
KINDS: tuple[Every, ...] = ("day", "week", "month", "quarter", "half_year", "year")


@pytest.mark.parametrize(
    ("every", "code", "first", "after"),
    [
        ("day", "2026-11-21", date(2026, 11, 21), date(2026, 11, 22)),
        ("week", "2026-W47", date(2026, 11, 16), date(2026, 11, 23)),
        ("month", "2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("quarter", "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("half_year", "2026-H2", date(2026, 7, 1), date(2027, 1, 1)),
        ("year", "2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_day_lies_in_one_period_of_each_kind(every: Every, code: str, first: date, after: date) -> None:
    assert holding(every, date(2026, 11, 21)) == Span(every, first, after)
    assert holding(every, date(2026, 11, 21)).code == code


def test_the_week_of_new_year_belongs_to_one_year() -> None:
    assert holding("week", date(2027, 1, 1)).code == "2026-W53"


@given(st.sampled_from(KINDS), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_follow_each_other_without_gap_and_no_two_share_a_code(every: Every, day: date) -> None:
    span = holding(every, day)
    after = span.next()
    assert span.first <= day < span.after == after.first < after.after
    assert span.code != after.code
    assert holding(every, span.first) == holding(every, span.after - timedelta(days=1)) == span


def test_a_period_begins_at_midnight_of_the_company() -> None:
    start, end = holding("month", date(2026, 3, 15)).bounds(ZONE)
    assert start == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert end == datetime(2026, 3, 31, 16, tzinfo=UTC)
    spans = list(between("month", start, end, ZONE))
    assert [span.code for span in spans] == ["2026-03", "2026-04"]


@pytest.mark.parametrize(
    ("end", "said", "due"),
    [
        ("2026-04-01 00:00", "1 working days", "2026-04-01 18:00"),
        ("2026-03-01 00:00", "5 working days", "2026-03-06 18:00"),  # the 1st is a Sunday
        ("2026-04-01 00:00", "2 d", "2026-04-03 00:00"),
        ("2026-04-01 00:00", "1 calendar month", "2026-05-01 00:00"),
    ],
)
def test_the_first_working_day_after_a_period_is_day_one(end: str, said: str, due: str) -> None:
    assert later(OFFICE, moment(end), Duration.parse(said)) == moment(due)


# -- which periods there are to open


def opened(
    since: str, at: str, *, looked: str = "", until: str = "", began: str = "2020-01-01 00:00", **more: object
) -> list[str]:
    made = loading.load(policy(clause(cadence(**({"attest": {}} | more)))))  # type: ignore[arg-type]
    tenure = Tenure(uuid4(), made, moment(since), moment(until) if until else None)
    found = openings(
        [tenure],
        began=moment(began),
        looked_until=moment(looked) if looked else None,
        at=moment(at),
        zone=ZONE,
    )
    return [opening.span.code for opening in found]


def test_the_period_under_way_and_those_missed_since_the_version_came_into_force() -> None:
    assert opened("2026-03-10 09:00", "2026-05-02 09:00") == ["2026-03", "2026-04", "2026-05"]


def test_never_for_the_time_before_the_company_began() -> None:
    assert opened("2020-01-01 00:00", "2026-05-02 09:00", began="2026-04-20 09:00") == ["2026-04", "2026-05"]


def test_never_for_the_time_before_the_version_was_published_here() -> None:
    made = loading.load(policy(clause(cadence(attest={}))))
    tenure = Tenure(uuid4(), made, moment("2023-10-01 00:00"))
    found = openings(
        [tenure], began=moment("2020-01-01 00:00"), looked_until=None, at=moment("2026-05-02 09:00"), zone=ZONE,
        published={tenure.version_id: moment("2026-04-20 09:00")},
    )  # fmt: skip
    assert [opening.span.code for opening in found] == ["2026-04", "2026-05"]


def test_what_looks_back_opens_when_its_period_has_ended() -> None:
    assert opened("2026-03-10 09:00", "2026-04-30 09:00", within="5 working days") == ["2026-03"]
    assert opened("2026-03-10 09:00", "2026-05-01 00:00", within="5 working days") == ["2026-03", "2026-04"]


def test_a_period_that_ends_the_moment_another_version_takes_over_is_looked_back_on_once() -> None:
    """Versions usually take effect at the midnight at which a month ends."""
    then, now = moment("2026-06-01 00:00"), moment("2026-06-02 09:00")

    def look(*tenures: Tenure, looked: str = "") -> list[str]:
        found = openings(
            tenures,
            began=moment("2020-01-01 00:00"),
            looked_until=moment(looked) if looked else None,
            at=now,
            zone=ZONE,
        )
        return [opening.span.code for opening in found]

    with_it = loading.load(policy(clause(cadence(attest={}, within="5 working days"))))
    without = loading.load(policy(clause(cadence(attest={}, within="5 working days", key="other"))))
    old, new = Tenure(uuid4(), with_it, moment("2026-05-10 09:00"), then), Tenure(uuid4(), with_it, then)
    assert look(old, new) == look(old, new, looked="2026-05-31 23:59") == ["2026-05"]
    assert look(new) == look(Tenure(uuid4(), without, moment("2026-05-10 09:00"), then), new) == []
    assert look(old, new, looked="2026-06-01 00:00") == []


def test_a_version_that_ended_opens_nothing_more() -> None:
    assert opened("2026-03-10 09:00", "2026-06-02 09:00", until="2026-04-15 00:00") == ["2026-03", "2026-04"]


def test_a_second_look_costs_only_the_period_under_way() -> None:
    assert opened("2020-01-01 00:00", "2026-05-02 09:00", looked="2026-05-02 08:59") == ["2026-05"]
    assert opened("2020-01-01 00:00", "2026-05-02 09:00", looked="2026-05-02 08:59", within="1 d") == []


@pytest.mark.parametrize(
    ("ways", "codes"),
    [
        ({"attest": None, "met_by": "nothing.emits_this"}, []),
        ({"attest": None, "met_by": "chore.done"}, ["2026-05"]),
        ({"met_by": "nothing.emits_this"}, ["2026-05"]),
    ],
)
def test_what_nothing_can_do_is_not_asked_for(ways: dict[str, object], codes: list[str]) -> None:
    told = {key: value for key, value in ({"attest": {}} | ways).items() if value is not None}
    made = loading.load(policy(clause(cadence(**told))))  # type: ignore[arg-type]
    now = moment("2026-05-02 09:00")
    found = openings(
        [Tenure(uuid4(), made, moment("2026-05-01 09:00"))], began=moment("2026-05-01 00:00"), looked_until=None, at=now,
        zone=ZONE,
    )  # fmt: skip
    assert [opening.span.code for opening in found] == codes
