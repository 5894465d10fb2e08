"""Who is meant by a word in a clause's `tell`: the roles of the house, and words that apps explain themselves.

@meaning("assignee")
def assignee(actor, dossier, payload, at): return [person ids]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from nuoda.foundation.base.pure.actors import Actor

Meaning = Callable[[Actor, Any, Mapping[str, Any], datetime], Iterable[UUID]]
"""(actor, dossier, payload of the entry, moment) → ids of persons."""

_meanings: dict[str, Meaning] = {}
MEANINGS: Mapping[str, Meaning] = MappingProxyType(_meanings)

PERSON_FIELDS = ("assignee", "technician", "agent", "person", "to_person", "owner_person")
"""Fields of an event's payload that name a person; 'assignee' means the first of them that is there."""


def meaning(word: str) -> Callable[[Meaning], Meaning]:
    """Explain a word; a later explanation replaces an earlier one."""

    def explain(function: Meaning) -> Meaning:
        _meanings[word] = function
        return function

    return explain


def named(payload: Mapping[str, Any]) -> list[UUID]:
    """The person that the payload itself names."""
    for name in PERSON_FIELDS:
        value = payload.get(name)
        if value:
            return [UUID(str(value))]
    return []
