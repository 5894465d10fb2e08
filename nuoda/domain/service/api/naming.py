"""From what an address or a body names to rows, as far as the actor may know of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.operations import Call, named
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.orgs.models import Dealer, Person
from nuoda.foundation.orgs.queries import people_in_role

from .. import access as rights
from .. import facts, queries
from ..models import Ticket, WorkOrder
from ..states import TICKET, WORK_ORDER


def held(call: Call, ticket: str, version: int | None = None) -> Ticket:
    """The ticket, locked."""
    return queries.hold(call.actor, **named(ticket), version=version)


def held_work(call: Call, work_order: str, version: int | None = None) -> WorkOrder:
    """The work order and its ticket, locked."""
    return queries.hold_work_order(call.actor, **named(work_order), version=version)


def person(actor: Actor, key: UUID, *roles: str, dealer_id: UUID | None, field: str) -> Person:
    """An active person of the responsible organisation with one of the roles; Invalid for anybody else."""
    found = people_in_role(actor, roles, dealer_id=dealer_id).filter(pk=key).first()
    if found is None:
        reason = _("Choose an active person of the responsible organisation who does such work.")
        raise Invalid(reason, fields={field: reason})
    return found


def dealer(actor: Actor, key: UUID, field: str) -> Dealer:
    """An active dealer whom the actor may know; Invalid for any other."""
    found = Dealer.visible_to(actor).filter(pk=key, active=True).first()
    if found is None:
        reason = _("There is no such dealer.")
        raise Invalid(reason, fields={field: reason})
    return found


def ticket_verbs(call: Call, row: Ticket) -> list[moves.Possible]:
    """The verbs of the actor's roles that the state allows; those the book holds back say why."""
    verbs = [
        verb
        for verb in rights.TICKET_VERBS
        if verb in TICKET.moves and row.state in TICKET.moves[verb].sources and rights.may(call.actor, verb, row)
    ]
    if row.kind != "complaint":
        verbs = [verb for verb in verbs if verb not in ("propose_settlement", "settle")]
    verbs = [verb for verb in verbs if verb != ("pause" if row.paused_at else "resume")]
    now = facts.of_ticket(row, row.work_orders.all())
    found = moves.possible(
        TICKET, row.state, verbs, facts=lambda verb: {**now, **_ASKED.get(verb, {})}, actor=call.actor, at=call.at,
        dossier=row.dossier,
    )  # fmt: skip
    if row.state in ("solved", "closed") and row.score is None and rights.may(call.actor, "rate", row):
        found.append(moves.Possible("rate", True))
    return found


def work_verbs(call: Call, row: WorkOrder) -> list[moves.Possible]:
    """The same for a work order."""
    verbs = [
        verb
        for verb in rights.WORK_VERBS
        if row.state in WORK_ORDER.moves[verb].sources and rights.may_work(call.actor, verb, row)
    ]
    now = facts.of_work_order(row, parts=row.parts.count())
    return moves.possible(
        WORK_ORDER, row.state, verbs, facts=lambda verb: {**now, **_ASKED.get(verb, {})}, actor=call.actor, at=call.at,
        dossier=row.dossier,
    )  # fmt: skip


_ASKED: dict[str, dict[str, Any]] = {
    # What the verb's own body brings: it is not held back for what is yet to be sent.
    "answer": {"answered": True, "apologised": True},
    "solve": {"has_result": True, "solved": True, "responded": True, "answered": True},
    "close": {"customer_confirmed": True},
    "arrive": {"arrived": True},
    "sign": {"signed": True, "rated": True},
}
