"""Who may do what with papers and attachments. Seeing the dossier comes first: what is unseen is not found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nuoda.foundation.base.pure.actors import Actor

_STAFF = ("agent", "technician", "service_manager", "dealer_manager", "hq_support")
READERS = frozenset(_STAFF) | {"quality_supervisor", "director", "customer_contact"}
"""Roles that have to do with cases; administrators do not read what lies in them (docs/decisions/0023)."""
FILE_READERS = READERS | {"audit_admin"}
"""Roles that open files: the audit administrator those that show that a duty of the company was done, and no others."""
_MANAGERS = ("service_manager", "dealer_manager", "hq_support")


def staff(actor: Actor) -> bool:
    return actor.has(*_STAFF)


def manager(actor: Actor) -> bool:
    return actor.has(*_MANAGERS)


def anybody(actor: Actor) -> bool:
    """Whoever sees the dossier: a customer attaches a photo and signs too."""
    return actor.reach == "system" or actor.person_id is not None


def overseer(actor: Actor) -> bool:
    """Erasing personal data on request of the person it is about."""
    return actor.has("security_admin")


MAY: Mapping[str, Callable[[Actor], bool]] = {
    "draft": staff,
    "issue": staff,
    "sign": anybody,
    "amend": staff,
    "void": manager,
    "erase": overseer,
    "attach": anybody,
    "remove": manager,
}
