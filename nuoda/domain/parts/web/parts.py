"""The catalogue of parts: the list and its forms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers import queries as products
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.money import fen
from nuoda.foundation.ui.web.pages import Choice, Column, Crumb, Empty, FormPage, Link, ListPage, Number

from .. import queries
from ..access import KEEPERS, READERS
from ..actions import parts
from ..models import Part
from . import forms, words


def _categories(actor: Actor) -> list[tuple[Any, str]]:
    return [(row.pk, row.name) for row in products.categories(actor)]


def _fits(row: Part) -> str:
    return ", ".join(model.code for model in row.fits.all()) or (row.category.name if row.category else "")


class PartList(ListPage):
    """配件目录"""

    access = READERS
    title = _("Parts")
    menu = "parts"
    order = ("code",)
    search_hint = _("Code, name, pinyin or initials")
    columns = (
        Column(key="code", label=_("Part code"), sort="code"),
        Column(key="name", label=_("Part name"), sort="pinyin", wide=True),
        Column(key="unit", label=_("Unit")),
        Column(key="price", label=_("Price"), value="price_fen", cell="money", sort="price_fen"),
        Column(key="fits", label=_("Fits models"), value=_fits),
        Column(key="active", label=_("Status"), value=lambda row: words.active_chip(row.active), cell="chip"),
    )
    filters = (
        Choice(name="category", label=_("Product category"), field="category_id", options=_categories),
        Choice(
            name="status",
            label=_("Status"),
            options=[("active", _("active")), ("inactive", _("not active"))],
            where={"active": Q(active=True), "inactive": Q(active=False)},
        ),
        Number(name="price", label=_("Price (yuan)"), field="price_fen", scale=100, more=True),
    )
    links = (
        Link(label=_("New part"), url=lambda actor: reverse("parts:new"), primary=True, roles=KEEPERS),
        Link(label=_("Import"), url=lambda actor: reverse("customers:import"), icon="upload", roles=KEEPERS),
    )
    empty = Empty(text=_("No part yet. Enter one, or import the catalogue from a spreadsheet."), icon="tool")

    def rows(self, actor: Actor) -> Any:
        return Part.visible_to(actor).select_related("category").prefetch_related("fits")

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(queries.matching(text))

    def row_url(self, row: Part) -> str | None:
        return reverse("parts:change", args=[row.pk]) if self.actor.has(*KEEPERS) else None


class OfParts(FormPage):
    access = KEEPERS
    menu = "parts"

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("parts:parts")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Parts"), self.back())]

    @staticmethod
    def given(cleaned: dict[str, Any]) -> dict[str, Any]:
        """The form's values as the actions take them: fen and ids."""
        price, category, models = cleaned.pop("price"), cleaned.pop("category"), cleaned.pop("models")
        return cleaned | {
            "price_fen": None if price is None else fen(price),
            "category_id": category.pk if category else None,
            "model_ids": [row.pk for row in models],
        }


class New(OfParts):
    title = _("New part")
    form_class = forms.PartNewForm
    done_text = _("The part is added.")

    def act(self, cleaned: dict[str, Any]) -> Part:
        return parts.add(actor=self.actor, at=self.at, **self.given(cleaned))


class Change(OfParts):
    title = _("Change part")
    form_class = forms.PartChangeForm
    done_text = _("The part is changed.")
    row: Part

    def load(self, id: Any = None, **kwargs: Any) -> Part:
        return queries.part(self.actor, id=id)

    def initial(self) -> dict[str, Any]:
        row = self.row
        return {
            "name": row.name, "unit": row.unit, "category": row.category_id, "active": row.active,
            "price": None if row.price_fen is None else Decimal(row.price_fen) / 100,
            "models": [model.pk for model in row.fits.all()],
        }  # fmt: skip

    def act(self, cleaned: dict[str, Any]) -> Part:
        return parts.change(self.row.pk, actor=self.actor, at=self.at, **self.given(cleaned))
