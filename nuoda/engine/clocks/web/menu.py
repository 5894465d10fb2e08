"""Menu entries of the clocks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

SUPERVISORS = frozenset({"service_manager", "quality_supervisor", "hq_support", "director"})
KEEPERS = frozenset({"service_manager", "quality_supervisor", "hq_support", "director", "system_admin", "audit_admin"})
EDITORS = frozenset({"system_admin", "service_manager"})


def fill() -> None:
    register(Item("late", _("Recorded late"), "clocks:late", "history", SUPERVISORS, "figures", 40))
    register(Item("calendars", _("Working calendars"), "clocks:calendars", "calendar", KEEPERS, "admin", 40))
