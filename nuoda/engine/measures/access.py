"""Who reads figures, and who restates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nuoda.foundation.base.pure.actors import Actor

READERS = frozenset(
    {"service_manager", "quality_supervisor", "hq_support", "dealer_manager", "director", "audit_admin"}
)
"""Who answers for figures or supervises them; a dealer's manager reads those of his own dealer."""
TITLED = READERS - {"audit_admin"}
"""Those of them who may read what a case is about; an administrator sees its number and how it counts (decision 0023)."""
RESTATERS = frozenset({"quality_supervisor", "director"})


def may_read(actor: Actor) -> bool:
    return actor.reach in ("company", "system", "dealer") and (actor.reach == "system" or actor.has(*READERS))


def may_restate(actor: Actor) -> bool:
    """A closed figure is restated by those who answer for its being right, never by those whom it measures."""
    return actor.reach == "company" and actor.has(*RESTATERS)


VERBS: Mapping[str, Callable[[Actor], bool]] = {"figure.read": may_read, "figure.restate": may_restate}
