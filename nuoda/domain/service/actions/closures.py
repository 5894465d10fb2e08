"""How a matter ends, and how it comes back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier

from .. import access, events, facts
from ..models import Ticket
from .complaints import drop_settlement
from .tickets import change
from .work import take_back

CANCEL_REASONS = ("withdrawn", "self_solved", "not_ours", "mistake", "unreachable", "other")


def close(
    ticket: Ticket, *, actor: Actor, at: datetime, customer_confirmed: bool = False, remark: str = "", source: str = ""
) -> None:
    """Close a solved matter. Emits ticket.closed; the gates ask for the customer's signature or word (MN-3.2.2c)."""
    access.require(actor, "close", ticket)
    change(
        ticket,
        "close",
        events.TicketClosed(ticket=ticket.pk, kind=ticket.kind, severity=ticket.severity),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        closed_at=at,
        customer_confirmed=ticket.customer_confirmed or customer_confirmed or actor.reach == "customer",
    )
    dossiers.close(ticket.dossier, at=at)


def reopen(
    ticket: Ticket, *, reason: str, actor: Actor, at: datetime, happened_at: datetime | None = None, source: str = ""
) -> None:
    """Take a solved or closed matter up again: the next round of its clocks begins. Emits ticket.reopened."""
    access.require(actor, "reopen", ticket)
    if not reason.strip():
        raise Invalid(_("Say what is still wrong."), fields={"reason": _("Give the reason.")})
    when = happened_at or at
    change(
        ticket,
        "reopen",
        events.TicketReopened(ticket=ticket.pk, round=ticket.reopened + 2, reason="not_solved"),
        actor=actor,
        at=at,
        happened_at=when,
        remark=reason,
        source=source,
        reopened=ticket.reopened + 1,
        answered_at=when if actor.has(*access.DESK) else None,
        responded_at=None,
        solved_at=None,
        closed_at=None,
        customer_confirmed=False,
        score=None,
    )
    dossiers.reopen(ticket.dossier)


def cancel(ticket: Ticket, *, reason: str, actor: Actor, at: datetime, remark: str = "", source: str = "") -> None:
    """End a matter without work, for a reason. Emits ticket.cancelled, and work_order.cancelled for jobs that have not begun.

    Its open clocks are withdrawn. Refuses when a technician is at work.
    """
    access.require(actor, "cancel", ticket)
    if reason not in CANCEL_REASONS:
        raise Invalid(_("Choose one of the reasons offered."), fields={"reason": _("Give the reason.")})
    if ticket.state == "dispatched":
        take_back(ticket, reason="ticket_cancelled", actor=actor, at=at)
    change(
        ticket,
        "cancel",
        events.TicketCancelled(ticket=ticket.pk, reason=reason),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        reason=reason,
        end_reason=reason,
        closed_at=at,
    )
    drop_settlement(ticket, actor=actor, at=at)
    dossiers.close(ticket.dossier, at=at)


def merge(ticket: Ticket, *, into: Ticket, actor: Actor, at: datetime, remark: str = "", source: str = "") -> None:
    """Merge a duplicate into the ticket that goes on. Emits ticket.merged, and ticket.absorbed on the other."""
    access.require(actor, "merge", ticket)
    wrong = ""
    if into.pk == ticket.pk:
        wrong = _("A ticket cannot be merged into itself.")
    elif not into.is_open:
        wrong = _("Merge into a ticket that is still open.")
    elif into.customer_id != ticket.customer_id and ticket.customer_id is not None:
        wrong = _("The two tickets belong to different customers.")
    if wrong:
        raise Invalid(wrong, fields={"into": wrong})
    # Two cases are written: their locks are taken in one order, whoever merges which into which.
    both = Dossier.objects.filter(pk__in=[ticket.pk, into.pk]).order_by("pk")
    list(both.select_for_update(no_key=True).values_list("pk"))
    if ticket.state == "dispatched":
        take_back(ticket, reason="merged", actor=actor, at=at)
    change(
        ticket,
        "merge",
        events.TicketMerged(ticket=ticket.pk, into=into.pk),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        merged_into_id=into.pk,
        end_reason="merged",
        closed_at=at,
    )
    drop_settlement(ticket, actor=actor, at=at)
    dossiers.close(ticket.dossier, at=at)
    entries.record(
        events.TicketAbsorbed(ticket=into.pk, duplicate=ticket.pk),
        dossier=into.dossier,
        actor=actor,
        at=at,
        facts=facts.of_ticket(into, into.work_orders.all()),
    )
