"""Deadlines side by side: what `clocks.pure.running` does to one deadline, done to many of the same rule at once.

A lane is one deadline (or one that may yet be opened by a reassessment). All moments and amounts are whole
microseconds; FAR stands for none. Every function takes the places of the lanes it is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nuoda.engine.rulebook.pure.durations import Duration

from .working import FAR, Ints, Places, Working

Bools = npt.NDArray[np.bool_]
Small = npt.NDArray[np.int8]

STATES = ("open", "paused", "kept", "missed", "withdrawn", "waived", "none")
OPEN, PAUSED, KEPT, MISSED, WITHDRAWN, WAIVED, NONE = range(7)
CAUSES = ("", "end", "due", "cancelled", "reassessed", "replaced", "waived", "revised")
UNENDED, END, DUE, CANCELLED, REASSESSED, REPLACED = range(6)
_UNUSED = -1
"""Of an allowance: its reason has not been used yet."""


@dataclass(frozen=True, slots=True)
class Counting:
    """How the lanes of one rule count: in elapsed time, or each by its calendar."""

    working: bool
    limit: Duration | None
    """Of the one reason that pauses the rule."""
    calendars: list[Working]
    calendar: Ints
    """Place of each lane's calendar."""

    def between(self, lanes: Places, start: Ints, end: Ints) -> Ints:
        if self.working:
            return self._count(lanes, start, end)
        passed: Ints = np.maximum(end - start, 0)
        return passed

    def after(self, lanes: Places, moment: Ints, amount: Ints) -> Ints:
        return self._after(lanes, moment, amount) if self.working else moment + amount

    def limit_end(self, lanes: Places, moment: Ints, left: Ints) -> Ints:
        """When what is left of the pause's limit is used up."""
        if self.limit is not None and self.limit.working:
            return self._after(lanes, moment, left)
        end: Ints = moment + left
        return end

    def limit_spent(self, lanes: Places, start: Ints, end: Ints) -> Ints:
        if self.limit is not None and self.limit.working:
            return self._count(lanes, start, end)
        passed: Ints = np.maximum(end - start, 0)
        return passed

    def add(self, lanes: Places, moment: Ints, duration: Duration) -> Ints:
        result = np.empty(moment.shape, np.int64)
        for working, part in self._parts(lanes):
            result[part] = working.add(moment[part], duration)
        return result

    def back(self, lanes: Places, moment: Ints, duration: Duration) -> Ints:
        """The moments so long before; what needs no calendar asks for none."""
        if duration.seconds is not None and not duration.working:
            return moment - duration.seconds * 1_000_000
        result = np.empty(moment.shape, np.int64)
        for working, part in self._parts(lanes):
            result[part] = working.back(moment[part], duration)
        return result

    def _count(self, lanes: Places, start: Ints, end: Ints) -> Ints:
        result = np.empty(start.shape, np.int64)
        for working, part in self._parts(lanes):
            result[part] = working.count(start[part], end[part])
        return result

    def _after(self, lanes: Places, moment: Ints, amount: Ints) -> Ints:
        result = np.empty(moment.shape, np.int64)
        for working, part in self._parts(lanes):
            result[part] = working.after(moment[part], amount[part])
        return result

    def _parts(self, lanes: Places) -> list[tuple[Working, Places]]:
        mine = self.calendar[lanes]
        used = np.flatnonzero(np.bincount(mine)).tolist()
        if len(used) == 1:
            return [(self.calendars[used[0]], np.arange(mine.size))]
        return [(self.calendars[place], np.flatnonzero(mine == place)) for place in used]


_COLUMNS = {
    "state": (np.int8, NONE), "cause": (np.int8, UNENDED), "owed": (np.bool_, False), "due": (np.int64, FAR),
    "cursor": (np.int64, 0), "remaining": (np.int64, 0), "ended": (np.int64, FAR), "end_by": (np.int64, -1),
    "done": (np.int64, FAR), "done_by": (np.int64, -1), "held": (np.bool_, False), "stops": (np.bool_, False),
    "held_at": (np.int64, 0), "limit": (np.int64, FAR), "left": (np.int64, _UNUSED),
}  # fmt: skip


