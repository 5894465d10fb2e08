"""Periods of a report, and those before it that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period cannot end before it begins")

    @property
    def after(self) -> date:
        """The day behind the period: the half-open end."""
        return self.last + timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.after - self.first).days

    @property
    def months(self) -> int:
        """How many whole calendar months it is; 0 for any other length."""
        if self.first.day != 1 or self.after.day != 1:
            return 0
        return (self.after.year - self.first.year) * 12 + self.after.month - self.first.month


def before(span: Span) -> Span:
    """The period of the same length right before it: months before months, days before days."""
    if span.months:
        return Span(_months_back(span.first, span.months), span.first - timedelta(days=1))
    return Span(span.first - timedelta(days=span.days), span.first - timedelta(days=1))


def run(span: Span, count: int) -> list[Span]:
    """`count` neighbouring periods that end with the given one, oldest first."""
    found = [span]
    while len(found) < count:
        found.append(before(found[-1]))
    return found[::-1]


def month(day: date) -> Span:
    first = day.replace(day=1)
    return Span(first, _months_back(first, -1) - timedelta(days=1))


def quarter(day: date) -> Span:
    first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return Span(first, _months_back(first, -3) - timedelta(days=1))


def latest(day: date, days: int) -> Span:
    """The last `days` days up to and with `day`."""
    return Span(day - timedelta(days=days - 1), day)


def _months_back(first: date, months: int) -> date:
    """The first of the month so many months earlier (later for a negative number)."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
