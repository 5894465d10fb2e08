"""Who may do what with follow-ups."""

from __future__ import annotations

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours

DESK = frozenset({"agent", "service_manager", "hq_support", "dealer_manager"})
MENDERS = frozenset({"agent", "service_manager", "quality_supervisor", "dealer_manager"})
"""Roles that speak with a dissatisfied customer."""
READERS = DESK | {"quality_supervisor", "director"}
COUNTERS = READERS | {"audit_admin"}
"""Roles whose figures count follow-ups; a figure names nobody."""

VERBS: dict[str, frozenset[str]] = {
    "attempt": DESK | {"quality_supervisor"},
    "record": DESK | {"quality_supervisor"},
    "cancel": frozenset({"service_manager", "dealer_manager"}),
    "contact": MENDERS,
    "read": READERS,
}


def may(actor: Actor, verb: str) -> bool:
    """Customers and technicians have no part in follow-ups: whoever is rated does not ask for the rating."""
    return actor.reach in ("company", "dealer", "system") and actor.has(*VERBS[verb])


def require(actor: Actor, verb: str) -> None:
    """Raises NotYours to whom the verb does not exist."""
    if not may(actor, verb):
        raise NotYours
