"""Whose a ticket is: the dealer and the customer of everything in its case, and the words under which it is found."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.domain.customers.actions import customers
from nuoda.engine.clocks.actions import cases as clocks
from nuoda.engine.papers.actions import papers
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Dossier

from ..models import PartUsed, Ticket, WorkOrder


def words(ticket: Ticket) -> list[str]:
    """What the search box finds a ticket by, beside its number and subject."""
    found = [ticket.problem, ticket.caller_name, ticket.caller_phone, ticket.model_text, ticket.serial_text]
    if ticket.customer:
        found.append(ticket.customer.name)
    if ticket.product:
        found.append(ticket.product.serial)
    return found


def rehome(ticket: Ticket, *, dealer_id: UUID | None, customer_id: UUID | None, actor: Actor, at: datetime) -> None:
    """Give everything of the ticket's case another dealer or customer; its deadlines follow with the next entry."""
    dossiers.move(ticket.dossier, dealer_id=dealer_id, customer_id=customer_id)
    scope = {"dealer_id": dealer_id, "customer_id": customer_id}
    WorkOrder.objects.filter(ticket_id=ticket.pk).update(**scope)
    PartUsed.objects.filter(case_id=ticket.dossier.case_id).update(**scope)
    papers.follow(ticket.dossier)
    if dealer_id is not None and customer_id is not None:
        customers.deal(customer_id, actor=actor, at=at, dealer_id=dealer_id)


def follow_customer(merged: UUID, *, to: UUID, actor: Actor, at: datetime) -> None:
    """Two cards were the same customer: the tickets of one go to the other, with everything in their cases."""
    rows = list(Ticket.objects.select_for_update(no_key=True).filter(customer_id=merged).order_by("pk"))
    if not rows:
        return
    cases = [row.pk for row in rows]
    Ticket.objects.filter(pk__in=cases).update(customer_id=to)
    WorkOrder.objects.filter(ticket_id__in=cases).update(customer_id=to)
    PartUsed.objects.filter(case_id__in=cases).update(customer_id=to)
    for dossier in Dossier.objects.filter(pk__in=cases):
        papers.follow(dossier)
    # The deadlines take their scope from the folder of their case.
    clocks.reconcile(cases, actor=actor, at=at)
