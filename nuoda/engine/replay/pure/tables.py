"""Deadlines of many cases as columns, one table for each clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np

from nuoda.engine.clocks.pure.values import DeadlineState
from nuoda.engine.rulebook.pure.rules import BoundRule

from .lanes import CAUSES, STATES, Bools
from .working import FAR, Ints, ascending, micros, moment_of


@dataclass(slots=True)
class Deadlines:
    """The deadlines of one clock, as columns; a deadline is named by the place of the happening that started it."""

    ref: str
    versions: list[BoundRule] = field(default_factory=list)
    start: list[Ints] = field(default_factory=list)
    version: list[Ints] = field(default_factory=list)
    round: list[Ints] = field(default_factory=list)
    started: list[Ints] = field(default_factory=list)
    state: list[Ints] = field(default_factory=list)
    cause: list[Ints] = field(default_factory=list)
    due: list[Ints] = field(default_factory=list)
    ended: list[Ints] = field(default_factory=list)
    done: list[Ints] = field(default_factory=list)

    def keep(self, wanted: Callable[[Ints], Bools]) -> None:
        """Let go of the deadlines whose starts are not wanted."""
        for part, start in enumerate(self.start):
            kept = wanted(start)
            for name in ("start", *COLUMNS):
                column = getattr(self, name)
                column[part] = column[part][kept]


COLUMNS = ("version", "round", "started", "state", "cause", "due", "ended", "done")


@dataclass(slots=True)
class Table:
    """The deadlines of one clock by the place of their starts."""

    ref: str
    versions: list[BoundRule]
    start: Ints
    columns: Mapping[str, Ints]


def rows(table: Table) -> Iterator[tuple[int, tuple[object, ...]]]:
    """The deadlines of a table as the fold would tell them: place of the start; version, round, started, state, cause,
    due, ended, done."""
    columns = [table.columns[name].tolist() for name in COLUMNS]
    for start, version, round_, started, state, cause, *moments in zip(table.start.tolist(), *columns, strict=True):
        told = (table.versions[version].version_id, round_, moment_of(started), STATES[state], CAUSES[cause])
        yield start, (*told, *map(moment_of, moments))


def joined(found: Deadlines) -> Table:
    empty = np.zeros(0, np.int64)
    if not found.start:
        return Table(found.ref, found.versions, empty, dict.fromkeys(COLUMNS, empty))
    start = np.concatenate([empty, *found.start])
    order = ascending(start)
    joined = {name: np.concatenate([empty, *getattr(found, name)])[order] for name in COLUMNS}
    return Table(found.ref, found.versions, start[order], joined)


def append(found: Deadlines, d: DeadlineState, places: Mapping[UUID, int]) -> None:
    version = next(n for n, bound in enumerate(found.versions) if bound.version_id == d.version_id)
    values: dict[str, int] = {
        "start": places[d.start_id],
        "version": version,
        "round": d.round,
        "started": micros(d.started_at),
        "state": STATES.index(d.state),
        "cause": CAUSES.index(d.cause),
        "due": _micros(d.due_at),
        "ended": _micros(d.ended_at),
        "done": _micros(d.done_at),
    }
    for name, value in values.items():
        getattr(found, name).append(np.array([value], np.int64))


def _micros(moment: datetime | None) -> int:
    return FAR if moment is None else micros(moment)
