"""Taking one row of an imported table: found again by its own key, so that a second import changes and never
doubles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.imports import Outcome
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.orgs.models import Dealer

from ..models import Contact, Customer, InstalledProduct, ProductCategory, ProductModel, Site
from . import catalogue, contacts, customers, products, sites
from .keeping import phone_of

Values = Mapping[str, Any]


def given(values: Values, *names: str) -> dict[str, Any]:
    """The named values that are not empty: an empty cell leaves what is known as it is."""
    return {name: values[name] for name in names if values.get(name) is not None}


def differs(row: models.Model, values: Values) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def take_customer(actor: Actor, at: datetime, values: Values) -> Outcome:
    """A customer with its main contact and site: known by its code, else by its exact name."""
    dealer_id = _dealer(actor, values.get("dealer"))
    row = _known_customer(actor, values)
    fields = given(values, "name", "code", "kind", "level", "region", "tax_no", "note")
    outcome: Outcome = "unchanged"
    if row is None:
        row = customers.create(actor=actor, at=at, dealer_id=dealer_id, **fields)
        outcome = "created"
    else:
        if differs(row, fields):
            customers.change(row.pk, actor=actor, at=at, **fields)
            outcome = "updated"
        if dealer_id is not None and customers.link_dealer(row.pk, actor=actor, at=at, dealer_id=dealer_id):
            outcome = "updated"
    parts = []
    if values.get("contact") or values.get("phone"):
        person = {"name": values.get("contact") or row.name[:60], "phone": values.get("phone") or ""}
        parts.append(_contact(actor, at, row, person))
    if values.get("address"):
        place = {"name": values.get("site") or _("Main site"), "address": values["address"]}
        parts.append(_site(actor, at, row, place | given(values, "province", "city", "district")))
    return "updated" if outcome == "unchanged" and any(part != "unchanged" for part in parts) else outcome


def take_contact(actor: Actor, at: datetime, values: Values) -> Outcome:
    """A contact: known at its customer by phone, else by name."""
    row = _customer_named(actor, values["customer"])
    return _contact(actor, at, row, given(values, "name", "phone", "email", "title"))


def take_model(actor: Actor, at: datetime, values: Values) -> Outcome:
    """A product model: known by its code."""
    category = _category(actor, values["category"])
    fields = given(values, "name", "warranty_months", "warranty_from")
    row = ProductModel.visible_to(actor).filter(code=values["code"]).first()
    if row is None:
        catalogue.add_model(actor=actor, at=at, category_id=category.pk, code=values["code"], **fields)
        return "created"
    if differs(row, fields | {"category_id": category.pk}):
        catalogue.change_model(row.pk, actor=actor, at=at, category_id=category.pk, **fields)
        return "updated"
    return "unchanged"


def take_installed(actor: Actor, at: datetime, values: Values) -> Outcome:
    """A machine: known by its serial number."""
    customer = _customer_named(actor, values["customer"])
    model = _model(actor, values["model"])
    dealer_id = _dealer(actor, values.get("dealer"))
    fields = given(values, "purchase_date", "installed_date")
    if values.get("site"):
        site = Site.objects.filter(customer=customer, active=True, name=values["site"]).first()
        fields["site_id"] = (site or sites.add(customer.pk, actor=actor, at=at, name=values["site"])).pk
    row = InstalledProduct.visible_to(actor).filter(serial=products.serial_of(values["serial"])).first()
    if row is None:
        row = products.register(
            actor=actor, at=at, customer_id=customer.pk, model_id=model.pk, serial=values["serial"],
            dealer_id=dealer_id,
            **fields,
        )  # fmt: skip
        _agree(actor, at, row, values)
        return "created"
    if row.customer_id != customer.pk:
        sentence = _("This machine is registered at another customer (%(number)s). Hand it over there first.")
        raise Invalid(sentence % {"number": row.number}, fields={"customer": sentence % {"number": row.number}})
    changed = differs(row, fields | {"model_id": model.pk})
    if changed:
        products.change(row.pk, actor=actor, at=at, model_id=model.pk, **fields)
    return "updated" if _agree(actor, at, row, values) or changed else "unchanged"


def _agree(actor: Actor, at: datetime, row: InstalledProduct, values: Values) -> bool:
    until = values.get("warranty_until")
    because = values.get("warranty_reason") or row.warranty_reason
    if until is None or (row.warranty_until, row.warranty_reason) == (until, because):
        return False
    if not because:
        sentence = _("Say why this day was agreed.")
        raise Invalid(sentence, fields={"warranty_reason": sentence})
    products.agree_warranty(row.pk, actor=actor, at=at, until=until, because=because)
    return True


def _contact(actor: Actor, at: datetime, customer: Customer, fields: dict[str, Any]) -> Outcome:
    phone = phone_of(fields.get("phone") or "")
    rows = Contact.objects.filter(customer=customer, active=True)
    row = rows.filter(phone=phone).first() if phone else None
    row = row or rows.filter(name=fields["name"].strip()).first()
    if row is None:
        contacts.add(customer.pk, actor=actor, at=at, **fields)
        return "created"
    fields = {name: value for name, value in fields.items() if name != "phone"} | ({"phone": phone} if phone else {})
    if differs(row, fields):
        contacts.change(row.pk, actor=actor, at=at, **fields)
        return "updated"
    return "unchanged"


def _site(actor: Actor, at: datetime, customer: Customer, fields: dict[str, Any]) -> Outcome:
    row = Site.objects.filter(customer=customer, active=True, name=fields["name"]).first()
    if row is None:
        sites.add(customer.pk, actor=actor, at=at, **fields)
        return "created"
    if differs(row, fields):
        sites.change(row.pk, actor=actor, at=at, **fields)
        return "updated"
    return "unchanged"


def _known_customer(actor: Actor, values: Values) -> Customer | None:
    rows = Customer.visible_to(actor).filter(merged_into=None)
    if values.get("code"):
        by_code = rows.filter(code=values["code"]).first()
        if by_code is not None:
            return by_code
    # A namesake with another code is another customer.
    by_name = rows.filter(name=values["name"]).order_by("-active", "created_at").first()
    if by_name is None or (values.get("code") and by_name.code):
        return None
    return by_name


def _customer_named(actor: Actor, text: str) -> Customer:
    """The customer that a cell means: number, own code or exact name."""
    rows = list(
        Customer.visible_to(actor)
        .filter(merged_into=None)
        .filter(models.Q(number=text) | models.Q(code=text) | models.Q(name=text))[:2]
    )
    if not rows:
        sentence = _("There is no customer “%(text)s”. Import the customers first, or correct the name.") % {
            "text": text
        }
        raise Invalid(sentence, fields={"customer": sentence})
    if len(rows) > 1:
        sentence = _("Several customers are called “%(text)s”. Write the customer's number instead.") % {"text": text}
        raise Invalid(sentence, fields={"customer": sentence})
    return rows[0]


def _category(actor: Actor, text: str) -> ProductCategory:
    rows = list(ProductCategory.visible_to(actor).filter(active=True))
    for row in rows:
        if text in (row.code, row.name_zh_hans, row.name_zh_hant, row.name_en):
            return row
    known = ", ".join(row.code for row in rows[:20])
    sentence = _("There is no product category “%(text)s”. Known are: %(known)s.") % {
        "text": text,
        "known": known or "—",
    }
    raise Invalid(sentence, fields={"category": sentence})


def _model(actor: Actor, text: str) -> ProductModel:
    row = ProductModel.visible_to(actor).filter(code=text).first()
    if row is None:
        sentence = _("There is no product model “%(text)s”. Import the models first, or correct the code.") % {
            "text": text
        }
        raise Invalid(sentence, fields={"model": sentence})
    return row


def _dealer(actor: Actor, text: str | None) -> UUID | None:
    if text is None:
        return None
    row = Dealer.visible_to(actor).filter(models.Q(code=text) | models.Q(name=text) | models.Q(short_name=text)).first()
    if row is None:
        sentence = _("There is no dealer “%(text)s”. Use the dealer's code.") % {"text": text}
        raise Invalid(sentence, fields={"dealer": sentence})
    return row.pk
