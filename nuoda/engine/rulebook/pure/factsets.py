"""Fact sets: the rows over which indicators are computed.

An app declares a `FactSet` in its `facts.py` and registers it in `ready()`: one row for each dossier of a kind (repairs,
complaints, ratings …), typed columns that conditions of indicators may name, and where the database reads them.
Conditions are type-checked against the columns when a policy is loaded; the figures are computed in
`nuoda.engine.measures`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .facts import FactType, Subject

UNITS = ("company", "dealer", "team", "technician")
"""By whom a figure can be told apart; 'company' is the whole that the actor may see."""
NUMBERS = ("int", "decimal")


@dataclass(frozen=True)
class FactSet:
    """A published set of rows. Every row has one dossier (path `dossier`), which is what a figure opens."""

    name: str
    label: Mapping[str, str]
    columns: Mapping[str, FactType]
    dated: str
    """The moment column that says in which period a row lies, unless an indicator names another one."""
    rows: Callable[[Any], Any]
    """Actor → query set of the rows he may see, one per dossier; nothing is filtered by time here."""
    reads: Callable[[Any], Mapping[str, Any]]
    """Actor → for each column the field path or expression that the database computes it from."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit ('dealer', 'team', 'technician') → field path or name of a read expression with its id."""
    measured_in: Mapping[str, str] = field(default_factory=dict)
    """Number column → what its numbers count: 'min' (elapsed minutes), 'score' (1–5); others are plain numbers."""

    @cached_property
    def subject(self) -> Subject:
        """The columns as conditions see them."""
        return Subject(self.name, self.label, self.columns)


FACT_SETS: dict[str, FactSet] = {}
"""Published fact sets by name, filled by the apps' `ready()`."""


def publish(facts: FactSet) -> FactSet:
    """Make a fact set known; a second, different declaration of the name is a bug."""
    if facts.columns[facts.dated].kind != "moment":
        raise ValueError(f"{facts.name} is dated by {facts.dated!r}, which is no moment")
    if strange := {*facts.units} - {*UNITS}:
        raise ValueError(f"{facts.name} has strange units: {strange}")
    if FACT_SETS.setdefault(facts.name, facts) != facts:
        raise ValueError(f"fact set {facts.name!r} is declared twice")
    return facts
