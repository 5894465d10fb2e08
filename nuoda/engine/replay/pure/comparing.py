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
from .working import FAR, Ints, micros, moment_of

LIFE, DRAFT = "life", "draft"
SIDES = (LIFE, DRAFT)
Counts = dict[str, int]
"""How many deadlines are in which state."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A deadline that comes out otherwise; '' is the state of one that this side never opens."""

    ref: str
    start: int
    """Place of the happening that starts it."""
    round: int
    life: str
    life_due: datetime | None
    draft: str
    draft_due: datetime | None

    @property
    def kind(self) -> str:
        """What it means: missed less, missed more, opened by one side only, or only another time."""
        if self.life != "missed" and self.draft == "missed":
            return "worse"
        if self.life == "missed" and self.draft != "missed":
            return "better"
        if not self.life or not self.draft:
            return "opened" if self.draft else "gone"
        return "other" if self.life != self.draft else "due"


def tally(
    folded: Folded, columns: Columns, group: Ints, within: tuple[datetime, datetime]
) -> dict[tuple[str, int], Counts]:
    """How many deadlines that started in the period are in which state, by clock and by the group of their case."""
    found: dict[tuple[str, int], Counts] = {}
    for ref, table in folded.tables.items():
        chosen = _within(table.start, columns, within)
        groups = group[columns.case[table.start[chosen]]]
        for key, count in _counted(groups, table.columns["state"][chosen]):
            found.setdefault((ref, key[0]), dict.fromkeys(STATES[:NONE], 0))[STATES[key[1]]] = count
    return found


def _counted(groups: Ints, states: Ints) -> Iterator[tuple[tuple[int, int], int]]:
    """How often each pair of a group and a state occurs."""
    for code, count in enumerate(np.bincount(groups * NONE + states).tolist()):
        if count:
            yield divmod(code, NONE), count


def _within(start: Ints, columns: Columns, within: tuple[datetime, datetime]) -> Ints:
    at = columns.at[start]
    return np.flatnonzero((at >= micros(within[0])) & (at < micros(within[1])))


def differences(
    life: Folded, draft: Folded, columns: Columns, within: tuple[datetime, datetime], *, everything: bool = False
) -> Iterator[Difference]:
    """Deadlines of the period that one side has and the other has not, or that differ in result or due time; or all."""
    for ref in sorted(life.tables.keys() | draft.tables.keys()):
        sides = [_columns(folded.tables.get(ref)) for folded in (life, draft)]
        start = np.union1d(sides[0]["start"], sides[1]["start"])
        start = start[_within(start, columns, within)]
        one, other = (_aligned(side, start) for side in sides)
        differs = (one["state"] != other["state"]) | (one["due"] != other["due"])
        for i in np.arange(start.size) if everything else np.flatnonzero(differs):
            yield Difference(
                ref,
                int(start[i]),
                int(max(one["round"][i], other["round"][i])),
                _state(one["state"][i]),
                moment_of(int(one["due"][i])),
                _state(other["state"][i]),
                moment_of(int(other["due"][i])),
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


def _state(code: int) -> str:
    return "" if code == NONE else STATES[code]


def missed(folded: Folded) -> int:
    """How many deadlines the book misses, over all clocks."""
    return sum(int((table.columns["state"] == MISSED).sum()) for table in folded.tables.values())
