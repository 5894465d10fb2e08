"""How one deadline runs: opened, stopped and started by pauses, moved by time alone, ended.

Every function returns the deadline anew. None of them looks at more than the deadline itself, so a step costs the
same however long the case has become.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import BoundRule

from .calendars import Calendar
from .values import Cause, DeadlineState, DeadlineStatus, Happening, Pause, clock, deadline_id, moment_in

ZERO = timedelta(0)


class NoPromise(ValueError):
    """The promised moment is missing or not a moment."""


def opened(
    case_id: UUID,
    bound: BoundRule,
    start: Happening,
    correlation: str,
    round_: int,
    calendar: Calendar,
    promise: object,
    began: datetime,
) -> DeadlineState:
    """A deadline that counts from `began`; `promise` is the moment of a `within_fact` rule. Raises NoPromise."""
    rule = clock(bound)
    promised_at = None if rule.within_fact is None else _moment(promise)
    if rule.within is not None:
        due = calendar.add(began, rule.within)
        budget = calendar.count(began, due) if rule.within.working else due - began
        working = rule.within.working
    else:
        due = _promised(cast(datetime, promised_at), rule.ahead, began, calendar)
        budget, working = due - began, False
    fresh = DeadlineState(
        id=deadline_id(case_id, bound.ref, start.id, correlation),
        bound=bound,
        start=start,
        correlation=correlation,
        round=round_,
        started_at=began,
        calendar=calendar,
        working=working,
        budget=budget,
        promised_at=promised_at,
        state="open",
        due_at=due,
        cursor=began,
        remaining=budget,
        next_at=None,
    )
    return _run(fresh, began)


def _promised(promised: datetime, ahead: Duration | None, began: datetime, calendar: Calendar) -> datetime:
    """When a promise falls due: so long before its moment; known too late for that, at the moment itself, but never before `began`."""
    if ahead is not None and promised > began:
        early = calendar.back(promised, ahead)
        if early >= began:
            return early
    return max(promised, began)


def _moment(value: object) -> datetime:
    found = moment_in(value)
    if found is None:
        raise NoPromise(f"not a moment with its time zone: {value!r}")
    return found


def between(d: DeadlineState, start: datetime, end: datetime) -> timedelta:
    """Time of the deadline's own kind (working or elapsed) between two moments."""
    return d.calendar.count(start, end) if d.working else max(end - start, ZERO)


def after(d: DeadlineState, moment: datetime, amount: timedelta) -> datetime:
    """The moment by which `amount` of the deadline's own kind of time has passed."""
    return d.calendar.after(moment, amount) if d.working else moment + amount


def _run(d: DeadlineState, cursor: datetime) -> DeadlineState:
    """The deadline running from `cursor` with what remains."""
    due = after(d, cursor, d.remaining)
    running = replace(
        d,
        state="open",
        cursor=cursor,
        due_at=due,
        provisional=_provisional(d, due),
    )
    return replace(running, next_at=min([due, *(at for _, at in _warnings(running))]))


def _provisional(d: DeadlineState, due: datetime | None) -> bool:
    """Whether it was counted over a year whose official days are not known, forward from its start or back from its promise."""
    if d.working:
        return d.calendar.provisional(d.started_at, d.cursor if due is None else due)
    if d.promised_at is None or d.promised_at <= d.started_at:
        return False
    ahead = d.rule.ahead
    if ahead is None or not ahead.working:
        return False
    return d.calendar.provisional(d.calendar.back(d.promised_at, ahead), d.promised_at)


def _warnings(d: DeadlineState) -> list[tuple[int, datetime]]:
    """Warnings of a running deadline not yet reached, with their moments, none before the cursor."""
    due = cast(datetime, d.due_at)
    found = []
    given = {index for index, _ in d.warned}
    for index, warning in enumerate(d.rule.warnings):
        if index in given:
            continue
        if warning.share is not None:
            spare = d.remaining - d.budget * (1 - warning.share)
            at = after(d, d.cursor, spare) if spare > ZERO else d.cursor
        else:
            at = max(d.calendar.back(due, cast(Duration, warning.before)), d.cursor)
        found.append((index, at))
    return found


