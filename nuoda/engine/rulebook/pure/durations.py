"""Durations as the regulations say them.

Spellings: `10 min`, `4 h`, `2 d` (elapsed time); `4 working hours`, `30 working min`, `2 working days`
(time of the working calendar); `1 calendar month` (month ends clamp).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Unit = Literal["min", "h", "d", "working_min", "working_h", "working_d", "month"]

_SPELLING = re.compile(r"^\s*(\d+)\s*(working\s+)?(min|minutes?|h|hours?|d|days?|calendar months?)\s*$")
_UNITS: dict[tuple[bool, str], Unit] = {
    (False, "m"): "min",
    (False, "h"): "h",
    (False, "d"): "d",
    (True, "m"): "working_min",
    (True, "h"): "working_h",
    (True, "d"): "working_d",
    (False, "c"): "month",
}
_WORDS: dict[Unit, str] = {
    "min": "min",
    "h": "h",
    "d": "d",
    "working_min": "working min",
    "working_h": "working hours",
    "working_d": "working days",
    "month": "calendar months",
}


_MOST: dict[Unit, int] = {
    "min": 26_280_000, "h": 438_000, "d": 18_250, "month": 600,
    "working_min": 1_200_000, "working_h": 20_000, "working_d": 2_500,
}  # fmt: skip
"""Fifty years, ten of working time: what reaches further is a slip of the pen, and calendars look sixty years far."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole amount of one unit; `working_*` units run on a working calendar."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a spelling; raises ValueError that names what was not understood."""
        found = _SPELLING.match(text)
        if found is None:
            raise ValueError(f"not a duration: {text!r} (write '10 min', '4 h', '2 working days', '1 calendar month')")
        amount, working, word = found.groups()
        unit = _UNITS.get((working is not None, word[0]))
        if unit is None:
            raise ValueError(f"not a duration: {text!r} (a calendar month cannot be 'working')")
        if int(amount) == 0:
            raise ValueError(f"not a duration: {text!r} (zero)")
        if int(amount) > _MOST[unit]:
            raise ValueError(f"not a duration: {text!r} (too long: no calendar reaches so far)")
        return cls(int(amount), unit)

    @property
    def working(self) -> bool:
        """Whether a working calendar is needed."""
        return self.unit.startswith("working")

    @property
    def seconds(self) -> int | None:
        """Seconds of an elapsed or counted-working duration; None for working days and months."""
        factor = {"min": 60, "working_min": 60, "h": 3600, "working_h": 3600, "d": 86400}.get(self.unit)
        return None if factor is None else self.amount * factor

    def __str__(self) -> str:
        return f"{self.amount} {_WORDS[self.unit]}"
