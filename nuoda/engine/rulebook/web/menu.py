"""Menu entries of the rulebook."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.ui.pure.menu import Item, register

STAFF = frozenset(
    {
        "agent",
        "service_manager",
        "technician",
        "quality_supervisor",
        "hq_support",
        "dealer_manager",
        "director",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
)
"""The regulation bound to their work is open to all of them."""


AUTHORS = frozenset({"service_manager", "quality_supervisor", "hq_support", "director", "system_admin"})
"""Who writes regulations."""


def fill() -> None:
    register(Item("rulebook", _("Regulations"), "rulebook:regulations", "book", STAFF, "rules", 10))
    register(Item("reader", _("Read a regulation"), "rulebook:reader", "scan", AUTHORS, "rules", 14))
