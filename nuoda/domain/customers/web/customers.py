"""Customers: the list, and the card with everything that happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Crumb,
    Days,
    Do,
    Empty,
    Event,
    Fact,
    Header,
    Link,
    ListPage,
    RecordPage,
    Section,
    Tab,
)

from .. import queries
from ..access import KEEPERS, STAFF, WRITERS, may
from ..models import Contact, Customer
from ..models.customers import CustomerKind, CustomerLevel
from ..queries import Card
from . import words


def _page(row: Customer) -> str:
    return reverse("customers:customer", args=[row.number])


def _main(row: Customer) -> Contact | None:
    found: list[Contact] = row.main_contacts
    return found[0] if found else None


def _dealers(actor: Actor) -> list[tuple[Any, str]]:
    return [(row.pk, str(row)) for row in Dealer.visible_to(actor).filter(active=True).order_by("code")]


class CustomerList(ListPage):
    """客户"""

    access = STAFF
    title = _("Customers")
    menu = "customers"
    order = ("pinyin",)
    search_hint = _("Name, pinyin or initials, code, contact, phone or its end")
    columns = (
        Column(key="number", label=_("Number"), sort="number"),
        Column(key="name", label=_("Customer name"), sort="pinyin", link=_page, wide=True),
        Column(key="kind", label=_("Customer kind"), value="get_kind_display", sort="kind", grouped=True),
        Column(key="level", label=_("Customer level"), value=words.level_chip, cell="chip", sort="level", grouped=True),
        Column(key="region", label=_("Region"), sort="region", grouped=True),
        Column(key="contact", label=_("Main contact"), value=lambda row: getattr(_main(row), "name", "")),
        Column(key="phone", label=_("Phone"), value=lambda row: getattr(_main(row), "phone_shown", "")),
        Column(key="code", label=_("Own code"), sort="code", shown=False),
        Column(key="created", label=_("Entered"), value="created_at", cell="moment", sort="created_at", shown=False),
        Column(
            key="active", label=_("Status"), value=lambda row: words.active_chip(row.active), cell="chip", shown=False
        ),
    )
    filters = (
        Choice(name="kind", label=_("Customer kind"), field="kind", options=CustomerKind.choices),
        Choice(name="level", label=_("Customer level"), field="level", options=CustomerLevel.choices),
        Choice(
            name="status",
            label=_("Status"),
            options=[("active", _("active")), ("inactive", _("not active"))],
            where={"active": Q(active=True), "inactive": Q(active=False)},
        ),
        Choice(name="dealer", label=_("Dealer"), field="dealers__dealer_id", options=_dealers, many=False, more=True),
        Days(name="created", label=_("Entered"), field="created_at", more=True),
    )
    tabs = (
        Tab(key="active", label=_("Active"), address="status=active"),
        Tab(key="key", label=_("Key accounts"), address="level=key&status=active"),
        Tab(key="all", label=_("All"), address=""),
    )
    links = (
        Link(label=_("New customer"), url=lambda actor: reverse("customers:new"), primary=True, roles=WRITERS),
        Link(label=_("Import"), url=lambda actor: reverse("customers:import"), icon="upload", roles=KEEPERS),
    )
    empty = Empty(
        text=_("No customer yet. Enter the first one, or import them from a spreadsheet."),
        icon="building",
        link=Link(label=_("New customer"), url=lambda actor: reverse("customers:new"), roles=WRITERS),
    )

    def rows(self, actor: Actor) -> Any:
        mains = Contact.objects.filter(is_primary=True, active=True)
        return Customer.visible_to(actor).prefetch_related(Prefetch("contacts", mains, to_attr="main_contacts"))

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(pk__in=queries.customers_matching(self.actor, text).values("pk"))

    def row_url(self, row: Customer) -> str:
        return _page(row)


class CustomerPage(RecordPage):
    """客户档案: everything about one customer."""

    access = STAFF
    menu = "customers"
    place = "customer"
    sections = (
        Section(key="card", label=_("The customer"), facts="card_facts", icon="building"),
        Section(
            key="matters",
            label=_("Open matters"),
            template="customers/_matters.html",
            load="open_matters",
            icon="inbox",
        ),
        Section(
            key="installed",
            label=_("Machines"),
            template="customers/_installed.html",
            load="machines",
            icon="device-desktop",
        ),
        Section(
            key="contacts", label=_("Contacts"), template="customers/_contacts.html", load="contacts", icon="users"
        ),
        Section(key="sites", label=_("Sites"), template="customers/_sites.html", load="sites", icon="map-pin"),
    )
    rail = (
        Section(
            key="dealers", label=_("Dealers"), template="customers/_dealers.html", load="dealers", icon="building-store"
        ),
    )
    row: Customer
    card: Card

    def load(self, number: str, **kwargs: Any) -> Customer:
        self.card = queries.card(self.actor, number)
        return self.card.customer

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:customers"))]

    def header(self) -> Header:
        return Header(number=self.row.number, title=self.row.name, chips=words.customer_chips(self.row))

    def moves(self) -> Sequence[Do]:
        row, number = self.row, [self.row.number]
        if row.merged_into is not None:
            return [
                Do(
                    label=_("Go to the card that holds everything"),
                    url=_page(row.merged_into),
                    icon="link",
                    primary=True,
                    dialog=False,
                )
            ]
        found = []
        if may(self.actor, "customer.change"):
            found.append(
                Do(label=_("Change"), url=reverse("customers:change", args=number), icon="pencil", primary=True)
            )
            found.append(
                Do(label=_("Add contact"), url=reverse("customers:contact_add", args=number), icon="user-plus")
            )
            found.append(Do(label=_("Add site"), url=reverse("customers:site_add", args=number), icon="map-pin"))
            found.append(Do(label=_("Register machine"), url=reverse("customers:register", args=number), icon="plus"))
        if may(self.actor, "customer.link_dealer"):
            found.append(
                Do(label=_("Link dealer"), url=reverse("customers:dealer_add", args=number), icon="building-store")
            )
        if may(self.actor, "customer.merge"):
            found.append(Do(label=_("Merge duplicate"), url=reverse("customers:merge", args=number), icon="link"))
        if may(self.actor, "customer.deactivate"):
            if row.active:
                url = reverse("customers:deactivate", args=number)
                found.append(Do(label=_("Deactivate"), url=url, icon="archive", danger=True))
            else:
                found.append(
                    Do(label=_("Reactivate"), url=reverse("customers:reactivate", args=number), icon="refresh")
                )
        return found

    def card_facts(self) -> list[Fact]:
        row = self.row
        found = [
            Fact(label=_("Number"), value=row.number, copy=True),
            Fact(label=_("Customer kind"), value=row.get_kind_display()),
            Fact(label=_("Customer level"), value=words.level_chip(row), cell="chip"),
            Fact(label=_("Own code"), value=row.code, copy=True),
            Fact(label=_("Region"), value=row.region),
            Fact(label=_("Tax number"), value=row.tax_no, copy=True),
            Fact(label=_("Entered"), value=row.created_at, cell="moment"),
            Fact(label=_("Note"), value=row.note, wide=True),
        ]
        return [fact for fact in found if fact.value not in ("", None)]

    def open_matters(self) -> dict[str, Any] | None:
        if not self.card.matters:
            return None
        return {"matters": [(matter, words.address(matter)) for matter in self.card.matters]}

    def machines(self) -> dict[str, Any] | None:
        if not self.card.installed:
            return None
        return {
            "machines": [
                {
                    "row": row,
                    "url": reverse("customers:installed_product", args=[row.number]),
                    "warranty": words.warranty_chip(row),
                    "reason": row.warranty_on(words.localdate()).reason,
                    "status": words.status_chip(row),
                }
                for row in self.card.installed
            ]
        }

    def contacts(self) -> dict[str, Any] | None:
        return (
            {"contacts": self.card.contacts, "may_change": self._may("contact.change")} if self.card.contacts else None
        )

    def sites(self) -> dict[str, Any] | None:
        return {"sites": self.card.sites, "may_change": self._may("site.change")} if self.card.sites else None

    def dealers(self) -> dict[str, Any] | None:
        if not self.card.dealers:
            return None
        return {"dealers": self.card.dealers, "may_change": self._may("customer.link_dealer")}

    def _may(self, verb: str) -> bool:
        return may(self.actor, verb) and self.row.merged_into_id is None

    def timeline(self) -> Iterable[Event]:
        entries = queries.timeline(self.actor, [self.row.pk, *self.card.merged_ids])
        return list(words.told(self.actor, entries, own=self.row.pk))
