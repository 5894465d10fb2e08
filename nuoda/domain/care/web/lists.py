"""The calls that are due, and the customers who were dissatisfied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.ui.web.pages import Choice, Column, Days, Empty, Flag, ListPage, Tab

from .. import queries
from ..access import READERS
from ..models import FollowUp
from ..models.follow_ups import RESULTS
from ..states import FOLLOW_UP
from . import words


class FollowUps(ListPage):
    """What both lists share."""

    access = READERS
    search_hint = _("Number, ticket, customer")

    def rows(self, actor: Actor) -> QuerySet[FollowUp]:
        return queries.follow_ups(actor)

    def search(self, rows: QuerySet[FollowUp], text: str) -> QuerySet[FollowUp]:
        hits = journal.search(self.actor, text, kinds=["follow_up"], limit=200).values_list("pk", flat=True)
        return rows.filter(pk__in=list(hits))

    def row_url(self, row: FollowUp) -> str:
        return address(row)


class Calls(FollowUps):
    """回访清单."""

    title = _("Follow-ups")
    menu = "follow_ups"
    order: ClassVar[Sequence[str]] = ("due_at",)
    columns = (
        Column(
            key="number",
            label=_("Number"),
            value="dossier.number",
            sort="dossier__number",
            link=lambda row: address(row),
        ),
        Column(key="customer", label=_("Customer"), value=lambda row: who(row)),
        Column(key="matter", label=_("Matter"), value="ticket.subject", wide=True),
        Column(key="ticket", label=_("Ticket"), value="ticket.number", link=lambda row: ticket_address(row)),
        Column(key="state", label=_("State"), value=words.state, cell="chip", sort="state", grouped=True),
        Column(key="due", label=_("To be called from"), value="due_at", cell="moment", sort="due_at"),
        Column(key="attempts", label=_("Attempts"), value="attempts", cell="number", sort="attempts"),
        Column(key="caller", label=_("Called by"), value="caller.name", sort="caller__pinyin"),
        Column(key="score", label=_("Score"), value="score", cell="number", sort="score"),
        Column(
            key="recorded", label=_("Called at"), value="recorded_at", cell="moment", sort="recorded_at", shown=False
        ),
    )
    filters = (
        Flag(name="due", label=_("Due now"), where=lambda actor, at: Q(state="planned", due_at__lte=at)),
        Flag(name="mine", label=_("Mine"), where=lambda actor, at: Q(caller_id=actor.person_id)),
        Choice(name="state", label=_("State"), field="state", options=lambda actor: FOLLOW_UP.choices),
        Choice(name="result", label=_("Result"), field="result", options=list(RESULTS.items())),
        Days(name="recorded", label=_("Called at"), field="recorded_at"),
    )
    tabs = (
        Tab(key="due", label=_("Due now"), address="due=1"),
        Tab(key="mine", label=_("My due calls"), address="due=1&mine=1"),
        Tab(key="planned", label=_("To be called"), address="state=planned"),
        Tab(key="unreachable", label=_("Not reached"), address="state=unreachable"),
        Tab(key="all", label=_("All")),
    )
    empty = Empty(
        text=_("No call is planned here. After a ticket is closed, its follow-up appears by itself."), icon="phone-call"
    )

    def row_tone(self, row: FollowUp) -> str:
        return "near" if row.state == "planned" and row.due_at <= self.at else ""


class Dissatisfied(FollowUps):
    """不满意客户: who still waits for somebody to speak with him, and who was spoken with."""

    title = _("Dissatisfied customers")
    menu = "dissatisfied"
    order: ClassVar[Sequence[str]] = ("-recorded_at",)
    columns = (
        Column(
            key="number",
            label=_("Number"),
            value="dossier.number",
            sort="dossier__number",
            link=lambda row: address(row),
        ),
        Column(key="customer", label=_("Customer"), value=lambda row: who(row)),
        Column(key="matter", label=_("Matter"), value="ticket.subject", wide=True),
        Column(key="ticket", label=_("Ticket"), value="ticket.number", link=lambda row: ticket_address(row)),
        Column(key="score", label=_("Score"), value="score", cell="number", sort="score"),
        Column(key="recorded", label=_("Called at"), value="recorded_at", cell="moment", sort="recorded_at"),
        Column(key="contacted", label=_("Contacted at"), value="contacted_at", cell="moment", sort="contacted_at"),
        Column(key="by", label=_("Contacted by"), value="contacted_by.name"),
    )
    filters = (
        Flag(
            name="owed",
            label=_("Not contacted yet"),
            where=lambda actor, at: Q(contact_asked_at__isnull=False, contacted_at=None),
        ),
        Days(name="recorded", label=_("Called at"), field="recorded_at"),
    )
    tabs = (
        Tab(key="owed", label=_("Not contacted yet"), address="owed=1"),
        Tab(key="all", label=_("All")),
    )
    empty = Empty(text=_("No dissatisfied customer here."), icon="mood-happy")

    def rows(self, actor: Actor) -> QuerySet[FollowUp]:
        return queries.follow_ups(actor).filter(result="dissatisfied").select_related("contacted_by")

    def row_tone(self, row: FollowUp) -> str:
        return "missed" if row.owes_contact else ""


def address(row: FollowUp) -> str:
    return reverse("care:follow_up", args=[row.number])


def ticket_address(row: FollowUp) -> str:
    return reverse("service:ticket", args=[row.ticket.number])


def who(row: FollowUp) -> Any:
    return row.ticket.customer.name if row.ticket.customer else row.ticket.caller_name
