"""One time limit counted out, of a case that is only looked at: under a draft, or under a text that is tried on the past."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from nuoda.foundation.base.pure.operations import Shape

from ..pure.explaining import Explanation
from .clocks import AheadOut, PassedOut, PauseOut, PieceOut, State


class DerivedOut(Shape):
    """How a time limit is counted: the pieces add up to the budget; amounts are in seconds."""

    ref: str
    clause: str
    label: dict[str, str]
    policy: str
    version: str
    round: int
    state: State
    cause: str
    started_at: datetime
    start_type: str
    within: str
    promised_at: datetime | None
    ahead: AheadOut | None
    working: bool
    zone: str
    budget: float
    remaining: float
    due_at: datetime | None
    ended_at: datetime | None
    done_at: datetime | None
    late_by: float | None
    pieces: list[PieceOut]
    pauses: list[PauseOut]
    moves: list[PassedOut]

    @classmethod
    def of(cls, told: Explanation) -> DerivedOut:
        return cls(
            ref=told.ref,
            clause=told.clause_id,
            label=dict(told.label),
            policy=told.policy,
            version=told.version,
            round=told.round,
            state=told.state,
            cause=told.cause,
            started_at=told.started_at,
            start_type=told.start_type,
            within=told.within,
            promised_at=told.promised_at,
            ahead=AheadOut.of(told.ahead),
            working=told.working,
            zone=told.zone,
            budget=told.budget.total_seconds(),
            remaining=told.remaining.total_seconds(),
            due_at=told.due_at,
            ended_at=told.ended_at,
            done_at=told.done_at,
            late_by=told.late_by.total_seconds() if told.late_by is not None else None,
            pieces=[PieceOut.of(piece) for piece in told.pieces],
            pauses=[PauseOut(reason=p.reason, from_at=p.from_at, to_at=p.until, stops=p.stops) for p in told.pauses],
            moves=[PassedOut(**asdict(move)) for move in told.moves],
        )