class Lanes:
    """The state of deadlines side by side."""

    state: Small
    cause: Small
    owed: Bools
    due: Ints
    cursor: Ints
    remaining: Ints
    ended: Ints
    end_by: Ints
    """Place of the happening that ended it, -1 without one."""
    done: Ints
    done_by: Ints
    held: Bools
    """The reason that may pause the rule holds."""
    stops: Bools
    held_at: Ints
    limit: Ints
    left: Ints
    """What is left of the limit."""

    def __init__(self, count: int, counting: Counting) -> None:
        self.counting = counting
        for name, (kind, value) in _COLUMNS.items():
            setattr(self, name, np.full(count, value, kind))

    def open(self, i: Places, began: Ints, due: Ints, budget: Ints) -> None:
        self.state[i], self.owed[i] = OPEN, True
        self.due[i], self.cursor[i], self.remaining[i] = due, began, budget

    def take(self, i: Places, other: Lanes) -> None:
        """Become what the other lanes are."""
        for name in _COLUMNS:
            getattr(self, name)[i] = getattr(other, name)[i]

    def advance(self, i: Places, now: Ints) -> None:
        """Time alone passes: limits of pauses end, due times are missed."""
        over = (self.state[i] == PAUSED) & (self.limit[i] <= now)
        if over.any():
            j = i[over]
            self.state[j], self.cursor[j] = OPEN, self.limit[j]
        late = (self.state[i] == OPEN) & (self.due[i] < now)
        if late.any():
            j = i[late]
            self.state[j], self.cause[j], self.ended[j] = MISSED, DUE, self.due[j]

    def pause(self, i: Places, now: Ints) -> None:
        """The reason begins to hold, where the deadline runs and it does not hold already."""
        fresh = (self.state[i] <= PAUSED) & ~self.held[i]
        i, now = i[fresh], now[fresh]
        if not i.size:
            return
        # At the due time itself the budget is used up: nothing is left that a pause could stop.
        stops = (self.state[i] != OPEN) | (self.due[i] != now)
        self.held[i], self.held_at[i], self.limit[i] = True, now, FAR
        if self.counting.limit is not None:
            begun = stops & (self.left[i] == _UNUSED)
            j, at = i[begun], now[begun]
            self.limit[j] = self.counting.add(j, at, self.counting.limit)
            self.left[j] = self.counting.limit_spent(j, at, self.limit[j])
            again = stops & ~begun
            j = i[again]
            self.limit[j] = self.counting.limit_end(j, now[again], self.left[j])
            stops &= self.left[i] != 0
            self.limit[i[~stops]] = FAR
        self.stops[i] = stops
        i, now = i[stops], now[stops]
        self.remaining[i] -= self.counting.between(i, self.cursor[i], now)
        self.cursor[i], self.state[i], self.due[i] = now, PAUSED, FAR
        if self.counting.limit is not None:
            self.due[i] = self.counting.after(i, self.limit[i], self.remaining[i])

    def resume(self, i: Places, now: Ints) -> None:
        """The reason ceases to hold, where the deadline runs."""
        holding = (self.state[i] <= PAUSED) & self.held[i]
        i, now = i[holding], now[holding]
        if not i.size:
            return
        self.held[i] = False
        used = self.stops[i] & (self.limit[i] < FAR)
        j = i[used]
        self.left[j] -= self.counting.limit_spent(j, self.held_at[j], np.minimum(now[used], self.limit[j]))
        self._run(i, now)

    def _run(self, i: Places, now: Ints) -> None:
        stopped = self.state[i] == PAUSED
        i, now = i[stopped], now[stopped]
        self.state[i], self.cursor[i] = OPEN, now
        self.due[i] = self.counting.after(i, now, self.remaining[i])

    def end(self, i: Places, now: Ints, by: Places, state: int, cause: int) -> None:
        """Nothing is owed any more, where something was: a miss stays, and was done late."""
        owing = self.owed[i]
        i, now, by = i[owing], now[owing], by[owing]
        if not i.size:
            return
        self.owed[i], self.done[i], self.done_by[i] = False, now, by
        running = self.state[i] <= PAUSED
        i, now, by = i[running], now[running], by[running]
        stopped = self.state[i] == PAUSED
        j = i[stopped]
        # A stopped deadline keeps the due time that running on from here would have had.
        self.due[j] = self.counting.after(j, now[stopped], self.remaining[j])
        self.state[i], self.cause[i], self.ended[i], self.end_by[i] = state, cause, now, by
