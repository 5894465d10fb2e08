"""Events: what apps announce to the journal.

An app declares them in its `events.py`:

    @event("ticket.answered")
    class TicketAnswered:
        '''A person answered the customer for the first time, on any channel.'''
        ticket: UUID
        channel: str

The docstring is the meaning and is shown in `docs/events.md`. Fields are ids, codes, numbers and moments; names,
phones and free text do not belong here (they live in rows that can be erased).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, TypeVar, dataclass_transform
from uuid import UUID

T = TypeVar("T")


class Event(Protocol):
    """Any registered event."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


_registry: dict[str, type[Event]] = {}
REGISTRY: Mapping[str, type[Event]] = MappingProxyType(_registry)
"""Event classes by type name."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str) -> Callable[[type[T]], type[T]]:
    """Class decorator: a frozen, keyword-only dataclass registered under `name`."""

    def declare(cls: type[T]) -> type[T]:
        made: Any = dataclass(frozen=True, kw_only=True)(cls)
        if not (cls.__doc__ or "").strip():
            raise TypeError(f"event {name} has no docstring: say what it means")
        if name in _registry and _registry[name].__qualname__ != made.__qualname__:
            raise TypeError(f"event {name} is declared twice")
        made.type = name
        _registry[name] = made
        return made  # type: ignore[no-any-return]

    return declare


def type_of(happened: Event) -> str:
    """The name under which the event's class was declared."""
    return happened.type  # type: ignore[attr-defined,no-any-return]


def payload(happened: Event) -> dict[str, Any]:
    """The event's fields as JSON values; fields that are None are left out."""
    found = ((item.name, getattr(happened, item.name)) for item in fields(happened))
    return {name: as_json(value) for name, value in found if value is not None}


def as_json(value: Any) -> Any:
    """A value as JSON keeps it: moments in ISO 8601 with offset, ids and decimals as text."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be recorded")
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(item) for item in value]
    return value
