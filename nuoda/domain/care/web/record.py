"""A follow-up: whom to call, what to ask, the ticket's story, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.domain.service.models.tickets import KINDS
from nuoda.domain.service.web.words import case_timeline
from nuoda.engine.clocks.web.panels import badges
from nuoda.foundation.ui.pure.tones import ClockBadge
from nuoda.foundation.ui.web.pages import Crumb, Do, Event, Fact, Header, RecordPage, Section

from .. import access, queries
from ..access import READERS
from ..models import FollowUp
from ..models.follow_ups import CANCEL_REASONS, RESULTS
from . import words
from .lists import ticket_address, who


class FollowUpPage(RecordPage):
    """The page of a follow-up."""

    access = READERS
    menu = "follow_ups"
    place = "follow_up"
    help = "follow_ups"
    sections = (
        Section(key="person", label=_("Whom to call"), facts="person", icon="phone"),
        Section(key="result", label=_("What the customer said"), facts="result", icon="message"),
        Section(key="answers", label=_("Questions"), template="care/_answers.html", load="answers", icon="list-check"),
    )
    rail = (Section(key="story", label=_("The ticket"), facts="story", icon="headset"),)
    row: FollowUp

    def load(self, **kwargs: Any) -> FollowUp:
        return queries.follow_up(self.actor, number=kwargs["number"])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Follow-ups"), reverse("care:follow_ups"))]

    def header(self) -> Header:
        return Header(
            number=self.row.number, title=self.row.ticket.subject, chips=words.chips(self.row), subtitle=who(self.row)
        )

    def moves(self) -> Sequence[Do]:
        row, found = self.row, list[Do]()
        if row.state in ("planned", "unreachable") and access.may(self.actor, "record"):
            found.append(self.do("call", _("Call and record"), icon="phone-call", primary=True, dialog=False))
        if row.state == "planned" and access.may(self.actor, "attempt"):
            found.append(self.do("not_reached", _("Not reached"), icon="phone"))
        if row.owes_contact and access.may(self.actor, "contact"):
            found.append(self.do("contacted", _("Contacted the customer"), icon="messages", primary=True))
        if row.state == "planned" and access.may(self.actor, "cancel"):
            found.append(self.do("cancel", _("Cancel the call"), icon="x", danger=True))
        return found

    def do(self, name: str, label: Any, **more: Any) -> Do:
        return Do(key=name, label=label, url=reverse(f"care:{name}", args=[self.row.number]), **more)

    def clocks(self) -> Sequence[ClockBadge]:
        return badges(self.actor, self.row.case_id)

    def person(self) -> Iterable[Fact]:
        return person(self.row)

    def story(self) -> Iterable[Fact]:
        return story(self.row)

    def result(self) -> Iterable[Fact]:
        row = self.row
        if row.attempts:
            yield Fact(label=_("Attempts"), value=row.attempts, cell="number")
        if row.state == "planned":
            yield Fact(label=_("To be called from"), value=row.due_at, cell="moment")
        if row.result:
            yield Fact(label=_("Result"), value=RESULTS[row.result])
        if row.score:
            yield Fact(label=_("Score"), value=words.stars(row.score))
        if row.recorded_at:
            yield Fact(label=_("Called at"), value=row.recorded_at, cell="moment")
        if row.caller:
            yield Fact(label=_("Called by"), value=row.caller.name)
        if row.comment:
            yield Fact(label=_("Comment"), value=row.comment, wide=True)
        if row.contacted_at:
            yield Fact(label=_("Contacted at"), value=row.contacted_at, cell="moment")
            yield Fact(label=_("What was agreed"), value=row.agreed, wide=True)
        if row.cancel_reason:
            yield Fact(label=_("Cancelled because"), value=CANCEL_REASONS[row.cancel_reason])

    def answers(self) -> dict[str, Any] | None:
        if not self.row.script:
            return None
        given = [*self.row.answers, *[""] * len(self.row.script)]
        return {"lines": [(words.said(text), given[place]) for place, text in enumerate(self.row.script)]}

    def timeline(self) -> Iterable[Event]:
        return case_timeline(self.actor, self.row.dossier)


def person(row: FollowUp) -> Iterable[Fact]:
    """Name and number of the one to call, as the ticket knows them."""
    ticket = row.ticket
    if ticket.customer:
        url = reverse("customers:customer", args=[ticket.customer.number])
        yield Fact(label=_("Customer"), value=ticket.customer.name, url=url)
    phone = ""
    if ticket.contact:
        phone = ticket.contact.phone_shown
        yield Fact(label=_("Contact"), value=f"{ticket.contact.name} {ticket.contact.title}".strip())
    elif ticket.caller_name:
        yield Fact(label=_("Caller"), value=ticket.caller_name)
    phone = phone or ticket.caller_phone
    if phone:
        yield Fact(label=_("Phone"), value=phone, url=f"tel:{phone.replace(' ', '')}", copy=True)


def story(row: FollowUp) -> Iterable[Fact]:
    """The ticket in a few lines, for the caller."""
    ticket = row.ticket
    yield Fact(label=_("Ticket"), value=ticket.number, url=ticket_address(row))
    yield Fact(label=_("Kind"), value=KINDS[ticket.kind])
    yield Fact(label=_("Problem"), value=ticket.problem or ticket.subject, wide=True)
    if ticket.product:
        yield Fact(label=_("Machine"), value=str(ticket.product.model))
    if ticket.solution:
        yield Fact(label=_("Solution"), value=ticket.solution, wide=True)
    yield Fact(label=_("Reported"), value=ticket.reported_at, cell="moment")
    if ticket.solved_at:
        yield Fact(label=_("Solved"), value=ticket.solved_at, cell="moment")
    if ticket.score:
        yield Fact(label=_("Rated on the spot"), value=words.stars(ticket.score))
    if ticket.reopened:
        yield Fact(label=_("Opened again"), value=ticket.reopened, cell="number")
