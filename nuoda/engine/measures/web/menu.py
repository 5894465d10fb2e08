"""Menu entries of the measures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

from ..access import READERS


def fill() -> None:
    register(Item("indicators", _("Indicators"), "measures:indicators", "chart-line", READERS, "figures", 20))
