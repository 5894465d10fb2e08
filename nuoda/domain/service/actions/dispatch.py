"""Dispatch: a technician is given a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from nuoda.engine.clocks.actions import cases as clocks
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, Refused
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.orgs.models import Person

from .. import access, events, facts, queries
from ..models import Ticket, WorkOrder
from ..models.work_orders import WORK_KINDS
from ..states import WORK_ORDER
from . import tickets


def assign(
    ticket: Ticket,
    *,
    technician: Person,
    task: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    at: datetime,
    kind: str = "onsite",
    place: str = "",
    appointed: bool = False,
    suggestion: Mapping[str, Any] | None = None,
    id: UUID | None = None,  # noqa: A002
    remark: str = "",
    source: str = "",
) -> WorkOrder:
    """Give a technician a job: task, place, time.

    Asks: service manager (the dealer's for a dealer's ticket). Emits: work_order.dispatched, ticket.dispatched.
    Refuses: the dispatch gates (DL-3.2a/b), a technician who is booked at that time.
    """
    access.require(actor, "dispatch", ticket)
    _check(kind, starts_at, ends_at, at, ticket)
    site = ticket.site
    work = WorkOrder(
        company_id=ticket.company_id,
        dealer_id=ticket.dealer_id,
        customer_id=ticket.customer_id,
        case_id=ticket.dossier.case_id,
        ticket=ticket,
        visit=1 + max((row.visit for row in ticket.work_orders.all()), default=0),
        state="assigned",
        kind=kind,
        technician=technician,
        task=task.strip()[:400],
        place=(place.strip() or (site.address if site else ""))[:300],
        latitude=site.latitude if site else None,
        longitude=site.longitude if site else None,
        planned=DateTimeTZRange(starts_at, ends_at),
        appointed=appointed,
        suggestion=dict(suggestion or {}),
        dispatched_by_id=actor.person_id,
        dispatched_at=at,
    )
    fitness = queries.fitness(ticket, technician, starts_at, ends_at)
    would_be = facts.of_work_order(work, qualified=fitness.qualified, available=fitness.available, own=fitness.own)
    clauses = moves.check(
        WORK_ORDER, None, "dispatch", event=events.WorkOrderDispatched, facts=would_be, actor=actor, at=at,
        dossier=ticket.dossier,
    )  # fmt: skip
    work.dossier = dossiers.open(
        kind="work_order",
        actor=actor,
        at=at,
        id=id,
        parent=ticket.dossier,
        title=work.task,
        dealer_id=work.dealer_id,
        customer_id=work.customer_id,
    )
    save_booking(work, new=True)
    dossiers.share(ticket.dossier, person_id=technician.pk, at=at)
    entries.record(
        events.WorkOrderDispatched(
            ticket=ticket.pk,
            work_order=work.pk,
            technician=technician.pk,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
        ),
        dossier=work.dossier,
        actor=actor,
        at=at,
        facts=would_be,
        clauses=clauses,
        remark=remark,
        source=source,
    )
    clocks.assign(work.case_id, role="technician", person_id=technician.pk, actor=actor, at=at)
    tickets.change(
        ticket, "dispatch", events.TicketDispatched(ticket=ticket.pk, work_order=work.pk), actor=actor, at=at
    )
    return work


def _check(kind: str, starts_at: datetime, ends_at: datetime, at: datetime, ticket: Ticket) -> None:
    wrong = {}
    if kind not in WORK_KINDS:
        wrong["kind"] = _("Choose one of the kinds offered.")
    if ends_at <= starts_at:
        wrong["ends_at"] = _("The end must lie after the beginning.")
    elif ends_at <= at:
        wrong["starts_at"] = _("The planned time is over already; choose a later one.")
    if ticket.is_open and any(row.is_active and row.kind == kind == "onsite" for row in ticket.work_orders.all()):
        wrong["__all__"] = _("A visit for this ticket is under way; cancel or finish it before giving out another.")
    if wrong:
        raise Invalid(_("The job was not given out; see the marked fields."), fields=wrong)


def save_booking(work: WorkOrder, *, new: bool = False, changes: Mapping[str, Any] | None = None) -> None:
    """Write a job's time; the exclusion constraint decides when two managers book the same technician at once."""
    try:
        with transaction.atomic():
            # Two insertions that both check an exclusion constraint can wait for each other for ever: one technician, one after
            # the other.
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"booking {work.technician_id}"]
                )
            if new:
                work.save(force_insert=True)
            else:
                WorkOrder.objects.filter(pk=work.pk).update(**(changes or {}))
    except IntegrityError as error:
        if "service_work_order_once_at_a_time" not in str(error):
            raise
        raise Refused(
            _("%(name)s has another job at that time; choose another time or technician.")
            % {"name": work.technician.name},
            code="double_booked",
            fields={"technician": _("Booked at that time.")},
        ) from error
