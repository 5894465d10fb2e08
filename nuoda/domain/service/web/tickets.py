"""A ticket's pages: its record, and a form page for each verb."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.orgs.models import Dealer, Person
from nuoda.foundation.orgs.queries import people_in_role
from nuoda.foundation.ui.pure.tones import Chip, ClockBadge
from nuoda.foundation.ui.web.pages import Do, Event, Fact, Header, RecordPage, Section, Step

from .. import access as rights
from .. import facts, queries
from ..actions import closures, complaints, tickets
from ..models import Ticket
from ..models.tickets import CHANNELS, KINDS, PAUSE_REASONS, SEVERITIES
from ..states import TICKET
from . import forms
from .acts import TicketAct, moment_or_now, ticket_page
from .words import case_clocks, case_timeline, severity_chip, state_chip

_WAY = ("reported", "answered", "dispatched", "working", "solved", "closed")
_ENDED = {"cancelled", "merged"}


class TicketPage(RecordPage):
    """服务请求: everything about one matter."""

    access = rights.READERS - rights.CUSTOMER
    menu = "tickets"
    place = "ticket"
    refresh = 30
    sections = (
        Section(key="matter", label=_("The matter"), facts="matter", icon="file-text"),
        Section(key="jobs", label=_("Work orders"), template="service/_jobs.html", load="jobs", icon="tools"),
        Section(key="result", label=_("Result"), facts="result", icon="circle-check"),
    )
    rail = (
        Section(key="people", label=_("People"), facts="people", icon="users"),
        Section(key="product", label=_("Machine"), facts="machine", icon="device-desktop"),
    )
    row: Ticket

    def load(self, number: str, **kwargs: Any) -> Ticket:
        return queries.ticket(self.actor, number=number)

    def header(self) -> Header:
        row = self.row
        chips = [Chip(KINDS[row.kind]), state_chip(TICKET, row.state)]
        if row.severity != "none":
            chips.insert(0, severity_chip(row.severity))
        if row.paused_at:
            chips.append(Chip(PAUSE_REASONS[row.pause_reason], "paused"))
        if row.reopened:
            chips.append(Chip(_t("reopened %(count)d ×") % {"count": row.reopened}, "near"))
        return Header(number=row.number, title=row.subject, chips=chips, subtitle=str(row.customer or row.caller_name))

    def steps(self) -> Sequence[Step]:
        row = self.row
        if row.state in _ENDED:
            return [
                Step(label=TICKET.label("reported"), state="done", at=row.reported_at),
                Step(label=TICKET.label(row.state), state="now", at=row.closed_at),
            ]
        reached = {
            "reported": row.reported_at,
            "answered": row.answered_at,
            "dispatched": next((job.dispatched_at for job in row.work_orders.all()), None),
            "working": next((job.arrived_at for job in row.work_orders.all() if job.arrived_at), None),
            "solved": row.solved_at,
            "closed": row.closed_at,
        }
        here = _WAY.index(row.state)
        return [
            Step(
                label=TICKET.label(code),
                state="now" if place == here else "next" if place > here else "done" if reached[code] else "skipped",
                at=reached[code] if place <= here else None,
            )
            for place, code in enumerate(_WAY)
        ]

    def moves(self) -> Sequence[Do]:
        """The verbs of the actor's roles; those the state or the book does not allow say why."""
        verbs = [verb for verb in _BUTTONS if rights.may(self.actor, verb, self.row)]
        if self.row.kind != "complaint":
            verbs = [verb for verb in verbs if verb not in ("propose_settlement", "settle")]
        verbs = [v for v in verbs if v != ("pause" if self.row.paused_at else "resume")]
        works = list(self.row.work_orders.all())
        found = []
        now = facts.of_ticket(self.row, works)
        for possible in moves.possible(
            TICKET,
            self.row.state,
            [verb for verb in verbs if self.row.state in TICKET.moves[verb].sources],
            facts=lambda verb: {**now, **_FILLED.get(verb, {})},
            actor=self.actor,
            at=self.at,
            dossier=self.row.dossier,
        ):
            label, icon, url_name, primary, danger = _BUTTONS[possible.verb]
            found.append(
                Do(
                    key=possible.verb,
                    label=label,
                    icon=icon,
                    url=reverse(f"service:{url_name}", args=[self.row.number]),
                    primary=self.row.state in primary,
                    danger=danger,
                    dialog=possible.verb != "dispatch",
                    reason=possible.reason,
                    clauses=possible.clauses if possible.reason else (),
                )
            )
        if self.row.settlement_state == "proposed" and any(move.key == "settle" and move.reason for move in found):
            ask = reverse("approvals:submit", args=[complaints.SETTLEMENT, self.row.number])
            found.append(
                Do(key="submit", label=_("Submit the settlement for approval"), icon="send", url=ask, dialog=False)
            )
        if (
            rights.may(self.actor, "rate", self.row)
            and self.row.state in ("solved", "closed")
            and self.row.score is None
        ):
            found.append(
                Do(key="rate", label=_("Rate"), icon="star", url=reverse("service:rate", args=[self.row.number]))
            )
        return found

    def clocks(self) -> Sequence[ClockBadge]:
        return case_clocks(self.actor, self.row.dossier.case_id, self.row.number)

    def matter(self) -> Iterable[Fact]:
        row = self.row
        if row.dossier.origin == "import":
            yield Fact(label=_("Note"), value=_("Imported: judged as if the regulations had been in force."), wide=True)
        yield Fact(label=_("Problem"), value=row.problem or row.subject, wide=True)
        yield Fact(label=_("Reported"), value=row.reported_at, cell="moment")
        yield Fact(label=_("Channel"), value=CHANNELS[row.channel])
        if row.severity != "none":
            hint = _t("The book proposed: %(severity)s") % {"severity": SEVERITIES[row.proposed_severity]}
            yield Fact(label=_("Severity"), value=SEVERITIES[row.severity], hint=row.severity_reason or hint)
        flags = [
            str(text)
            for shown, text in (
                (row.production_stopped, _("production has stopped")),
                (row.safety_risk, _("there is a danger to people")),
                (row.machines_down > 1, _("%(count)d machines standing still") % {"count": row.machines_down}),
            )
            if shown
        ]
        if flags:
            yield Fact(label=_("Notice"), value=" · ".join(flags), wide=True)
        if row.promised_at:
            yield Fact(label=_("Promised until"), value=row.promised_at, cell="moment")
        if row.merged_into_id:
            into = row.merged_into
            yield Fact(label=_("Merged into"), value=into.number, url=reverse("service:ticket", args=[into.number]))

    def result(self) -> Iterable[Fact]:
        row = self.row
        if row.solution:
            yield Fact(label=_("Solution"), value=row.solution, wide=True)
        if row.solved_at:
            yield Fact(label=_("Solved"), value=row.solved_at, cell="moment")
        if row.score:
            yield Fact(label=_("Rating"), value="★" * row.score + "☆" * (5 - row.score))
        if row.settlement_fen is not None:
            yield Fact(
                label=_("Settlement"), value=row.settlement_fen, cell="money", hint=row.get_settlement_state_display()
            )

    def people(self) -> Iterable[Fact]:
        row = self.row
        if row.customer:
            yield Fact(
                label=_("Customer"),
                value=row.customer.name,
                url=reverse("customers:customer", args=[row.customer.number])
                if self.actor.reach != "customer"
                else None,
            )
        if row.caller_name:
            yield Fact(label=_("Caller"), value=row.caller_name)
        if row.caller_phone:
            yield Fact(label=_("Phone"), value=row.caller_phone_shown, url=f"tel:{row.caller_phone}", copy=True)
        if row.site:
            yield Fact(label=_("Place"), value=row.site.address)
        if row.keeper:
            yield Fact(label=_("Looked after by"), value=row.keeper.name)
        if row.dealer_id:
            dealer = Dealer.objects.filter(pk=row.dealer_id).first()
            yield Fact(label=_("Responsible dealer"), value=str(dealer or ""))

    def machine(self) -> Iterable[Fact]:
        row = self.row
        if row.product:
            warranty = row.product.warranty_on(timezone.localdate(self.at))
            link = reverse("customers:installed_product", args=[row.product.number])
            yield Fact(label=_("Model"), value=str(row.product.model))
            yield Fact(
                label=_("Serial number"),
                value=row.product.serial,
                url=link if self.actor.reach != "customer" else None,
                copy=True,
            )
            yield Fact(
                label=_("Warranty"),
                value=_("in warranty") if warranty.in_warranty else _("out of warranty"),
                hint=str(warranty.reason),
            )
        elif row.model_text:
            yield Fact(label=_("Product model as told"), value=row.model_text)
            yield Fact(label=_("Serial number as told"), value=row.serial_text)
        if row.purchase_date:
            yield Fact(label=_("Purchase date"), value=row.purchase_date, cell="date")

    def jobs(self) -> dict[str, Any] | None:
        jobs = list(self.row.work_orders.all())
        return {"jobs": jobs} if jobs else None

    def timeline(self) -> Iterable[Event]:
        return case_timeline(self.actor, self.row.dossier)


