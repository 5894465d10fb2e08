"""What the service does by itself when something happens."""

from __future__ import annotations

from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions import homes, records
from .models import WorkOrder


@on("work_order.dispatched")
def issue_the_service_order(entry: Entry, context: Context) -> None:
    """MN-3.2.1d: a dispatched job has its 售后服务工单."""
    work = WorkOrder.objects.select_related(
        "dossier", "technician", "ticket__dossier", "ticket__customer", "ticket__product__model"
    ).get(pk=context.event.work_order)
    records.issue_service_order(work, actor=context.actor, at=context.at)


@on("customer.merged")
def follow_the_customer(entry: Entry, context: Context) -> None:
    """The matters of a card that was a duplicate belong to the card that stays."""
    homes.follow_customer(context.event.merged, to=context.event.customer, actor=context.actor, at=context.at)
