"""The fold in its compiled form: one clock at a time, over the deadlines of all cases side by side.

The deadlines of a case do not look at each other, but for a later start of the same clock. So every start becomes a
lane; all lanes take their next happening at once, and what it means for the clock (its marks) was worked out once per
kind of happening. `clocks.pure.fold` says what is right; what this form does not cover is handed to it, and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import WAIVED as WAIVER
from nuoda.engine.clocks.pure.values import Book, clock, deadline_id
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from .columns import Codes, Columns, Kind, as_uuid
from .lanes import NONE, Bools, Counting, Lanes, Small
from .race import CANCEL, HOLDS, HOLDS_NOT, MET, OFF, ON, STARTS, Race, Starts, next_of
from .tables import Deadlines, Table, append, joined
from .timetable import Calendars, Placed, Timetable
from .working import EPOCH, FAR, Ints, Places, ascending, moment_of


@dataclass(slots=True)
class Folded:
    """What a book makes of the cases."""

    tables: Mapping[str, Table]
    by_steps: Bools
    """Cases of which at least one clock was folded step by step."""


class _Only:
    """A book with some of its clocks."""

    def __init__(self, book: Book, refs: set[str]) -> None:
        self.book, self.refs = book, refs
        self.holds = book.holds
        self.calendar = book.calendar

    def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
        return tuple(bound for bound in self.book.clocks_for(event_type, moment) if bound.ref in self.refs)

    def revisions(self, after: datetime, until: datetime) -> Sequence[Revision]:
        return self.book.revisions(after, until)


def column_fold(
    columns: Columns, timetable: Timetable, book: Book, calendars: Calendars, known: Mapping[str, Table] | None = None
) -> Folded:
    """Fold all cases under the book; the same deadlines as `fold` makes of each case.

    `known` are clocks that another book has run over the same cases and that this one says the same of.
    """
    work = _Work(columns, timetable, book, calendars)
    taken = dict(known or {})
    tables = {ref: work.clock(ref, versions) for ref, versions in timetable.clocks.items() if ref not in taken}
    by_steps = np.zeros(columns.cases, np.bool_)
    columns.fetch(list(work.left_over))
    for case, refs in work.left_over.items():
        by_steps[case] = True
        work.step_by_step(case, refs, tables)
    return Folded({ref: joined(found) for ref, found in tables.items()} | taken, by_steps)


class _Work:
    def __init__(self, columns: Columns, timetable: Timetable, book: Book, calendars: Calendars) -> None:
        self.columns, self.timetable, self.book, self.calendars = columns, timetable, book, calendars
        self.left_over: dict[int, set[str]] = defaultdict(set)
        self.by_type: dict[str, list[int]] = defaultdict(list)
        for place, kind in enumerate(columns.kinds):
            self.by_type[kind.type].append(place)
        self.by_kind = np.argsort(columns.kind, kind="stable")
        self.bounds = np.searchsorted(columns.kind[self.by_kind], np.arange(len(columns.kinds) + 1))
        self.edition = timetable.edition(columns.judged)
        self.any_waived = self._cases(lambda kind: kind.type == WAIVER)
        self.waived = self._waivers()
        self.hard = self._hard_pauses()

    def _places(self, kinds: Bools) -> Places:
        """Happenings of some kinds, in order: a clock looks at few of them."""
        found = [self.by_kind[self.bounds[kind] : self.bounds[kind + 1]] for kind in np.flatnonzero(kinds).tolist()]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *found]))

    # -- what is left to the steps ---------------------------------------------------------------------

    def _cases(self, wanted: Callable[[Kind], bool]) -> Bools:
        """Cases in which a kind of happening occurs."""
        marks = np.array([wanted(kind) for kind in self.columns.kinds], np.bool_)
        found = np.zeros(self.columns.cases, np.bool_)
        found[self.columns.case[self._places(marks)]] = True
        return found

    def _waivers(self) -> Mapping[int, set[UUID]]:
        """The deadlines that were waived, by case."""
        cases = np.flatnonzero(self.any_waived).tolist()
        self.columns.fetch(cases)
        found: dict[int, set[UUID]] = {}
        for case in cases:
            named = (h.data.get("deadline") for h in self.columns.happenings(case) if h.type == WAIVER)
            found[case] = {id_ for value in named if (id_ := as_uuid(value)) is not None}
        return found

    def _names_waived(self, bound: BoundRule, at: Places) -> Bools:
        """Which starts open a deadline that was waived, or may."""
        found = np.zeros(at.size, np.bool_)
        if self.waived:
            per = clock(bound).per is not None
            for lane in np.flatnonzero(self.any_waived[self.columns.case[at]]):
                case = int(self.columns.case[at[lane]])
                start = self.columns.ids.one(int(at[lane]))
                found[lane] = (
                    per or deadline_id(self.columns.case_ids.one(case), bound.ref, start, "") in self.waived[case]
                )
        return found

    def _hard_pauses(self) -> Bools:
        """Cases in which more than one thing was paused: their pauses may overlap."""
        pausing = np.flatnonzero(self.columns.track >= 0)
        case, track = self.columns.case[pausing], self.columns.track[pausing]
        hard = np.zeros(self.columns.cases, np.bool_)
        hard[case[1:][(case[1:] == case[:-1]) & (track[1:] != track[:-1])]] = True
        return hard

    def _by_steps(self, bound: BoundRule, starts: Starts) -> Bools:
        """Which starts of the clock the columns do not cover."""
        rule = clock(bound)
        case = self.columns.case[starts.at]
        if set(rule.end) & set(rule.cancel) or (rule.within_fact is not None and rule.reassess):
            return np.ones(starts.at.size, np.bool_)
        slow = self._names_waived(bound, starts.at)
        if rule.pauses:
            slow |= self.hard[case]
            if len(rule.pauses) > 1:
                reasons = {pause.reason for pause in rule.pauses}
                slow |= self._cases(lambda kind: kind.begins and kind.reason in reasons)[case]
            if rule.per is not None:
                slow |= self._cases(lambda kind: kind.pausing)[case]
        return slow

    def _turned(self, ref: str, lanes: Lanes, began: Ints, case: Codes, *, reassessed: bool) -> Bools:
        """Which deadlines a later version has passed over: they ran when it took effect, or may be judged anew since."""
        found = np.zeros(began.size, np.bool_)
        for turn in self.timetable.turns.get(ref, ()):
            running = (lanes.state != NONE) & (lanes.ended >= turn)
            if reassessed:
                running |= self.columns.at[self.columns.first[case + 1] - 1] >= turn
            found |= running & (began < turn) & (self.columns.as_of[case] >= turn)
        return found

    def step_by_step(self, case: int, refs: set[str], tables: Mapping[str, Deadlines]) -> None:
        """Fold one case by the one function, and add its deadlines to the columns."""
        happenings = self.columns.happenings(case)
        as_of = moment_of(int(self.columns.as_of[case])) or EPOCH
        first = int(self.columns.first[case])
        places = {h.id: first + number for number, h in enumerate(sorted(happenings, key=lambda h: h.key))}
        state = fold(self.columns.case_ids.one(case), happenings, _Only(self.book, refs), as_of)
        for d in state.deadlines.values():
            append(tables[d.ref], d, places)

    # -- one clock -------------------------------------------------------------------------------------

    def clock(self, ref: str, versions: Sequence[Placed]) -> Deadlines:
        found = Deadlines(ref, [placed.bound for placed in versions])
        if not any(type_ in self.by_type for placed in versions for type_ in clock(placed.bound).start):
            return found
        starts = self._starts(versions)
        slow = np.zeros(starts.at.size, np.bool_)
        for number, placed in enumerate(versions):
            mine = starts.version == number
            if mine.any():
                slow |= mine & self._by_steps(placed.bound, starts)
        if slow.any():
            # A case goes to the steps with all starts of the clock: they count its rounds together.
            left = self._leave(ref, self.columns.case[starts.at[slow]])
            slow = left[self.columns.case[starts.at]]
        begins = {type_ for placed in versions for type_ in clock(placed.bound).start}
        turned: list[Codes] = []
        for number, placed in enumerate(versions):
            mine = np.flatnonzero((starts.version == number) & ~slow)
            if mine.size:
                turned.append(self._run(placed.bound, number, starts, mine, begins, found))
        if any(cases.size for cases in turned):
            left = self._leave(ref, np.concatenate(turned))
            found.keep(lambda start: ~left[self.columns.case[start]])
        return found

    def _leave(self, ref: str, cases: Codes) -> Bools:
        """Leave a clock of these cases to the steps; which cases these are."""
        left = np.zeros(self.columns.cases, np.bool_)
        left[cases] = True
        for case in np.flatnonzero(left).tolist():
            self.left_over[case].add(ref)
        return left

    def _starts(self, versions: Sequence[Placed]) -> Starts:
        """Every start of the clock in the order of cases and rows, whether it applies then or may yet."""
        parts: dict[str, list[Ints]] = defaultdict(list)
        for number, placed in enumerate(versions):
            rule = clock(placed.bound)
            at, row, applies = self._starts_of(placed)
            marks = {"version": number, "replaces": int(rule.replace), "renews": int(bool(rule.reassess))}
            for name, column in (("at", at), ("row", row), ("applies", applies)):
                parts[name].append(column)
            for name, value in marks.items():
                parts[name].append(np.full(at.size, value, np.int64))
        columns = {name: np.concatenate(part) for name, part in parts.items()}
        case = self.columns.case[columns["at"]]
        # Happenings stand case by case: without rows, their places are the order.
        by_row = any(clock(placed.bound).per is not None for placed in versions)
        order = np.lexsort((columns["at"], columns["row"], case)) if by_row else ascending(columns["at"])
        columns, case = {name: column[order] for name, column in columns.items()}, case[order]
        at, row = columns["at"], columns["row"]
        same = np.zeros(at.size, np.bool_)
        same[1:] = (case[1:] == case[:-1]) & (row[1:] == row[:-1])
        place = np.arange(at.size)
        round_ = place - np.maximum.accumulate(np.where(same, 0, place)) + 1
        return Starts(
            at=at,
            version=columns["version"],
            applies=columns["applies"] > 0,
            row=row,
            round=round_,
            replaced_by=next_of(at, columns["replaces"] > 0, round_),
            renewed_by=next_of(at, columns["renews"] > 0, round_),
        )

    def _starts_of(self, placed: Placed) -> tuple[Ints, Ints, Ints]:
        """Of one version: places, rows, and whether it applies (1) or may yet be reassessed (0)."""
        rule, columns = clock(placed.bound), self.columns
        begins = self._begins(placed.bound)
        at = self._places(begins > 0)
        if len(placed.editions) <= self.timetable.moments.size:
            held = np.zeros(self.timetable.moments.size + 1, np.bool_)
            held[list(placed.editions)] = True
            at = at[held[self.edition[at]]]
        row = np.zeros(at.size, np.int64)
        if rule.per is not None:
            row = columns.rows[rule.per][at].astype(np.int64)
            at, row = at[row >= 0], row[row >= 0]
        applies = (begins[columns.kind[at]] == 2).astype(np.int64)
        if rule.within_fact is not None:
            applies[columns.promises[rule.within_fact][at] == FAR] = 0
        if not rule.reassess:
            at, row, applies = at[applies > 0], row[applies > 0], applies[applies > 0]
        return at, row, applies

    def _run(
        self, bound: BoundRule, number: int, starts: Starts, mine: Places, begins: set[str], found: Deadlines
    ) -> Codes:
        """Run one version of a clock over its starts; the cases in which a later version has passed over them."""
        columns, rule = self.columns, clock(bound)
        order = mine[ascending(starts.at[mine])]
        at = starts.at[order]
        began = columns.at[at]
        counting = self._counting(rule, at, began)
        every = np.arange(at.size)
        due, budget = self._budget(rule, counting, every, at, began)
        lanes = Lanes(at.size, counting)
        opens = np.flatnonzero(starts.applies[order])
        ghost = Lanes(at.size, counting) if rule.reassess else None
        marks = self._marks(bound, begins)
        relevant = self._places(marks != 0)
        for side, lanes_of in ((lanes, opens), (ghost, every)):
            if side is not None:
                side.open(lanes_of, began[lanes_of], due[lanes_of], budget[lanes_of])
                if rule.pauses:
                    self._under_way(side, lanes_of, relevant, marks, at[lanes_of], began[lanes_of])
        case = columns.case[at]
        Race(columns, rule, lanes, ghost, marks, relevant, at, starts, order).run(columns.first[case + 1])
        lanes.advance(every, columns.as_of[case])
        kept = np.flatnonzero(lanes.state != NONE)
        found.start.append(at[kept])
        found.version.append(np.full(kept.size, number, np.int64))
        found.round.append(starts.round[order][kept])
        found.started.append(began[kept])
        found.state.append(lanes.state[kept].astype(np.int64))
        found.cause.append(lanes.cause[kept].astype(np.int64))
        for name in ("due", "ended", "done"):
            getattr(found, name).append(getattr(lanes, name)[kept])
        return case[self._turned(bound.ref, lanes, began, case, reassessed=ghost is not None)]

    def _counting(self, rule: ClockRule, at: Places, began: Ints) -> Counting:
        limit = rule.pauses[0].limit if rule.pauses else None
        working = rule.within is not None and rule.within.working
        calendar = np.zeros(at.size, np.int64)
        if any(d is not None and (d.working or d.unit == "month") for d in (rule.within, rule.ahead, limit)):
            dealer = self.columns.dealer[at]
            calendar = self.calendars.pick(self.columns.dealers, dealer, began, own=rule.calendar == "owner")
        return Counting(working, limit, self.calendars.working, calendar)

    def _budget(self, rule: ClockRule, counting: Counting, every: Places, at: Places, began: Ints) -> tuple[Ints, Ints]:
        if rule.within is not None:
            due = counting.add(every, began, rule.within)
            return due, counting.between(every, began, due)
        promised = self.columns.promises[rule.within_fact or ""][at]
        due = np.maximum(promised, began)
        if rule.ahead is not None:
            hence = np.flatnonzero(promised > began)
            early = counting.back(hence, promised[hence], rule.ahead)
            known = early >= began[hence]
            due[hence[known]] = early[known]
        return due, due - began

    def _under_way(self, side: Lanes, lanes: Places, relevant: Places, marks: Small, at: Places, began: Ints) -> None:
        """Fresh deadlines under a pause that was already under way when they began."""
        turning = relevant[(marks[self.columns.kind[relevant]] & (ON | OFF)) != 0]
        last = np.searchsorted(turning, at, side="right") - 1
        known = last >= 0
        place = turning[last[known]]
        known[known] = (self.columns.case[place] == self.columns.case[at[known]]) & (
            (marks[self.columns.kind[place]] & ON) != 0
        )
        side.pause(lanes[known], began[known])

    # -- what kinds of happenings are to the clock -----------------------------------------------------

    def _begins(self, bound: BoundRule) -> Small:
        """Per kind: 0 it is no start, 1 it starts a clock that does not apply, 2 it starts one that does."""
        rule = clock(bound)
        found = np.zeros(len(self.columns.kinds), np.int8)
        for type_ in rule.start:
            for place in self.by_type.get(type_, ()):
                found[place] = 2 if self._holds(bound, rule.when, place) else 1
        return found

    def _marks(self, bound: BoundRule, begins: set[str]) -> Small:
        rule = clock(bound)
        found = np.zeros(len(self.columns.kinds), np.int8)
        for type_ in rule.end:
            for place in self.by_type.get(type_, ()):
                found[place] |= MET if self._holds(bound, rule.end_when, place) else 0
        for type_ in rule.cancel:
            found[self.by_type.get(type_, [])] |= CANCEL
        for type_ in rule.reassess:
            for place in self.by_type.get(type_, ()):
                holds = self._holds(bound, rule.when, place)
                found[place] |= 0 if holds is None else HOLDS if holds else HOLDS_NOT
        for type_ in begins:
            found[self.by_type.get(type_, [])] |= STARTS
        for place, kind in enumerate(self.columns.kinds) if rule.pauses else ():
            if kind.pausing:
                found[place] |= ON if kind.begins and kind.reason == rule.pauses[0].reason else OFF
        return found

    def _holds(self, bound: BoundRule, condition: str, place: int) -> bool | None:
        kind: Kind = self.columns.kinds[place]
        if condition == "true":
            return True
        try:
            return self.book.holds(bound, condition, kind.facts)
        except ConditionFailed:
            return None