_BUTTONS: dict[str, tuple[Any, str, str, tuple[str, ...], bool]] = {
    # verb: label, icon, address, states in which it is the main thing to do, danger
    "answer": (_("Answer"), "phone", "answer", ("reported",), False),
    "solve": (_("Solve"), "circle-check", "solve", (), False),
    "dispatch": (_("Dispatch"), "user-check", "dispatch", ("answered",), False),
    "promise": (_("Promise a time"), "clock", "promise", (), False),
    "hand_over": (_("Pass on"), "transfer", "hand_over", (), False),
    "respond": (_("Respond"), "messages", "respond", (), False),
    "close": (_("Close"), "checks", "close", ("solved",), False),
    "reopen": (_("Reopen"), "refresh", "reopen", (), False),
    "set_severity": (_("Change severity"), "flag", "set_severity", (), False),
    "pause": (_("Put on hold"), "player-pause", "pause", (), False),
    "resume": (_("Go on"), "player-play", "resume", (), False),
    "propose_settlement": (_("Propose settlement"), "scale", "propose_settlement", (), False),
    "settle": (_("Release settlement"), "scale", "settle", (), False),
    "reassign": (_("Reassign"), "user", "reassign", (), False),
    "correct_customer": (_("Correct customer"), "building", "correct_customer", (), False),
    "merge": (_("Merge"), "link", "merge", (), True),
    "cancel": (_("Cancel ticket"), "circle-x", "cancel", (), True),
}
_FILLED: dict[str, dict[str, Any]] = {
    # What the verb's own form will ask: a button is not refused for what the form has yet to fill in.
    "answer": {"answered": True, "apologised": True},
    "solve": {"has_result": True, "solved": True, "responded": True, "answered": True},
    "close": {"customer_confirmed": True},
    "propose_settlement": {},
}


