"""What a new company's clocks begin with: its standard calendar with the official days, and one around the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

import holidays
from django.db import connection

from .. import queries
from ..models import CalendarDay, CalendarPeriod, WorkingCalendar
from ..pure.calendars import Period

FIRST, LAST = 2015, 2027
"""Years that are seeded. The last one is planned, not announced: its make-up days are not known."""
OFFICE: tuple[Period, ...] = ((540, 720), (810, 1080))
"""Monday to Friday 9:00–12:00 and 13:30–18:00: what a new company begins with and edits."""
SINCE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """A date that differs: `work` is a make-up day with the periods of `like_weekday`, else it is off."""

    date: date
    work: bool
    name: str = ""
    like_weekday: int = 0
    official: bool = False


def official_days(years: Iterable[int]) -> list[Day]:
    """Mainland China's official days off and make-up working days, as the package `holidays` keeps them."""
    return list(_official_days(tuple(sorted(set(years)))))


@cache
def _official_days(years: tuple[int, ...]) -> tuple[Day, ...]:
    found: dict[date, Day] = {}
    for year in years:
        table = holidays.country_holidays("CN", years=year, language="zh_CN")
        for day, name in table.items():
            found[day] = Day(day, False, name[:80], 0, True)
        for day in table.weekend_workdays:
            found[day] = Day(day, True, "调休补班", 0, True)
    return tuple(found[day] for day in sorted(found) if day.year in years)


def seed(company_id: UUID, *, zone: str = "Asia/Shanghai") -> None:
    """Give a company its standard calendar with the official days and a 24x7 one; one that has calendars keeps them."""
    if WorkingCalendar.objects.filter(company_id=company_id).exists():
        return
    standard = WorkingCalendar(
        company_id=company_id, code=queries.STANDARD, name="标准工作日历", time_zone=zone, valid_from=SINCE,
        known_years=list(range(FIRST, LAST)),
    )  # fmt: skip
    always = WorkingCalendar(
        company_id=company_id, code="24x7", name="全天候", time_zone=zone, valid_from=SINCE, every_year=True
    )
    WorkingCalendar.objects.bulk_create([standard, always])
    fill(standard, [OFFICE] * 5 + [()] * 2, official_days(range(FIRST, LAST + 1)))
    fill(always, [((0, 1440),)] * 7, [])
    raise_revision(company_id)


def fill(row: WorkingCalendar, week: Sequence[Sequence[Period]], days: Iterable[Day]) -> None:
    CalendarPeriod.objects.bulk_create(
        CalendarPeriod(calendar=row, weekday=weekday, starts=starts, ends=ends)
        for weekday, periods in enumerate(week)
        for starts, ends in periods
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(
            calendar=row,
            date=day.date,
            kind=CalendarDay.Kind.WORK if day.work else CalendarDay.Kind.OFF,
            name=day.name,
            like_weekday=day.like_weekday,
            official=day.official,
        )
        for day in days
    )


def raise_revision(company_id: UUID) -> None:
    """Tell all processes to compile calendars and book anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_company SET book_revision = nextval('rulebook_revision') WHERE id = %s", [company_id]
        )
