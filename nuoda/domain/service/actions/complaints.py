"""Complaints: a settlement is worked out, approved where the book asks for it, and offered."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid

from .. import access, events
from ..models import Ticket
from . import tickets


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
