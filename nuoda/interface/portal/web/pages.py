"""What a customer sees: his matters as with a parcel, the promises that protect him, his machines and papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from nuoda.domain.customers import queries as customers
from nuoda.domain.customers.models import InstalledProduct
from nuoda.domain.service import access as rights
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures, reports, tickets
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.pure.telling import OWN_WORDS, TOLD
from nuoda.domain.service.states import OPEN, TICKET, WORK_ORDER
from nuoda.domain.service.web import forms
from nuoda.domain.service.web.acts import Act
from nuoda.domain.service.web.words import badge, next_clocks, severity_chip, state_chip
from nuoda.engine.papers import queries as papers
from nuoda.engine.papers.pure.forms import say
from nuoda.engine.papers.web.views import language
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.ui.web.pages import Do, Event, Fact, Header, Page, RecordPage, Section, Step

from .. import queries as promises

CUSTOMER = frozenset({"customer_contact"})


class Matters(Page):
    """我的服务: what is open and what was, with the next promise of each."""

    kind = "portal"
    access = CUSTOMER
    title = _("My matters")
    menu = "side_matters"
    template = "portal/matters.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.actor.customer_id is None:
            raise NotYours()
        rows = list(queries.tickets_of(self.actor, self.actor.customer_id)[:60])
        due = next_clocks(self.actor, [row.pk for row in rows if row.state in OPEN])
        shown = [(row, state_chip(TICKET, row.state), due.get(row.pk), reached(row)) for row in rows]
        return self.answer(
            context={
                "open": [item for item in shown if item[0].state in OPEN or item[0].state == "solved"],
                "past": [item for item in shown if item[0].state not in (*OPEN, "solved")],
            }
        )


def reached(row: Ticket) -> list[bool]:
    """How far a matter has come, as a parcel's way: reported, answered, at work, solved, closed."""
    way = ("reported", "answered", "working", "solved", "closed")
    here = {"dispatched": 1}.get(row.state, way.index(row.state) if row.state in way else len(way) - 1)
    return [place <= here for place in range(len(way))]


class Machines(Page):
    """我的设备: machines with their warranty and its reason."""

    kind = "portal"
    access = CUSTOMER
    title = _("My machines")
    menu = "side_machines"
    template = "portal/machines.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = customers.installed_rows(self.actor).select_related("model", "site").order_by("serial")[:200]
        return self.answer(context={"machines": [(row, row.warranty_on(timezone.localdate(self.at))) for row in rows]})


class ReportPage(Act):
    """在线报修: few words, no codes; the book grades it."""

    access = CUSTOMER
    title = _("Report")
    menu = "side_report"
    form_class = forms.CustomerReportForm
    submit = _("Submit")
    wide = True
    done_text = _("We have your report. Here you see what happens to it.")

    def more(self) -> dict[str, Any]:
        return {"form_template": "portal/_report_fields.html"}

    def initial(self) -> dict[str, Any]:
        contact = customers.contact_of(self.actor)
        return {"product": self.request.GET.get("product", ""), "caller_phone": contact.phone_shown if contact else ""}

    def form_kwargs(self) -> dict[str, Any]:
        rows = InstalledProduct.visible_to(self.actor).select_related("model").order_by("serial")[:200]
        return {"choices": {"product": [(row.pk, f"{row.model} · {row.serial}") for row in rows]}}

    def do(self, cleaned: dict[str, Any]) -> Ticket:
        product = self._product(cleaned["product"])
        contact = customers.contact_of(self.actor)
        told = reports.Report(
            kind=cleaned["kind"],
            channel="web",
            subject=cleaned["subject"],
            problem=cleaned["problem"],
            customer=contact.customer if contact else customers.customer(self.actor, id=self.actor.customer_id),
            contact=contact,
            product=product,
            caller_name=self.actor.name,
            caller_phone=cleaned["caller_phone"] or (contact.phone if contact else ""),
            model_text=cleaned["model_text"],
            purchase_date=cleaned["purchase_date"],
            purchase_date_unknown=cleaned["purchase_date_unknown"],
            production_stopped=cleaned["production_stopped"],
            safety_risk=cleaned["safety_risk"],
        )
        return reports.report(told, actor=self.actor, at=self.at)

    def _product(self, key: UUID | None) -> InstalledProduct | None:
        rows = InstalledProduct.visible_to(self.actor).select_related("model", "customer", "site")
        return rows.filter(pk=key).first() if key else None

    def done(self, result: Ticket) -> str:
        return reverse("portal:matter", args=[result.number])

    def back(self) -> str:
        return reverse("portal:home")


