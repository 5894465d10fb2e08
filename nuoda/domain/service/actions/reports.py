"""Intake: a customer's matter becomes a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from nuoda.domain.customers.actions import customers
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, Site
from nuoda.domain.customers.pure import phones
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.book import Answer
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, Refused
from nuoda.foundation.journal.actions import dossiers, entries

from .. import access, facts
from ..events import TicketAnswered, TicketReported
from ..models import Ticket
from ..models.tickets import CHANNELS, KINDS, SEVERITIES, SEVERITY_RANKS
from ..pure.times import local_date
from ..states import TICKET
from . import homes, tickets


@dataclass(frozen=True, slots=True)
class Report:
    """What was told at intake. A caller who is no customer yet has only `caller_*`; a product nobody registered only `*_text`."""

    kind: str
    channel: str
    subject: str
    problem: str = ""
    customer: Customer | None = None
    contact: Contact | None = None
    site: Site | None = None
    product: InstalledProduct | None = None
    caller_name: str = ""
    caller_phone: str = ""
    model_text: str = ""
    serial_text: str = ""
    purchase_date: date | None = None
    purchase_date_unknown: bool = False
    production_stopped: bool = False
    safety_risk: bool = False
    machines_down: int = 0
    apologised: bool = False
    severity: str = ""
    """Empty: as the declared rules propose."""
    severity_reason: str = ""
    dealer_id: UUID | None = None
    """Empty: the dealer who sold the product, else the company itself."""


def report(
    told: Report,
    *,
    actor: Actor,
    at: datetime,
    answered: bool | None = None,
    happened_at: datetime | None = None,
    id: UUID | None = None,  # noqa: A002
    source: str = "",
) -> Ticket:
    """Take in a customer's matter.

    `answered` None: a call on the phone is answered by taking it, anything else is not.
    Asks: agent, manager, HQ support, or the customer himself. Emits: ticket.reported (and ticket.answered for a call).
    Refuses: Invalid for unknown codes, and for things of different customers; the intake gates of the book (DL-3.1a, DL-3.1d).
    """
    access.require(actor, "report")
    _check(told)
    when = happened_at or at
    ticket = _ticket(told, actor, when)
    _grade(ticket, told, actor, when)
    by_phone = answered if answered is not None else told.channel == "phone"
    would_be = facts.of_ticket(ticket)
    clauses = moves.check(
        TICKET, None, "report", event=TicketReported, facts=would_be, actor=actor, at=at, happened_at=happened_at
    )
    if by_phone:
        ticket.state, ticket.answered_at = "answered", when
        answered_facts = facts.of_ticket(ticket)
        answer_clauses = moves.check(
            TICKET, "reported", "answer", event=TicketAnswered, facts=answered_facts, actor=actor, at=at, happened_at=happened_at
        )  # fmt: skip
    ticket.dossier = dossiers.open(
        kind="ticket",
        actor=actor,
        at=at,
        id=id,
        title=ticket.subject,
        dealer_id=ticket.dealer_id,
        customer_id=ticket.customer_id,
        opened_at=when,
        search=homes.words(ticket),
    )
    ticket.save(force_insert=True)
    if ticket.dealer_id is not None and ticket.customer_id is not None:
        customers.deal(ticket.customer_id, actor=actor, at=at, dealer_id=ticket.dealer_id)
    entries.record(
        TicketReported(ticket=ticket.pk, kind=ticket.kind, severity=ticket.severity, channel=ticket.channel),
        dossier=ticket.dossier,
        actor=actor,
        at=at,
        happened_at=when,
        facts=would_be,
        clauses=clauses,
        source=source,
    )
    if by_phone:
        entries.record(
            TicketAnswered(ticket=ticket.pk, channel=ticket.channel),
            dossier=ticket.dossier,
            actor=actor,
            at=at,
            happened_at=when,
            facts=answered_facts,
            clauses=answer_clauses,
        )
    return ticket


def _check(told: Report) -> None:
    wrong = {}
    if told.kind not in KINDS:
        wrong["kind"] = _("Choose one of the kinds offered.")
    if told.channel not in CHANNELS:
        wrong["channel"] = _("Choose one of the channels offered.")
    if told.severity and told.severity not in SEVERITIES:
        wrong["severity"] = _("Choose one of the severities offered.")
    if not told.subject.strip():
        wrong["subject"] = _("Say in a few words what the matter is.")
    if told.machines_down < 0:
        wrong["machines_down"] = _("A number of machines cannot be below zero.")
    owners = {row.customer_id for row in (told.contact, told.site, told.product) if row is not None}
    if told.customer is not None:
        owners.add(told.customer.pk)
    if len(owners) > 1:
        wrong["customer"] = _("Customer, contact, site and machine do not belong together.")
    if wrong:
        raise Invalid(_("The report cannot be taken like this; see the marked fields."), fields=wrong)


def _ticket(told: Report, actor: Actor, when: datetime) -> Ticket:
    product, contact = told.product, told.contact
    customer = told.customer or (product.customer if product else None) or (contact.customer if contact else None)
    purchase = told.purchase_date or (product.purchase_date if product else None)
    warranty = product.warranty_on(local_date(when)) if product else None
    desk = actor.has(*access.DESK)
    return Ticket(
        company_id=actor.company_id,
        dealer_id=_dealer(told, actor),
        state="reported",
        kind=told.kind,
        channel=told.channel,
        customer=customer,
        contact=contact,
        site=told.site or (product.site if product else None),
        product=product,
        caller_name=told.caller_name.strip() or (contact.name if contact else ""),
        caller_phone=_phone(told.caller_phone) or (contact.phone if contact else ""),
        model_text=told.model_text.strip(),
        serial_text=told.serial_text.strip(),
        purchase_date=purchase,
        purchase_date_unknown=told.purchase_date_unknown,
        subject=told.subject.strip()[:120],
        problem=told.problem.strip(),
        production_stopped=told.production_stopped,
        safety_risk=told.safety_risk,
        machines_down=told.machines_down,
        apologised=told.apologised,
        in_warranty=warranty.in_warranty if warranty else None,
        reported_at=when,
        keeper_id=actor.person_id if desk else None,
        reporter_id=actor.person_id,
    )


def _dealer(told: Report, actor: Actor) -> UUID | None:
    if actor.reach in ("dealer", "technician") and actor.dealer_id:
        return actor.dealer_id
    if told.dealer_id is not None:
        return told.dealer_id
    return told.product.dealer_id if told.product else None


def _grade(ticket: Ticket, told: Report, actor: Actor, when: datetime) -> None:
    ticket.severity = ticket.proposed_severity = "none"
    proposal = _proposal(ticket, told, actor, when)
    ticket.proposed_severity, ticket.severity_clause = proposal.answer, proposal.clause_id
    ticket.severity = told.severity or proposal.answer
    ticket.severity_reason = told.severity_reason.strip()
    if ticket.severity != proposal.answer and not ticket.severity_reason:
        raise Invalid(
            _("The book proposes “%(proposed)s”. Say why it is “%(chosen)s”, or keep the proposal.")
            % {"proposed": SEVERITIES[proposal.answer], "chosen": SEVERITIES[ticket.severity]},
            fields={"severity_reason": _("Give the reason.")},
            clauses=[proposal.clause_id] if proposal.clause_id else [],
        )
    ticket.severity_rank = SEVERITY_RANKS[ticket.severity]


def _proposal(ticket: Ticket, told: Report, actor: Actor, when: datetime) -> Answer:
    """What the book proposes. Where it cannot be answered the desk chooses; refuses when nobody has chosen."""
    book = rulebook.book(actor)
    try:
        return book.decide("severity", facts.of_ticket(ticket), when)
    except ConditionFailed as error:
        clause_id = book.parameter("severity", when).clause_id
        found = ClauseError.of(actor.company_id, f"{clause_id}/severity", str(error), at=when)
        if told.severity:
            errors.note(found)
            return Answer(told.severity, {}, clause_id)
        errors.keep_apart(found)
        reason = _("The rule that proposes the urgency could not be answered. Choose the urgency yourself, and tell the keeper of the rulebook.")  # fmt: skip  # noqa: E501
        raise Refused(reason, clauses=[clause_id], code="clause_error") from error


def report_and_answer(
    told: Report,
    *,
    solution: str,
    actor: Actor,
    at: datetime,
    id: UUID | None = None,
    source: str = "",  # noqa: A002
) -> Ticket:
    """Take in a matter and answer it in the same call (DL-3.1b). Emits ticket.reported, ticket.answered, ticket.solved."""
    ticket = report(told, actor=actor, at=at, answered=True, id=id, source=source)
    tickets.solve(ticket, solution=solution, actor=actor, at=at, how="answer")
    return ticket


def _phone(text: str) -> str:
    """The caller's number in the one form by which he is found again; what is no number stays as it was told."""
    try:
        return phones.normalise(text)
    except ValueError:
        return text.strip()
