"""Who may do what with tickets and work orders: one table verb → roles, and the few rules beyond roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused

if TYPE_CHECKING:
    from .models import Ticket, WorkOrder

DESK = frozenset({"agent", "service_manager", "hq_support", "dealer_manager"})
MANAGERS = frozenset({"service_manager", "dealer_manager"})
EXPERTS = frozenset({"service_manager", "hq_support", "technician", "dealer_manager"})
READERS = DESK | {"quality_supervisor", "director", "technician", "customer_contact"}
"""Roles that have to do with matters; administrators have not (docs/decisions/0023)."""
CUSTOMER = frozenset({"customer_contact"})

TICKET_VERBS: dict[str, frozenset[str]] = {
    "report": DESK | CUSTOMER,
    "answer": DESK,
    "promise": DESK,
    "hand_over": DESK,
    "respond": EXPERTS | {"agent"},
    "set_severity": DESK,
    "dispatch": MANAGERS,
    "solve": DESK | {"technician"},
    "close": DESK | CUSTOMER,
    "reopen": DESK | CUSTOMER,
    "cancel": DESK | CUSTOMER,
    "merge": DESK,
    "pause": DESK | {"technician"},
    "resume": DESK | {"technician"},
    "reassign": DESK,
    "correct_customer": DESK,
    "propose_settlement": DESK,
    "settle": MANAGERS | {"director"},
    "rate": CUSTOMER | DESK,
}
WORK_VERBS: dict[str, frozenset[str]] = {
    "decline": frozenset({"technician"}),
    "contact": frozenset({"technician"}) | MANAGERS,
    "appoint": frozenset({"technician", "agent"}) | MANAGERS,
    "prepare": frozenset({"technician"}),
    "arrive": frozenset({"technician"}) | MANAGERS,
    "note": frozenset({"technician"}) | MANAGERS,
    "sign": frozenset({"technician"}),
    "complete": frozenset({"technician"}) | MANAGERS,
    "nobody_home": frozenset({"technician"}) | MANAGERS,
    "leave_unfinished": frozenset({"technician"}) | MANAGERS,
    "cancel": MANAGERS,
}


def may(actor: Actor, verb: str, ticket: Ticket | None = None) -> bool:
    """Whether the actor's roles allow a verb on a ticket that he can see."""
    if not actor.has(*TICKET_VERBS[verb]):
        return False
    if ticket is None:
        return True
    if actor.reach == "customer" and verb == "cancel":
        return ticket.state in ("reported", "answered")
    if verb == "respond" and ticket.kind == "fault":
        # About a fault somebody qualified speaks with the customer; about a question or a complaint the desk may.
        return actor.has(*EXPERTS)
    return True


def may_work(actor: Actor, verb: str, work: WorkOrder) -> bool:
    """Whether the actor may do a verb on a work order: its technician, or a manager for him."""
    if not actor.has(*WORK_VERBS[verb]):
        return False
    if actor.reach == "technician" or (actor.has("technician") and not actor.has(*MANAGERS, "agent")):
        return work.technician_id == actor.person_id
    return True


def require(actor: Actor, verb: str, ticket: Ticket | None = None) -> None:
    """Raises NotYours to whom the verb does not exist, Refused when it is not allowed now."""
    if not actor.has(*TICKET_VERBS[verb]):
        raise NotYours()
    if may(actor, verb, ticket):
        return
    if verb == "respond":
        reason = _("About a fault a technician or another qualified person speaks with the customer.")
    else:
        reason = _("Work on this matter has begun; please call the service desk to change it.")
    raise Refused(reason, code="not_allowed")


def require_work(actor: Actor, verb: str, work: WorkOrder) -> None:
    if not actor.has(*WORK_VERBS[verb]):
        raise NotYours()
    if not may_work(actor, verb, work):
        raise Refused(_("This job belongs to another technician."), code="not_allowed")
