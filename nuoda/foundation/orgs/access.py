"""Who may do what among people. Plain predicates; the system may everything."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.actors import Actor

from .pure.roles import EXCLUSIVE, ROLES

DEALER_OWN = frozenset({"agent", "technician", "service_manager"})
"""Roles that a dealer's manager gives to his own people."""


def sees_people(actor: Actor) -> bool:
    """Whether the lists of people are for this actor: everybody but technicians and customers."""
    return actor.reach in ("company", "dealer", "system")


def manages_company(actor: Actor) -> bool:
    """Departments, teams, dealers, the company's card."""
    return actor.has("system_admin")


def manages_person(actor: Actor, *, dealer_id: UUID | None, roles: frozenset[str]) -> bool:
    """Invite, change, deactivate: the system administrator; a dealer's manager his own people.

    Whoever holds an administrator's role is in the hands of the security administrator alone: who may change an administrator's e-mail
    address could take the account over.
    """
    if actor.reach == "system":
        return True
    if roles & set(EXCLUSIVE):
        return actor.has("security_admin")
    if actor.has("system_admin"):
        return True
    return actor.has("dealer_manager") and dealer_id is not None and dealer_id == actor.dealer_id


def grants(actor: Actor, role: str, *, dealer_id: UUID | None, first_security: bool = False) -> bool:
    """Give or take a role: the security administrator every one, the system administrator those of the business, a dealer's manager
    some to his own people. While a company has no security administrator, the system administrator appoints the first."""
    if actor.reach == "system" or actor.has("security_admin"):
        return True
    if ROLES[role].exclusive:
        return role == "security_admin" and first_security and actor.has("system_admin")
    if actor.has("system_admin"):
        return True
    return actor.has("dealer_manager") and dealer_id is not None and dealer_id == actor.dealer_id and role in DEALER_OWN


def runs_staff(actor: Actor, *, dealer_id: UUID | None) -> bool:
    """Qualifications and leave of others: the service manager or manager of the same organisation, HQ support for everybody."""
    if actor.has("hq_support", "system_admin"):
        return True
    same = dealer_id == actor.dealer_id
    return same and actor.has("service_manager", "dealer_manager")
