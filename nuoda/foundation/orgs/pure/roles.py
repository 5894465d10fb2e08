"""Roles of the business, and how far each sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Reach


@dataclass(frozen=True, slots=True)
class Role:
    code: str
    label: Any
    reach: Reach
    """Reach of somebody who holds it in the company itself; a dealer's people never reach beyond their dealer."""
    at_dealer: bool = False
    """Whether a dealer's person may hold it."""
    exclusive: bool = False
    """The three administrators exclude each other (三员分立)."""


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("agent", _("customer service agent"), "company", at_dealer=True),
        Role("service_manager", _("service manager"), "company", at_dealer=True),
        Role("technician", _("technician"), "technician", at_dealer=True),
        Role("quality_supervisor", _("quality supervisor"), "company"),
        Role("hq_support", _("HQ after-sales support"), "company"),
        Role("dealer_manager", _("dealer's manager"), "dealer", at_dealer=True),
        Role("director", _("director"), "company"),
        Role("system_admin", _("system administrator"), "company", exclusive=True),
        Role("security_admin", _("security administrator"), "company", exclusive=True),
        Role("audit_admin", _("audit administrator"), "company", exclusive=True),
        Role("customer_contact", _("customer contact"), "customer"),
    )
}
EXCLUSIVE = tuple(code for code, role in ROLES.items() if role.exclusive)


def reach_of(codes: frozenset[str], *, dealer: bool, customer: bool) -> Reach:
    """How far a person sees: the widest of the roles, never beyond the dealer or customer the person belongs to."""
    if customer:
        return "customer"
    reaches = {ROLES[code].reach for code in codes if code in ROLES}
    if dealer:
        return "dealer" if reaches - {"technician"} else "technician"
    if "company" in reaches:
        return "company"
    return "technician"
