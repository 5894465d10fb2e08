"""Menu entries of the reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

from ..access import WATCHERS


def fill() -> None:
    register(Item("compliance", _("Compliance board"), "reports:board", "report-analytics", WATCHERS, "rules", 5))
