"""The verbs of contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.pinyin import initials, sort_key
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.orgs.models import Person

from .. import events
from ..access import require
from ..models import Contact, Customer
from ..pure import phones
from .keeping import assign, describe_customer, hold_customer, needed, note_customer, phone_of

_FIELDS = frozenset({"name", "phone", "email", "title", "is_primary"})


def add(
    customer_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    phone: str = "",
    email: str = "",
    title: str = "",
    is_primary: bool | None = None,
    id: UUID | None = None,
) -> Contact:
    """Add a contact to a customer; the first one becomes the main contact unless said otherwise.

    Asks: contact.change. Emits: contact.added. Refuses: a missing name, a phone that is none.
    """
    require(actor, "contact.change")
    customer = hold_customer(customer_id, actor)
    name = name.strip()
    needed({"name": name})
    number = phone_of(phone)
    if is_primary is None:
        is_primary = not Contact.objects.filter(customer=customer, active=True).exists()
    if is_primary:
        _demote(customer)
    row = Contact(
        id=id or (new_id() if actor.origin == "live" else id_at(at)),
        company_id=actor.company_id, customer=customer, dealer_id=actor.dealer_id, name=name, pinyin=sort_key(name),
        initials=initials(name), phone=number, phone_tail=phones.tail(number), email=email.strip(), title=title.strip(),
        is_primary=is_primary,
    )  # fmt: skip
    row.save(force_insert=True)
    describe_customer(customer)
    note_customer(events.ContactAdded(customer=customer.pk, contact=row.pk), customer=customer, actor=actor, at=at)
    return row


def change(contact_id: UUID, *, actor: Actor, at: datetime, **changes: Any) -> Contact:
    """Change a contact's data.

    Asks: contact.change. Emits: contact.changed (nothing when nothing differs). Refuses: a missing name, a phone
    that is none.
    """
    require(actor, "contact.change")
    if unknown := set(changes) - _FIELDS:
        raise TypeError(f"a contact has no field {', '.join(sorted(unknown))}")
    row, customer = _hold(contact_id, actor)
    values = {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
    needed({"name": values.get("name", row.name)})
    if "phone" in values:
        values["phone"] = phone_of(values["phone"])
    if values.get("is_primary") and not row.is_primary:
        _demote(customer)
    changed = assign(row, values)
    if not changed:
        return row
    row.pinyin, row.initials, row.phone_tail = sort_key(row.name), initials(row.name), phones.tail(row.phone)
    row.save(update_fields=[*changed, "pinyin", "initials", "phone_tail"])
    describe_customer(customer)
    note_customer(
        events.ContactChanged(customer=customer.pk, contact=row.pk, fields=changed),
        customer=customer,
        actor=actor,
        at=at,
    )
    return row


def deactivate(contact_id: UUID, *, actor: Actor, at: datetime) -> Contact:
    """No longer speak with a contact (left the company); a second time changes nothing.

    Asks: contact.change. Emits: contact.deactivated.
    """
    require(actor, "contact.change")
    row, customer = _hold(contact_id, actor)
    if not row.active:
        return row
    row.active, row.is_primary = False, False
    row.save(update_fields=["active", "is_primary"])
    describe_customer(customer)
    note_customer(
        events.ContactDeactivated(customer=customer.pk, contact=row.pk), customer=customer, actor=actor, at=at
    )
    return row


def attach(contact_id: UUID, *, actor: Actor, at: datetime, person_id: UUID) -> Contact:
    """Say that a contact is a person who may log in; the person must belong to the contact's customer.

    Asks: contact.change. Emits: contact.changed. Refuses: a person of another customer, a contact that has its person.
    """
    require(actor, "contact.change")
    row, customer = _hold(contact_id, actor)
    if row.person_id is not None:
        raise Refused(_("This contact can log in already."), code="attached")
    person = Person.visible_to(actor).filter(pk=person_id, customer_id=customer.pk).first()
    if person is None:
        raise Invalid(_("There is no such person at this customer."), fields={"person": _("There is no such person.")})
    row.person = person
    row.save(update_fields=["person"])
    note_customer(
        events.ContactChanged(customer=customer.pk, contact=row.pk, fields=["person"]),
        customer=customer, actor=actor, at=at,
    )  # fmt: skip
    return row


def _hold(contact_id: UUID, actor: Actor) -> tuple[Contact, Customer]:
    row = Contact.visible_to(actor).select_for_update(of=("self",)).filter(pk=contact_id).first()
    if row is None:
        raise NotYours()
    return row, hold_customer(row.customer_id, actor)


def _demote(customer: Customer) -> None:
    Contact.objects.filter(customer=customer, is_primary=True).update(is_primary=False)
