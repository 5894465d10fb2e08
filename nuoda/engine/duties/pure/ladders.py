"""Ladders: who is told, one after another, while something missed stays undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.rules import Rung


@dataclass(frozen=True, slots=True)
class Step:
    """`at` is the earliest moment at which the roles are told."""

    at: datetime
    after: str
    """The time after the due time as the clause spells it."""
    tell: tuple[str, ...]


def steps(rungs: Sequence[Rung], due_at: datetime, calendar: Calendar) -> tuple[Step, ...]:
    """The steps of a ladder from a due time, the earliest first; working time is that of who owed it."""
    found = [Step(calendar.add(due_at, rung.after), str(rung.after), rung.tell) for rung in rungs]
    return tuple(sorted(found, key=lambda step: step.at))
