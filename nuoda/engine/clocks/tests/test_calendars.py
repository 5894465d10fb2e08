"""Working time: adding, counting and the rules of days, months and zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.engine.clocks.pure.calendars import ALWAYS, Calendar
from nuoda.engine.rulebook.pure.durations import Duration

from .worlds import DAY, OFFICE, moment, office


def add(calendar: Calendar, at: str, spelled: str) -> datetime:
    return calendar.add(moment(at), Duration.parse(spelled))


@pytest.mark.parametrize(
    ("at", "spelled", "due"),
    [
        ("2026-03-06 17:50", "4 h", "2026-03-06 21:50"),
        ("2026-03-06 17:50", "4 working hours", "2026-03-09 14:20"),
        ("2026-03-06 11:30", "1 working hours", "2026-03-06 14:00"),
        ("2026-03-06 17:50", "10 working min", "2026-03-06 18:00"),
        ("2026-03-07 10:00", "30 working min", "2026-03-09 09:30"),
        ("2026-03-06 10:00", "1 working days", "2026-03-09 18:00"),
        ("2026-03-06 12:30", "1 working days", "2026-03-09 18:00"),
        ("2026-03-06 18:00", "1 working days", "2026-03-10 18:00"),
        ("2026-03-07 10:00", "1 working days", "2026-03-10 18:00"),
        ("2026-03-02 10:00", "5 working days", "2026-03-09 18:00"),
        ("2026-01-31 10:00", "1 calendar month", "2026-02-28 10:00"),
        ("2024-01-31 10:00", "1 calendar month", "2024-02-29 10:00"),
        ("2024-02-28 23:00", "2 h", "2024-02-29 01:00"),
        ("2024-02-29 08:00", "12 calendar months", "2025-02-28 08:00"),
        ("2025-12-31 17:00", "2 working hours", "2026-01-01 10:00"),
    ],
)
def test_a_duration_ends_where_a_person_would_say(at: str, spelled: str, due: str) -> None:
    assert add(OFFICE, at, spelled) == moment(due)


def test_a_day_off_is_skipped_and_a_make_up_day_is_worked() -> None:
    calendar = office({date(2026, 3, 9): (), date(2026, 3, 7): DAY})
    assert add(calendar, "2026-03-06 17:00", "2 working hours") == moment("2026-03-07 10:00")
    assert add(calendar, "2026-03-06 17:00", "2 working days") == moment("2026-03-10 18:00")


def test_summer_time_takes_an_hour_from_the_night_shift_and_gives_it_back() -> None:
    night = Calendar("night", "America/New_York", (((0, 360),),) * 7)
    spring, autumn = datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert night.count(spring, spring + timedelta(hours=12)) == timedelta(hours=5)
    assert night.count(autumn, autumn + timedelta(hours=12)) == timedelta(hours=7)
    assert night.add(spring, Duration.parse("5 working hours")) == datetime(2026, 3, 8, 10, tzinfo=UTC)


def test_a_site_abroad_keeps_its_wall_clock_over_a_change_of_time() -> None:
    berlin = Calendar("berlin", "Europe/Berlin", OFFICE.week)
    friday = datetime(2026, 3, 27, 16, tzinfo=UTC)
    assert berlin.add(friday, Duration.parse("2 working hours")) == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_a_year_without_official_days_is_provisional() -> None:
    calendar = Calendar("office", "Asia/Shanghai", OFFICE.week, {}, frozenset({2026}))
    assert not calendar.provisional(moment("2026-01-01 00:00"), moment("2026-12-31 23:59"))
    assert calendar.provisional(moment("2026-12-31 10:00"), moment("2027-01-04 10:00"))
    assert not OFFICE.provisional(moment("2040-01-01 00:00"), moment("2041-01-01 00:00"))


def test_a_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without working time"):
        Calendar("x", "UTC", ((),) * 7)
    with pytest.raises(ValueError, match="out of order"):
        Calendar("x", "UTC", (((600, 700), (650, 800)),) * 7)


def test_a_stretch_out_of_reach_is_an_error_and_not_a_wrong_date() -> None:
    with pytest.raises(OverflowError):
        OFFICE.add(moment("2026-03-06 10:00"), Duration(100_000, "working_d"))


moments = st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 — asked so
amounts = st.integers(1, 5000).map(lambda n: Duration(n, "working_min"))
calendars = st.sampled_from(
    [OFFICE, ALWAYS, office({date(2024, 2, 29): (), date(2024, 3, 2): DAY})]
    + [
        Calendar(zone, zone, (DAY, ((0, 1440),), (), ((1200, 1440),), ((0, 100), (200, 300)), (), DAY))
        for zone in ("America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
    ]
)


@settings(deadline=None)
@given(calendars, moments, amounts)
def test_what_was_added_is_what_is_counted(calendar: Calendar, at: datetime, amount: Duration) -> None:
    due = calendar.add(at, amount)
    assert calendar.count(at, due) == timedelta(minutes=amount.amount)
    assert calendar.count(at, due - timedelta(microseconds=1)) < timedelta(minutes=amount.amount)
    assert sum((b - a for a, b in calendar.pieces(at, due)), timedelta(0)) == calendar.count(at, due)
    assert calendar.count(calendar.back(due, amount), due) == timedelta(minutes=amount.amount)


@settings(deadline=None)
@given(calendars, moments, amounts, amounts)
def test_two_additions_are_one_of_the_sum(calendar: Calendar, at: datetime, one: Duration, two: Duration) -> None:
    both = Duration(one.amount + two.amount, "working_min")
    assert calendar.add(calendar.add(at, one), two) == calendar.add(at, both)


@settings(deadline=None)
@given(calendars, moments)
def test_the_next_working_moment_is_worked_and_nothing_before_it(calendar: Calendar, at: datetime) -> None:
    found = calendar.next_working(at)
    assert found >= at and calendar.count(at, found) == timedelta(0)
    assert calendar.count(found, found + timedelta(seconds=1)) > timedelta(0)


@settings(deadline=None)
@given(calendars, moments, moments)
def test_counting_does_not_depend_on_what_was_asked_before(calendar: Calendar, a: datetime, b: datetime) -> None:
    fresh = Calendar(calendar.key, calendar.zone, calendar.week, calendar.days)
    assert calendar.count(a, b) == fresh.count(a, b)
