"""The menu: what each app puts into it from its `apps.ready()`, filtered by role when a page is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Place = Literal["side", "phone", "user"]

EVERYONE = frozenset({"*"})
"""Any person who is logged in."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: `key` is unique and is what a page names as its `menu`; `group` is one of `GROUPS`; `icon` is a
    symbol of the sprite; `order` sorts inside the group."""

    key: str
    label: Any
    url_name: str
    icon: str
    roles: frozenset[str] = EVERYONE
    group: str = "work"
    order: int = 100
    place: Place = "side"


GROUPS = ("work", "records", "rules", "figures", "admin")
"""Groups of the side menu, top to bottom; their words stand in `web/shell.py`."""

_items: dict[str, Item] = {}


def register(item: Item) -> Item:
    """Adds an entry; the same entry may come twice (reload), another one under its key is a mistake."""
    if item.group not in GROUPS:
        raise ValueError(f"menu item {item.key}: no group {item.group!r}")
    if _items.get(item.key, item) != item:
        raise ValueError(f"menu item {item.key} is registered twice")
    _items[item.key] = item
    return item


def unregister(key: str) -> None:
    """Takes an entry out again (tests)."""
    _items.pop(key, None)


def items(place: Place, roles: Iterable[str]) -> list[Item]:
    """The entries of a place that a holder of these roles sees, in order."""
    held = frozenset(roles)
    seen = (item for item in _items.values() if item.place == place and allowed(item.roles, held))
    return sorted(seen, key=lambda item: (GROUPS.index(item.group), item.order, item.key))


def allowed(asked: frozenset[str], held: frozenset[str]) -> bool:
    """Whether someone who holds `held` may pass where `asked` is asked for."""
    return "*" in asked or not asked.isdisjoint(held)
