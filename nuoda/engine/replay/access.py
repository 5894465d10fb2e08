"""Who may try a regulation on the past, and run it in shadow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nuoda.foundation.base.pure.actors import Actor

READERS = frozenset({"director", "quality_supervisor", "service_manager"})
"""Who keeps or supervises the regulations, and reads what a trial found: it names cases of the whole company."""
TRIERS = frozenset({"director", "quality_supervisor"})


def may_read(actor: Actor) -> bool:
    return actor.reach in ("company", "system") and actor.has(*READERS)


def may_try(actor: Actor) -> bool:
    """Ask for a replay, and stop it."""
    return actor.reach in ("company", "system") and actor.has(*TRIERS)


def may_shadow(actor: Actor) -> bool:
    """Start and stop a shadow run."""
    return may_try(actor)


VERBS: Mapping[str, Callable[[Actor], bool]] = {
    "replay.read": may_read,
    "replay.ask": may_try,
    "replay.cancel": may_try,
    "shadow.start": may_shadow,
    "shadow.stop": may_shadow,
}
