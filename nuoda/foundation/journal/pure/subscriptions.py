"""Who reacts to what: the up-going half of the house.

An app's `reactions.py` is the one place that lists what happens by itself:

    @on("ticket.reported")
    def tell_the_duty_desk(entry, context): ...

Subscribers run in the recording transaction, in the order in which their apps were loaded (engine before domain); slow or outside work
belongs into a job that they defer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import REGISTRY

if TYPE_CHECKING:
    from ..models import Dossier, Entry


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscriber is given beside the entry; `event` is the very value that was recorded."""

    actor: Actor
    at: datetime
    dossier: Dossier | None
    event: Any
    fresh: bool
    """Whether the dossier was opened in this transaction and this is its first entry: no history to look up."""


Subscriber = Callable[["Entry", Context], None]
_subscribers: dict[str, list[Subscriber]] = {}


def on(*types: str) -> Callable[[Subscriber], Subscriber]:
    """Subscribe to event types; '*' is every event."""

    def subscribe(function: Subscriber) -> Subscriber:
        for name in types:
            rows = _subscribers.setdefault(name, [])
            if function not in rows:
                rows.append(function)
        return function

    return subscribe


def subscribers(event_type: str) -> list[Subscriber]:
    """Subscribers of '*' first (the engine), then those of the type."""
    return [*_subscribers.get("*", ()), *_subscribers.get(event_type, ())]


def subscribed_types() -> frozenset[str]:
    return frozenset(_subscribers) - {"*"}


def unknown_types() -> frozenset[str]:
    """Types somebody waits for and no app declares (a house test keeps this empty)."""
    return subscribed_types() - frozenset(REGISTRY)
