"""The one function of daily work, replay and shadow runs: what an event does to the open deadlines of its case.

A deadline's state is a pure function of the set of the case's happenings in the order (happened_at, id). `step`
applies the next one; `fold` sorts a set and applies them all, so that events which arrive late, twice or in any
order end in the same state. A miss is dated at its due time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.revisions import Revision, Turn
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from . import pausing, revising, running
from .values import (
    PAUSED_SUFFIX,
    RESUMED_SUFFIX,
    WAIVED,
    Book,
    CaseState,
    Cause,
    DeadlineState,
    Happening,
    Mark,
    Move,
    Problem,
    Start,
    clock,
    deadline_id,
)


def step(case: CaseState, happening: Happening, book: Book) -> CaseState:
    """The case after its next happening. Raises ValueError when it is not the next (fold the set instead)."""
    work = _Case(case, book)
    work.apply(happening)
    return work.frozen()


def settle(case: CaseState, as_of: datetime, book: Book) -> CaseState:
    """The case after nothing but time has passed until `as_of`."""
    work = _Case(case, book)
    work.advance(as_of)
    return work.frozen()


def fold(case_id: UUID, happenings: Iterable[Happening], book: Book, as_of: datetime) -> CaseState:
    """The case as its happenings until `as_of` make it, in whatever order and however often they are given."""
    work = _Case(CaseState(case_id), book)
    distinct = {h.id: h for h in happenings if h.happened_at <= as_of}
    for happening in sorted(distinct.values(), key=lambda h: h.key):
        work.apply(happening)
    work.advance(as_of)
    return work.frozen()


class _Case:
    """A case being worked on; the containers are its own, their items immutable."""

    def __init__(self, case: CaseState, book: Book) -> None:
        self.book = book
        self.id = case.id
        self.deadlines = dict(case.deadlines)
        self.owed = dict.fromkeys(case.owed)
        self.starts = dict(case.starts)
        self.rounds = dict(case.rounds)
        self.tracks = dict(case.tracks)
        self.marks = list(case.marks)
        self.problems = dict.fromkeys(case.problems)
        self.past = list(case.past)
        self.last = case.last
        self.moment = case.moment

    def frozen(self) -> CaseState:
        return CaseState(
            self.id,
            self.deadlines,
            tuple(self.owed),
            self.starts,
            self.rounds,
            self.tracks,
            tuple(self.marks),
            tuple(self.problems),
            tuple(self.past),
            self.last,
            self.moment,
        )

    # -- the order of one step: time passes, pauses, what ends, what is judged anew, what begins -------

    def apply(self, h: Happening) -> None:
        if self.last is not None and h.key <= self.last:
            raise ValueError("a step must come after the last one; fold the whole set instead")
        if self.moment is not None and h.happened_at < self.moment:
            raise ValueError("the case was already settled past this happening; fold the whole set instead")
        self.last = h.key
        self.advance(h.happened_at)
        if h.type.endswith((PAUSED_SUFFIX, RESUMED_SUFFIX)):
            self._pause(h)
        if h.type == WAIVED:
            self._waive(h)
        for d in self._owed():
            if h.type in d.rule.end and self._meets(d.bound, d.correlation, h):
                self._end(d, h, "end")
            elif h.type in d.rule.cancel and _same(d.rule, d.correlation, h):
                self._end(d, h, "cancelled")
        self._remember(h)
        for bound in self.book.clocks_for(h.type, h.judged_at):
            self._start(bound, h)
        self.past.append(h)

    def advance(self, now: datetime) -> None:
        """Time passes until `now`; a version that takes effect on the way comes before what happens at its moment."""
        if self.moment is not None:
            for revision in self.book.revisions(self.moment, now):
                self._pass(revision.at)
                for ref, turn in revision.turns.items():
                    self._turn(ref, turn, revision)
        self._pass(now)

    def _pass(self, now: datetime) -> None:
        self.moment = now
        for d in self._owed():
            if d.next_at is not None and d.next_at <= now:
                self._put(running.advanced(d, now))

    def _owed(self) -> Iterator[DeadlineState]:
        return (self.deadlines[i] for i in tuple(self.owed))

    def _put(self, d: DeadlineState) -> None:
        self.deadlines[d.id] = d
        if d.owed:
            self.owed[d.id] = None
        else:
            self.owed.pop(d.id, None)

    def _holds(self, bound: BoundRule, condition: str, h: Happening) -> bool | None:
        if condition == "true":
            return True
        try:
            return self.book.holds(bound, condition, h.facts)
        except ConditionFailed as failure:
            self._problem(bound, h, str(failure))
            return None

    def _problem(self, bound: BoundRule, h: Happening, reason: str) -> None:
        self.problems[Problem(bound.ref, h.id, reason)] = None

    # -- ending ----------------------------------------------------------------------------------------

    def _meets(self, bound: BoundRule, correlation: str, h: Happening) -> bool:
        rule = clock(bound)
        return _same(rule, correlation, h) and self._holds(bound, rule.end_when, h) is True

    def _end(self, d: DeadlineState, h: Happening, cause: Cause) -> None:
        if d.state == "missed":
            # A miss stays a miss; `done_at` is when nothing was owed any more, and a release from it is not taken for the deed.
            why = cause if cause == "waived" else d.cause
            self._put(replace(d, done_at=h.happened_at, done_id=h.id, cause=why))
        else:
            state = {"end": "kept", "waived": "waived"}.get(cause, "withdrawn")
            self._put(running.ended(d, state, h.happened_at, h.id, cause))  # type: ignore[arg-type]

    def _waive(self, h: Happening) -> None:
        d = self.deadlines.get(_uuid(h.data.get("deadline")))
        if d is not None and d.owed:
            self._end(d, h, "waived")

    # -- pauses ----------------------------------------------------------------------------------------

    def _pause(self, h: Happening) -> None:
        subject = h.type.rsplit(".", 1)[0]
        row = h.data.get(subject)
        track = subject if row is None else f"{subject}:{row}"
        begins = h.type.endswith(PAUSED_SUFFIX)
        reason = str(h.data.get("reason") or "?") if begins else ""
        values = {k: str(v) for k, v in h.data.items() if isinstance(v, str | int | UUID)}
        mark = Mark(h.happened_at, h.id, track, values, reason, h.actor)
        self.marks.append(mark)
        old = self.tracks.pop(track, None)
        if begins:
            self.tracks[track] = mark
        for d in self._owed():
            if d.running:
                self._put(pausing.turned(d, mark, old, self.tracks))

    # -- starting, and judging anew --------------------------------------------------------------------

    def _remember(self, h: Happening) -> None:
        """Keep what a later reassessment needs, and reassess what this happening asks for."""
        for key, start in list(self.starts.items()):
            rule = clock(start.bound)
            if h.type in rule.end and start.end is None and self._meets(start.bound, start.correlation, h):
                start = self.starts[key] = replace(start, end=h.key)
            elif h.type in rule.cancel and _same(rule, start.correlation, h):
                del self.starts[key]
                continue
            if h.type in rule.reassess and _same(rule, start.correlation, h):
                self._reassess(start, h)

    def _reassess(self, start: Start, h: Happening) -> None:
        rule = clock(start.bound)
        applies = self._holds(start.bound, rule.when, h)
        if applies is None:
            return
        d = self._of(start)
        if d is not None and d.owed and not applies:
            self._end(d, h, "reassessed")
        elif applies and (
            d is None
            or (d.cause in ("reassessed", "revised") and d.state == "withdrawn")
            or (d.running and rule.within_fact is not None)
        ):
            self._anew(start, h)

    def _of(self, start: Start) -> DeadlineState | None:
        return self.deadlines.get(deadline_id(self.id, start.bound.ref, start.happening.id, start.correlation))

    def _anew(self, start: Start, h: Happening) -> None:
        """Open from the original start as if the rule had applied since: with its pauses, and its end if it had one."""
        d = self._open(start, h)
        if d is not None:
            self._put(self._again(start, replace(d, moves=start.moves), h.happened_at))

    def _again(self, start: Start, d: DeadlineState, now: datetime) -> DeadlineState:
        """The fresh deadline of a start that lies back, as it is by now."""
        d = self._paused_since(start, d)
        if start.end is not None:
            d = running.advanced(d, start.end[0])
            if d.state == "missed":
                d = replace(d, done_at=start.end[0], done_id=start.end[1])
            else:
                d = running.ended(d, "kept", start.end[0], start.end[1], "end")
        return running.advanced(d, now) if d.running else d

    def _paused_since(self, start: Start, d: DeadlineState) -> DeadlineState:
        """The fresh deadline of a start that lies back, with the pauses until its end or until now."""
        tracks: dict[str, Mark] = {}
        began = False
        for mark in self.marks:
            if start.end is not None and (mark.at, mark.id) > start.end:
                break
            if not began and (mark.at, mark.id) > start.key:
                d, began = pausing.under_way(d, tracks), True
            old = tracks.pop(mark.track, None)
            if mark.reason:
                tracks[mark.track] = mark
            if began:
                d = running.advanced(d, mark.at)
                if d.running:
                    d = pausing.turned(d, mark, old, tracks)
        return d if began else pausing.under_way(d, tracks)

    def _open(self, start: Start, judged: Happening) -> DeadlineState | None:
        rule, h = clock(start.bound), start.happening
        promise = None
        if rule.within_fact is not None:
            promise = judged.data.get(rule.within_fact, judged.facts.get(rule.within_fact))
        try:
            calendar = self.book.calendar(start.bound, h)
            return running.opened(
                self.id, start.bound, h, start.correlation, start.round, calendar, promise, start.began
            )
        except running.NoPromise as missing:
            self._problem(start.bound, judged, str(missing))
            return None

    def _start(self, bound: BoundRule, h: Happening) -> None:
        rule = clock(bound)
        correlation = ""
        if rule.per is not None:
            value = h.data.get(rule.per)
            if value is None:
                self._problem(bound, h, f"the event does not name its {rule.per}")
                return
            correlation = str(value)
        key = (bound.ref, correlation)
        applies = self._holds(bound, rule.when, h)
        if not applies and not rule.reassess:
            return
        round_ = self.rounds.get(key, 0) + 1
        start = Start(bound, h, correlation, round_)
        d = self._open(start, h) if applies else None
        if d is None and not rule.reassess:
            return
        self.rounds[key] = round_
        if rule.replace:
            for earlier in self._owed():
                if (earlier.ref, earlier.correlation) == key:
                    self._end(earlier, h, "replaced")
        if rule.reassess:
            self.starts[key] = start
        if d is not None:
            self._put(pausing.under_way(d, self.tracks))

    # -- another version takes effect ------------------------------------------------------------------

    def _turn(self, ref: str, turn: Turn, revision: Revision) -> None:
        """What a version that changed this clock makes of its open deadlines. What an import judged 'as if' stays."""
        mine = [d for d in self._owed() if d.running and d.ref == ref and not d.start.as_if]
        starts = [s for k, s in self.starts.items() if k[0] == ref and s.end is None and not s.happening.as_if]
        if not (mine or starts):
            return
        at = revision.at
        if turn.bound is None:
            for d in mine:
                self._put(revising.revoked(d, Move(at, "withdraw", revision.version, d.bound, d.bound)))
            for start in starts:
                del self.starts[ref, start.correlation]
            return
        alone = self._alone(turn.bound, at)
        for d in mine:
            self._put(self._turned_over(d, turn, at, alone))
        for correlation in {d.correlation: None for d in mine} | {s.correlation: None for s in starts}:
            self._start_over((ref, correlation), turn, at, alone)
        self.problems |= alone.problems

    def _alone(self, bound: BoundRule, until: datetime) -> _Case:
        """What the rule alone would have made of the case so far, had it never run out of time."""
        case = _Case(CaseState(self.id), revising.Alone(self.book, revising.endless(bound)))
        for h in self.past:
            case.apply(h)
        case.advance(until)
        return case

    def _turned_over(self, d: DeadlineState, turn: Turn, at: datetime, alone: _Case) -> DeadlineState:
        """The running deadline under the new rule; one that the new rule cannot judge stays where it is."""
        bound = cast(BoundRule, turn.bound)
        move = Move(at, turn.way, bound.version, d.bound, bound)
        found = alone.deadlines.get(d.id)
        if found is None and any(problem.happening_id == d.start_id for problem in alone.problems):
            return d
        if found is None or found.state == "withdrawn":
            return revising.revoked(d, move)
        end = since = None
        if found.state == "kept":
            end = (cast(datetime, found.ended_at), cast(UUID, found.end_id))
        elif turn.way == "restart":
            since = at
        elif d.started_at != d.start.happened_at:
            since = d.started_at
        start = Start(bound, d.start, d.correlation, d.round, end, since)
        calendar = self.book.calendar(bound, d.start)
        fresh = running.opened(
            self.id, bound, d.start, d.correlation, d.round, calendar, found.promised_at, start.began
        )
        return self._again(start, replace(fresh, moves=(*d.moves, move)), at)

    def _start_over(self, key: tuple[str, str], turn: Turn, at: datetime, alone: _Case) -> None:
        """Remember under the new rule what a later reassessment needs."""
        bound = cast(BoundRule, turn.bound)
        old, new = self.starts.pop(key, None), alone.starts.get(key)
        if new is None or (old is not None and old.happening.id != new.happening.id):
            return
        d = self._of(new)
        if old is not None:
            since = at if turn.way == "restart" else old.since
            moves = (*old.moves, Move(at, turn.way, bound.version, old.bound, bound))
            self.starts[key] = replace(new, bound=bound, round=old.round, since=since, moves=moves)
        elif d is not None:
            since = at if turn.way == "restart" else None
            self.starts[key] = replace(new, bound=bound, round=d.round, since=since, moves=d.moves)


def _same(rule: ClockRule, correlation: str, h: Happening) -> bool:
    """Whether the happening is about the deadline's own row; one that names no row is about all."""
    if rule.per is None:
        return True
    value = h.data.get(rule.per)
    return value is None or str(value) == correlation


def _uuid(value: object) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return UUID(int=0)
