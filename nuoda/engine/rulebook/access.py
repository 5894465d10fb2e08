"""Who may do what with the rulebook."""

from __future__ import annotations

from nuoda.foundation.base.pure.actors import Actor

KEEPERS = ("director", "system_admin")
DRAFTERS = ("service_manager", "quality_supervisor", "hq_support", *KEEPERS)
"""Who works on drafts, and so sees them."""


def may_draft(actor: Actor) -> bool:
    """Write and read drafts: people of the company itself, whose duty the regulations are."""
    return actor.reach in ("company", "system") and actor.has(*DRAFTERS)


def may_publish(actor: Actor) -> bool:
    return actor.has(*KEEPERS)


def may_adopt(actor: Actor) -> bool:
    """A regulation is put into force by management, not by those who administer the program."""
    return actor.has("director")


def may_see_errors(actor: Actor) -> bool:
    """See which rules could not be judged."""
    return actor.reach in ("company", "system") and (may_lint(actor) or actor.has("audit_admin"))


def may_lint(actor: Actor) -> bool:
    return actor.has("service_manager", "quality_supervisor", "hq_support", *KEEPERS)
