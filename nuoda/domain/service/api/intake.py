"""Reporting a matter by a program: the hot path, so it asks the database as little as it can."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from nuoda.domain.customers import queries as customers
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, Site
from nuoda.foundation.base.pure.operations import Call, Line, Made, Sent, Short, Text, write
from nuoda.foundation.base.pure.refusals import Invalid, Refused

from .. import access as rights
from ..actions import reports
from ..models import Ticket
from . import naming
from .shapes import Kind, Severity, TicketOut

FACTS = {
    "has_name": "caller_name", "has_contact": "caller_phone", "has_model": "model_text",
    "has_purchase_date": "purchase_date", "has_problem": "problem",
}  # fmt: skip
"""Facts that refusals name → fields of the body."""


class Report(Made, Sent):
    """What was told. Customer, contact, site and product by id, as far as they are known; `caller_*` and `*_text` for
    what nobody registered."""

    kind: Kind
    subject: Line = Field(min_length=1, max_length=120)
    problem: Text = ""
    customer: UUID | None = None
    contact: UUID | None = None
    site: UUID | None = None
    product: UUID | None = None
    caller_name: Short = ""
    caller_phone: Short = Field("", max_length=40)
    model_text: Short = ""
    serial_text: Short = ""
    purchase_date: date | None = None
    purchase_date_unknown: bool = False
    production_stopped: bool = False
    safety_risk: bool = False
    machines_down: int = Field(0, ge=0, le=100_000)
    apologised: bool = False
    severity: Severity | None = Field(None, description="Another severity than the book proposes; needs a reason.")
    severity_reason: Line = ""
    dealer: UUID | None = Field(None, description="Who answers for it; default: whoever sold the product.")
    answered: bool = Field(False, description="A person has spoken with the customer already (a call).")
    solution: Text = Field("", description="The answer that solved it in the same call.")


@write("/tickets", scope="tickets:write", roles=rights.TICKET_VERBS["report"], status=201)
def report_ticket(call: Call, body: Report) -> TicketOut:
    """Report a matter; the rules in force grade it and start its time limits.

    A customer's own token reports for the customer itself. The gates of the regulation say what must be told.
    """
    told = _customers(call, body) if call.actor.reach == "customer" else _desks(call, body)
    try:
        return TicketOut.of(_report(call, body, told))
    except Refused as refusal:
        refusal.fields = {FACTS.get(name, name): reason for name, reason in refusal.fields.items()}
        raise


def _report(call: Call, body: Report, told: reports.Report) -> Ticket:
    if body.solution and call.actor.has(*rights.DESK):
        return reports.report_and_answer(told, solution=body.solution, id=body.id, actor=call.actor, at=call.at)
    answered = body.answered and call.actor.has(*rights.DESK)
    return reports.report(
        told, answered=answered, happened_at=call.happened_at, id=body.id, actor=call.actor, at=call.at
    )


def _desks(call: Call, body: Report) -> reports.Report:
    customer, contact, site, product = _named(call, body)
    return reports.Report(
        **_told(body),
        customer=customer,
        contact=contact,
        site=site,
        product=product,
        caller_name=body.caller_name,
        caller_phone=body.caller_phone,
        serial_text=body.serial_text,
        machines_down=body.machines_down,
        apologised=body.apologised,
        severity=body.severity or "",
        severity_reason=body.severity_reason,
        dealer_id=naming.dealer(call.actor, body.dealer, "dealer").pk if body.dealer else None,
    )


def _customers(call: Call, body: Report) -> reports.Report:
    """As the customer's own pages report: about himself, without grading."""
    contact = customers.contact_of(call.actor)
    _customer, _contact, site, product = _named(call, body)
    return reports.Report(
        **_told(body),
        customer=contact.customer if contact else customers.customer(call.actor, id=call.actor.customer_id),
        contact=contact,
        site=site,
        product=product,
        caller_name=body.caller_name or call.actor.name,
        caller_phone=body.caller_phone or (contact.phone if contact else ""),
    )


def _told(body: Report) -> dict[str, Any]:
    return {
        "kind": body.kind,
        "channel": "api",
        "subject": body.subject,
        "problem": body.problem,
        "model_text": body.model_text,
        "purchase_date": body.purchase_date,
        "purchase_date_unknown": body.purchase_date_unknown,
        "production_stopped": body.production_stopped,
        "safety_risk": body.safety_risk,
    }


Named = tuple[Customer | None, Contact | None, Site | None, InstalledProduct | None]


def _named(call: Call, body: Report) -> Named:
    """What the body names, in at most one statement for each that another did not bring along."""
    actor = call.actor
    product = contact = site = customer = None
    wrong: dict[str, Any] = {}
    if body.product is not None:
        product = customers.installed_rows(actor).filter(pk=body.product).first()
        wrong |= {} if product else {"product": _("There is no such machine.")}
    if body.contact is not None:
        rows = Contact.visible_to(actor).filter(pk=body.contact, active=True)
        contact = (rows if product else rows.select_related("customer")).first()
        wrong |= {} if contact else {"contact": _("There is no such contact.")}
        if contact and product and contact.customer_id == product.customer_id:
            contact.customer = product.customer
    if body.site is not None:
        near = product.site if product and product.site_id == body.site else None
        site = near or Site.visible_to(actor).filter(pk=body.site, active=True).first()
        wrong |= {} if site else {"site": _("There is no such site.")}
    if body.customer is not None:
        brought = [row.customer for row in (product, contact) if row is not None]
        customer = next((row for row in brought if row.pk == body.customer), None)
        customer = customer or Customer.visible_to(actor).filter(pk=body.customer).first()
        wrong |= {} if customer else {"customer": _("There is no such customer.")}
    if wrong:
        raise Invalid(_("The report cannot be taken like this; see the marked fields."), fields=wrong)
    return customer, contact, site, product
