"""Time limits of a case, and what somebody owes now."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from nuoda.foundation.base.pure.operations import ANYBODY, Call, Moment, Name, Shape, named, read
from nuoda.foundation.journal import queries as journal

from .. import queries
from ..access import READERS
from ..models import Deadline
from ..pure.explaining import Ahead, Piece

State = Literal["open", "paused", "kept", "missed", "withdrawn", "waived"]


class Deadlines(Shape):
    """A time limit. `done_at` also for what was done late; amounts are in seconds."""

    id: UUID
    number: str
    clause: str
    label: dict[str, str]
    round: int
    state: State
    cause: str
    owner_role: str
    owner_id: UUID | None
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    done_at: datetime | None
    provisional: bool

    @classmethod
    def of(cls, row: Deadline) -> Deadlines:
        return cls(**_told(row))


class PieceOut(Shape):
    """A stretch that was counted."""

    from_at: datetime
    to_at: datetime
    seconds: float

    @classmethod
    def of(cls, piece: Piece) -> PieceOut:
        return cls(from_at=piece.from_at, to_at=piece.to_at, seconds=piece.amount.total_seconds())


class PauseOut(Shape):
    """A stretch that was reported as waiting; `stops` says whether a clause lets it stop the clock."""

    reason: str
    from_at: datetime
    to_at: datetime | None
    stops: bool


class PassedOut(Shape):
    """It passed from one version of its clause under another when that took effect."""

    at: datetime
    way: str
    version_before: str
    version: str
    within_before: str
    within: str
    ahead_before: str
    ahead: str


class AheadOut(Shape):
    """A limit before the promised moment: the pieces lie between `moment`, to which counting back leads, and the promised one.
    `late`: it became known too late, and is due by the promised moment itself."""

    limit: str
    moment: datetime
    pieces: list[PieceOut]
    seconds: float
    late: bool

    @classmethod
    def of(cls, found: Ahead | None) -> AheadOut | None:
        if found is None:
            return None
        return cls(
            limit=found.limit,
            moment=found.moment,
            pieces=[PieceOut.of(piece) for piece in found.pieces],
            seconds=found.total.total_seconds(),
            late=found.late,
        )


class Counted(Deadlines):
    """A time limit with its derivation: the pieces add up to the budget. `stands` False: the journal says otherwise."""

    policy: str
    version: str
    start_type: str
    within: str
    promised_at: datetime | None
    ahead: AheadOut | None
    working: bool
    zone: str
    budget: float
    remaining: float
    late_by: float | None
    pieces: list[PieceOut]
    pauses: list[PauseOut]
    moves: list[PassedOut]
    agrees: bool
    stands: bool

    @classmethod
    def by(cls, found: queries.Explained) -> Counted:
        told = found.derivation
        return cls(
            **_told(found.row),
            policy=told.policy,
            version=told.version,
            start_type=told.start_type,
            within=told.within,
            promised_at=told.promised_at,
            ahead=AheadOut.of(told.ahead),
            working=told.working,
            zone=told.zone,
            budget=told.budget.total_seconds(),
            remaining=told.remaining.total_seconds(),
            late_by=_seconds(told.late_by),
            pieces=[PieceOut.of(piece) for piece in told.pieces],
            pauses=[PauseOut(reason=p.reason, from_at=p.from_at, to_at=p.until, stops=p.stops) for p in told.pauses],
            moves=[PassedOut(**asdict(move)) for move in told.moves],
            agrees=told.agrees,
            stands=found.stands,
        )


@read("/cases/{number}/clocks", scope="clocks:read", roles=READERS)
def explain_clocks(call: Call, number: Name) -> list[Counted]:
    """Show every time limit of a case, counted out: pieces, pauses, calendar and clause.

    The case is named by any of its numbers (ticket, work order, follow-up).
    """
    dossier = journal.dossier(call.actor, **named(number))
    return [Counted.by(item) for item in queries.explanations(call.actor, at=call.at, case_id=dossier.case_id)]


class Owed(Shape):
    until: Moment | None = Field(None, description="Leave out what is due later.")
    limit: int = Field(100, ge=1, le=200)


@read("/deadlines", scope="clocks:read", roles=ANYBODY)
def list_owed(call: Call, query: Owed) -> list[Deadlines]:
    """List what the caller owes by person or role, missed first (今日应办)."""
    return [Deadlines.of(row) for row in queries.due_for(call.actor, until=query.until, limit=query.limit)]


def _told(row: Deadline) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.dossier.number,
        "clause": row.clause_id,
        "label": row.label,
        "round": row.round,
        "state": row.state,
        "cause": row.cause,
        "owner_role": row.owner_role,
        "owner_id": row.owner_person_id,
        "started_at": row.started_at,
        "due_at": row.due_at,
        "ended_at": row.ended_at,
        "done_at": row.done_at,
        "provisional": row.provisional,
    }


def _seconds(amount: timedelta | None) -> float | None:
    return amount.total_seconds() if amount is not None else None
