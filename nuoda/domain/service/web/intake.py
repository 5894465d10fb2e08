"""Intake: who is calling, what is open for him, and what he reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers import queries as customers
from nuoda.domain.customers.access import may
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, Site
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import Page

from .. import access as rights
from .. import queries
from ..actions import reports
from ..models import Ticket
from . import forms
from .acts import Act
from .tickets import apology
from .words import next_clocks


class Caller(Page):
    """来电受理: find the caller by phone, tail, name or serial, with what is open for him (DL-2.2c)."""

    kind = "page"
    access = rights.DESK
    menu = "intake"
    title = _("Take a call")
    template = "service/caller.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").strip()
        context: dict[str, Any] = {"q": text, "may_enter": may(self.actor, "customer.create")}
        if text:
            contacts = [caller.contact for caller in customers.find_by_phone(self.actor, text)]
            known = {contact.pk for contact in contacts}
            contacts += [row for row in customers.contacts_matching(self.actor, text) if row.pk not in known]
            machines = list(customers.installed_matching(self.actor, text))
            ids = {contact.customer_id for contact in contacts} | {machine.customer_id for machine in machines}
            listed = {contact.customer_id for contact in contacts}
            found = customers.customers_matching(self.actor, text).filter(active=True).order_by("pinyin")
            companies = list(found.exclude(pk__in=listed)[: customers.PICKER])
            # Whoever names his company is one of its contacts, or a new one.
            people = (
                Contact.visible_to(self.actor).filter(active=True, customer__in=companies).select_related("customer")
            )
            contacts += people.order_by("customer__pinyin", "-is_primary", "pinyin")[: 2 * customers.PICKER]
            ids |= {row.pk for row in companies}
            matters = list(
                queries.open_tickets(self.actor).filter(customer_id__in=ids).select_related("dossier", "customer")[:20]
            )
            clocks = next_clocks(self.actor, [row.pk for row in matters])
            context |= {
                "contacts": contacts,
                "companies": companies,
                "machines": machines,
                "matters": [(row, clocks.get(row.pk)) for row in matters],
            }
        return self.answer("service/_caller_found.html" if self.fragment == "found" else "", context)


class Answers(Page):
    """以往解答: what was answered before to the same words, so that a consultation can be answered at once (DL-3.1b)."""

    kind = "search"
    access = rights.DESK
    menu = "intake"
    title = _("Earlier answers")
    template = "service/answers.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = (request.GET.get("q") or request.GET.get("subject") or "").strip()[:100]
        context = {"q": text, "answers": queries.earlier_answers(self.actor, text) if text else []}
        return self.answer("service/_answers.html" if self.fragment == "answers" else "", context)


class ReportPage(Act):
    """受理登记: the form of a new ticket; who and what are known already come with the address."""

    access = rights.DESK
    menu = "intake"
    title = _("New ticket")
    form_class = forms.ReportForm
    submit = _("Register")
    clauses = ("DL-3.1a", "MN-3.2.1a")
    done_text = _("The matter is registered.")
    wide = True

    contact: Contact | None = None
    customer: Customer | None = None
    product: InstalledProduct | None = None

    def load(self, **kwargs: Any) -> None:
        given = self.request.POST or self.request.GET
        self.product = self._one(InstalledProduct, given.get("product"))
        self.contact = self._one(Contact, given.get("contact"))
        self.customer = self._one(Customer, given.get("customer"))
        if self.customer is None:
            self.customer = self.product.customer if self.product else self.contact.customer if self.contact else None

    def _one(self, model: Any, key: str | None) -> Any:
        try:
            wanted = UUID(key or "")
        except ValueError:
            return None
        return model.visible_to(self.actor).filter(pk=wanted).first()

    def initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"caller_phone": self.request.GET.get("phone", "")}
        if self.contact:
            found |= {
                "contact": self.contact.pk,
                "caller_name": self.contact.name,
                "caller_phone": self.contact.phone_shown,
            }
        if self.customer:
            found["customer"] = self.customer.pk
        if self.product:
            found["product"] = self.product.pk
        return found

    def form_kwargs(self) -> dict[str, Any]:
        machines = InstalledProduct.visible_to(self.actor).select_related("model")
        dealers = Dealer.visible_to(self.actor).filter(active=True)
        customer = self.customer
        return {
            "choices": {
                "customer": [(customer.pk, customer.name)] if customer else [],
                "site": [
                    (row.pk, f"{row.name} {row.address}")
                    for row in Site.visible_to(self.actor).filter(customer=customer)
                ]
                if customer
                else [],
                "product": [
                    (row.pk, f"{row.model} · {row.serial}")
                    for row in machines.filter(customer=customer).order_by("serial")[:200]
                ]
                if customer
                else [],
                "dealer": [(row.pk, str(row)) for row in dealers],
            }
        }

    def more(self) -> dict[str, Any]:
        return {"form_template": "service/_report_fields.html", "script": apology(self), "customer": self.customer}

    def do(self, cleaned: dict[str, Any]) -> Ticket:
        told = reports.Report(
            kind=cleaned["kind"],
            channel="phone",
            subject=cleaned["subject"],
            problem=cleaned["problem"],
            customer=self.customer,
            contact=self.contact,
            site=self._one(Site, str(cleaned["site"] or "")),
            product=self._one(InstalledProduct, str(cleaned["product"] or "")),
            caller_name=cleaned["caller_name"],
            caller_phone=cleaned["caller_phone"],
            model_text=cleaned["model_text"],
            serial_text=cleaned["serial_text"],
            purchase_date=cleaned["purchase_date"],
            purchase_date_unknown=cleaned["purchase_date_unknown"],
            production_stopped=cleaned["production_stopped"],
            safety_risk=cleaned["safety_risk"],
            machines_down=cleaned["machines_down"],
            apologised=cleaned["apologised"],
            severity=cleaned["severity"],
            severity_reason=cleaned["severity_reason"],
            dealer_id=cleaned["dealer"],
        )
        if cleaned["solution"]:
            return reports.report_and_answer(told, solution=cleaned["solution"], actor=self.actor, at=self.at)
        return reports.report(told, actor=self.actor, at=self.at)

    def done(self, result: Ticket) -> str:
        return reverse("service:ticket", args=[result.number])

    def back(self) -> str:
        return reverse("service:caller")
