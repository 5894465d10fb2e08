"""What a duty is about: the company, each dealer, each team, each holder of a role, or subjects that apps offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Unit:
    """`id` None: the company itself. `person_id`: who owes it himself; `since`: when it began to be (None: always was)."""

    id: UUID | None
    name: str
    dealer_id: UUID | None = None
    person_id: UUID | None = None
    since: datetime | None = None


Provider = Callable[[UUID, datetime], Iterable[Unit]]
"""(company, moment) → its units at that moment; runs in the scope of the whole company."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject, with its label and the field of an event's payload that names one."""

    code: str
    label: Any
    units: Provider
    field: str


_kinds: dict[str, Kind] = {}
KINDS: Mapping[str, Kind] = MappingProxyType(_kinds)
OWN = ("company", "organisation", "dealer", "team", "person")
"""Kinds of this room; the others are offered by apps above."""


def register(kind: Kind) -> Kind:
    """Let cadences speak of a kind of subject; ValueError when the name is taken."""
    if kind.code in OWN or _kinds.get(kind.code, kind).code != kind.code:
        raise ValueError(f"a kind {kind.code!r} of what duties are about is there already")
    _kinds[kind.code] = kind
    return kind
