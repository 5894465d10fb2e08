"""What a version that takes effect needs to know about the past of a case, and does to a deadline it has no use for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule

from . import running
from .values import Book, DeadlineState, Move, clock

_FOREVER = Duration(36_500, "d")


class Alone:
    """A book with a single clock, as it is in the whole one."""

    def __init__(self, book: Book, bound: BoundRule) -> None:
        self.bound = bound
        self.holds = book.holds
        self.calendar = book.calendar

    def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
        return (self.bound,) if event_type in clock(self.bound).start else ()

    def revisions(self, after: datetime, until: datetime) -> tuple[Revision, ...]:
        return ()


def endless(bound: BoundRule) -> BoundRule:
    """The clock without its limit; a promised moment is still read, for the new rule to count from."""
    return replace(bound, rule=replace(clock(bound), within=_FOREVER, warnings=()))


def revoked(d: DeadlineState, move: Move) -> DeadlineState:
    """A deadline that the new version does not know: owed no more from the moment it takes effect."""
    return replace(running.ended(d, "withdrawn", move.at, None, "revised"), moves=(*d.moves, move))
