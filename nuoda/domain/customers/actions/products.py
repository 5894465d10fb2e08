"""The verbs of installed products: machines at customers."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.actions import dossiers

from .. import events
from ..access import require
from ..models import Customer, InstalledProduct, ProductModel, Site
from ..models.products import InstalledStatus
from .keeping import (
    assign,
    describe_installed,
    fresh,
    hold_customer,
    installed_title,
    installed_words,
    needed,
    note_installed,
)

_FIELDS = frozenset({"site_id", "model_id", "serial", "purchase_date", "installed_date"})


def serial_of(text: str) -> str:
    """A serial number in its one written form: half width, upper case, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def register(
    *,
    actor: Actor,
    at: datetime,
    customer_id: UUID,
    model_id: UUID,
    serial: str,
    site_id: UUID | None = None,
    purchase_date: date | None = None,
    installed_date: date | None = None,
    dealer_id: UUID | None = None,
    id: UUID | None = None,
) -> InstalledProduct:
    """Register a machine at a customer and open its folder.

    Asks: installed_product.register. Emits: installed_product.registered. Refuses: a missing serial or one
    registered already, a model or
    site that is not there, an installation before the purchase.
    """
    require(actor, "installed_product.register")
    customer = hold_customer(customer_id, actor)
    model = _model(model_id, actor)
    _site(site_id, customer)
    serial = serial_of(serial)
    needed({"serial": serial})
    _order(purchase_date, installed_date)
    if actor.reach == "dealer":
        dealer_id = actor.dealer_id
    row = InstalledProduct(
        company_id=actor.company_id, dealer_id=dealer_id, customer=customer, site_id=site_id, model=model,
        serial=serial,
        purchase_date=purchase_date, installed_date=installed_date, created_at=at, changed_at=at,
    )  # fmt: skip
    with _serial_taken(), transaction.atomic():
        dossier = dossiers.open(
            kind="installed_product", actor=actor, at=at, id=id, title=installed_title(row), dealer_id=dealer_id,
            customer_id=customer.pk, search=installed_words(row),
        )  # fmt: skip
        row.dossier, row.number = dossier, dossier.number
        row.save(force_insert=True)
    note_installed(
        events.InstalledProductRegistered(
            installed_product=row.pk, customer=customer.pk, model=model.pk, dealer=dealer_id
        ),
        product=row, actor=actor, at=at,
    )  # fmt: skip
    return row


def change(
    product_id: UUID, *, actor: Actor, at: datetime, seen: datetime | None = None, **changes: Any
) -> InstalledProduct:
    """Change a machine's data; `seen` is its `changed_at` as the actor saw it.

    Asks: installed_product.change. Emits: installed_product.changed (nothing when nothing differs). Refuses:
    stale data, and as `register`.
    """
    require(actor, "installed_product.change")
    if unknown := set(changes) - _FIELDS:
        raise TypeError(f"an installed product has no field {', '.join(sorted(unknown))}")
    row = hold(product_id, actor)
    fresh(row, seen)
    values = dict(changes)
    model = _model(values["model_id"], actor) if "model_id" in values else row.model
    if "serial" in values:
        values["serial"] = serial_of(values["serial"])
        needed({"serial": values["serial"]})
    if values.get("site_id") is not None:
        _site(values["site_id"], row.customer)
    _order(values.get("purchase_date", row.purchase_date), values.get("installed_date", row.installed_date))
    changed = assign(row, values)
    row.model = model
    return _save(row, changed, actor, at)


def agree_warranty(
    product_id: UUID, *, actor: Actor, at: datetime, until: date | None, because: str = ""
) -> InstalledProduct:
    """Agree a last day of warranty with its reason (a contract), or, with None, go back to the computed one.

    Asks: installed_product.agree_warranty. Emits: installed_product.changed. Refuses: a day without a reason.
    """
    require(actor, "installed_product.agree_warranty")
    if until is not None:
        needed({"because": because})
    row = hold(product_id, actor)
    changed = assign(row, {"warranty_until": until, "warranty_reason": because.strip() if until else ""})
    return _save(row, changed, actor, at)


