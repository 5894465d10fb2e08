"""How people write working times: '9:00-12:00, 13:30-18:00'."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .calendars import Period

_PERIOD = re.compile(r"^\s*(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})\s*$")


def read(text: str) -> tuple[Period, ...]:
    """Periods of a day in minutes; empty text is a day off. Raises ValueError with what was not understood."""
    found: list[Period] = []
    for part in re.split(r"[,，;；、\n]", text):
        if not part.strip():
            continue
        match = _PERIOD.match(part)
        if match is None:
            raise ValueError(part.strip())
        hour, minute, to_hour, to_minute = map(int, match.groups())
        begin, end = hour * 60 + minute, to_hour * 60 + to_minute
        if minute > 59 or to_minute > 59 or not 0 <= begin < end <= 1440 or (found and begin < found[-1][1]):
            raise ValueError(part.strip())
        found.append((begin, end))
    return tuple(found)


def write(periods: Iterable[Period]) -> str:
    """((540, 720),) → '9:00-12:00'."""
    return ", ".join(f"{a // 60}:{a % 60:02}-{b // 60}:{b % 60:02}" for a, b in periods)
