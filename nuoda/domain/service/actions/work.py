"""Work orders: what a technician does with a job, on site or from afar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from nuoda.engine.clocks.actions import cases as clocks
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Entry

from .. import access, events, facts
from ..models import Ticket, WorkOrder
from ..pure.ranking import kilometres
from ..states import WORK_ORDER
from . import tickets
from .dispatch import save_booking

DECLINE_REASONS = ("ill", "other_job", "not_qualified", "too_far", "other")
UNFINISHED_REASONS = ("part_missing", "needs_expert", "customer_stopped", "unsafe", "other")


def decline(work: WorkOrder, *, reason: str, actor: Actor, at: datetime, remark: str = "", source: str = "") -> None:
    """The technician cannot take the job. Emits work_order.declined; the ticket waits for dispatch again."""
    access.require_work(actor, "decline", work)
    _reason(reason, DECLINE_REASONS)
    change(
        work,
        "decline",
        events.WorkOrderDeclined(
            ticket=work.ticket_id, work_order=work.pk, technician=work.technician_id, reason=reason
        ),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        reason=reason,
        end_reason=reason,
        finished_at=at,
    )
    dossiers.close(work.dossier, at=at)
    _take_back(work, actor=actor, at=at)
    if not work.ticket.work_orders.filter(technician_id=work.technician_id).exclude(pk=work.pk).exists():
        dossiers.unshare(work.dossier, person_id=work.technician_id)


def contact(
    work: WorkOrder,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
) -> None:
    """The technician speaks with the customer. Emits work_order.contacted (DL-3.3a) and, the first time, ticket.responded (MN-3.2.1b/c)."""
    access.require_work(actor, "contact", work)
    when = happened_at or at
    change(
        work,
        "contact",
        events.WorkOrderContacted(ticket=work.ticket_id, work_order=work.pk),
        actor=actor,
        at=at,
        happened_at=when,
        remark=remark,
        source=source,
        contacted_at=work.contacted_at or when,
    )
    _responded(work, actor=actor, at=at, when=when)


def appoint(
    work: WorkOrder,
    *,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    at: datetime,
    remark: str = "",
    source: str = "",
) -> None:
    """Agree with the customer on a time. Emits work_order.appointed (DL-3.3a)."""
    access.require_work(actor, "appoint", work)
    if ends_at <= starts_at or ends_at <= at:
        raise Invalid(_("Choose a time that lies ahead."), fields={"starts_at": _("Choose a later time.")})
    span = DateTimeTZRange(starts_at, ends_at)
    save_booking(work, changes={"planned": span})
    work.planned = span
    change(
        work,
        "appoint",
        events.WorkOrderAppointed(ticket=work.ticket_id, work_order=work.pk, starts_at=starts_at, ends_at=ends_at),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        appointed=True,
        contacted_at=work.contacted_at or at,
    )
    _responded(work, actor=actor, at=at, when=at)


def prepare(work: WorkOrder, *, actor: Actor, at: datetime, remark: str = "", source: str = "") -> None:
    """Tools and parts are ready. Emits work_order.prepared (DL-3.3b)."""
    access.require_work(actor, "prepare", work)
    change(
        work,
        "prepare",
        events.WorkOrderPrepared(ticket=work.ticket_id, work_order=work.pk),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        prepared_at=at,
    )


def arrive(
    work: WorkOrder,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    position: tuple[float, float] | None = None,
    remark: str = "",
    source: str = "",
) -> None:
    """Check in at the place, or open the remote session. Emits work_order.arrived (MN-3.2.1b) or work_order.session_started.

    `position` is the (latitude, longitude) at check-in; only its distance to the place is kept.
    """
    access.require_work(actor, "arrive", work)
    when = happened_at or at
    event: Event
    if work.kind == "onsite":
        metres = None
        if position and work.latitude is not None and work.longitude is not None:
            metres = round(1000 * kilometres(position, (work.latitude, work.longitude)))
        event = events.WorkOrderArrived(ticket=work.ticket_id, work_order=work.pk, metres=metres)
    else:
        event = events.WorkOrderSessionStarted(ticket=work.ticket_id, work_order=work.pk)
    change(work, "arrive", event, actor=actor, at=at, happened_at=when, remark=remark, source=source, arrived_at=when)
    tickets.change(
        work.ticket,
        "start_work",
        events.TicketWorkStarted(ticket=work.ticket_id, work_order=work.pk),
        actor=actor,
        at=at,
        happened_at=when,
    )


def nobody_home(
    work: WorkOrder,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
) -> None:
    """Nobody let the technician in at the agreed time. Emits work_order.nobody_home; the ticket waits for dispatch again."""
    access.require_work(actor, "nobody_home", work)
    change(
        work,
        "nobody_home",
        events.WorkOrderNobodyHome(ticket=work.ticket_id, work_order=work.pk),
        actor=actor,
        at=at,
        happened_at=happened_at,
        remark=remark,
        source=source,
        reason="nobody_home",
        end_reason="nobody_home",
        finished_at=happened_at or at,
    )
    dossiers.close(work.dossier, at=at)
    _take_back(work, actor=actor, at=at)


def leave_unfinished(
    work: WorkOrder, *, reason: str, actor: Actor, at: datetime, remark: str = "", source: str = ""
) -> None:
    """End a visit that did not solve the matter. Emits work_order.left_unfinished; another visit is needed."""
    access.require_work(actor, "leave_unfinished", work)
    _reason(reason, UNFINISHED_REASONS)
    change(
        work,
        "leave_unfinished",
        events.WorkOrderLeftUnfinished(ticket=work.ticket_id, work_order=work.pk, reason=reason),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        reason=reason,
        end_reason=reason,
        finished_at=at,
        solved=False,
    )
    dossiers.close(work.dossier, at=at)
    _take_back(work, actor=actor, at=at)


def complete(
    work: WorkOrder,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
) -> None:
    """Finish a job that solved the matter. Emits work_order.completed and ticket.solved.

    Refuses: the completion gates of the book (checks, record, signature, rating; DL-3.3e/f, DL-3.5a, MN-3.2.2b/c).
    """
    access.require_work(actor, "complete", work)
    when = happened_at or at
    change(
        work,
        "complete",
        events.WorkOrderCompleted(ticket=work.ticket_id, work_order=work.pk, kind=work.kind, solved=True),
        actor=actor,
        at=at,
        happened_at=when,
        remark=remark,
        source=source,
        finished_at=when,
        solved=True,
    )
    dossiers.close(work.dossier, at=at)
    tickets.solve(
        work.ticket,
        solution=work.measure,
        actor=actor,
        at=at,
        happened_at=when,
        how=work.kind,
        customer_confirmed=work.customer_confirmed or work.signed_at is not None,
        work_order=work.pk,
    )


def cancel(work: WorkOrder, *, reason: str, actor: Actor, at: datetime, remark: str = "", source: str = "") -> None:
    """Take a job back before work began. Emits work_order.cancelled; the ticket waits for dispatch again."""
    access.require_work(actor, "cancel", work)
    if not reason.strip():
        raise Invalid(_("Give the reason."), fields={"reason": _("Give the reason.")})
    change(
        work,
        "cancel",
        events.WorkOrderCancelled(ticket=work.ticket_id, work_order=work.pk, reason="taken_back"),
        actor=actor,
        at=at,
        remark=remark or reason,
        source=source,
        reason="taken_back",
        end_reason="taken_back",
        finished_at=at,
    )
    dossiers.close(work.dossier, at=at)
    _take_back(work, actor=actor, at=at)


def take_back(ticket: Ticket, *, reason: str, actor: Actor, at: datetime) -> None:
    """The matter ends, so its jobs that have not begun end with it and their technicians are free. Emits work_order.cancelled.

    For actions that end a ticket; permission is theirs.
    """
    for work in [row for row in ticket.work_orders.all() if row.is_active]:
        work.ticket = ticket
        change(
            work,
            "cancel",
            events.WorkOrderCancelled(ticket=ticket.pk, work_order=work.pk, reason=reason),
            actor=actor,
            at=at,
            reason=reason,
            end_reason=reason,
            finished_at=at,
        )
        dossiers.close(work.dossier, at=at)
        _take_back(work, actor=actor, at=at)


def _responded(work: WorkOrder, *, actor: Actor, at: datetime, when: datetime) -> None:
    if work.ticket.responded_at is None:
        tickets.change(
            work.ticket,
            "respond",
            events.TicketResponded(ticket=work.ticket_id, work_order=work.pk, channel="phone"),
            actor=actor,
            at=at,
            happened_at=when,
            responded_at=when,
        )


def _take_back(work: WorkOrder, *, actor: Actor, at: datetime) -> None:
    """The ticket waits for dispatch again when none of its jobs is under way."""
    ticket = work.ticket
    if ticket.state in ("dispatched", "working") and not any(row.is_active for row in ticket.work_orders.all()):
        clocks.assign(work.case_id, role="technician", person_id=None, actor=actor, at=at)
        tickets.change(
            ticket,
            "withdraw_dispatch",
            events.TicketDispatchWithdrawn(ticket=ticket.pk, work_order=work.pk),
            actor=actor,
            at=at,
        )


def _reason(reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        raise Invalid(_("Choose one of the reasons offered."), fields={"reason": _("Give the reason.")})


def change(
    work: WorkOrder,
    verb: str,
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
    reason: str = "",
    **changes: Any,
) -> Entry:
    """A move of a job with its facts as they would be; permission is the caller's matter."""
    would_be = moves.as_if(
        WORK_ORDER, work, verb, changes, lambda row: facts.of_work_order(row, parts=row.parts.count(), reason=reason)
    )
    return moves.move(
        WORK_ORDER,
        work,
        verb,
        actor=actor,
        at=at,
        event=event,
        facts=would_be,
        changes={**changes, "version": work.version + 1},
        dossier=work.dossier,
        happened_at=happened_at,
        remark=remark,
        source=source,
    )
