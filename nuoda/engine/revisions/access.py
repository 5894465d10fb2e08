"""Who may do what with drafts, adoptions and readings."""

from __future__ import annotations

from nuoda.engine.rulebook.access import DRAFTERS, may_adopt, may_draft
from nuoda.foundation.base.pure.actors import Actor

WRITERS = frozenset(DRAFTERS)
SUPERVISORS = frozenset({"service_manager", "quality_supervisor", "hq_support", "director", "audit_admin"})
"""Who sees whether everybody has read what changed."""


def supervise(actor: Actor) -> bool:
    return actor.reach in ("company", "system") and actor.has(*SUPERVISORS)


def remind(actor: Actor) -> bool:
    return supervise(actor) and not actor.has("audit_admin")


MAY = {
    "begin": may_draft, "edit": may_draft, "submit": may_draft, "give_back": may_draft, "discard": may_draft,
    "cancel": may_adopt, "supervise": supervise, "remind": remind,
}  # fmt: skip