class Matter(RecordPage):
    """One matter: where it stands, which promises protect the customer, what happened, the papers."""

    kind = "portal"
    access = CUSTOMER
    menu = "side_matters"
    place = "matter"
    refresh = 30
    sections = (
        Section(
            key="promises",
            label=_("What we promise you"),
            template="portal/_promises.html",
            load="promises",
            icon="clock",
        ),
        Section(key="matter", label=_("What you reported"), facts="matter", icon="file-text"),
        Section(key="visits", label=_("Visits"), template="portal/_visits.html", load="visits", icon="calendar"),
        Section(
            key="papers", label=_("Papers"), template="portal/_papers.html", load="papers", icon="file-certificate"
        ),
    )
    row: Ticket

    def load(self, number: str, **kwargs: Any) -> Ticket:
        return queries.ticket(self.actor, number=number)

    def header(self) -> Header:
        chips = [state_chip(TICKET, self.row.state)]
        if self.row.severity == "urgent":
            chips.insert(0, severity_chip("urgent"))
        return Header(number=self.row.number, title=self.row.subject, chips=chips)

    def steps(self) -> Sequence[Step]:
        row = self.row
        arrived = next((job.arrived_at for job in row.work_orders.all() if job.arrived_at), None)
        ways = [
            (pgettext("step", "Reported"), row.reported_at),
            (pgettext("step", "Answered"), row.answered_at),
            (pgettext("step", "Technician at work"), arrived),
            (pgettext("step", "Solved"), row.solved_at),
            (pgettext("step", "Closed"), row.closed_at),
        ]
        reached = max(place for place, (_label, at) in enumerate(ways) if at)
        return [
            Step(
                label=label,
                state="now" if place == reached else "next" if place > reached else "done" if at else "skipped",
                at=at if place <= reached else None,
            )
            for place, (label, at) in enumerate(ways)
        ]

    def moves(self) -> Sequence[Do]:
        row, number = self.row, [self.row.number]
        found = []
        if row.state == "solved":
            found.append(
                Do(label=_("It is solved"), icon="checks", url=reverse("portal:confirm", args=number), primary=True)
            )
        if row.state in ("solved", "closed"):
            if row.score is None:
                found.append(Do(label=_("Rate the service"), icon="star", url=reverse("portal:rate", args=number)))
            found.append(Do(label=_("It is not solved"), icon="refresh", url=reverse("portal:reopen", args=number)))
        if row.state in OPEN and rights.may(self.actor, "cancel", row):
            found.append(
                Do(label=_("Withdraw"), icon="circle-x", url=reverse("portal:cancel", args=number), danger=True)
            )
        return found

    def promises(self) -> dict[str, Any] | None:
        """The time limits that protect the customer, in his words: the clause, the clock, and the proof once kept."""
        told = [
            {
                "badge": replace(badge(found.row), label=found.title),
                "meaning": found.meaning,
                "clause": found.row.clause_id,
                "text": found.clause.get(language()) or found.clause.get("zh-hans", ""),
                "deed": word(found.done.type).label if found.done else "",
                "done_at": promises.moment_of(found),
                "papers": [(paper, say(paper.form_type.title, language())) for paper in found.papers],
            }
            for found in promises.promises(self.actor, self.row)
        ]
        return {"promises": told} if told else None

    def matter(self) -> Iterable[Fact]:
        row = self.row
        yield Fact(label=_("Problem"), value=row.problem or row.subject, wide=True)
        yield Fact(label=_("Reported"), value=row.reported_at, cell="moment")
        if row.product:
            warranty = row.product.warranty_on(timezone.localdate(self.at))
            yield Fact(label=_("Machine"), value=f"{row.product.model} · {row.product.serial}")
            yield Fact(
                label=_("Warranty"),
                value=_("in warranty") if warranty.in_warranty else _("out of warranty"),
                hint=str(warranty.reason),
            )
        if row.solution:
            yield Fact(label=_("Solution"), value=row.solution, wide=True)
        if row.score:
            yield Fact(label=_("Your rating"), value="★" * row.score + "☆" * (5 - row.score))

    def visits(self) -> dict[str, Any] | None:
        jobs = [job for job in self.row.work_orders.all() if job.state not in ("declined", "cancelled")]
        return {"visits": [(job, state_chip(WORK_ORDER, job.state)) for job in jobs]} if jobs else None

    def papers(self) -> dict[str, Any] | None:
        rows = [
            paper
            for paper in papers.papers_of(self.actor, case_id=self.row.dossier.case_id)
            if paper.state in ("issued", "signed")
        ]
        return {"papers": [(paper, say(paper.form_type.title, language())) for paper in rows]} if rows else None

    def timeline(self) -> Iterable[Event]:
        rows = journal.timeline(self.actor, case_id=self.row.dossier.case_id, since=self.row.dossier.recorded_at)
        told = [row for row in rows if row.type in TOLD]
        own = [row for row in told if row.type in OWN_WORDS and row.actor_id == self.actor.person_id]
        remarks = journal.remarks(self.actor, own)
        for row in told:
            said = word(row.type)
            promise = promises.missed(row) if row.type == "deadline.missed" else ""
            if row.type == "deadline.missed" and not promise:
                continue  # a duty inside the house: nothing was promised to him
            yield Event(
                happened_at=row.happened_at,
                what=pgettext("promise", "%(what)s: %(promise)s") % {"what": said.label, "promise": promise}
                if promise
                else said.label,
                text=remarks.get(row.id, ""),
                icon=said.icon,
                tone=said.tone,
            )


