"""Installed products: the list, a machine's page with its history, and its forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Crumb,
    Days,
    Do,
    Empty,
    Event,
    Fact,
    FormPage,
    Header,
    Link,
    ListPage,
    RecordPage,
    Section,
    Tab,
)

from .. import queries
from ..access import KEEPERS, LEADERS, STAFF, WRITERS, may
from ..actions import products
from ..models import InstalledProduct
from ..models.products import InstalledStatus
from . import forms, words
from .cards import OfCustomer


def _page(row: InstalledProduct) -> str:
    return reverse("customers:installed_product", args=[row.number])


def _customer(row: InstalledProduct) -> str:
    return reverse("customers:customer", args=[row.customer.number])


def _categories(actor: Actor) -> list[tuple[Any, str]]:
    return [(row.pk, row.name) for row in queries.categories(actor)]


class InstalledList(ListPage):
    """设备"""

    access = STAFF
    title = _("Machines")
    menu = "installed"
    order = ("-created_at",)
    search_hint = _("Serial number, number, model, customer")
    columns = (
        Column(key="number", label=_("Number"), sort="number"),
        Column(key="serial", label=_("Serial number"), sort="serial", link=_page),
        Column(key="model", label=_("Product model"), value="model", sort="model__code", wide=True),
        Column(key="category", label=_("Product category"), value="model.category", shown=False),
        Column(key="customer", label=_("Customer"), value="customer.name", sort="customer__pinyin", link=_customer),
        Column(key="site", label=_("Site"), value="site.name"),
        Column(key="warranty", label=_("Warranty"), value=words.warranty_chip, cell="chip"),
        Column(key="purchased", label=_("Purchase date"), value="purchase_date", cell="date", shown=False),
        Column(key="installed", label=_("Installation date"), value="installed_date", cell="date", shown=False),
        Column(key="status", label=_("Status"), value=words.status_chip, cell="chip", sort="status", grouped=True),
        Column(key="created", label=_("Registered"), value="created_at", cell="moment", sort="created_at", shown=False),
    )
    filters = (
        Choice(name="status", label=_("Status"), field="status", options=InstalledStatus.choices),
        Choice(name="category", label=_("Product category"), field="model__category_id", options=_categories),
        Choice(
            name="dates",
            label=_("Dates"),
            options=[("missing", _("neither date known"))],
            where={"missing": Q(purchase_date=None, installed_date=None)},
            more=True,
        ),
        Days(name="purchased", label=_("Purchase date"), field="purchase_date", moment=False, more=True),
        Days(name="created", label=_("Registered"), field="created_at", more=True),
    )
    tabs = (
        Tab(key="in_use", label=_("In use"), address="status=in_use"),
        Tab(key="retired", label=_("Retired"), address="status=retired"),
        Tab(key="all", label=_("All"), address=""),
    )
    links = (Link(label=_("Import"), url=lambda actor: reverse("customers:import"), icon="upload", roles=KEEPERS),)
    empty = Empty(
        text=_("No machine yet. Register one on its customer's card, or import them from a spreadsheet."),
        icon="device-desktop",
    )

    def rows(self, actor: Actor) -> Any:
        return queries.installed_rows(actor)

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(pk__in=queries.installed_matching(self.actor, text).values("pk"))

    def row_url(self, row: InstalledProduct) -> str:
        return _page(row)


class InstalledPage(RecordPage):
    """设备档案: one machine, its warranty with the reason, and its history."""

    access = STAFF
    menu = "installed"
    place = "installed_product"
    sections = (
        Section(key="machine", label=_("The machine"), facts="machine", icon="device-desktop"),
        Section(key="warranty", label=_("Warranty"), facts="warranty", icon="shield-check"),
    )
    rail = (Section(key="owner", label=_("Customer"), facts="owner", icon="building"),)
    row: InstalledProduct

    def load(self, number: str, **kwargs: Any) -> InstalledProduct:
        return queries.installed_product(self.actor, number=number)

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("Machines"), reverse("customers:installed")),
            Crumb(self.row.customer.name, _customer(self.row)),
        ]

    def header(self) -> Header:
        chips = [words.status_chip(self.row), words.warranty_chip(self.row, self.today)]
        return Header(number=self.row.number, title=f"{self.row.model} · {self.row.serial}", chips=chips)

    @property
    def today(self) -> date:
        at: datetime = self.at
        return localdate(at)

    def moves(self) -> Sequence[Do]:
        number = [self.row.number]
        found = []
        if may(self.actor, "installed_product.change"):
            url = reverse("customers:installed_change", args=number)
            found.append(Do(label=_("Change"), url=url, icon="pencil", primary=True))
            url = reverse("customers:installed_hand_over", args=number)
            found.append(Do(label=_("Hand over to another customer"), url=url, icon="transfer"))
        if may(self.actor, "installed_product.agree_warranty"):
            url = reverse("customers:installed_warranty", args=number)
            found.append(Do(label=_("Agree a warranty"), url=url, icon="shield-check"))
        if may(self.actor, "installed_product.retire"):
            url = reverse("customers:installed_retire", args=number)
            retired = self.row.status == InstalledStatus.RETIRED
            reason = _("This machine is retired already.") if retired else ""
            found.append(Do(label=_("Retire"), url=url, icon="archive", danger=True, reason=reason))
        return found

    def machine(self) -> list[Fact]:
        row = self.row
        found = [
            Fact(label=_("Serial number"), value=row.serial, copy=True),
            Fact(label=_("Product model"), value=row.model),
            Fact(label=_("Product category"), value=row.model.category.name),
            Fact(label=_("Site"), value=row.site.name if row.site else ""),
            Fact(label=_("Address"), value=row.site.full_address if row.site else "", copy=True),
            Fact(label=_("Purchase date"), value=row.purchase_date, cell="date"),
            Fact(label=_("Installation date"), value=row.installed_date, cell="date"),
        ]
        return [fact for fact in found if fact.value not in ("", None)]

    def warranty(self) -> list[Fact]:
        state = self.row.warranty_on(self.today)
        found = [
            Fact(label=_("Today"), value=words.warranty_chip(self.row, self.today), cell="chip"),
            Fact(label=_("Last day"), value=state.until, cell="date"),
            Fact(label=_("Reason"), value=str(state.reason), wide=True),
        ]
        return [fact for fact in found if fact.value not in ("", None)]

    def owner(self) -> list[Fact]:
        return [Fact(label=_("Customer"), value=self.row.customer.name, url=_customer(self.row))]

    def timeline(self) -> Iterable[Event]:
        entries = journal.timeline(self.actor, case_id=self.row.pk)
        return list(words.told(self.actor, entries, own=self.row.pk))


class Register(OfCustomer):
    """设备登记"""

    title = _("Register machine")
    form_class = forms.InstalledForm
    done_text = _("The machine is registered.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor, "customer": self.row}

    def act(self, cleaned: dict[str, Any]) -> InstalledProduct:
        cleaned.pop("seen")
        model, site = cleaned.pop("model"), cleaned.pop("site")
        return products.register(
            actor=self.actor, at=self.at, customer_id=self.row.pk, model_id=model.pk,
            site_id=site.pk if site else None, **cleaned,
        )  # fmt: skip

    def done(self, result: InstalledProduct) -> str:
        return _page(result)


class OfMachine(FormPage):
    """What the forms about one machine share: `self.row` is the machine that the address names."""

    access = WRITERS
    menu = "installed"
    row: InstalledProduct
    knows_actor: ClassVar[bool] = False

    def load(self, number: str, **kwargs: Any) -> InstalledProduct:
        return queries.installed_product(self.actor, number=number)

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor} if self.knows_actor else {}

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return _page(self.row)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Machines"), reverse("customers:installed")), Crumb(self.row.number, self.back())]


class InstalledChange(OfMachine):
    title = _("Change the machine's data")
    form_class = forms.InstalledForm
    done_text = _("The machine's data are changed.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor, "customer": self.row.customer}

    def initial(self) -> dict[str, Any]:
        row = self.row
        return {
            "serial": row.serial, "model": row.model_id, "site": row.site_id, "purchase_date": row.purchase_date,
            "installed_date": row.installed_date, "seen": row.changed_at.isoformat(),
        }  # fmt: skip

    def act(self, cleaned: dict[str, Any]) -> InstalledProduct:
        seen = words.seen(cleaned.pop("seen"))
        model, site = cleaned.pop("model"), cleaned.pop("site")
        return products.change(
            self.row.pk, actor=self.actor, at=self.at, seen=seen, model_id=model.pk,
            site_id=site.pk if site else None, **cleaned,
        )  # fmt: skip


class AgreeWarranty(OfMachine):
    access = LEADERS
    title = _("Agree a warranty")
    form_class = forms.WarrantyForm
    done_text = _("The warranty is agreed.")

    def initial(self) -> dict[str, Any]:
        return {"until": self.row.warranty_until, "because": self.row.warranty_reason}

    def act(self, cleaned: dict[str, Any]) -> InstalledProduct:
        return products.agree_warranty(self.row.pk, actor=self.actor, at=self.at, **cleaned)


class HandOver(OfMachine):
    title = _("Hand over to another customer")
    form_class = forms.HandOverForm
    knows_actor = True
    submit = _("Hand over")
    done_text = _("The machine belongs to the other customer now.")

    def act(self, cleaned: dict[str, Any]) -> InstalledProduct:
        return products.hand_over(
            self.row.pk, actor=self.actor, at=self.at, customer_id=cleaned["customer"].pk, reason=cleaned["reason"]
        )


class Retire(OfMachine):
    title = _("Retire the machine")
    form_class = forms.PossibleReasonForm
    submit = _("Retire")
    danger = True
    done_text = _("The machine is retired.")

    def act(self, cleaned: dict[str, Any]) -> InstalledProduct:
        return products.retire(self.row.pk, actor=self.actor, at=self.at, reason=cleaned["reason"])
