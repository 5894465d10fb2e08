"""Periods of the calendar: weeks, months, quarters … as local dates, each with a code that names it for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import CadenceRule, Every, Warning

_MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_MINUTE = Duration(1, "working_min")


@dataclass(frozen=True, slots=True)
class Span:
    """One period: local dates from `first` up to, not including, `after`."""

    every: Every
    first: date
    after: date

    @property
    def code(self) -> str:
        """'2026-11-21', '2026-W47' (ISO weeks), '2026-11', '2026-Q4', '2026-H2', '2026'."""
        day = self.first
        if self.every == "day":
            return day.isoformat()
        if self.every == "week":
            year, week, _weekday = day.isocalendar()
            return f"{year}-W{week:02d}"
        if self.every == "month":
            return f"{day.year}-{day.month:02d}"
        if self.every == "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        if self.every == "half_year":
            return f"{day.year}-H{1 if day.month == 1 else 2}"
        return str(day.year)

    def next(self) -> Span:
        return holding(self.every, self.after)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moments at which it begins and ends: local midnights."""
        return _midnight(self.first, zone), _midnight(self.after, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def holding(every: Every, day: date) -> Span:
    """The period that a day lies in; weeks begin on Monday."""
    if every == "day":
        return Span(every, day, day + timedelta(days=1))
    if every == "week":
        monday = day - timedelta(days=day.weekday())
        return Span(every, monday, monday + timedelta(days=7))
    months = _MONTHS[every]
    month = (day.month - 1) // months * months
    year_after, month_after = divmod(day.year * 12 + month + months, 12)
    return Span(every, date(day.year, month + 1, 1), date(year_after, month_after + 1, 1))


def between(every: Every, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """The periods that touch the stretch from `since` to `until` (both included), in order."""
    span = holding(every, since.astimezone(zone).date())
    last = until.astimezone(zone).date()
    while span.first <= last:
        yield span
        span = span.next()


def later(calendar: Calendar, moment: datetime, duration: Duration) -> datetime:
    """The moment a duration after the end of something.

    The first working day after it is day one: five working days after a month's end are the first five of the next month, whatever
    holidays come between.
    """
    if duration.unit == "working_d":
        moment = calendar.back(moment, _MINUTE)
    return calendar.add(moment, duration)


def due(rule: CadenceRule, end: datetime, calendar: Calendar) -> tuple[datetime, datetime]:
    """The due time of a duty whose period ends at `end`, and the moment until which its grace lets it count as kept."""
    due_at = end if rule.within is None else later(calendar, end, rule.within)
    return due_at, due_at if rule.grace is None else later(calendar, due_at, rule.grace)


def warning_at(calendar: Calendar, warning: Warning, opens_at: datetime, due_at: datetime) -> datetime:
    """When a warning of a duty is given."""
    if warning.before is not None:
        return max(calendar.back(due_at, warning.before), opens_at)
    return opens_at + (due_at - opens_at) * (warning.share or 0)
