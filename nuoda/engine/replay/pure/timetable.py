"""A book as columns ask it: which clocks are in force between which moments, and whose calendar counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import numpy as np

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from .columns import Codes
from .working import Ints, Working, micros


@dataclass(slots=True)
class Placed:
    """A clock of one version, with the editions of the book it stands in."""

    bound: BoundRule
    editions: set[int]


@dataclass(frozen=True, slots=True)
class Timetable:
    """The clocks of a book. Edition 0 lies before the first moment; edition n begins at the n-th."""

    moments: Ints
    clocks: Mapping[str, Sequence[Placed]]
    """By the stable name of the rule: its versions."""
    turns: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By name of the rule: moments at which a version makes something of open deadlines."""

    @classmethod
    def of(
        cls, editions: Sequence[tuple[datetime, Iterable[BoundRule]]], turns: Mapping[str, Sequence[datetime]]
    ) -> Timetable:
        """From the rules that hold from each moment on; what lies before the first one has no rules."""
        clocks: dict[str, dict[UUID, Placed]] = {}
        for number, (_, rules) in enumerate(editions, 1):
            for bound in rules:
                if isinstance(bound.rule, ClockRule):
                    versions = clocks.setdefault(bound.ref, {})
                    versions.setdefault(bound.version_id, Placed(bound, set())).editions.add(number)
        return cls(
            np.array([micros(moment) for moment, _ in editions], np.int64),
            {ref: list(versions.values()) for ref, versions in clocks.items()},
            {ref: [micros(moment) for moment in moments] for ref, moments in turns.items()},
        )

    def edition(self, judged: Ints) -> Ints:
        """The edition in force at each moment."""
        return np.searchsorted(self.moments, judged, side="right")


class Valid(Protocol):
    """A version of a calendar and the time it holds (`clocks.queries` has them)."""

    @property
    def dealer_id(self) -> UUID | None: ...
    @property
    def valid_from(self) -> datetime: ...
    @property
    def valid_until(self) -> datetime | None: ...
    @property
    def calendar(self) -> Calendar: ...


class Calendars:
    """Whose calendar counts, for columns of starts: what `clocks.queries.Ruling.calendar` answers for one."""

    def __init__(self, valid: Iterable[Valid]) -> None:
        self.working: list[Working] = []
        self._versions: dict[str, list[tuple[int, int | None, int]]] = {}
        for item in valid:
            owner = "" if item.dealer_id is None else str(item.dealer_id)
            until = None if item.valid_until is None else micros(item.valid_until)
            self._versions.setdefault(owner, []).append((micros(item.valid_from), until, len(self.working)))
            self.working.append(Working(item.calendar))

    def pick(self, dealers: Sequence[str], dealer: Codes, at: Ints, *, own: bool) -> Ints:
        """Place in `working` of the calendar that counts for each start; raises LookupError where there is none."""
        found = self._of("", at)
        if own:
            for code, name in enumerate(dealers):
                if name and name in self._versions:
                    mine = np.flatnonzero(dealer == code)
                    theirs = self._of(name, at[mine])
                    found[mine] = np.where(theirs >= 0, theirs, found[mine])
        if found.size and int(found.min()) < 0:
            raise LookupError("the company has no working calendar")
        return found

    def _of(self, owner: str, at: Ints) -> Ints:
        found = np.full(at.shape, -1, np.int64)
        versions = self._versions.get(owner, ())
        for since, until, place in reversed(versions):
            holds = at >= since
            if until is not None:
                holds &= at < until
            found[holds] = place
        if versions and not owner:
            found[(found < 0) & (at < versions[0][0])] = versions[0][2]
        return found
