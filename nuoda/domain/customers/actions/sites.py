"""The verbs of sites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from .. import events
from ..access import require
from ..models import Customer, Site
from .keeping import assign, hold_customer, needed, note_customer

_FIELDS = frozenset(
    {"name", "address", "province", "city", "district", "latitude", "longitude", "is_default"}
)  # fmt: skip


def add(
    customer_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    address: str = "",
    province: str = "",
    city: str = "",
    district: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    is_default: bool | None = None,
    id: UUID | None = None,
) -> Site:
    """Add a place to a customer; the first one becomes its default unless said otherwise.

    Asks: site.change. Emits: site.added. Refuses: a missing name, a name in use at this customer, half a coordinate.
    """
    require(actor, "site.change")
    customer = hold_customer(customer_id, actor)
    name = name.strip()
    needed({"name": name})
    _place(latitude, longitude)
    _name_free(customer, name)
    if is_default is None:
        is_default = not Site.objects.filter(customer=customer, active=True).exists()
    if is_default:
        _demote(customer)
    row = Site(
        id=id or (new_id() if actor.origin == "live" else id_at(at)),
        company_id=actor.company_id, customer=customer, name=name, address=address.strip(), province=province.strip(),
        city=city.strip(), district=district.strip(), latitude=latitude, longitude=longitude, is_default=is_default,
    )  # fmt: skip
    row.save(force_insert=True)
    note_customer(events.SiteAdded(customer=customer.pk, site=row.pk), customer=customer, actor=actor, at=at)
    return row


def change(site_id: UUID, *, actor: Actor, at: datetime, **changes: Any) -> Site:
    """Change a place.

    Asks: site.change. Emits: site.changed (nothing when nothing differs). Refuses: as `add`.
    """
    require(actor, "site.change")
    if unknown := set(changes) - _FIELDS:
        raise TypeError(f"a site has no field {', '.join(sorted(unknown))}")
    row, customer = _hold(site_id, actor)
    values: Mapping[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in changes.items()
    }
    name = values.get("name", row.name)
    needed({"name": name})
    _place(values.get("latitude", row.latitude), values.get("longitude", row.longitude))
    if name != row.name:
        _name_free(customer, name)
    if values.get("is_default") and not row.is_default:
        _demote(customer)
    changed = assign(row, values)
    if changed:
        row.save(update_fields=changed)
        note_customer(
            events.SiteChanged(customer=customer.pk, site=row.pk, fields=changed), customer=customer, actor=actor, at=at
        )
    return row


def deactivate(site_id: UUID, *, actor: Actor, at: datetime) -> Site:
    """A place is no longer in use; a second time changes nothing. Machines keep it as their last place.

    Asks: site.change. Emits: site.deactivated.
    """
    require(actor, "site.change")
    row, customer = _hold(site_id, actor)
    if row.active:
        row.active, row.is_default = False, False
        row.save(update_fields=["active", "is_default"])
        note_customer(events.SiteDeactivated(customer=customer.pk, site=row.pk), customer=customer, actor=actor, at=at)
    return row


def _hold(site_id: UUID, actor: Actor) -> tuple[Site, Customer]:
    row = Site.visible_to(actor).select_for_update(of=("self",)).filter(pk=site_id).first()
    if row is None:
        raise NotYours()
    return row, hold_customer(row.customer_id, actor)


def _name_free(customer: Customer, name: str) -> None:
    if Site.objects.filter(customer=customer, active=True, name=name).exists():
        sentence = _("This customer has a site of this name.")
        raise Invalid(sentence, fields={"name": sentence})


def _place(latitude: float | None, longitude: float | None) -> None:
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        sentence = _("Give latitude (−90 to 90) and longitude (−180 to 180) together, or neither.")
        raise Invalid(sentence, fields={"latitude": sentence})


def _demote(customer: Customer) -> None:
    Site.objects.filter(customer=customer, is_default=True).update(is_default=False)
