"""Reads of customers and their machines; every public one takes `actor`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.models import Dealer

from .models import Contact, Customer, InstalledProduct, ProductCategory, ProductModel, Site
from .pure import matters, phones, search

PICKER = 10
"""Rows that a picker offers."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may be calling: the contact with its customer, and how many matters of the customer are open."""

    contact: Contact
    customer: Customer
    open_matters: int


@dataclass(frozen=True, slots=True)
class Card:
    """A customer with everything that its page shows."""

    customer: Customer
    contacts: list[Contact]
    sites: list[Site]
    installed: list[InstalledProduct]
    dealers: list[Dealer]
    matters: list[Dossier]
    merged_ids: list[UUID]
    """Cards that were merged into this one; their history belongs to it."""


def find_by_phone(actor: Actor, phone: str, *, limit: int = PICKER) -> list[Caller]:
    """Who may be calling: active contacts with the number, or, for exactly four digits, with that tail.

    A text that is no phone number finds nobody.
    """
    digits = phone.strip()
    rows = Contact.visible_to(actor).filter(active=True, customer__active=True)
    if len(digits) == 4 and digits.isdigit():
        rows = rows.filter(phone_tail=digits)
    else:
        try:
            number = phones.normalise(phone)
        except ValueError:
            return []
        main = number.partition("x")[0]
        rows = rows.filter(Q(phone=number) | Q(phone=main) | Q(phone__startswith=f"{main}x"))
    found = list(rows.select_related("customer").order_by("-is_primary", "pinyin", "pk")[:limit])
    counts = open_matters(actor, {row.customer_id for row in found})
    return [Caller(row, row.customer, counts.get(row.customer_id, 0)) for row in found]


