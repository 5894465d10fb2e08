"""Merging two cards of one customer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import CaseShare, Dossier
from nuoda.foundation.orgs.models import Person

from .. import events
from ..access import require
from ..models import Contact, Customer, CustomerDealer, InstalledProduct, Site
from .keeping import describe_customer, describe_machines, hold_customer, note_customer


def merge(customer_id: UUID, *, actor: Actor, at: datetime, duplicate_id: UUID, reason: str = "") -> Customer:
    """Move everything of a duplicate card to the customer and close the duplicate.

    Contacts, sites, machines, open and closed matters, dealers and logins move; the duplicate stays readable and
    points here.
    Asks: customer.merge. Emits: customer.merged (rooms above move their own rows). Refuses: itself, a card merged
    already.
    """
    require(actor, "customer.merge")
    if customer_id == duplicate_id:
        raise Refused(_("A customer cannot be merged with itself."), code="same_customer")
    # In the order of their ids, so that two people who merge the same pair at once do not block each other.
    held = {key: hold_customer(key, actor) for key in sorted((customer_id, duplicate_id))}
    row, duplicate = held[customer_id], held[duplicate_id]
    if row.merged_into_id or duplicate.merged_into_id:
        raise Refused(_("This card was merged into another one. Use that one."), code="merged")
    _move_contacts(duplicate, row)
    _move_sites(duplicate, row)
    InstalledProduct.objects.filter(customer=duplicate).update(customer=row)
    _move_dealers(duplicate, row)
    Person.objects.filter(customer_id=duplicate.pk).update(customer_id=row.pk)
    Dossier.objects.filter(customer_id=duplicate.pk).exclude(pk=duplicate.pk).update(customer_id=row.pk)
    CaseShare.objects.filter(customer_id=duplicate.pk).update(customer_id=row.pk)
    Customer.objects.filter(merged_into=duplicate).update(merged_into=row)
    duplicate.active, duplicate.merged_into, duplicate.changed_at = False, row, at
    duplicate.save(update_fields=["active", "merged_into", "changed_at"])
    dossiers.close(duplicate.dossier, at=at)
    describe_customer(row)
    describe_customer(duplicate)
    describe_machines(row)
    note_customer(
        events.CustomerMerged(customer=row.pk, merged=duplicate.pk), customer=row, actor=actor, at=at, remark=reason
    )
    return row


def _move_contacts(duplicate: Customer, row: Customer) -> None:
    known = set(Contact.objects.filter(customer=row, active=True).values_list("name", "phone"))
    keeps_primary = Contact.objects.filter(customer=row, is_primary=True, active=True).exists()
    for contact in Contact.objects.filter(customer=duplicate):
        contact.customer = row
        contact.is_primary = contact.is_primary and not keeps_primary
        # The same person on both cards stays once; one that may log in stays whatever happens.
        if (contact.name, contact.phone) in known and contact.person_id is None:
            contact.active = contact.is_primary = False
        contact.save(update_fields=["customer", "is_primary", "active"])


def _move_sites(duplicate: Customer, row: Customer) -> None:
    taken = dict(Site.objects.filter(customer=row, active=True).values_list("name", "pk"))
    keeps_default = Site.objects.filter(customer=row, is_default=True, active=True).exists()
    for site in Site.objects.filter(customer=duplicate):
        if site.active and site.name in taken:
            site.name = f"{site.name[:60]} ({duplicate.number})"
        site.customer = row
        site.is_default = site.is_default and not keeps_default
        site.save(update_fields=["customer", "name", "is_default"])


def _move_dealers(duplicate: Customer, row: Customer) -> None:
    known = CustomerDealer.objects.filter(customer=row).values_list("dealer_id", flat=True)
    CustomerDealer.objects.filter(customer=duplicate).exclude(dealer_id__in=list(known)).update(customer=row)
    CustomerDealer.objects.filter(customer=duplicate).delete()
