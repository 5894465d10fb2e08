"""Which kinds of folder are matters of a customer (tickets, orders), so that open ones are counted and shown to
whoever speaks with him."""

from __future__ import annotations

_kinds: dict[str, None] = {}


def register(kind: str) -> None:
    """Make a kind of dossier a matter; rooms above do this in their `apps.ready()`. Root dossiers of the kind count."""
    _kinds[kind] = None


def unregister(kind: str) -> None:
    """Take it out again (tests)."""
    _kinds.pop(kind, None)


def kinds() -> tuple[str, ...]:
    return tuple(_kinds)
