"""Complaints: a settlement is worked out, approved where the book asks for it, and offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nuoda.engine.approvals.actions import approvals
from nuoda.engine.approvals.models import Approval
from nuoda.engine.approvals.pure.contents import Content, Row
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.journal.models import Entry, Remark

from .. import access, events, facts, queries
from ..models import Ticket
from . import tickets

SETTLEMENT = "complaint_settlement"
"""The matter under which a settlement is put before approvers (MN-3.3)."""


def propose_settlement(
    ticket: Ticket, *, amount_fen: int, text: str, actor: Actor, at: datetime, source: str = ""
) -> None:
    """Propose what the customer is offered. Emits complaint.settlement_proposed (MN-3.3)."""
    access.require(actor, "propose_settlement", ticket)
    wrong = {}
    if ticket.kind != "complaint":
        wrong["__all__"] = _("Only a complaint is settled.")
    if amount_fen < 0:
        wrong["amount"] = _("An amount cannot be below zero.")
    if not text.strip():
        wrong["text"] = _("Say what the customer is offered, and why.")
    if wrong:
        raise Invalid(_("The settlement was not proposed."), fields=wrong)
    tickets.change(
        ticket,
        "propose_settlement",
        events.SettlementProposed(ticket=ticket.pk, amount_fen=amount_fen),
        actor=actor,
        at=at,
        remark=text,
        source=source,
        settlement_fen=amount_fen,
        settlement_state="proposed",
    )
    # What was approved for another amount does not hold for this one.
    approvals.lapse(about=ticket.dossier, matter=SETTLEMENT, actor=actor, at=at)


def settle(ticket: Ticket, *, actor: Actor, at: datetime, remark: str = "", source: str = "") -> None:
    """Release the settlement to be offered. Emits complaint.settlement_approved.

    Refuses: above the limit of the book without the approval that it asks for (MN-3.3).
    """
    access.require(actor, "settle", ticket)
    if ticket.settlement_fen is None or ticket.settlement_state != "proposed":
        raise Invalid(_("No settlement was proposed that waits for release."))
    tickets.change(
        ticket,
        "settle",
        events.SettlementApproved(ticket=ticket.pk, amount_fen=ticket.settlement_fen),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        settlement_state="approved",
    )


def drop_settlement(ticket: Ticket, *, actor: Actor, at: datetime) -> None:
    """The complaint is over: whoever was asked about a settlement need not decide any more."""
    if ticket.settlement_state != "proposed":
        return
    # A customer who takes his complaint back does not see what the company decides inside.
    keeper = replace(actor, reach="system")
    with scoped(keeper):
        approvals.lapse(about=ticket.dossier, matter=SETTLEMENT, actor=keeper, at=at, ended=True)


def settlement_content(about: UUID, actor: Actor) -> Content:
    """What the approvers of a settlement see and approve: the amount and the offer, as they stand."""
    ticket = queries.ticket(actor, id=about)
    offer = (
        Entry.objects.filter(case_id=about, type="complaint.settlement_proposed")
        .order_by("-recorded_at", "-id")
        .first()
    )
    text = Remark.objects.filter(entry_id=offer.id).values_list("text", flat=True).first() if offer else None
    return Content(
        facts={"settlement_fen": ticket.settlement_fen or 0},
        rows=(
            Row(gettext_noop("Settlement"), ticket.settlement_fen or 0, "money"),
            Row(gettext_noop("What the customer is offered"), text or ""),
            Row(gettext_noop("Customer"), str(ticket.customer or ticket.caller_name)),
            Row(gettext_noop("Complaint"), ticket.problem or ticket.subject),
        ),
        context=facts.of_ticket(ticket, ticket.work_orders.all()),
    )


def may_ask_settlement(about: UUID, actor: Actor) -> bool:
    """Whoever may propose a settlement of the ticket may ask for its approval."""
    return access.may(actor, "propose_settlement", queries.ticket(actor, id=about))


def settle_approved(approval: Approval, actor: Actor, at: datetime) -> None:
    """The chain is through: the settlement may be offered. Emits complaint.settlement_approved."""
    ticket = queries.hold(actor, id=approval.about_id)
    tickets.change(
        ticket,
        "settle",
        events.SettlementApproved(ticket=ticket.pk, amount_fen=ticket.settlement_fen or 0, approval=approval.pk),
        actor=actor,
        at=at,
        settlement_state="approved",
    )


def settle_rejected(approval: Approval, actor: Actor, at: datetime) -> None:
    """Somebody said no: another settlement has to be proposed. Emits complaint.settlement_rejected."""
    ticket = queries.hold(actor, id=approval.about_id)
    ticket.settlement_state = "rejected"
    ticket.version += 1
    ticket.save(update_fields=["settlement_state", "version"])
    entries.record(
        events.SettlementRejected(ticket=ticket.pk, amount_fen=ticket.settlement_fen or 0, approval=approval.pk),
        dossier=ticket.dossier,
        actor=actor,
        at=at,
        facts=facts.of_ticket(ticket, ticket.work_orders.all()),
    )
