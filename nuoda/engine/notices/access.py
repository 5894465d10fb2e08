"""Who may do what with notices and channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nuoda.foundation.base.pure.actors import Actor


def own(actor: Actor) -> bool:
    """One's own notices and preferences."""
    return actor.person_id is not None


def administrator(actor: Actor) -> bool:
    """Channels carry the company's words out of the house."""
    return actor.has("system_admin")


MAY: Mapping[str, Callable[[Actor], bool]] = {"read": own, "prefer": own, "channels": administrator}