def _stopping(d: DeadlineState, at: datetime) -> list[Pause]:
    """Pauses under way that stop the clock at `at`."""
    return [p for p in d.held if p.stops and (p.limit_at is None or p.limit_at > at)]


def _stop(d: DeadlineState, at: datetime) -> DeadlineState:
    """The stopped deadline, with the due time that the limits of its pauses lead to (None: no limit, no due time)."""
    limits = [p.limit_at for p in _stopping(d, at)]
    known = [limit for limit in limits if limit is not None]
    free = max(known) if len(known) == len(limits) else None
    due = None if free is None else after(d, free, d.remaining)
    return replace(d, state="paused", due_at=due, next_at=free, provisional=_provisional(d, due))


def advanced(d: DeadlineState, now: datetime) -> DeadlineState:
    """The deadline after time alone has passed until `now`: limits end, warnings are reached, a due time is missed.

    Due at exactly `now` is not missed: kept means happened at or before the due time.
    """
    while d.next_at is not None and d.next_at <= now:
        if d.state == "paused":
            d = _run(d, d.next_at)
            continue
        due = cast(datetime, d.due_at)
        reached = [w for w in _warnings(d) if w[1] <= min(now, due)]
        if reached:
            d = replace(d, warned=(*d.warned, *sorted(reached, key=lambda w: (w[1], w[0]))))
        if due < now:
            return replace(ended(d, "missed", due, None, "due"), done_at=None, done_id=None)
        d = replace(d, next_at=min([due, *(at for _, at in _warnings(d))]))
        if d.next_at == due:
            break
    return d


def paused(d: DeadlineState, reason: str, author: str, at: datetime) -> DeadlineState:
    """A reason begins to hold at `at`; it stops the clock when the clause lists it and its limit allows."""
    listed = next((p for p in d.rule.pauses if p.reason == reason), None)
    stops, limit_at = listed is not None, None
    if d.state == "open" and d.due_at == at:
        # At the due time itself the budget is used up: nothing is left that a pause could stop.
        stops = False
    if stops and listed is not None and listed.limit is not None:
        left = dict(d.allowances).get(reason)
        if left is None:
            limit_at = d.calendar.add(at, listed.limit)
            left = _spent(d, listed.limit, at, limit_at)
            d = replace(d, allowances=(*d.allowances, (reason, left)))
        else:
            limit_at = d.calendar.after(at, left) if listed.limit.working else at + left
        stops = left > ZERO
    d = replace(d, held=(*d.held, Pause(reason, author, at, stops, limit_at if stops else None)))
    if not stops:
        return d
    if d.state == "open":
        d = replace(d, remaining=d.remaining - between(d, d.cursor, at), cursor=at)
    return _stop(d, at)


def _spent(d: DeadlineState, limit: Duration, start: datetime, end: datetime) -> timedelta:
    return d.calendar.count(start, end) if limit.working else max(end - start, ZERO)


def resumed(d: DeadlineState, reason: str, at: datetime) -> DeadlineState:
    """A reason ceases to hold at `at`."""
    pause = next((p for p in d.held if p.reason == reason), None)
    if pause is None:
        return d
    over = replace(pause, to_at=at)
    held = tuple(p for p in d.held if p is not pause)
    d = replace(d, pauses=(*d.pauses, over), held=held)
    if over.stops and over.limit_at is not None:
        limit = next(p.limit for p in d.rule.pauses if p.reason == reason)
        spent = _spent(d, cast(Duration, limit), over.from_at, min(at, over.limit_at))
        d = replace(d, allowances=tuple((r, left - spent if r == reason else left) for r, left in d.allowances))
    if d.state != "paused":
        return d
    return _stop(d, at) if _stopping(d, at) else _run(d, at)


def ended(d: DeadlineState, state: DeadlineStatus, at: datetime, by: UUID | None, cause: Cause) -> DeadlineState:
    """The deadline with its result; a stopped one keeps the due time that running on from `at` would have had."""
    due = after(d, at, d.remaining) if d.state == "paused" else d.due_at
    return replace(
        d,
        state=state,
        cause=cause,
        due_at=due,
        provisional=_provisional(d, due),
        next_at=None,
        ended_at=at,
        end_id=by,
        done_at=at,
        done_id=by,
        pauses=(*d.pauses, *(replace(p, to_at=at) for p in d.held)),
        held=(),
    )
