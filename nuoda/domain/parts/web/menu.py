"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item
from nuoda.foundation.ui.pure.menu import register as add

from ..access import READERS


def register() -> None:
    add(Item("parts", _("Parts"), "parts:parts", "tool", roles=READERS, group="records", order=40))
