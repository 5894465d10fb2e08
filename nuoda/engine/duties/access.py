"""Who may do what with duties and audits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from nuoda.foundation.base.pure.actors import Actor

WATCHERS = frozenset({"service_manager", "quality_supervisor", "hq_support", "director", "audit_admin"})
"""Roles that see every duty of the company; a dealer's manager sees those of his dealer."""

READERS = WATCHERS | {"agent", "technician", "dealer_manager"}
"""Roles that clauses may bind to a duty, and who watches over them."""

AUDITORS = frozenset({"quality_supervisor", "service_manager", "director"})
"""Roles that may draw a spot check of their own accord."""


GIVERS = frozenset({"service_manager", "quality_supervisor", "hq_support", "director"})
"""Roles of the company that give what somebody owes to somebody else; at a dealer its managers do."""
HANDERS = GIVERS | {"dealer_manager"}


def staff(actor: Actor) -> bool:
    return actor.reach in ("company", "dealer", "technician", "system") and actor.has(*READERS)


def watch(actor: Actor) -> bool:
    """See what others owe, as far as one sees the company."""
    return actor.has(*WATCHERS, "dealer_manager")


def waive(actor: Actor) -> bool:
    """An exception to a clause is granted by those who answer for its keeping, never by who owes it."""
    return actor.reach in ("company", "system") and actor.has("quality_supervisor", "director")


def hand_over(actor: Actor, dealer_id: UUID | None) -> bool:
    """Give what one of the own people owes to another: who answers for the organisation; the company's managers everywhere."""
    if actor.reach in ("company", "system"):
        return actor.has(*GIVERS)
    return actor.reach == "dealer" and actor.dealer_id == dealer_id and actor.has("service_manager", "dealer_manager")


def draw(actor: Actor) -> bool:
    return actor.reach in ("company", "system") and actor.has(*AUDITORS)


VERBS: Mapping[str, Callable[[Actor], bool]] = {"duty.waive": waive, "audit.draw": draw}
