"""What the fold works on: happenings in, deadlines out, and what it asks of the rulebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID, uuid5

from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from .calendars import Calendar

DeadlineStatus = Literal["open", "paused", "kept", "missed", "withdrawn", "waived"]
Cause = Literal["", "end", "due", "cancelled", "reassessed", "replaced", "waived", "revised"]

WAIVED = "deadline.waived"
PAUSED_SUFFIX = ".paused"
RESUMED_SUFFIX = ".resumed"
_FIRST = UUID(int=0)
_NAMESPACE = UUID("7d0c34b2-6c0d-5a0e-9a70-2f1f6a4c1d09")

Key = tuple[datetime, UUID]
"""The order of happenings: when they happened, then their id."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a case as the clocks see it. `facts` and `data` (the payload) hold JSON values."""

    id: UUID
    type: str
    happened_at: datetime
    recorded_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    actor: str = ""
    """Who caused it: an id, never a name."""
    dealer: str = ""
    """The dealer who owed the matter then ('' for the company): whose calendar counts."""
    as_if: bool = False
    """An import, judged as if the rules in force when it was recorded had been in force."""

    @property
    def key(self) -> Key:
        return (self.happened_at, self.id)

    @property
    def judged_at(self) -> datetime:
        """The moment whose rules apply."""
        return self.recorded_at if self.as_if else self.happened_at


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a reason held. It stops the clock from `from_at` to the earlier of `to_at` and `limit_at`,
    unless `stops` is False (a reason the clause does not list, or whose limit was used up)."""

    reason: str
    author: str
    from_at: datetime
    stops: bool
    limit_at: datetime | None = None
    to_at: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """When it ceased, or will cease, to stop the clock; None while no end is known."""
        if self.to_at is None or self.limit_at is None:
            return self.to_at or self.limit_at
        return min(self.to_at, self.limit_at)


@dataclass(frozen=True, slots=True)
class Move:
    """A running deadline passed under another version of its clause, when that version took effect."""

    at: datetime
    way: Literal["convert", "restart", "withdraw"]
    version: str
    """The version that took effect."""
    before: BoundRule
    after: BoundRule
    """The same as `before` where the new version has nothing for it, and it was withdrawn."""


@dataclass(frozen=True, slots=True)
class DeadlineState:
    """One clock of one case. `remaining` is what was left of `budget` at `cursor`; while open it runs from there."""

    id: UUID
    bound: BoundRule
    start: Happening
    correlation: str
    round: int
    started_at: datetime
    """The moment it counts from: when its start happened, or when a later version restarted it."""
    calendar: Calendar
    working: bool
    """Whether the budget is counted in working time (else in elapsed time)."""
    budget: timedelta
    promised_at: datetime | None
    state: DeadlineStatus
    due_at: datetime | None
    """None while a pause without a limit stops the clock."""
    cursor: datetime
    remaining: timedelta
    next_at: datetime | None
    """When time alone changes something: a warning, the due time, the end of a pause's limit."""
    pauses: tuple[Pause, ...] = ()
    """Reasons that held and hold no more."""
    held: tuple[Pause, ...] = ()
    """Reasons that hold now, whether they stop the clock or not."""
    allowances: tuple[tuple[str, timedelta], ...] = ()
    """What is left of the limit of each reason that was used."""
    warned: tuple[tuple[int, datetime], ...] = ()
    """Warnings of the rule that were reached: (index, moment)."""
    cause: Cause = ""
    ended_at: datetime | None = None
    end_id: UUID | None = None
    done_at: datetime | None = None
    """When nothing was owed any more; of a miss, when it was done after all."""
    done_id: UUID | None = None
    provisional: bool = False
    moves: tuple[Move, ...] = ()
    """Versions of the clause it passed under since it began."""

    @property
    def start_id(self) -> UUID:
        return self.start.id

    @property
    def start_type(self) -> str:
        return self.start.type

    @property
    def rule(self) -> ClockRule:
        return clock(self.bound)

    @property
    def ref(self) -> str:
        return self.bound.ref

    @property
    def clause_id(self) -> str:
        return self.bound.clause_id

    @property
    def version_id(self) -> UUID:
        return self.bound.version_id

    @property
    def running(self) -> bool:
        return self.state in ("open", "paused")

    @property
    def owed(self) -> bool:
        """Still to be done, in time or late."""
        return self.done_at is None


@dataclass(frozen=True, slots=True)
class Start:
    """The latest start of a rule that may be reassessed, with the first event that would have ended it."""

    bound: BoundRule
    happening: Happening
    correlation: str
    round: int
    end: Key | None = None
    since: datetime | None = None
    """When a later version restarted it."""
    moves: tuple[Move, ...] = ()
    """Versions of the clause it passed under since it began."""

    @property
    def began(self) -> datetime:
        """The moment its deadline counts from."""
        return self.since or self.happening.happened_at

    @property
    def key(self) -> Key:
        """Its place among the happenings; a restart comes before whatever happens at its moment."""
        return self.happening.key if self.since is None else (self.since, _FIRST)


@dataclass(frozen=True, slots=True)
class Mark:
    """A pause began (`reason`) or ended ('') on a track: a subject, or one row of it."""

    at: datetime
    id: UUID
    track: str
    correlations: Mapping[str, str]
    reason: str
    author: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that could not be judged at a happening: recorded, and neither true nor false."""

    ref: str
    happening_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class CaseState:
    """All clocks of one case after its happenings up to `last` and the passing of time up to `moment`."""

    id: UUID
    deadlines: Mapping[UUID, DeadlineState] = field(default_factory=dict)
    owed: tuple[UUID, ...] = ()
    starts: Mapping[tuple[str, str], Start] = field(default_factory=dict)
    rounds: Mapping[tuple[str, str], int] = field(default_factory=dict)
    tracks: Mapping[str, Mark] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Rules that could not be judged, each once per happening."""
    past: tuple[Happening, ...] = ()
    """What happened so far: a later version may have to judge it anew."""
    last: Key | None = None
    moment: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """The earliest moment at which time alone changes a deadline."""
        return min((at for i in self.owed if (at := self.deadlines[i].next_at) is not None), default=None)


def clock(bound: BoundRule) -> ClockRule:
    """The clock rule in its place; raises TypeError for a rule of another kind."""
    if not isinstance(bound.rule, ClockRule):
        raise TypeError(f"{bound.ref} is no clock")
    return bound.rule


def moment_in(value: object) -> datetime | None:
    """The moment that a payload or a fact holds, as itself or as ISO text with its offset; None for anything else.

    A moment beyond the years 1900 to 2199 is none: it is a slip of the pen, and no calendar reaches so far.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None and 1900 <= value.year < 2200 else None


class Book(Protocol):
    """What the fold asks: rules in force, conditions over facts, and the calendar that counts."""

    def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
        """Clock rules in force at `moment` that `event_type` starts."""
        ...

    def revisions(self, after: datetime, until: datetime) -> Sequence[Revision]:
        """Versions that take effect after the one moment and until the other, and change open deadlines; in order."""
        ...

    def holds(self, bound: BoundRule, condition: str, facts: Mapping[str, object]) -> bool:
        """Whether a condition of the rule holds; raises ConditionFailed when that cannot be told."""
        ...

    def calendar(self, bound: BoundRule, start: Happening) -> Calendar:
        """The calendar of whoever owes the rule at its start."""
        ...


def deadline_id(case_id: UUID, ref: str, start_id: UUID, correlation: str) -> UUID:
    """The same deadline has the same id in daily work, in replay and after any re-reading."""
    return uuid5(_NAMESPACE, f"{case_id}|{ref}|{start_id}|{correlation}")
