"""Calendar spans over which indicators are read: months, quarters and years, half-open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Literal

Kind = Literal["month", "quarter", "year"]
MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "year": 12}
_SPELLING = re.compile(r"^(\d{4})(?:-(\d{2})|-Q([1-4]))?$")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One period of the calendar; `starts` is its first day."""

    starts: date
    kind: Kind

    @classmethod
    def holding(cls, day: date, kind: Kind) -> Span:
        """The span of this kind in which the day lies."""
        first = (day.month - 1) // MONTHS[kind] * MONTHS[kind] + 1
        return cls(date(day.year, first, 1), kind)

    @classmethod
    def parse(cls, text: str) -> Span:
        """'2026-10', '2026-Q3' or '2026'; raises ValueError."""
        found = _SPELLING.match(text)
        if found is None:
            raise ValueError(f"{text!r} is no period")
        year, month, quarter = found.groups()
        if not 1900 <= int(year) <= 2999:
            raise ValueError(f"{text!r} lies too far away")
        if month:
            return cls(date(int(year), int(month), 1), "month")
        if quarter:
            return cls(date(int(year), int(quarter) * 3 - 2, 1), "quarter")
        return cls(date(int(year), 1, 1), "year")

    def __str__(self) -> str:
        if self.kind == "month":
            return f"{self.starts:%Y-%m}"
        if self.kind == "quarter":
            return f"{self.starts.year}-Q{(self.starts.month + 2) // 3}"
        return f"{self.starts.year}"

    def moved(self, steps: int) -> Span:
        """The span so many steps later (earlier when negative)."""
        months = self.starts.year * 12 + self.starts.month - 1 + steps * MONTHS[self.kind]
        return Span(date(months // 12, months % 12 + 1, 1), self.kind)

    @property
    def ends(self) -> date:
        """The first day after it."""
        return self.moved(1).starts

    def between(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its first moment, and the first after it, in local time."""
        return datetime.combine(self.starts, time.min, zone), datetime.combine(self.ends, time.min, zone)


def latest(day: date, kind: Kind, count: int) -> list[Span]:
    """The `count` spans up to and with the one in which the day lies, oldest first."""
    last = Span.holding(day, kind)
    return [last.moved(step) for step in range(1 - count, 1)]