def hand_over(
    product_id: UUID, *, actor: Actor, at: datetime, customer_id: UUID, site_id: UUID | None = None, reason: str = ""
) -> InstalledProduct:
    """Give a machine to another customer (sold on, or entered at the wrong one); its history goes with it.

    Asks: installed_product.change. Emits: installed_product.handed_over. Refuses: the same customer, a site of another.
    """
    require(actor, "installed_product.change")
    row = hold(product_id, actor)
    customer = hold_customer(customer_id, actor)
    if customer.pk == row.customer_id:
        raise Refused(_("The machine belongs to this customer already."), code="same_customer")
    _site(site_id, customer)
    former = row.customer_id
    row.customer, row.site_id, row.changed_at = customer, site_id, at
    row.save(update_fields=["customer", "site_id", "changed_at"])
    dossiers.move(row.dossier, dealer_id=row.dossier.dealer_id, customer_id=customer.pk)
    describe_installed(row)
    note_installed(
        events.InstalledProductHandedOver(installed_product=row.pk, customer=customer.pk, former=former),
        product=row, actor=actor, at=at, remark=reason,
    )  # fmt: skip
    return row


def retire(product_id: UUID, *, actor: Actor, at: datetime, reason: str = "") -> InstalledProduct:
    """A machine is no longer in use.

    Asks: installed_product.retire. Emits: installed_product.retired. Refuses: a machine that is retired already.
    """
    require(actor, "installed_product.retire")
    row = hold(product_id, actor)
    if row.status == InstalledStatus.RETIRED:
        raise Refused(_("This machine is retired already."), code="retired")
    row.status, row.changed_at = InstalledStatus.RETIRED, at
    row.save(update_fields=["status", "changed_at"])
    dossiers.close(row.dossier, at=at)
    note_installed(
        events.InstalledProductRetired(installed_product=row.pk), product=row, actor=actor, at=at, remark=reason
    )
    return row


def add_waiting(product_id: UUID, *, actor: Actor, at: datetime, days: int) -> InstalledProduct:
    """Add the days that a repair in warranty waited for parts; the law adds them to the warranty.

    Asks: installed_product.change. Emits: installed_product.waited_for_parts. Refuses: less than one day.
    """
    require(actor, "installed_product.change")
    if days < 1:
        raise Invalid(_("Give at least one day."), fields={"days": _("Give at least one day.")})
    row = hold(product_id, actor)
    row.waited_days += days
    row.changed_at = at
    row.save(update_fields=["waited_days", "changed_at"])
    note_installed(
        events.InstalledProductWaitedForParts(installed_product=row.pk, days=days), product=row, actor=actor, at=at
    )
    return row


def hold(product_id: UUID, actor: Actor) -> InstalledProduct:
    """The machine's row, locked, with its customer, model and folder; NotYours when the actor does not know it."""
    rows = InstalledProduct.visible_to(actor).select_related("customer", "model__category", "dossier")
    row = rows.select_for_update(of=("self",)).filter(pk=product_id).first()
    if row is None:
        raise NotYours()
    return row


def _save(row: InstalledProduct, changed: list[str], actor: Actor, at: datetime) -> InstalledProduct:
    if not changed:
        return row
    row.changed_at = at
    with _serial_taken(), transaction.atomic():
        row.save(update_fields=[*changed, "changed_at"])
    describe_installed(row)
    note_installed(
        events.InstalledProductChanged(installed_product=row.pk, fields=changed), product=row, actor=actor, at=at
    )
    return row


def _model(model_id: UUID, actor: Actor) -> ProductModel:
    row = ProductModel.visible_to(actor).select_related("category").filter(pk=model_id).first()
    if row is None:
        sentence = _("There is no such product model.")
        raise Invalid(sentence, fields={"model": sentence})
    return row


def _site(site_id: UUID | None, customer: Customer) -> None:
    if site_id is not None and not Site.objects.filter(pk=site_id, customer=customer).exists():
        sentence = _("This customer has no such site.")
        raise Invalid(sentence, fields={"site": sentence})


def _order(purchase_date: date | None, installed_date: date | None) -> None:
    if purchase_date and installed_date and installed_date < purchase_date:
        sentence = _("The installation cannot lie before the purchase.")
        raise Invalid(sentence, fields={"installed_date": sentence})


class _serial_taken:
    """Turns the database's refusal of a second machine with a serial number into a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError) and "customers_installedproduct_serial" in str(error):
            sentence = _("A machine with this serial number is registered already.")
            raise Invalid(sentence, fields={"serial": sentence}) from error
