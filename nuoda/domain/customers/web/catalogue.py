"""The catalogue of products: models and categories."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import Choice, Column, Crumb, Empty, FormPage, Link, ListPage

from .. import queries
from ..access import KEEPERS, STAFF
from ..actions import catalogue
from ..models import ProductCategory, ProductModel
from . import forms, words

READERS = STAFF | KEEPERS


def _categories(actor: Actor) -> list[tuple[Any, str]]:
    return [(row.pk, row.name) for row in queries.categories(actor)]


class ModelList(ListPage):
    """产品型号"""

    access = READERS
    title = _("Product models")
    menu = "products"
    order = ("code",)
    search_hint = _("Model, name, pinyin or initials")
    columns = (
        Column(key="code", label=_("Model"), sort="code"),
        Column(key="name", label=_("Name"), sort="pinyin", wide=True),
        Column(key="category", label=_("Product category"), value="category.name", sort="category__code", grouped=True),
        Column(
            key="months", label=_("Warranty (months)"), value="warranty_months", cell="number", sort="warranty_months"
        ),
        Column(key="from", label=_("Warranty counts from"), value="get_warranty_from_display"),
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
    )
    links = (
        Link(label=_("New model"), url=lambda actor: reverse("customers:model_new"), primary=True, roles=KEEPERS),
        Link(label=_("Categories"), url=lambda actor: reverse("customers:categories"), icon="tag"),
        Link(label=_("Import"), url=lambda actor: reverse("customers:import"), icon="upload", roles=KEEPERS),
    )
    empty = Empty(text=_("No product model yet. Machines are registered by their model."), icon="package")

    def rows(self, actor: Actor) -> Any:
        return ProductModel.visible_to(actor).select_related("category")

    def search(self, rows: Any, text: str) -> Any:
        low = text.lower()
        name = Q(code__icontains=text) | Q(name__icontains=text)
        return rows.filter(name | Q(initials__startswith=low) | Q(pinyin__startswith=low))

    def row_url(self, row: ProductModel) -> str | None:
        return reverse("customers:model_change", args=[row.pk]) if self.actor.has(*KEEPERS) else None


class CategoryList(ListPage):
    """产品类别"""

    access = READERS
    title = _("Product categories")
    menu = "products"
    order = ("code",)
    columns = (
        Column(key="code", label=_("Code"), sort="code"),
        Column(key="name", label=_("Name"), wide=True),
        Column(key="active", label=_("Status"), value=lambda row: words.active_chip(row.active), cell="chip"),
    )
    links = (
        Link(label=_("New category"), url=lambda actor: reverse("customers:category_new"), primary=True, roles=KEEPERS),
    )
    empty = Empty(text=_("No product category yet. Qualifications of technicians name categories."), icon="tag")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Product models"), reverse("customers:models"))]

    def rows(self, actor: Actor) -> Any:
        return ProductCategory.visible_to(actor)

    def row_url(self, row: ProductCategory) -> str | None:
        return reverse("customers:category_change", args=[row.pk]) if self.actor.has(*KEEPERS) else None


class OfCatalogue(FormPage):
    access = KEEPERS
    menu = "products"

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("customers:models")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Product models"), reverse("customers:models"))]


class ModelNew(OfCatalogue):
    title = _("New model")
    form_class = forms.ModelNewForm
    done_text = _("The model is added.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def act(self, cleaned: dict[str, Any]) -> ProductModel:
        category = cleaned.pop("category")
        return catalogue.add_model(actor=self.actor, at=self.at, category_id=category.pk, **cleaned)


class ModelChange(OfCatalogue):
    title = _("Change model")
    form_class = forms.ModelChangeForm
    done_text = _("The model is changed.")
    row: ProductModel

    def load(self, id: Any = None, **kwargs: Any) -> ProductModel:
        found = ProductModel.visible_to(self.actor).filter(pk=id).first()
        if found is None:
            raise NotYours()
        return found

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        names = ("name", "warranty_months", "warranty_from", "active")
        return {name: getattr(self.row, name) for name in names} | {"category": self.row.category_id}

    def act(self, cleaned: dict[str, Any]) -> ProductModel:
        category = cleaned.pop("category")
        return catalogue.change_model(self.row.pk, actor=self.actor, at=self.at, category_id=category.pk, **cleaned)


class OfCategories(OfCatalogue):
    def back(self) -> str:
        return reverse("customers:categories")


class CategoryNew(OfCategories):
    title = _("New category")
    form_class = forms.CategoryNewForm
    done_text = _("The category is added.")

    def act(self, cleaned: dict[str, Any]) -> ProductCategory:
        return catalogue.add_category(actor=self.actor, at=self.at, **cleaned)


class CategoryChange(OfCategories):
    title = _("Change category")
    form_class = forms.CategoryChangeForm
    done_text = _("The category is changed.")
    row: ProductCategory

    def load(self, id: Any = None, **kwargs: Any) -> ProductCategory:
        found = ProductCategory.visible_to(self.actor).filter(pk=id).first()
        if found is None:
            raise NotYours()
        return found

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in forms.CategoryChangeForm.base_fields}

    def act(self, cleaned: dict[str, Any]) -> ProductCategory:
        return catalogue.change_category(self.row.pk, actor=self.actor, at=self.at, **cleaned)
