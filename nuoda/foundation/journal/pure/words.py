"""How events are called on timelines: each app says it of its own, in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EventWord:
    """`label` is a lazily translated phrase, `icon` a symbol of the sprite, `tone` a meaning of the palette."""

    label: Any
    icon: str = "circle-dot"
    tone: str = "neutral"


_words: dict[str, EventWord] = {}


def register(words: Mapping[str, EventWord]) -> None:
    """Name event types; a later registration of the same type replaces the earlier."""
    _words.update(words)


def word(event_type: str) -> EventWord:
    """The word of an event type; a type nobody named shows its own name."""
    return _words.get(event_type) or EventWord(event_type)


def unnamed(types: frozenset[str]) -> frozenset[str]:
    """Types that nobody named (a house test keeps this empty)."""
    return types - frozenset(_words)
