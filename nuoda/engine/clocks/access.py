"""Who may do what with deadlines and calendars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from nuoda.foundation.base.pure.actors import Actor

EVERYTHING_OWED = ("service_manager", "quality_supervisor", "hq_support", "director")
"""Roles that see everybody's duties of the company as theirs to watch."""

WATCHERS = (*EVERYTHING_OWED, "dealer_manager")
"""Roles that see what others let pass: in the company, or at their dealer."""

ONE_PER_COMPANY = frozenset({"hq_support", "quality_supervisor", "director"})
"""Roles that dealers do not have: their duties are about everybody's cases."""

READERS = frozenset(
    {
        "agent", "service_manager", "technician", "dealer_manager", "hq_support", "quality_supervisor", "director",
        "customer_contact",
    }
)  # fmt: skip
"""Roles that have to do with cases (administrators have not: docs/decisions/0023); what each sees of them is `visible_to`."""


def may_waive(actor: Actor) -> bool:
    """An exception to a clause is granted by those who answer for its keeping, never by who owes it."""
    return actor.reach in ("company", "system") and actor.has("service_manager", "quality_supervisor", "director")


def owes(actor: Actor, *, role: str, person_id: UUID | None, dealer_id: UUID | None) -> bool:
    """Whether what somebody owes by person, or by a role at an organisation, is the actor's own."""
    if person_id is not None:
        return person_id == actor.person_id
    return actor.has(role) and (role in ONE_PER_COMPANY or dealer_id == actor.dealer_id)


def may_edit_calendars(actor: Actor) -> bool:
    return actor.reach in ("company", "system") and actor.has("system_admin", "service_manager")


def may_supervise(actor: Actor) -> bool:
    """See what was recorded late, and the calendars."""
    return actor.reach in ("company", "system") and actor.has(*EVERYTHING_OWED, "system_admin", "audit_admin")


VERBS: Mapping[str, Callable[[Actor], bool]] = {
    "deadline.waive": may_waive,
    "calendar.edit": may_edit_calendars,
    "late.list": may_supervise,
}
