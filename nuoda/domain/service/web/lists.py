"""Lists of tickets and work orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.pure.tokens import tokens
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import Choice, Column, Days, Empty, Flag, Link, ListPage, Tab

from .. import access as rights
from ..models import Ticket, WorkOrder
from ..models.tickets import CHANNELS, KINDS, SEVERITIES
from ..models.work_orders import WORK_KINDS
from ..states import ACTIVE, OPEN, TICKET, WORK_ORDER
from .words import next_clocks, severity_chip, state_chip

_OPEN = "&".join(f"state={code}" for code in OPEN)


class TicketList(ListPage):
    """服务请求列表."""

    access = rights.READERS - {"customer_contact", "technician"}
    title = _("Tickets")
    menu = "tickets"
    order = ("severity_rank", "-reported_at")
    search_hint = _("Number, customer, phone tail, serial number")
    refresh = 20
    columns = (
        Column(key="number", label=_("Number"), value="dossier.number", link=lambda row: ticket_url(row)),
        Column(
            key="severity",
            label=_("Severity"),
            value=lambda row: severity_chip(row.severity),
            cell="chip",
            sort="severity_rank",
            grouped=True,
        ),
        Column(key="subject", label=_("Subject"), wide=True),
        Column(
            key="customer",
            label=_("Customer"),
            value=lambda row: row.customer.name if row.customer else row.caller_name,
        ),
        Column(key="kind", label=_("Kind"), value=lambda row: KINDS[row.kind], grouped=True),
        Column(
            key="state",
            label=_("State"),
            value=lambda row: state_chip(TICKET, row.state),
            cell="chip",
            sort="state",
            grouped=True,
        ),
        Column(key="clock", label=_("Next time limit"), value="clock", cell="clock"),
        Column(key="keeper", label=_("Looked after by"), value="keeper.name"),
        Column(key="reported", label=_("Reported"), value="reported_at", cell="moment", sort="reported_at"),
        Column(key="channel", label=_("Channel"), value=lambda row: CHANNELS[row.channel], shown=False),
        Column(key="score", label=_("Rating"), value="score", cell="number", sort="score", shown=False),
        Column(key="solved", label=_("Solved"), value="solved_at", cell="moment", sort="solved_at", shown=False),
        Column(
            key="reopened", label=_("Times reopened"), value="reopened", cell="number", sort="reopened", shown=False
        ),
    )
    filters = (
        Choice(name="state", label=_("State"), field="state", options=TICKET.choices),
        Choice(name="severity", label=_("Severity"), field="severity", options=list(SEVERITIES.items())),
        Choice(name="kind", label=_("Kind"), field="kind", options=list(KINDS.items())),
        Flag(name="mine", label=_("Mine"), where=lambda actor, at: Q(keeper_id=actor.person_id)),
        Choice(
            name="dealer",
            label=_("Dealer"),
            field="dealer_id",
            options=lambda actor: [(row.pk, str(row)) for row in Dealer.visible_to(actor)],
            more=True,
        ),
        Choice(name="channel", label=_("Channel"), field="channel", options=list(CHANNELS.items()), more=True),
        Days(name="reported", label=_("Reported"), field="reported_at", more=True),
        Flag(name="paused", label=_("On hold"), where=lambda actor, at: Q(paused_at__isnull=False), more=True),
    )
    tabs = (
        Tab(key="open", label=pgettext_lazy("tickets", "Open"), address=_OPEN),
        Tab(key="mine", label=_("Mine"), address=f"{_OPEN}&mine=1"),
        Tab(key="urgent", label=_("Urgent"), address=f"{_OPEN}&severity=urgent"),
        Tab(key="complaints", label=_("Complaints"), address=f"{_OPEN}&kind=complaint"),
        Tab(key="all", label=_("All"), address="sort=-reported"),
    )
    links = (
        Link(
            label=_("Take a call"),
            url=lambda actor: reverse("service:caller"),
            primary=True,
            icon="headset",
            roles=rights.DESK,
        ),
    )
    empty = Empty(
        text=_("No ticket here. When a customer calls, take the call and register the matter."),
        link=Link(label=_("Take a call"), url=lambda actor: reverse("service:caller")),
    )

    def rows(self, actor: Actor) -> Any:
        return Ticket.visible_to(actor).select_related("dossier", "customer", "keeper")

    def search(self, rows: Any, text: str) -> Any:
        if not tokens(text):
            return rows.none()
        return rows.filter(dossier__in=journal.matching(self.actor, text, kinds=["ticket"]))

    def dress(self, rows: Sequence[Any]) -> None:
        clocks = next_clocks(self.actor, [row.pk for row in rows]) if rows else {}
        for row in rows:
            row.clock = clocks.get(row.pk)

    def row_url(self, row: Any) -> str:
        return ticket_url(row)

    def row_tone(self, row: Any) -> str:
        clock = getattr(row, "clock", None)
        tone = clock.tone(self.at) if clock else ""
        return tone if tone in ("missed", "near") else ""


class WorkOrderList(ListPage):
    """工单列表."""

    access = rights.DESK | {"quality_supervisor", "director"}
    title = _("Work orders")
    menu = "jobs"
    order = ("-dispatched_at",)
    search_hint = _("Number, task")
    columns = (
        Column(key="number", label=_("Number"), value="dossier.number", link=lambda row: work_url(row)),
        Column(key="task", label=_("Task"), wide=True),
        Column(key="ticket", label=_("Ticket"), value="ticket.dossier.number", link=lambda row: ticket_url(row.ticket)),
        Column(
            key="technician", label=_("Technician"), value="technician.name", grouped=True, sort="technician__pinyin"
        ),
        Column(key="kind", label=_("Kind of work"), value=lambda row: WORK_KINDS[row.kind], grouped=True),
        Column(key="planned", label=_("Planned"), value="planned.lower", cell="moment", sort="planned"),
        Column(
            key="state",
            label=_("State"),
            value=lambda row: state_chip(WORK_ORDER, row.state),
            cell="chip",
            sort="state",
            grouped=True,
        ),
        Column(key="score", label=_("Rating"), cell="number", sort="score", shown=False),
    )
    filters = (
        Choice(name="state", label=_("State"), field="state", options=WORK_ORDER.choices),
        Choice(name="kind", label=_("Kind of work"), field="kind", options=list(WORK_KINDS.items())),
        Days(name="dispatched", label=_("Dispatched"), field="dispatched_at", more=True),
    )
    tabs = (
        Tab(key="active", label=_("Under way"), address="&".join(f"state={code}" for code in ACTIVE)),
        Tab(key="all", label=_("All"), address="sort=-planned"),
    )
    empty = Empty(text=_("No work order here. Dispatch a ticket to give one out."))

    def rows(self, actor: Actor) -> Any:
        return WorkOrder.visible_to(actor).select_related("dossier", "ticket__dossier", "technician")

    def search(self, rows: Any, text: str) -> Any:
        if not tokens(text):
            return rows.none()
        return rows.filter(dossier__in=journal.matching(self.actor, text, kinds=["work_order"]))

    def row_url(self, row: Any) -> str:
        return work_url(row)


def ticket_url(row: Ticket) -> str:
    return _address("service:ticket").format(quote(row.dossier.number))


def work_url(row: WorkOrder) -> str:
    return _address("service:work_order").format(quote(row.dossier.number))


@cache
def _address(name: str) -> str:
    """The address of a page with a place for the number: resolving it anew for every row took a sixth of a list's time."""
    return reverse(name, args=["NUMBER"]).replace("NUMBER", "{}")
