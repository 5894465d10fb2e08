"""Menu entries of the reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

from ..access import EVIDENCE, SUPERVISORS, WATCHERS


def fill() -> None:
    register(Item("compliance", _("Compliance board"), "reports:board", "report-analytics", WATCHERS, "rules", 5))
    register(Item("bundles", _("Evidence and event logs"), "reports:bundles", "archive", EVIDENCE, "rules", 60))
    register(Item("process", _("Process map"), "reports:process", "sitemap", WATCHERS, "figures", 30))
    register(Item("findings", _("Clock integrity"), "reports:findings", "shield-check", SUPERVISORS, "figures", 35))
