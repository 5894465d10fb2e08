"""How the lanes of one clock run: each takes what happens in its case, all of them side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuoda.engine.rulebook.pure.rules import ClockRule

from .columns import Columns
from .lanes import CANCELLED, END, KEPT, NONE, REASSESSED, REPLACED, WITHDRAWN, Bools, Lanes, Small
from .working import FAR, Ints, Places

MET, CANCEL, HOLDS, HOLDS_NOT, ON, OFF, STARTS = 1, 2, 4, 8, 16, 32, 64
"""What a kind of happening is to a clock: it meets it, cancels it, makes it apply or not, pauses, resumes, starts it."""


@dataclass(slots=True)
class Starts:
    """The starts of one clock over all its versions, in the order of cases and rows."""

    at: Places
    version: Ints
    applies: Bools
    row: Ints
    round: Ints
    replaced_by: Ints
    """Place of the next start of the same row when it replaces what is open; FAR without one."""
    renewed_by: Ints
    """Place of the next start that takes over what a later reassessment judges."""


class Race:
    """All lanes of one clock take their happenings, the first of each at once, then the second, until none is left."""

    def __init__(
        self,
        columns: Columns,
        rule: ClockRule,
        lanes: Lanes,
        ghost: Lanes | None,
        marks: Small,
        relevant: Places,
        at: Places,
        starts: Starts,
        order: Places,
    ) -> None:
        self.columns, self.lanes, self.marks, self.relevant = columns, lanes, marks, relevant
        self.ghost = ghost
        """The same deadlines as if the clock had applied since their starts: what a reassessment opens."""
        self.judged = np.full(at.size, ghost is not None, np.bool_)
        """A reassessment still looks at it."""
        self.rows = columns.rows[rule.per] if rule.per is not None else None
        self.row = starts.row[order]
        self.replaced_by, self.renewed_by = starts.replaced_by[order], starts.renewed_by[order]
        self.at = at

    def run(self, ends: Ints) -> None:
        """`ends` is the place after the last happening of each lane's case."""
        next_ = np.searchsorted(self.relevant, self.at, side="right")
        last = np.searchsorted(self.relevant, ends, side="left")
        active = np.flatnonzero(next_ < last)
        while active.size:
            place = self.relevant[next_[active]]
            if self.rows is None:
                self._take(active, place)
            else:
                row = self.rows[place]
                touched = (row < 0) | (row == self.row[active])
                self._take(active[touched], place[touched])
            next_[active] += 1
            active = active[(next_[active] < last[active]) & (self.lanes.owed[active] | self.judged[active])]

    def _take(self, i: Places, place: Places) -> None:
        now, marks = self.columns.at[place], self.marks[self.columns.kind[place]]
        for side in (self.lanes, self.ghost):
            if side is None:
                continue
            side.advance(i, now)
            for bit, turn in ((ON, side.pause), (OFF, side.resume)):
                some = (marks & bit) != 0
                if some.any():
                    turn(i[some], now[some])
            met = (marks & MET) != 0
            if met.any():
                side.end(i[met], now[met], place[met], KEPT, END)
        cancels = (marks & CANCEL) != 0
        if cancels.any():
            self.lanes.end(i[cancels], now[cancels], place[cancels], WITHDRAWN, CANCELLED)
            self.judged[i[cancels]] = False
        if self.ghost is not None:
            self._reassess(self.ghost, i, now, place, marks)
        begins = (marks & STARTS) != 0
        if begins.any():
            i, now, place = i[begins], now[begins], place[begins]
            anew = self.replaced_by[i] == place
            self.lanes.end(i[anew], now[anew], place[anew], WITHDRAWN, REPLACED)
            self.judged[i[self.renewed_by[i] == place]] = False

    def _reassess(self, ghost: Lanes, i: Places, now: Ints, place: Places, marks: Small) -> None:
        judged = self.judged[i]
        not_any_more = judged & ((marks & HOLDS_NOT) != 0)
        if not_any_more.any():
            self.lanes.end(i[not_any_more], now[not_any_more], place[not_any_more], WITHDRAWN, REASSESSED)
        anew = judged & ((marks & HOLDS) != 0)
        if anew.any():
            j = i[anew]
            withdrawn = (self.lanes.state[j] == WITHDRAWN) & (self.lanes.cause[j] == REASSESSED)
            j = j[(self.lanes.state[j] == NONE) | withdrawn]
            self.lanes.take(j, ghost)


def next_of(at: Places, wanted: Bools, round_: Ints) -> Ints:
    """For each start the place of the next one of the same row that is wanted; FAR without one."""
    found = np.full(at.size, FAR, np.int64)
    # Rounds are few: as many passes as the row with the most starts has.
    for back in range(1, int(round_.max(initial=1))):
        later = np.flatnonzero(wanted & (round_ > back))
        earlier = later - back
        free = found[earlier] == FAR
        found[earlier[free]] = at[later[free]]
    return found
