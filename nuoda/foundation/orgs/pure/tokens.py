"""Secrets that open something: how they are drawn and in what form they are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

API_PREFIX = "nuoda_"
"""Begins every API token, so that scanners find one that leaked."""


def draw() -> str:
    """A fresh secret of 256 bits, fit for addresses."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """The form in which a secret is kept. No salt: 256 random bits cannot be guessed from their hash."""
    return hashlib.sha256(token.encode()).digest()


_scopes: dict[str, Any] = {}
SCOPES: Mapping[str, Any] = MappingProxyType(_scopes)
"""What an API token may be narrowed to: code → lazily translated label."""


_allows: dict[str, Callable[[frozenset[str]], bool]] = {}


def register_scope(code: str, label: Any, allows: Callable[[frozenset[str]], bool] | None = None) -> None:
    """Declare a scope ('tickets:write'); rooms do so in their `apps.ready()`. `allows`: whether somebody with these roles can do
    anything in it (None: everybody can)."""
    _scopes[code] = label
    if allows is not None:
        _allows[code] = allows


def scopes_of(roles: frozenset[str]) -> dict[str, Any]:
    """The scopes in which somebody with these roles can do anything."""
    return {code: label for code, label in _scopes.items() if code not in _allows or _allows[code](roles)}
