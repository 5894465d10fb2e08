"""Entries of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item
from nuoda.foundation.ui.pure.menu import register as add

from ..access import KEEPERS, STAFF


def register() -> None:
    add(Item("customers", _("Customers"), "customers:customers", "building", roles=STAFF, group="records", order=10))
    add(
        Item(
            "installed", _("Machines"), "customers:installed", "device-desktop", roles=STAFF, group="records", order=20
        )
    )
    add(
        Item("products", _("Products"), "customers:models", "package", roles=STAFF | KEEPERS, group="records", order=30)
    )
    add(Item("imports", _("Imports"), "customers:imports", "upload", roles=KEEPERS, group="admin", order=60))
