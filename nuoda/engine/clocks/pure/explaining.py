"""The derivation of a deadline: what was counted, piece by piece, so that anyone can add it up again.

It is worked out from the start, the calendar and the pauses alone, not from what the fold stored; `total` and
`budget` agree, or the explanation says so in `agrees`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from .calendars import Calendar
from .values import Cause, DeadlineState, DeadlineStatus, Move, Pause, clock


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that was counted, with its length."""

    from_at: datetime
    to_at: datetime
    amount: timedelta


@dataclass(frozen=True, slots=True)
class Ahead:
    """A limit before the promised moment, counted back from it."""

    limit: str
    """As the clause spells it."""
    moment: datetime
    """Where counting back leads."""
    pieces: tuple[Piece, ...]
    """What lies between that moment and the promised one: working time where the limit is in working time."""
    total: timedelta
    late: bool
    """The promise became known too late for it: due by the promised moment itself."""


@dataclass(frozen=True, slots=True)
class Passed:
    """At `at` the deadline passed from one version of its clause under another; limits as the clauses spell them."""

    at: datetime
    way: str
    """convert, restart or withdraw."""
    version_before: str
    version: str
    within_before: str
    within: str
    ahead_before: str
    ahead: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Structured derivation of one deadline; doors put it into words."""

    deadline_id: UUID
    ref: str
    clause_id: str
    policy: str
    version: str
    version_id: UUID
    label: tuple[tuple[str, str], ...]
    round: int
    start_id: UUID
    start_type: str
    started_at: datetime
    within: str
    """The time limit as the clause spells it; '' for a promised moment."""
    promised_at: datetime | None
    ahead: Ahead | None
    """None without a limit before the promised moment, and where that moment had passed when the promise was made."""
    working: bool
    calendar: str
    calendar_version: int
    zone: str
    budget: timedelta
    pieces: tuple[Piece, ...]
    total: timedelta
    """Sum of the pieces."""
    remaining: timedelta
    """What the clock still had at its stop: zero unless paused without a known end."""
    pauses: tuple[Pause, ...]
    due_at: datetime | None
    state: DeadlineStatus
    cause: Cause
    ended_at: datetime | None
    end_id: UUID | None
    used: timedelta | None
    """Counted until the end, when it has ended."""
    done_at: datetime | None
    late_by: timedelta | None
    """Of a miss that was done after all: elapsed time past the due time."""
    provisional: bool
    moves: tuple[Passed, ...]
    """Later versions of the clause that it passed under, in their order."""
    agrees: bool
    """The pieces and what remains add up to the budget, and end at the due time; a promise leads to that budget."""


def stops(d: DeadlineState) -> list[tuple[datetime, datetime | None]]:
    """The stretches in which the clock stood still, merged and in order; the last may be without end."""
    merged: list[tuple[datetime, datetime | None]] = []
    stopping = sorted((p for p in (*d.pauses, *d.held) if p.stops), key=lambda p: p.from_at)
    for pause in stopping:
        begin, until = max(pause.from_at, d.started_at), pause.until
        if merged:
            last_begin, last_until = merged[-1]
            if last_until is None:
                break
            if begin <= last_until:
                merged[-1] = (last_begin, None if until is None else max(until, last_until))
                continue
        merged.append((begin, until))
    return merged


def counted(d: DeadlineState, until: datetime | None) -> list[Piece]:
    """The pieces counted from the start until `until`, or until a stop without end."""
    pieces: list[Piece] = []
    cursor = d.started_at
    bounds: list[tuple[datetime | None, datetime | None]] = [*stops(d), (until, None)]
    for stop, resume in bounds:
        end = stop if until is None or (stop is not None and stop < until) else until
        if end is None:
            break
        stretches = d.calendar.pieces(cursor, end) if d.working else ([(cursor, end)] if cursor < end else [])
        pieces += [Piece(a, b, b - a) for a, b in stretches]
        if resume is None:
            break
        cursor = max(resume, cursor)
    return pieces


def _passed(move: Move) -> Passed:
    before, after = clock(move.before), clock(move.after)
    return Passed(
        move.at,
        move.way,
        move.before.version,
        move.version,
        "" if before.within is None else str(before.within),
        "" if after.within is None else str(after.within),
        "" if before.ahead is None else str(before.ahead),
        "" if after.ahead is None else str(after.ahead),
    )


def _ahead(d: DeadlineState, calendar: Calendar) -> Ahead | None:
    limit, promised = d.rule.ahead, d.promised_at
    if limit is None or promised is None or promised <= d.started_at:
        return None
    moment = calendar.back(promised, limit)
    stretches = calendar.pieces(moment, promised) if limit.working else [(moment, promised)]
    pieces = tuple(Piece(a, b, b - a) for a, b in stretches)
    total = sum((p.amount for p in pieces), timedelta(0))
    return Ahead(str(limit), moment, pieces, total, moment < d.started_at)


def _leads_there(d: DeadlineState, ahead: Ahead | None) -> bool:
    """Whether the budget is what the promise leaves, counted back; a limit in hours or minutes was counted in full."""
    if d.promised_at is None:
        return True
    by = d.promised_at if ahead is None or ahead.late else ahead.moment
    limit = d.rule.ahead
    full = ahead is None or limit is None or limit.seconds is None or ahead.total.total_seconds() == limit.seconds
    return full and d.budget == max(by - d.started_at, timedelta(0))


def explain(d: DeadlineState, calendar: Calendar | None = None) -> Explanation:
    """The derivation of `d`; `calendar` stands in for the deadline's own (a stored one read again)."""
    counting = d.calendar if calendar is None else calendar
    rule = d.rule
    pieces = counted(d, d.due_at)
    total = sum((p.amount for p in pieces), timedelta(0))
    remaining = d.remaining if d.due_at is None else timedelta(0)
    used = None if d.ended_at is None else sum((p.amount for p in counted(d, d.ended_at)), timedelta(0))
    late = d.done_at - d.due_at if d.state == "missed" and d.done_at is not None and d.due_at is not None else None
    ends_there = d.due_at is None or not pieces or pieces[-1].to_at == d.due_at
    ahead = _ahead(d, counting)
    return Explanation(
        deadline_id=d.id,
        ref=d.ref,
        clause_id=d.clause_id,
        policy=d.bound.policy,
        version=d.bound.version,
        version_id=d.version_id,
        label=tuple(sorted(rule.label.items())),
        round=d.round,
        start_id=d.start_id,
        start_type=d.start_type,
        started_at=d.started_at,
        within="" if rule.within is None else str(rule.within),
        promised_at=d.promised_at,
        ahead=ahead,
        working=d.working,
        calendar=counting.key if _by_calendar(d) else "",
        calendar_version=counting.version if _by_calendar(d) else 0,
        zone=counting.zone,
        budget=d.budget,
        pieces=tuple(pieces),
        total=total,
        remaining=remaining,
        pauses=tuple(sorted((*d.pauses, *d.held), key=lambda p: p.from_at)),
        due_at=d.due_at,
        state=d.state,
        cause=d.cause,
        ended_at=d.ended_at,
        end_id=d.end_id,
        used=used,
        done_at=d.done_at,
        late_by=late,
        provisional=d.provisional,
        moves=tuple(_passed(move) for move in d.moves),
        agrees=total + remaining == d.budget and ends_there and _leads_there(d, ahead),
    )


def _by_calendar(d: DeadlineState) -> bool:
    """Whether working time was counted, forward or back."""
    return d.working or (d.rule.ahead is not None and d.rule.ahead.working)
