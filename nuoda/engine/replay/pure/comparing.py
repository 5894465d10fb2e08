"""Two books over the same cases: what each opens, keeps and misses, and which deadlines would have come out otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from .columnfold import Folded
from .columns import Columns
from .lanes import MISSED, NONE, STATES
from .tables import Table
from .working import FAR, Ints, micros

LIFE, DRAFT = "life", "draft"
SIDES = (LIFE, DRAFT)
Counts = dict[str, int]
"""How many deadlines are in which state."""
Tally = dict[int, Counts]
"""By the place of a group."""


KINDS = ("worse", "better", "opened", "gone", "other", "due")
"""What a difference means: missed more, missed less, opened by one side only, another state, only another time."""
WORSE, BETTER, OPENED, GONE, OTHER, DUE = range(6)


@dataclass(frozen=True, slots=True)
class Differences:
    """Deadlines of one clock that two books see otherwise, side by side; NONE is the state of one that a side never opens."""

    ref: str
    start: Ints
    """Places of the happenings that start them."""
    round: Ints
    life: Ints
    life_due: Ints
    draft: Ints
    draft_due: Ints

    @property
    def kind(self) -> Ints:
        life, draft = self.life, self.draft
        found = np.where(life != draft, OTHER, DUE)
        found = np.where(draft == NONE, GONE, np.where(life == NONE, OPENED, found))
        found = np.where((life == MISSED) & (draft != MISSED), BETTER, found)
        return np.where((life != MISSED) & (draft == MISSED), WORSE, found)


def tally(table: Table, columns: Columns, group: Ints, within: tuple[datetime, datetime]) -> Tally:
    """How many deadlines of a clock that started in the period are in which state, by the group of their case."""
    found: Tally = {}
    if not table.start.size:
        return found
    chosen = _within(table.start, columns, within)
    groups = group[columns.case[table.start[chosen]]]
    for (place, state), count in _counted(groups, table.columns["state"][chosen]):
        found.setdefault(place, dict.fromkeys(STATES[:NONE], 0))[STATES[state]] = count
    return found


def _counted(groups: Ints, states: Ints) -> Iterator[tuple[tuple[int, int], int]]:
    """How often each pair of a group and a state occurs."""
    counts = np.bincount(groups * NONE + states)
    for code in np.flatnonzero(counts).tolist():
        yield divmod(code, NONE), int(counts[code])


def _within(start: Ints, columns: Columns, within: tuple[datetime, datetime]) -> Ints:
    at = columns.at[start]
    return np.flatnonzero((at >= micros(within[0])) & (at < micros(within[1])))


def differences(
    life: Folded, draft: Folded, columns: Columns, within: tuple[datetime, datetime], *, everything: bool = False
) -> Iterator[Differences]:
    """Deadlines of the period that one side has and the other has not, or that differ in result or due time; or all."""
    for ref in sorted(life.tables.keys() | draft.tables.keys()):
        mine, theirs = life.tables.get(ref), draft.tables.get(ref)
        if mine is theirs and not everything:
            continue
        if not any(table is not None and table.start.size for table in (mine, theirs)):
            continue
        sides = [_columns(table) for table in (mine, theirs)]
        start = np.union1d(sides[0]["start"], sides[1]["start"])
        start = start[_within(start, columns, within)]
        one, other = (_aligned(side, start) for side in sides)
        told = (one["state"] != other["state"]) | (one["due"] != other["due"]) | everything
        if told.any():
            yield Differences(
                ref,
                start[told],
                np.maximum(one["round"], other["round"])[told],
                one["state"][told],
                one["due"][told],
                other["state"][told],
                other["due"][told],
            )


def _columns(table: Table | None) -> Mapping[str, Ints]:
    if table is None:
        return dict.fromkeys(("start", "state", "due", "round"), np.zeros(0, np.int64))
    return {"start": table.start, **table.columns}


def _aligned(side: Mapping[str, Ints], start: Ints) -> dict[str, Ints]:
    """The columns of one side for these starts; state NONE and due FAR where it has no deadline."""
    found = {
        "state": np.full(start.size, NONE),
        "due": np.full(start.size, FAR),
        "round": np.zeros(start.size, np.int64),
    }
    place = np.searchsorted(side["start"], start)
    known = place < side["start"].size
    known[known] = side["start"][place[known]] == start[known]
    for name, column in found.items():
        column[known] = side[name][place[known]]
    return found


def state_of(code: int) -> str:
    """The name of a state; '' for NONE."""
    return "" if code == NONE else STATES[code]
