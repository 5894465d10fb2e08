"""Kinds of dossier: what numbered things there are, and where their pages live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of numbered thing: `prefix` begins its numbers (TK-2026-000123), `label` is a lazily translated noun.

    `inward` kinds (approvals) never carry a customer: what the company decides among its people is not on a customer's timeline.
    """

    code: str
    prefix: str
    label: Any
    inward: bool = False


_kinds: dict[str, Kind] = {}
_addresses: dict[str, str] = {}
_wider: dict[str, Callable[[Any], Any]] = {}
KINDS: Mapping[str, Kind] = MappingProxyType(_kinds)


def register(code: str, *, prefix: str, label: Any, inward: bool = False) -> Kind:
    """Declare a kind; raises ValueError when code or prefix is taken by another."""
    kind = Kind(code, prefix, label, inward)
    for other in _kinds.values():
        if (other.code == code or other.prefix == prefix) and (other.code, other.prefix) != (code, prefix):
            raise ValueError(f"dossier kind {code!r} ({prefix}) collides with {other.code!r} ({other.prefix})")
    _kinds[code] = kind
    return kind


def inward() -> list[str]:
    """Kinds of the company's own matters."""
    return [kind.code for kind in _kinds.values() if kind.inward]


def address(code: str, url_name: str) -> None:
    """Name the page of a kind; the url takes the dossier's number as `number`."""
    _addresses[code] = url_name


def url_name(code: str) -> str | None:
    """Name of the page of a kind, or None when it has no page of its own."""
    return _addresses.get(code)


def widen(code: str, customers: Callable[[Any], Any]) -> None:
    """Let whoever knows the customer read the folders of a kind (cards), as the database's policy `cards` does.

    `customers(actor)` gives the ids of customers that an actor of a narrow reach knows: a query of one column, or None for nobody.
    """
    _wider[code] = customers


def wider() -> Mapping[str, Callable[[Any], Any]]:
    """Kinds that are open beyond their own dealer and case, each with the customers that open it."""
    return MappingProxyType(_wider)
