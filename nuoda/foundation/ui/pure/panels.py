"""Panels: blocks that apps put on pages of others from above (home, a record's rail, its sections).

A lower page never knows who contributes; it names a place (`home`, `ticket.rail`) and shows what is registered there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from .menu import EVERYONE, allowed


class Viewer(Protocol):
    """What a panel asks of an actor."""

    @property
    def roles(self) -> frozenset[str]: ...


Load = Callable[[Any, datetime, Any], Mapping[str, Any] | None]
"""(actor, at, subject) → context of the template, or None when there is nothing to show."""


@dataclass(frozen=True, slots=True)
class Panel:
    """`place` + `key` is unique; `template` gets `actor`, `at`, `subject` and what `load` returns. `wide` panels take
    the whole width of a home page."""

    place: str
    key: str
    label: Any
    template: str
    load: Load
    roles: frozenset[str] = EVERYONE
    icon: str = ""
    order: int = 100
    wide: bool = False


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> Panel:
    """Adds a panel; another one under the same place and key is a mistake."""
    key = (panel.place, panel.key)
    if _panels.get(key, panel) != panel:
        raise ValueError(f"panel {panel.place}/{panel.key} is registered twice")
    _panels[key] = panel
    return panel


def unregister(place: str, key: str) -> None:
    """Takes a panel out again (tests)."""
    _panels.pop((place, key), None)


def at_place(place: str, viewer: Viewer) -> list[Panel]:
    """The panels of a place for a viewer, in order."""
    seen = (panel for panel in _panels.values() if panel.place == place and allowed(panel.roles, viewer.roles))
    return sorted(seen, key=lambda panel: (panel.order, panel.key))
