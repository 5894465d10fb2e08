"""What every verb about a customer shares: holding its row, keeping its folder's words true, recording."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.pinyin import initials, joined
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Stale
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier

from ..models import Contact, Customer, InstalledProduct
from ..pure import phones


def hold_customer(customer_id: UUID, actor: Actor) -> Customer:
    """The customer's row, locked; NotYours when the actor does not know it."""
    rows = Customer.visible_to(actor).select_related("dossier").select_for_update(of=("self",))
    row = rows.filter(pk=customer_id).first()
    if row is None:
        raise NotYours()
    return row


def fresh(row: Customer | InstalledProduct, seen: datetime | None) -> None:
    """Refuse when the row changed after the moment at which the actor saw it."""
    if seen is not None and row.changed_at != seen:
        raise Stale(_("Somebody else changed this in the meantime. Load the page again and repeat your change."))


def assign(row: models.Model, changes: Mapping[str, Any]) -> list[str]:
    """Set the fields that differ; their names, sorted."""
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def needed(fields: Mapping[str, str]) -> None:
    """Refuse empty texts of fields that must be filled."""
    missing = {name: _("Please fill this in.") for name, value in fields.items() if not value.strip()}
    if missing:
        raise Invalid(_("Something is missing."), fields=missing)


def phone_of(text: str) -> str:
    """A phone number in its one written form, '' stays ''; refuses what is none."""
    if not text.strip():
        return ""
    try:
        return phones.normalise(text)
    except ValueError:
        sentence = _("“%(text)s” is no phone number. Write it with area code, for example 0512-65551234.") % {
            "text": text
        }
        raise Invalid(sentence, fields={"phone": sentence}) from None


def note_customer(
    event: Event, *, customer: Customer, actor: Actor, at: datetime, remark: str = "", dealer_id: UUID | None = None
) -> None:
    """Record on the customer's folder; `dealer_id` makes it an entry about that dealer, which others do not see."""
    folder = _folder(customer, dealer_id or (actor.dealer_id if actor.reach == "dealer" else None))
    entries.record(event, dossier=folder, actor=actor, at=at, remark=remark)


def note_installed(event: Event, *, product: InstalledProduct, actor: Actor, at: datetime, remark: str = "") -> None:
    """Record on the machine's folder."""
    folder = _folder(product, actor.dealer_id if actor.reach == "dealer" else None)
    entries.record(event, dossier=folder, actor=actor, at=at, remark=remark)


def _folder(row: Customer | InstalledProduct, dealer_id: UUID | None) -> Dossier:
    """The row's folder; with another dealer than its own, so that the entry is that dealer's to write and to read."""
    dossier: Dossier = row.dossier
    if dealer_id is not None and dossier.dealer_id != dealer_id:
        dossier = copy.copy(dossier)
        dossier.dealer_id = dealer_id
    return dossier


def describe_customer(customer: Customer) -> None:
    """Make the folder's title and search words those of the card and its contacts."""
    # In the company's scope: a linked dealer may not change the folder, and its words must hold all contacts.
    with scoped(system(customer.company_id)):
        contacts = Contact.objects.filter(customer=customer, active=True).values_list("name", "phone")
        dossiers.describe(
            Dossier.objects.get(pk=customer.pk), title=customer.name, search=customer_words(customer, contacts)
        )


def customer_words(customer: Customer, contacts: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Search words of a customer: pinyin, codes, and its contacts' names and phones."""
    words = [customer.initials, joined(customer.name), customer.code, customer.tax_no]
    for name, phone in contacts:
        words += [name, initials(name), joined(name), *phone_words(phone)]
    return [word for word in words if word]


def phone_words(phone: str) -> list[str]:
    """A normalised phone as people type it: with and without country code (the last four digits follow by
    themselves)."""
    main = phone.partition("x")[0]
    national = next((main.removeprefix(code) for code in ("+86", "+852", "+886") if main.startswith(code)), main)
    return [word for word in (main.removeprefix("+"), national, f"0{national}") if len(word) > 1] if main else []


def installed_words(product: InstalledProduct) -> list[str]:
    """Search words of a machine: serial (whole, too), model, customer."""
    plain = "".join(letter for letter in product.serial if letter.isalnum())
    return [
        product.serial,
        plain,
        product.model.code,
        product.model.name,
        product.customer.name,
        product.customer.initials,
    ]


def describe_installed(product: InstalledProduct) -> None:
    """Make the machine's title and search words true."""
    with scoped(system(product.company_id)):
        dossiers.describe(
            Dossier.objects.get(pk=product.pk), title=installed_title(product), search=installed_words(product)
        )


def describe_machines(customer: Customer) -> None:
    """Make the search words of all machines of a customer true (its name is among them)."""
    for product in InstalledProduct.objects.filter(customer=customer).select_related("customer", "model"):
        describe_installed(product)


def installed_title(product: InstalledProduct) -> str:
    return f"{product.model.code} {product.serial}"
