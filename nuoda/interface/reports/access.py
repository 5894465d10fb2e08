"""Who reads what the company kept and missed."""

from __future__ import annotations

from nuoda.foundation.base.pure.actors import Actor

WATCHERS = frozenset(
    {"service_manager", "quality_supervisor", "hq_support", "director", "dealer_manager", "audit_admin"}
)
"""Roles that read the figures, each as far as it sees: a dealer's manager his own dealer's only."""

READERS = WATCHERS - {"audit_admin"}
"""Those of them who may read what a matter is about: an administrator sees figures, numbers and hashes (decision 0023)."""

SUPERVISORS = frozenset({"service_manager", "quality_supervisor", "director", "audit_admin"})
"""Roles that see what looks wrong about the clocks, with the names of those who did it."""

EVIDENCE = frozenset({"service_manager", "quality_supervisor", "director", "audit_admin"})
"""Roles that take proofs and event logs out of the house."""


def may_watch(actor: Actor) -> bool:
    return actor.reach in ("company", "dealer", "system") and (actor.reach == "system" or actor.has(*WATCHERS))


def may_supervise(actor: Actor) -> bool:
    """The whole company only: nobody looks into the figures about his own house."""
    return actor.reach == "system" or (actor.reach == "company" and actor.has(*SUPERVISORS))


def may_mark(actor: Actor) -> bool:
    """Say that a finding was looked at; who audits reads only."""
    return actor.reach == "company" and actor.has("service_manager", "quality_supervisor", "director")


def may_prove(actor: Actor) -> bool:
    return actor.reach == "system" or (actor.reach == "company" and actor.has(*EVIDENCE))
