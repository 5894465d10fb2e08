"""Words, chips and timelines of the pages about customers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.journal.pure.words import EventWord, word
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import Event

from ..models import Customer, InstalledProduct
from ..models.products import InstalledStatus

EVENTS = {
    "customer.created": EventWord(_("customer entered"), "building", "info"),
    "customer.changed": EventWord(_("customer's card changed"), "pencil"),
    "customer.deactivated": EventWord(_("customer deactivated"), "archive", "paused"),
    "customer.reactivated": EventWord(_("customer reactivated"), "refresh", "kept"),
    "customer.merged": EventWord(_("duplicate card merged in"), "link"),
    "customer.dealer_linked": EventWord(_("dealer linked"), "building-store"),
    "customer.dealer_unlinked": EventWord(_("dealer unlinked"), "building-store", "paused"),
    "contact.added": EventWord(_("contact added"), "user-plus"),
    "contact.changed": EventWord(_("contact changed"), "user"),
    "contact.deactivated": EventWord(_("contact removed"), "user", "paused"),
    "site.added": EventWord(_("site added"), "map-pin"),
    "site.changed": EventWord(_("site changed"), "map-pin"),
    "site.deactivated": EventWord(_("site removed"), "map-pin", "paused"),
    "installed_product.registered": EventWord(_("machine registered"), "device-desktop", "info"),
    "installed_product.changed": EventWord(_("machine's data changed"), "pencil"),
    "installed_product.handed_over": EventWord(_("machine handed over to another customer"), "transfer"),
    "installed_product.retired": EventWord(_("machine retired"), "archive", "paused"),
    "installed_product.waited_for_parts": EventWord(_("days waited for parts added to the warranty"), "hourglass"),
    "catalogue.changed": EventWord(_("product catalogue changed"), "book"),
}


def customer_chips(row: Customer) -> list[Chip]:
    chips = [Chip(row.get_kind_display(), "neutral", "building" if row.kind == "company" else "user")]
    if row.level == "key":
        chips.append(Chip(row.get_level_display(), "info", "star"))
    if row.merged_into_id is not None:
        chips.append(Chip(_("merged"), "paused", "link"))
    elif not row.active:
        chips.append(Chip(_("not active"), "paused"))
    return chips


def level_chip(row: Customer) -> Chip:
    return Chip(
        row.get_level_display(), "info" if row.level == "key" else "neutral", "star" if row.level == "key" else ""
    )


def active_chip(active: bool) -> Chip:
    return Chip(_("active"), "kept") if active else Chip(_("not active"), "paused")


def status_chip(row: InstalledProduct) -> Chip:
    in_use = row.status == InstalledStatus.IN_USE
    return Chip(row.get_status_display(), "kept" if in_use else "paused")


def warranty_chip(row: InstalledProduct, day: date | None = None) -> Chip:
    """In or out of warranty on a day (default today), with the last day."""
    state = row.warranty_on(day or localdate())
    if state.until is None:
        return Chip(_("warranty unknown"), "neutral", "help")
    said = {"day": state.until.isoformat()}
    if state.in_warranty:
        return Chip(gettext("in warranty until %(day)s") % said, "kept", "shield-check")
    return Chip(gettext("out of warranty since %(day)s") % said, "neutral", "shield")


def address(dossier: Dossier) -> str:
    """The page of a dossier, '' when its kind has none."""
    name = kinds.url_name(dossier.kind)
    if not name:
        return ""
    try:
        return reverse(name, args=[dossier.number])
    except NoReverseMatch:
        return ""


def told(actor: Actor, entries: Collection[Entry], *, own: UUID | None = None) -> Iterator[Event]:
    """Entries as lines of a timeline; those of other folders than `own` name theirs and lead there."""
    remarks = journal.remarks(actor, entries)
    people = names(actor, (row.actor_id for row in entries))
    for row in entries:
        said = word(row.type)
        other = row.dossier if row.dossier is not None and row.dossier_id != own else None
        yield Event(
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            what=f"{other.number} · {said.label}" if other else said.label,
            who=people.get(row.actor_id, "") if row.actor_id else "",
            text=remarks.get(row.id, ""),
            icon=said.icon,
            tone=said.tone,
            clauses=row.clauses,
            url=address(other) if other else "",
        )


def names(actor: Actor, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people by id."""
    found = Person.objects.filter(company_id=actor.company_id, pk__in={key for key in ids if key})
    return dict(found.values_list("pk", "name"))


def seen(text: str) -> datetime | None:
    """The moment that a form carried along, None when it is none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