class MatterAct(Act):
    """A form about one matter of the customer."""

    access = CUSTOMER
    menu = "side_matters"
    row: Ticket

    def load(self, number: str, **kwargs: Any) -> Ticket:
        find = queries.hold if self.request.method == "POST" else queries.ticket
        return find(self.actor, number=number)

    def done(self, result: Any) -> str:
        return reverse("portal:matter", args=[self.row.number])

    def back(self) -> str:
        return reverse("portal:matter", args=[self.row.number])


class Confirm(MatterAct):
    title = _("It is solved")
    form_class = forms.NoteForm
    submit = _("Confirm")
    done_text = _("Thank you. The matter is closed.")

    def do(self, cleaned: dict[str, Any]) -> None:
        closures.close(self.row, actor=self.actor, at=self.at, customer_confirmed=True, remark=cleaned["remark"])


class Reopen(MatterAct):
    title = _("It is not solved")
    form_class = forms.ReasonForm
    submit = _("Tell us")
    done_text = _("We take it up again.")

    def do(self, cleaned: dict[str, Any]) -> None:
        closures.reopen(self.row, reason=cleaned["reason"], actor=self.actor, at=self.at)


class Cancel(MatterAct):
    title = _("Withdraw")
    form_class = forms.NoteForm
    danger = True
    submit = _("Withdraw")
    done_text = _("The matter is withdrawn.")

    def do(self, cleaned: dict[str, Any]) -> None:
        closures.cancel(self.row, reason="withdrawn", remark=cleaned["remark"], actor=self.actor, at=self.at)


class Rate(MatterAct):
    title = _("Rate the service")
    form_class = forms.RateForm
    submit = _("Submit")
    done_text = _("Thank you for your rating.")

    def do(self, cleaned: dict[str, Any]) -> None:
        tickets.rate(self.row, score=cleaned["score"], remark=cleaned["remark"], actor=self.actor, at=self.at)
