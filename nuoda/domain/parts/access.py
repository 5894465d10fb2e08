"""Who may do what with the catalogue of parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused

READERS = frozenset(
    {
        "agent", "service_manager", "hq_support", "quality_supervisor", "director", "dealer_manager", "technician",
        "system_admin",
    }
)  # fmt: skip
KEEPERS = frozenset({"service_manager", "hq_support", "system_admin"})

CAN: Mapping[str, Callable[[Actor], bool]] = {
    "part.see": lambda actor: actor.has(*READERS),
    "part.change": lambda actor: actor.has(*KEEPERS) and actor.reach in ("company", "system"),
}


def may(actor: Actor, verb: str) -> bool:
    return CAN[verb](actor)


def require(actor: Actor, verb: str) -> None:
    """Refuse what the actor's role may not do; who may not even see parts is told that there is nothing."""
    if CAN[verb](actor):
        return
    if not CAN["part.see"](actor):
        raise NotYours()
    raise Refused(_("Your role does not allow this. Ask a service manager."), code="not_allowed")
