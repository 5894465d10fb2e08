"""The verbs of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.pinyin import initials, sort_key
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.orgs.models import Dealer

from .. import events
from ..access import require
from ..models import Customer, CustomerDealer
from ..models.customers import CustomerKind, CustomerLevel
from .keeping import (
    assign,
    customer_words,
    describe_customer,
    describe_machines,
    fresh,
    hold_customer,
    needed,
    note_customer,
)

_FIELDS = frozenset({"name", "code", "kind", "level", "region", "tax_no", "note"})


def create(
    *,
    actor: Actor,
    at: datetime,
    name: str,
    kind: str = "company",
    level: str = "ordinary",
    code: str = "",
    region: str = "",
    tax_no: str = "",
    note: str = "",
    dealer_id: UUID | None = None,
    id: UUID | None = None,
) -> Customer:
    """Enter a customer and open its folder.

    Asks: customer.create. Emits: customer.created. Refuses: a missing name, a code in use. A dealer's people
    enter customers of their dealer.
    """
    require(actor, "customer.create")
    name = name.strip()
    needed({"name": name})
    _choices(kind, level)
    if actor.reach == "dealer":
        dealer_id = actor.dealer_id
    elif dealer_id is not None:
        _dealer(dealer_id, actor)
    row = Customer(
        company_id=actor.company_id, dealer_id=dealer_id, name=name, pinyin=sort_key(name), initials=initials(name),
        kind=kind, level=level, code=code.strip(), region=region.strip(), tax_no=tax_no.strip(), note=note.strip(),
        created_at=at, changed_at=at,
    )  # fmt: skip
    with _code_taken(), transaction.atomic():
        dossier = dossiers.open(
            kind="customer", actor=actor, at=at, title=name, id=id, dealer_id=dealer_id, own_customer=True,
            search=customer_words(row),
        )  # fmt: skip
        row.dossier, row.number = dossier, dossier.number
        row.save(force_insert=True)
    if dealer_id is not None:
        _link(row, dealer_id, at)
    note_customer(
        events.CustomerCreated(customer=row.pk, kind=kind, level=level, dealer=dealer_id),
        customer=row, actor=actor, at=at,
    )  # fmt: skip
    return row


def change(customer_id: UUID, *, actor: Actor, at: datetime, seen: datetime | None = None, **changes: Any) -> Customer:
    """Change a customer's card; `seen` is its `changed_at` as the actor saw it.

    Asks: customer.change. Emits: customer.changed (nothing when nothing differs). Refuses: a stale card, a
    missing name, a code in use.
    """
    require(actor, "customer.change")
    _known(changes)
    row = hold_customer(customer_id, actor)
    fresh(row, seen)
    values = {name: value.strip() for name, value in changes.items()}
    needed({"name": values.get("name", row.name)})
    _choices(values.get("kind", row.kind), values.get("level", row.level))
    changed = assign(row, values)
    if not changed:
        return row
    row.pinyin, row.initials, row.changed_at = sort_key(row.name), initials(row.name), at
    with _code_taken(), transaction.atomic():
        row.save(update_fields=[*changed, "pinyin", "initials", "changed_at"])
    describe_customer(row)
    if "name" in changed:
        describe_machines(row)
    note_customer(events.CustomerChanged(customer=row.pk, fields=changed), customer=row, actor=actor, at=at)
    return row


def deactivate(customer_id: UUID, *, actor: Actor, at: datetime, reason: str) -> Customer:
    """Stop serving a customer; what happened stays readable.

    Asks: customer.deactivate. Emits: customer.deactivated. Refuses: without a reason, twice.
    """
    require(actor, "customer.deactivate")
    needed({"reason": reason})
    row = hold_customer(customer_id, actor)
    if not row.active:
        raise Refused(_("This customer is not active any more."), code="not_active")
    row.active, row.changed_at = False, at
    row.save(update_fields=["active", "changed_at"])
    dossiers.close(row.dossier, at=at)
    note_customer(events.CustomerDeactivated(customer=row.pk), customer=row, actor=actor, at=at, remark=reason)
    return row


def reactivate(customer_id: UUID, *, actor: Actor, at: datetime) -> Customer:
    """Serve a deactivated customer again.

    Asks: customer.deactivate. Emits: customer.reactivated. Refuses: an active customer, one merged into another.
    """
    require(actor, "customer.deactivate")
    row = hold_customer(customer_id, actor)
    if row.merged_into_id is not None:
        raise Refused(_("This card was merged into another one. Use that one."), code="merged")
    if row.active:
        raise Refused(_("This customer is active."), code="active")
    row.active, row.changed_at = True, at
    row.save(update_fields=["active", "changed_at"])
    dossiers.reopen(row.dossier)
    note_customer(events.CustomerReactivated(customer=row.pk), customer=row, actor=actor, at=at)
    return row


def link_dealer(customer_id: UUID, *, actor: Actor, at: datetime, dealer_id: UUID) -> bool:
    """Let a dealer deal with a customer and see its card; False when it did already.

    Asks: customer.link_dealer. Emits: customer.dealer_linked.
    """
    require(actor, "customer.link_dealer")
    row = Customer.visible_to(actor).select_related("dossier").filter(pk=customer_id).first()
    if row is None:
        raise NotYours()
    _dealer(dealer_id, actor)
    return _deal(row, dealer_id, actor, at)


def deal(customer_id: UUID, *, actor: Actor, at: datetime, dealer_id: UUID) -> bool:
    """A dealer was given a ticket or a sale of the customer: it deals with him from now on. False when it did already.

    Asks nothing: whoever may give the dealer the ticket may let it see whose it is. Emits: customer.dealer_linked.
    """
    if CustomerDealer.objects.filter(customer_id=customer_id, dealer_id=dealer_id).exists():
        return False
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        row = Customer.objects.select_related("dossier").get(pk=customer_id)
        return _deal(row, dealer_id, actor, at)


def _deal(row: Customer, dealer_id: UUID, actor: Actor, at: datetime) -> bool:
    if not _link(row, dealer_id, at):
        return False
    note_customer(
        events.CustomerDealerLinked(customer=row.pk, dealer=dealer_id),
        customer=row, actor=actor, at=at, dealer_id=dealer_id,
    )  # fmt: skip
    return True


def unlink_dealer(customer_id: UUID, *, actor: Actor, at: datetime, dealer_id: UUID, reason: str) -> None:
    """End a dealer's dealings with a customer; it no longer sees the card.

    Asks: customer.link_dealer. Emits: customer.dealer_unlinked. Refuses: a dealer that is not linked, no reason.
    """
    require(actor, "customer.link_dealer")
    needed({"reason": reason})
    row = hold_customer(customer_id, actor)
    ended, _rows = CustomerDealer.objects.filter(customer=row, dealer_id=dealer_id).delete()
    if not ended:
        raise Refused(_("This dealer does not deal with the customer."), code="not_linked")
    if row.dealer_id == dealer_id:
        row.dealer_id = None
        row.save(update_fields=["dealer_id"])
        dossiers.move(row.dossier, dealer_id=None, customer_id=row.pk)
    note_customer(
        events.CustomerDealerUnlinked(customer=row.pk, dealer=dealer_id),
        customer=row, actor=actor, at=at, remark=reason, dealer_id=dealer_id,
    )  # fmt: skip


def _link(customer: Customer, dealer_id: UUID, at: datetime) -> bool:
    link = CustomerDealer(
        id=new_id() if customer.dossier.origin == "live" else id_at(at),
        company_id=customer.company_id, customer=customer, dealer_id=dealer_id, since=at,
    )  # fmt: skip
    if CustomerDealer.objects.filter(customer=customer, dealer_id=dealer_id).exists():
        return False
    CustomerDealer.objects.bulk_create([link], ignore_conflicts=True)
    return True


def _dealer(dealer_id: UUID, actor: Actor) -> None:
    if not Dealer.visible_to(actor).filter(pk=dealer_id).exists():
        raise Invalid(_("There is no such dealer."), fields={"dealer": _("There is no such dealer.")})


def _choices(kind: str, level: str) -> None:
    wrong = {}
    if kind not in CustomerKind.values:
        wrong["kind"] = _("Choose one of the listed values.")
    if level not in CustomerLevel.values:
        wrong["level"] = _("Choose one of the listed values.")
    if wrong:
        raise Invalid(_("Something is not as it should be."), fields=wrong)


def _known(changes: dict[str, Any]) -> None:
    if unknown := set(changes) - _FIELDS:
        raise TypeError(f"a customer has no field {', '.join(sorted(unknown))}")


class _code_taken:
    """Turns the database's refusal of a second use of a code into a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError) and "customers_customer_code" in str(error):
            sentence = _("Another customer has this code.")
            raise Invalid(sentence, fields={"code": sentence}) from error
