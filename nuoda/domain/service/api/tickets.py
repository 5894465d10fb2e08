"""Tickets: lists, one with its clocks and verbs, and every verb."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from pydantic import Field

from nuoda.domain.customers import queries as customers
from nuoda.engine.clocks import queries as clocks
from nuoda.foundation.base.pure.operations import (
    Call,
    Line,
    Listing,
    Moment,
    Name,
    Paging,
    Text,
    Told,
    Verb,
    named,
    read,
    write,
)
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.ui.api.paging import paged

from .. import access as rights
from .. import queries
from ..actions import closures, complaints, tickets
from ..models import Ticket
from ..pure.telling import protects
from ..states import OPEN
from .naming import dealer, held, person, ticket_verbs
from .shapes import (
    CancelReason,
    Cause,
    Channel,
    Kind,
    PauseReason,
    Severity,
    TicketOut,
    TicketShort,
    TicketState,
    TicketWhole,
)

HANDLERS = ("service_manager", "hq_support", "technician", "agent", "dealer_manager")
KEEPERS = ("agent", "service_manager", "hq_support", "dealer_manager")


class TicketFilter(Paging):
    """Which tickets; all that are given must hold."""

    state: list[TicketState] = Field([], max_length=8)
    open: bool | None = Field(None, description="Whether somebody still owes the customer something.")
    kind: list[Kind] = Field([], max_length=4)
    severity: list[Severity] = Field([], max_length=3)
    channel: list[Channel] = Field([], max_length=3)
    customer: UUID | None = None
    product: UUID | None = None
    dealer: UUID | None = None
    keeper: UUID | None = None
    mine: bool = Field(False, description="Only those that the caller looks after.")
    paused: bool | None = None
    reported_from: Moment | None = None
    reported_until: Moment | None = None
    order: Literal["newest", "oldest", "urgent"] = Field(
        "newest", description="`urgent`: by severity, then newest; only open ones."
    )


ORDERS: dict[str, tuple[str, ...]] = {
    "newest": ("-reported_at",),
    "oldest": ("reported_at",),
    "urgent": ("severity_rank", "-reported_at"),
}


@read("/tickets", scope="tickets:read", roles=rights.READERS)
def list_tickets(call: Call, query: TicketFilter) -> Listing[TicketShort]:
    """List tickets."""
    rows = Ticket.visible_to(call.actor).select_related("dossier", "customer")
    for name in ("state", "kind", "severity", "channel"):
        chosen = getattr(query, name)
        if chosen:
            rows = rows.filter(**{f"{name}__in": chosen})
    for name in ("customer", "product", "keeper"):
        key = getattr(query, name)
        if key is not None:
            rows = rows.filter(**{f"{name}_id": key})
    if query.dealer is not None:
        rows = rows.filter(dealer_id=query.dealer)
    if query.mine:
        rows = rows.filter(keeper_id=call.actor.person_id)
    if query.paused is not None:
        rows = rows.filter(paused_at__isnull=not query.paused)
    if query.reported_from is not None:
        rows = rows.filter(reported_at__gte=query.reported_from)
    if query.reported_until is not None:
        rows = rows.filter(reported_at__lt=query.reported_until)
    if query.open is not None or query.order == "urgent":
        rows = rows.filter(state__in=OPEN) if query.open is not False else rows.filter(~Q(state__in=OPEN))
    return paged(rows, ORDERS[query.order], query, TicketShort.of)


@read("/tickets/{ticket}", scope="tickets:read", roles=rights.READERS)
def get_ticket(call: Call, ticket: Name) -> TicketWhole:
    """Show a ticket with its jobs, its time limits, and what the caller may do with it."""
    row = queries.ticket(call.actor, **named(ticket))
    found = clocks.deadlines_of(call.actor, row.dossier.case_id)
    if call.actor.reach == "customer":
        found = [item for item in found if protects(item.ref)]
    whole = TicketWhole.whole(row, found, ticket_verbs(call, row))
    return _outward(call, whole)


def _outward(call: Call, whole: TicketWhole) -> TicketWhole:
    """What stays in the house when a customer asks."""
    if call.actor.reach != "customer":
        return whole
    jobs = [job for job in whole.work_orders if job.state not in ("declined", "cancelled")]
    hidden = {
        "severity_reason": "",
        "cause_code": "",
        "settlement_fen": None,
        "settlement_state": "",
        "keeper_id": None,
    }
    return whole.model_copy(update={**hidden, "work_orders": jobs})


def _shown(call: Call, row: Ticket) -> TicketOut:
    found = TicketOut.of(row)
    if call.actor.reach != "customer":
        return found
    hidden = {
        "severity_reason": "",
        "cause_code": "",
        "settlement_fen": None,
        "settlement_state": "",
        "keeper_id": None,
    }
    return found.model_copy(update=hidden)


class Answer(Told):
    apologised: bool = Field(False, description="The apology to a complaint was said.")


@write("/tickets/{ticket}/answer", scope="tickets:write", roles=rights.TICKET_VERBS["answer"])
def answer_ticket(call: Call, ticket: Name, body: Answer) -> TicketOut:
    """Answer a ticket: a person speaks with the customer for the first time (MN-3.2.1a)."""
    row = held(call, ticket, body.version)
    tickets.answer(
        row, apologised=body.apologised, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at
    )
    return TicketOut.of(row)


class Promise(Verb):
    due_at: Moment


@write("/tickets/{ticket}/promise", scope="tickets:write", roles=rights.TICKET_VERBS["promise"])
def promise_ticket(call: Call, ticket: Name, body: Promise) -> TicketOut:
    """Promise the customer an answer by a moment (DL-3.1c)."""
    row = held(call, ticket, body.version)
    tickets.promise(row, due_at=body.due_at, remark=body.remark, actor=call.actor, at=call.at)
    return TicketOut.of(row)


class HandOver(Verb):
    to_person: UUID | None = None
    to_dealer: UUID | None = None


@write("/tickets/{ticket}/hand-over", scope="tickets:write", roles=rights.TICKET_VERBS["hand_over"])
def hand_over_ticket(call: Call, ticket: Name, body: HandOver) -> TicketOut:
    """Hand a ticket over to a person, or to a dealer who answers for it from now on."""
    row = held(call, ticket, body.version)
    to_person = None
    if body.to_person is not None:
        to_person = person(call.actor, body.to_person, *HANDLERS, dealer_id=row.dealer_id, field="to_person")
    to_dealer = dealer(call.actor, body.to_dealer, "to_dealer") if body.to_dealer is not None else None
    tickets.hand_over(row, to_person=to_person, to_dealer=to_dealer, remark=body.remark, actor=call.actor, at=call.at)
    return TicketOut.of(row)


class Respond(Told):
    channel: Literal["phone", "web", "api"] = "phone"


@write("/tickets/{ticket}/respond", scope="tickets:write", roles=rights.TICKET_VERBS["respond"])
def respond_ticket(call: Call, ticket: Name, body: Respond) -> TicketOut:
    """Respond: a qualified person speaks with the customer about the fault (MN-3.2.1b, MN-3.2.1c)."""
    row = held(call, ticket, body.version)
    tickets.respond(
        row, channel=body.channel, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at
    )
    return TicketOut.of(row)


class Grade(Verb):
    severity: Severity
    reason: Line


@write("/tickets/{ticket}/severity", scope="tickets:write", roles=rights.TICKET_VERBS["set_severity"])
def grade_ticket(call: Call, ticket: Name, body: Grade) -> TicketOut:
    """Change the severity, with a reason; the time limits are computed anew."""
    row = held(call, ticket, body.version)
    tickets.set_severity(row, severity=body.severity, reason=body.reason, actor=call.actor, at=call.at)
    return TicketOut.of(row)


class Solve(Told):
    solution: Text
    cause_code: Cause = ""
    customer_confirmed: bool = False


@write("/tickets/{ticket}/solve", scope="tickets:write", roles=rights.TICKET_VERBS["solve"])
def solve_ticket(call: Call, ticket: Name, body: Solve) -> TicketOut:
    """Solve a ticket: the customer has a solution that he can use."""
    row = held(call, ticket, body.version)
    tickets.solve(
        row,
        solution=body.solution,
        cause_code=body.cause_code,
        customer_confirmed=body.customer_confirmed,
        happened_at=call.happened_at,
        actor=call.actor,
        at=call.at,
    )
    return TicketOut.of(row)


class Close(Verb):
    customer_confirmed: bool = False


@write("/tickets/{ticket}/close", scope="tickets:write", roles=rights.TICKET_VERBS["close"])
def close_ticket(call: Call, ticket: Name, body: Close) -> TicketOut:
    """Close a solved ticket; a customer who closes it confirms that it is solved (MN-3.2.2c)."""
    row = held(call, ticket, body.version)
    closures.close(row, customer_confirmed=body.customer_confirmed, remark=body.remark, actor=call.actor, at=call.at)
    return _shown(call, row)


class Reopen(Told):
    reason: Text


@write("/tickets/{ticket}/reopen", scope="tickets:write", roles=rights.TICKET_VERBS["reopen"])
def reopen_ticket(call: Call, ticket: Name, body: Reopen) -> TicketOut:
    """Reopen a solved or closed ticket: it is not solved after all."""
    row = held(call, ticket, body.version)
    closures.reopen(row, reason=body.reason, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return _shown(call, row)


class Cancel(Verb):
    reason: CancelReason = "withdrawn"


@write("/tickets/{ticket}/cancel", scope="tickets:write", roles=rights.TICKET_VERBS["cancel"])
def cancel_ticket(call: Call, ticket: Name, body: Cancel) -> TicketOut:
    """Cancel a ticket: it ends without work. A customer withdraws it while no work has begun."""
    row = held(call, ticket, body.version)
    reason = "withdrawn" if call.actor.reach == "customer" else body.reason
    closures.cancel(row, reason=reason, remark=body.remark, actor=call.actor, at=call.at)
    return _shown(call, row)


class Merge(Verb):
    into: Name = Field(description="The ticket that goes on.")


@write("/tickets/{ticket}/merge", scope="tickets:write", roles=rights.TICKET_VERBS["merge"])
def merge_ticket(call: Call, ticket: Name, body: Merge) -> TicketOut:
    """Merge a duplicate into the ticket that goes on."""
    # Two merges of the same pair in opposite directions would wait for each other: lock in the order of the ids.
    pair = [queries.ticket(call.actor, **named(ticket)).pk, _into(call, body.into)]
    for key in sorted(set(pair)):
        held(call, str(key))
    row = held(call, str(pair[0]), body.version)
    into = row if pair[0] == pair[1] else held(call, str(pair[1]))
    closures.merge(row, into=into, remark=body.remark, actor=call.actor, at=call.at)
    return TicketOut.of(row)


def _into(call: Call, text: str) -> UUID:
    try:
        return queries.ticket(call.actor, **named(text)).pk
    except NotYours:
        reason = _("There is no such ticket.")
        raise Invalid(reason, fields={"into": reason}) from None


class Pause(Told):
    reason: PauseReason
    until: Moment | None = None


@write("/tickets/{ticket}/pause", scope="tickets:write", roles=rights.TICKET_VERBS["pause"])
def pause_ticket(call: Call, ticket: Name, body: Pause) -> TicketOut:
    """Note that work waits; only reasons that a clause lists stop its clock."""
    row = held(call, ticket, body.version)
    tickets.pause(
        row,
        reason=body.reason,
        until=body.until,
        remark=body.remark,
        happened_at=call.happened_at,
        actor=call.actor,
        at=call.at,
    )
    return TicketOut.of(row)


@write("/tickets/{ticket}/resume", scope="tickets:write", roles=rights.TICKET_VERBS["resume"])
def resume_ticket(call: Call, ticket: Name, body: Told) -> TicketOut:
    """Resume: what was waited for has come."""
    row = held(call, ticket, body.version)
    tickets.resume(row, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return TicketOut.of(row)


class Reassign(Verb):
    to_person: UUID
    reason: Text


@write("/tickets/{ticket}/reassign", scope="tickets:write", roles=rights.TICKET_VERBS["reassign"])
def reassign_ticket(call: Call, ticket: Name, body: Reassign) -> TicketOut:
    """Give a ticket to somebody else to look after."""
    row = held(call, ticket, body.version)
    taker = person(call.actor, body.to_person, *KEEPERS, dealer_id=row.dealer_id, field="to_person")
    tickets.reassign(row, to_person=taker, reason=body.reason, actor=call.actor, at=call.at)
    return TicketOut.of(row)


class CorrectCustomer(Verb):
    customer: Name
    reason: Text


@write("/tickets/{ticket}/customer", scope="tickets:write", roles=rights.TICKET_VERBS["correct_customer"])
def correct_ticket_customer(call: Call, ticket: Name, body: CorrectCustomer) -> TicketOut:
    """File a ticket under the right customer."""
    row = held(call, ticket, body.version)
    try:
        right = customers.customer(call.actor, **named(body.customer))
    except NotYours:
        reason = _("There is no such customer.")
        raise Invalid(reason, fields={"customer": reason}) from None
    tickets.correct_customer(row, customer=right, reason=body.reason, actor=call.actor, at=call.at)
    return TicketOut.of(queries.ticket(call.actor, id=row.pk))


class Settlement(Verb):
    amount_fen: int = Field(ge=0, le=10**12)
    text: Text = Field(description="What the customer is offered, and why.")


@write("/tickets/{ticket}/settlement", scope="tickets:write", roles=rights.TICKET_VERBS["propose_settlement"])
def propose_settlement(call: Call, ticket: Name, body: Settlement) -> TicketOut:
    """Propose what a complaining customer is offered, in fen (MN-3.3)."""
    row = held(call, ticket, body.version)
    complaints.propose_settlement(row, amount_fen=body.amount_fen, text=body.text, actor=call.actor, at=call.at)
    return TicketOut.of(row)


@write("/tickets/{ticket}/settle", scope="tickets:write", roles=rights.TICKET_VERBS["settle"])
def settle_complaint(call: Call, ticket: Name, body: Verb) -> TicketOut:
    """Release a proposed settlement; above the limit of the book it needs its approval first."""
    row = held(call, ticket, body.version)
    complaints.settle(row, remark=body.remark, actor=call.actor, at=call.at)
    return TicketOut.of(row)


class Rate(Verb):
    score: int = Field(ge=1, le=5)


@write("/tickets/{ticket}/rate", scope="tickets:write", roles=rights.TICKET_VERBS["rate"])
def rate_ticket(call: Call, ticket: Name, body: Rate) -> TicketOut:
    """Rate the service from 1 to 5."""
    row = held(call, ticket, body.version)
    tickets.rate(row, score=body.score, channel="web", remark=body.remark, actor=call.actor, at=call.at)
    return _shown(call, row)