class Answer(TicketAct):
    verb = "answer"
    title = _("Answer")
    form_class = forms.AnswerForm
    submit = _("Answered")
    clauses = ("MN-3.2.1a",)
    done_text = _("The answer is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"apologised": self.row.apologised}

    def more(self) -> dict[str, Any]:
        if self.row.kind != "complaint":
            return {}
        return {"form_template": "service/_apology.html", "script": apology(self)}

    def do(self, cleaned: dict[str, Any]) -> None:
        tickets.answer(
            self.row,
            actor=self.actor,
            at=self.at,
            happened_at=moment_or_now(cleaned["happened_at"], self.at),
            remark=cleaned["remark"],
            apologised=cleaned["apologised"],
        )


def apology(page: Any) -> str:
    """The words with which an answer to a complaint begins (DL-3.1d), in the page's language."""
    text = rulebook.book(page.actor).definition("complaint_apology", page.at)
    return str(text.get(translation.get_language() or "zh-hans") or text.get("zh-hans", ""))


class HandOver(TicketAct):
    verb = "hand_over"
    title = _("Pass on")
    form_class = forms.HandOverForm
    clauses = ("DL-3.1c",)
    done_text = _("Handed over.")

    def people(self) -> list[Person]:
        """Those of the organisation that is responsible, and the company's support whom dealers ask (DL-2.2)."""
        roles = ["service_manager", "hq_support", "technician", "agent", "dealer_manager"]
        own = list(people_in_role(self.actor, roles, dealer_id=self.row.dealer_id))
        return own if self.row.dealer_id is None else [*own, *people_in_role(self.actor, ["hq_support"])]

    def form_kwargs(self) -> dict[str, Any]:
        dealers = Dealer.visible_to(self.actor).filter(active=True) if self.actor.reach == "company" else []
        return {
            "choices": {
                "to_person": [(p.pk, p.name) for p in self.people()],
                "to_dealer": [(d.pk, str(d)) for d in dealers if d.pk != self.row.dealer_id],
            }
        }

    def do(self, cleaned: dict[str, Any]) -> None:
        person = next((one for one in self.people() if one.pk == cleaned["to_person"]), None)
        dealer = Dealer.visible_to(self.actor).filter(pk=cleaned["to_dealer"]).first() if cleaned["to_dealer"] else None
        tickets.hand_over(
            self.row, to_person=person, to_dealer=dealer, remark=cleaned["remark"], actor=self.actor, at=self.at
        )


class Reassign(TicketAct):
    verb = "reassign"
    title = _("Reassign")
    form_class = forms.ReassignForm
    done_text = _("Reassigned.")

    def form_kwargs(self) -> dict[str, Any]:
        people = people_in_role(
            self.actor, ["agent", "service_manager", "hq_support", "dealer_manager"], dealer_id=self.row.dealer_id
        )
        return {"choices": {"to_person": [(p.pk, p.name) for p in people]}}

    def do(self, cleaned: dict[str, Any]) -> None:
        person = Person.visible_to(self.actor).get(pk=cleaned["to_person"])
        tickets.reassign(self.row, to_person=person, reason=cleaned["reason"], actor=self.actor, at=self.at)


class CorrectCustomer(TicketAct):
    verb = "correct_customer"
    title = _("Correct customer")
    form_class = forms.CustomerForm
    done_text = _("The ticket is filed under the right customer.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def do(self, cleaned: dict[str, Any]) -> None:
        tickets.correct_customer(self.row, **cleaned, actor=self.actor, at=self.at)


class Merge(TicketAct):
    verb = "merge"
    title = _("Merge")
    form_class = forms.MergeForm
    danger = True
    done_text = _("Merged.")

    def do(self, cleaned: dict[str, Any]) -> None:
        into = queries.Ticket.visible_to(self.actor).filter(dossier__number=cleaned["into"].strip()).first()
        if into is None:
            raise Invalid(_t("There is no such ticket."), fields={"into": _t("There is no such ticket.")})
        closures.merge(
            self.row, into=queries.hold(self.actor, id=into.pk), remark=cleaned["remark"], actor=self.actor, at=self.at
        )


class ProposeSettlement(TicketAct):
    verb = "propose_settlement"
    title = _("Propose settlement")
    form_class = forms.SettlementForm
    clauses = ("MN-3.3",)
    done_text = _("The settlement is proposed.")

    def do(self, cleaned: dict[str, Any]) -> None:
        complaints.propose_settlement(
            self.row, amount_fen=cleaned["amount"], text=cleaned["text"], actor=self.actor, at=self.at
        )


Promise = ticket_page("promise", _("Promise a time"), forms.PromiseForm, tickets.promise, clauses=("DL-3.1c",))
Respond = ticket_page("respond", _("Respond"), forms.RespondForm, tickets.respond, clauses=("MN-3.2.1b", "MN-3.2.1c"))
SetSeverity = ticket_page("set_severity", _("Change severity"), forms.SeverityForm, tickets.set_severity)
Solve = ticket_page("solve", _("Solve"), forms.SolveForm, tickets.solve, done_text=_("The solution is recorded."))
Close = ticket_page(
    "close", _("Close"), forms.CloseForm, closures.close, clauses=("MN-3.2.2c",), done_text=_("Closed.")
)
Reopen = ticket_page("reopen", _("Reopen"), forms.ReasonForm, closures.reopen, done_text=_("Reopened."))
Cancel = ticket_page(
    "cancel", _("Cancel ticket"), forms.CancelForm, closures.cancel, danger=True, done_text=_("Cancelled.")
)
Pause = ticket_page("pause", _("Put on hold"), forms.PauseForm, tickets.pause)
Resume = ticket_page("resume", _("Go on"), forms.NoteForm, tickets.resume)
Settle = ticket_page("settle", _("Release settlement"), forms.NoteForm, complaints.settle, clauses=("MN-3.3",))
Rate = ticket_page("rate", _("Rate"), forms.RateForm, tickets.rate, done_text=_("Thank you for your rating."))
