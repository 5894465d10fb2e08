"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

from ..access import READERS


def fill() -> None:
    register(Item("replays", _("Replay"), "replay:replays", "history", READERS, "rules", 40))
    register(Item("shadows", _("Shadow runs"), "replay:shadows", "eye", READERS, "rules", 45))