def open_matters(actor: Actor, customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many matters (of the kinds that rooms registered) are open, by customer; customers without are left out."""
    if not customer_ids:
        return {}
    rows = _matters(actor).filter(customer_id__in=list(customer_ids), closed_at=None)
    return {
        key: number for key, number in rows.values_list("customer_id").annotate(number=Count("pk")) if key is not None
    }


def matters_of(actor: Actor, customer_id: UUID, *, limit: int = 20) -> list[Dossier]:
    """Open matters of a customer, newest first."""
    rows = _matters(actor).filter(customer_id=customer_id, closed_at=None)
    return list(rows.order_by("-opened_at")[:limit])


def _matters(actor: Actor) -> QuerySet[Dossier]:
    return Dossier.visible_to(actor).filter(kind__in=matters.kinds())


def customer(actor: Actor, *, number: str | None = None, id: UUID | None = None) -> Customer:
    """One customer by number or id; NotYours when the actor does not know it."""
    rows = Customer.visible_to(actor).select_related("merged_into")
    found = (rows.filter(number=number) if number is not None else rows.filter(pk=id)).first()
    if found is None:
        raise NotYours()
    return found


def card(actor: Actor, number: str) -> Card:
    """A customer with contacts, sites, machines, dealers and open matters; NotYours when the actor does not know it."""
    found = customer(actor, number=number)
    return Card(
        customer=found,
        contacts=list(
            Contact.visible_to(actor).filter(customer=found, active=True).order_by("-is_primary", "pinyin", "pk")
        ),
        sites=list(Site.visible_to(actor).filter(customer=found, active=True).order_by("-is_default", "name")),
        installed=list(installed_rows(actor).filter(customer=found).order_by("status", "serial")[:200]),
        dealers=dealers_of(actor, found),
        matters=matters_of(actor, found.pk),
        merged_ids=list(Customer.visible_to(actor).filter(merged_into=found).values_list("pk", flat=True)),
    )


def dealers_of(actor: Actor, row: Customer) -> list[Dealer]:
    """The dealers that deal with a customer, as far as the actor may know of them."""
    linked = row.dealers.values_list("dealer_id", flat=True)
    return list(Dealer.visible_to(actor).filter(pk__in=linked).order_by("code"))


def timeline(
    actor: Actor, customer_ids: Collection[UUID], *, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Entry]:
    """What happened with a customer (and the cards merged into it), newest first, as far as the actor may see."""
    rows = Entry.visible_to(actor).select_related("dossier").filter(customer_id__in=list(customer_ids))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-recorded_at", "-id")[:limit])


def sites_of(actor: Actor, row: Customer | None) -> QuerySet[Site]:
    """Sites in use of a customer, the default one first; none without a customer."""
    rows = Site.visible_to(actor).filter(active=True).order_by("-is_default", "name")
    return rows.none() if row is None else rows.filter(customer=row)


def installed_rows(actor: Actor) -> QuerySet[InstalledProduct]:
    """Machines that the actor may know, with what their warranty and their lines need."""
    return InstalledProduct.visible_to(actor).select_related("model__category", "customer", "site")


def installed_product(actor: Actor, *, number: str | None = None, id: UUID | None = None) -> InstalledProduct:
    """One machine by number or id; NotYours when the actor does not know it."""
    rows = installed_rows(actor)
    found = (rows.filter(number=number) if number is not None else rows.filter(pk=id)).first()
    if found is None:
        raise NotYours()
    return found


def customers_matching(actor: Actor, text: str) -> QuerySet[Customer]:
    """Customers by name (any part of two characters), pinyin or its initials, code, number, contact's name, phone
    or its end."""
    return Customer.visible_to(actor).filter(pk__in=_folders(text, "customer"))


def installed_matching(actor: Actor, text: str, *, customer_id: UUID | None = None) -> QuerySet[InstalledProduct]:
    """Machines by serial (its beginning), number, model, customer's name or initials."""
    rows = installed_rows(actor).filter(pk__in=_folders(text, "installed_product"))
    return rows if customer_id is None else rows.filter(customer_id=customer_id)


def contacts_matching(actor: Actor, text: str, *, customer_id: UUID | None = None) -> QuerySet[Contact]:
    """Active contacts by name, pinyin, initials or phone."""
    rows = Contact.visible_to(actor).filter(active=True).select_related("customer")
    one = customer_id is not None
    rows = rows.filter(customer_id=customer_id) if one else rows.filter(customer_id__in=_folders(text, "customer"))
    typed = text.strip()
    if not typed:
        return rows if one else rows.none()
    by_name = Q(name__icontains=typed) | Q(initials__startswith=typed.lower()) | Q(pinyin__startswith=typed.lower())
    digits = search.phone_part(typed)
    return rows.filter(by_name | Q(phone__contains=digits)) if digits else rows.filter(by_name)


def models_matching(actor: Actor, text: str) -> QuerySet[ProductModel]:
    """Product models in use by code, name, pinyin or initials; an empty text gives all."""
    rows = ProductModel.visible_to(actor).filter(active=True).select_related("category").order_by("code")
    typed = text.strip()
    if not typed:
        return rows
    low = typed.lower()
    return rows.filter(
        Q(code__icontains=typed) | Q(name__icontains=typed) | Q(initials__startswith=low) | Q(pinyin__startswith=low)
    )


def categories(actor: Actor, *, active: bool = True) -> QuerySet[ProductCategory]:
    """Product categories in the order of their codes."""
    rows = ProductCategory.visible_to(actor).order_by("code")
    return rows.filter(active=True) if active else rows


def _folders(text: str, kind: str) -> RawSQL:
    """Ids of folders of a kind that carry the words. In the caller's database scope; `visible_to` of the row
    decides."""
    words = search.query(text)
    return RawSQL(
        "SELECT id FROM journal_dossier WHERE kind = %s AND search @@ %s::tsquery AND %s", (kind, words, bool(words))
    )


def contact_of(actor: Actor) -> Contact | None:
    """The contact that the actor himself is, for a customer who is logged in."""
    if actor.person_id is None:
        return None
    rows = Contact.visible_to(actor).select_related("customer__dossier")
    return rows.filter(person_id=actor.person_id, active=True).first()


def category_names(company_id: UUID) -> dict[str, str]:
    """Skill codes by what their product category is called, in the active language; all of the company may know them."""
    return {row.code: row.name for row in ProductCategory.objects.filter(company_id=company_id)}
