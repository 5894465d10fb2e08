"""Who may do what with customers and machines. What a person sees is `visible_to` of the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused

READERS = frozenset(
    {
        "agent", "service_manager", "hq_support", "quality_supervisor", "director", "dealer_manager", "technician",
        "customer_contact",
    }
)  # fmt: skip
STAFF = READERS - {"customer_contact"}
"""Those who have pages about customers; the customers' own people have the portal."""
LEADERS = frozenset({"service_manager", "hq_support"})
WRITERS = frozenset({"agent", "service_manager", "hq_support", "dealer_manager"})
KEEPERS = frozenset({"service_manager", "hq_support", "system_admin"})
"""Those who keep the catalogue and run imports, in the company itself."""

Predicate = Callable[[Actor], bool]


def _reads(actor: Actor) -> bool:
    return actor.has(*READERS)


def _writes(actor: Actor) -> bool:
    # The administrator of a new company brings its customers in; pages about them he has none.
    return actor.has(*WRITERS, "system_admin") and actor.reach in ("company", "dealer", "system")


def _leads(actor: Actor) -> bool:
    return actor.has(*LEADERS) and actor.reach in ("company", "system")


def _keeps(actor: Actor) -> bool:
    return actor.has(*KEEPERS) and actor.reach in ("company", "system")


def strange(actor: Actor) -> bool:
    """Whether customers are none of the actor's business: an administrator's, but for who brings them in (docs/decisions/0023)."""
    return actor.only_administers and not actor.has(*KEEPERS)


CAN: Mapping[str, Predicate] = {
    "customer.see": _reads,
    "customer.create": _writes,
    "customer.change": _writes,
    "customer.deactivate": _leads,
    "customer.merge": _leads,
    "customer.link_dealer": lambda actor: actor.has(*WRITERS, "system_admin") and actor.reach in ("company", "system"),
    "contact.change": _writes,
    "site.change": _writes,
    "installed_product.see": _reads,
    "installed_product.register": _writes,
    "installed_product.change": _writes,
    "installed_product.retire": _writes,
    "installed_product.agree_warranty": _leads,
    "catalogue.see": lambda actor: actor.has(*STAFF, *KEEPERS),
    "catalogue.change": _keeps,
    "import.run": _keeps,
}
"""Verb → may this actor do it at all? Which rows is for `visible_to`."""


def may(actor: Actor, verb: str) -> bool:
    return CAN[verb](actor)


def require(actor: Actor, verb: str) -> None:
    """Refuse what the actor's role may not do; who may not even see such things is told that there is nothing."""
    if CAN[verb](actor):
        return
    seeing = CAN.get(f"{verb.partition('.')[0]}.see", _reads)
    if not seeing(actor):
        raise NotYours()
    raise Refused(_("Your role does not allow this. Ask a service manager."), code="not_allowed")
