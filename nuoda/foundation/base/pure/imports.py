"""What can be read in from files: tables that rooms declare, and sources that do their own reading.

    imports.register(imports.Source("incidents", _("incidents"), run))

`nuoda import TYPE FILE` and the import pages look up what is registered here; rooms register in their `apps.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from .actors import Actor

Outcome = Literal["created", "updated", "unchanged"]
Kind = Literal["text", "date", "int", "money", "choice", "decimal"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a table.

    `label` is its (lazily translated) head; `aliases` are further heads it is known by; `choices` are (code, label)
    pairs, accepted as
    either; `limit` is the most characters of a text. Money is written in yuan and taken as fen.
    """

    key: str
    label: Any
    kind: Kind = "text"
    required: bool = False
    example: str = ""
    hint: Any = ""
    choices: Sequence[tuple[str, Any]] = ()
    aliases: Sequence[str] = ()
    limit: int = 200


Take = Callable[[Actor, datetime, Mapping[str, Any]], Outcome]
"""(actor, at, values by key; empty ones are None) → what became of the row; raises Refused."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A kind of row that files bring: each row is taken by itself, found again by its own key, never doubled."""

    type: str
    label: Any
    fields: Sequence[Field]
    take: Take
    may: Callable[[Actor], bool]
    order: int = 100


@dataclass(slots=True)
class Problem:
    """Why a row (its number in the file, from 1; 0: the whole file) was not taken, and what to do about it."""

    row: int
    column: str
    value: str
    cause: str
    fix: str


@dataclass(slots=True)
class Report:
    """What became of a file. `more` holds a source's own figures by code, `words` what to call them."""

    total: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line gives to a source. `progress(done, total)` may be called as often as one likes."""

    dry_run: bool = False
    mapping: Path | None = None
    """A file that says which column means what, for sources that need one."""
    failed: Path | None = None
    """Where the rows that were not taken are to be written."""
    progress: Callable[[int, int], None] = lambda done, total: None


Run = Callable[[Path, Actor, Options], Report]


@dataclass(frozen=True, slots=True)
class Source:
    """Something that `nuoda import` reads: opens its own scopes (`base.access.scoped`), may be run twice without
    doubling."""

    type: str
    label: Any
    run: Run


_tables: dict[str, Table] = {}
_sources: dict[str, Source] = {}
TABLES: Mapping[str, Table] = MappingProxyType(_tables)
SOURCES: Mapping[str, Source] = MappingProxyType(_sources)


def register(source: Source) -> Source:
    """Declare a source for the command line; a second one of the same type is a mistake."""
    known = _sources.setdefault(source.type, source)
    if known.run is not source.run:
        raise ValueError(f"import type {source.type!r} is registered twice")
    return known


def table(declared: Table) -> Table:
    """Declare a table for the import pages; a second one of the same type is a mistake."""
    known = _tables.setdefault(declared.type, declared)
    if known.take is not declared.take:
        raise ValueError(f"import table {declared.type!r} is declared twice")
    return known


def tables(actor: Actor) -> list[Table]:
    """The tables that the actor may bring in, in order."""
    return sorted((row for row in _tables.values() if row.may(actor)), key=lambda row: (row.order, row.type))
