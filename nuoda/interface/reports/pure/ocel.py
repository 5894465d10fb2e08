"""An object-centric event log in OCEL 2.0 (JSON): how entries and dossiers become events and objects.

Ids and codes only. Source of the format: the public OCEL 2.0 specification (ocel-standard.org): four lists `objectTypes`,
`eventTypes`, `objects`, `events`; types declare their attributes (string, time, integer, float, boolean); an event has id, type,
time, attributes and relationships (objectId, qualifier); an object's attributes carry the time from which they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson

Kind = Literal["string", "time", "integer", "float", "boolean"]
EPOCH = "1970-01-01T00:00:00Z"
"""The time of an attribute that never changes, as the specification has it."""
FIXED: dict[str, Kind] = {"recorded_at": "time", "role": "string", "origin": "string", "clauses": "string"}
"""Attributes of every event."""
OBJECTS = {"work_order": "work order", "follow_up": "follow-up", "approval": "approval", "paper": "paper"}
"""Payload fields that name an object of the same case, with the qualifier of the relationship."""


@dataclass(frozen=True, slots=True)
class Object:
    id: str
    type: str
    attributes: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    """Value and the time from which it holds."""
    relationships: tuple[tuple[str, str], ...] = ()
    """(id of the other object, qualifier)."""

    def plain(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "attributes": [
                {"name": name, "value": value, "time": since} for name, (value, since) in self.attributes.items()
            ],
            "relationships": [{"objectId": other, "qualifier": how} for other, how in self.relationships],
        }


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    type: str
    time: str
    attributes: Mapping[str, Any]
    relationships: tuple[tuple[str, str], ...]

    def plain(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "time": self.time,
            "attributes": [{"name": name, "value": value} for name, value in self.attributes.items()],
            "relationships": [{"objectId": other, "qualifier": how} for other, how in self.relationships],
        }


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event(
    *, id: UUID, type: str, happened_at: datetime, recorded_at: datetime, role: str, origin: str,  # noqa: A002
    clauses: Iterable[str], facts: Mapping[str, Any], payload: Mapping[str, Any], declared: Mapping[str, Kind],
    links: Iterable[tuple[UUID | None, str]],
) -> Event:  # fmt: skip
    """One entry as an event. Of its facts only what the subject declares is told; relationships are named once each."""
    attributes: dict[str, Any] = {
        "recorded_at": stamp(recorded_at), "role": role, "origin": origin, "clauses": " ".join(clauses),
    }  # fmt: skip
    for name, kind in declared.items():
        value = facts.get(name)
        if value is not None and _is(value, kind):
            attributes[name] = value
    related: dict[tuple[str, str], None] = {(str(one), how): None for one, how in links if one is not None}
    for name, how in OBJECTS.items():
        if _is_id(payload.get(name)):
            related[str(payload[name]), how] = None
    return Event(str(id), type, stamp(happened_at), attributes, tuple(related))


def _is(value: Any, kind: Kind) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _is_id(value: Any) -> bool:
    try:
        return value is not None and bool(UUID(str(value)))
    except ValueError:
        return False


def document(
    object_types: Mapping[str, Mapping[str, Kind]], event_types: Mapping[str, Mapping[str, Kind]],
    objects: Iterable[Object], events: Iterable[Event],
) -> Iterator[bytes]:  # fmt: skip
    """The log piece by piece: nothing is held but one object or event at a time."""
    yield b'{"objectTypes":' + orjson.dumps(_types(object_types))
    yield b',\n"eventTypes":' + orjson.dumps(_types(event_types))
    yield b',\n"objects":['
    yield from _list(one.plain() for one in objects)
    yield b'],\n"events":['
    yield from _list(one.plain() for one in events)
    yield b"]}\n"


def _types(types: Mapping[str, Mapping[str, Kind]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes.items()]}
        for name, attributes in types.items()
    ]


def _list(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    first = True
    for row in rows:
        yield (b"\n" if first else b",\n") + orjson.dumps(row)
        first = False
