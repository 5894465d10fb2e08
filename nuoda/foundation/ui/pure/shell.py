"""Slots of the frame that later floors fill in their `apps.ready()`: search, bell, help, profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Shell:
    """Addresses (url names) of the frame's slots; an empty one hides its slot.

    `unread(actor) -> int` counts what the bell shows. `set_language(actor, code)` keeps a person's choice.
    """

    home: str = ""
    search: str = ""
    bell: str = ""
    help: str = ""
    profile: str = ""
    login: str = "account_login"
    logout: str = "account_logout"
    unread: Callable[[Any], int] | None = None
    set_language: Callable[[Any, str], None] | None = None


shell = Shell()
"""The one frame; apps set its fields."""
