"""Dealers and outlets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from ..access import manages_company
from ..events import DealerChanged, DealerCreated, DealerResumed, DealerSuspended, OutletKept
from ..models import Dealer, Outlet
from .companies import assign
from .recording import note

FIELDS = frozenset({"code", "name", "short_name", "region", "address", "phone", "latitude", "longitude"})


def create(*, values: Mapping[str, Any], id: UUID | None = None, actor: Actor, at: datetime) -> Dealer:  # noqa: A002
    """Take in a dealer. Emits dealer.created. Refuses a code that is taken, and whoever does not manage the company."""
    _may(actor)
    row = Dealer(company_id=actor.company_id, **({"id": id} if id else {}))
    assign(row, _checked(values, needed=True))
    _save(row)
    note(DealerCreated(dealer=row.pk), actor=actor, at=at)
    return row


def change(*, id: UUID, values: Mapping[str, Any], actor: Actor, at: datetime) -> Dealer:  # noqa: A002
    """Change a dealer's card. Emits dealer.changed. Refuses a code that is taken, and whoever does not manage the company."""
    row = _hold(id, actor)
    changed = assign(row, _checked(values))
    if changed:
        _save(row)
        note(DealerChanged(dealer=row.pk, fields=changed), actor=actor, at=at)
    return row


def suspend(*, id: UUID, actor: Actor, at: datetime) -> Dealer:  # noqa: A002
    """Suspend cooperation: nothing new is given to the dealer. Emits dealer.suspended. Refuses a dealer that is suspended already."""
    row = _hold(id, actor)
    if row.suspended_at is not None:
        raise Refused(_("Cooperation with this dealer is suspended already."))
    row.suspended_at, row.active = at, False
    row.save(update_fields=["suspended_at", "active"])
    note(DealerSuspended(dealer=row.pk), actor=actor, at=at)
    return row


def resume(*, id: UUID, actor: Actor, at: datetime) -> Dealer:  # noqa: A002
    """Go on with a suspended dealer. Emits dealer.resumed. Refuses a dealer that is not suspended."""
    row = _hold(id, actor)
    if row.suspended_at is None:
        raise Refused(_("Cooperation with this dealer is not suspended."))
    row.suspended_at, row.active = None, True
    row.save(update_fields=["suspended_at", "active"])
    note(DealerResumed(dealer=row.pk), actor=actor, at=at)
    return row


def outlet(
    *,
    name: str,
    dealer_id: UUID | None = None,
    address: str = "",
    phone: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    id: UUID | None = None,  # noqa: A002
    actor: Actor,
    at: datetime,
) -> Outlet:
    """Enter an outlet, or (with `id`) change one. Emits outlet.kept. A dealer's manager keeps his own."""
    own = actor.has("dealer_manager") and dealer_id is not None and dealer_id == actor.dealer_id
    if not own and not manages_company(actor):
        raise NotYours
    if not name.strip():
        reason = _("A name is needed.")
        raise Invalid(reason, fields={"name": reason})
    rows = Outlet.objects.filter(company_id=actor.company_id)
    row = rows.filter(pk=id).first() if id else Outlet(company_id=actor.company_id)
    if row is None or (own and id and row.dealer_id != actor.dealer_id):
        raise NotYours
    if dealer_id is not None and not Dealer.visible_to(actor).filter(pk=dealer_id).exists():
        raise NotYours
    assign(
        row,
        {"name": name.strip(), "dealer_id": dealer_id, "address": address, "phone": phone, "latitude": latitude,
         "longitude": longitude},
    )  # fmt: skip
    row.save()
    note(OutletKept(outlet=row.pk, dealer=dealer_id), actor=actor, at=at)
    return row


def _may(actor: Actor) -> None:
    if not manages_company(actor):
        raise NotYours


def _hold(row_id: UUID, actor: Actor) -> Dealer:
    _may(actor)
    row = Dealer.visible_to(actor).select_for_update().filter(pk=row_id).first()
    if row is None:
        raise NotYours
    return row


def _checked(values: Mapping[str, Any], *, needed: bool = False) -> dict[str, Any]:
    if not set(values) <= FIELDS:
        raise KeyError(sorted(set(values) - FIELDS))
    found = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    empty = [key for key in ("code", "name") if not found.get(key, "" if needed else "x")]
    if empty:
        reason = _("This is needed.")
        raise Invalid(_("Code and name are needed."), fields=dict.fromkeys(empty, reason))
    return found


def _save(row: Dealer) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        reason = _("This code is taken.")
        raise Invalid(reason, fields={"code": reason}) from error
