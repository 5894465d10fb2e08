"""Dealers: list, page with staffing, forms; departments and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import (
    Column,
    Do,
    Empty,
    Fact,
    FormPage,
    Header,
    Link,
    ListPage,
    RecordPage,
    Section,
    facts,
)

from .. import queries
from ..actions import companies, dealers
from ..models import Dealer, Department, Person, Team
from ..pure.roles import ROLES
from .people import READERS

ADMIN = frozenset({"system_admin"})
OUTLETS = frozenset({"system_admin", "dealer_manager"})


def state(row: Dealer) -> Chip:
    return Chip(_("suspended"), "paused") if row.suspended_at else Chip(_("active"), "kept")


class Dealers(ListPage):
    """The company's dealers; a dealer's people see their own."""

    access = READERS
    title = gettext_lazy("Dealers")
    menu = "dealers"
    order = ("code",)
    search_hint = gettext_lazy("Name, code, region")
    columns = (
        Column(key="code", label=gettext_lazy("Dealer code"), sort="code"),
        Column(key="name", label=gettext_lazy("Name"), sort="name", wide=True),
        Column(key="region", label=gettext_lazy("Region"), sort="region", grouped=True),
        Column(key="phone", label=gettext_lazy("Phone")),
        Column(key="state", label=gettext_lazy("State"), value=state, cell="chip"),
    )
    links = (
        Link(
            label=gettext_lazy("Take in a dealer"),
            url=lambda actor: reverse("orgs:dealer-new"),
            icon="plus",
            primary=True,
            roles=ADMIN,
        ),
    )
    empty = Empty(text=gettext_lazy("No dealer yet."), icon="building-store")

    def rows(self, actor: Actor) -> Any:
        return Dealer.visible_to(actor)

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(name__icontains=text) | rows.filter(code__iexact=text) | rows.filter(region__icontains=text)

    def row_url(self, row: Dealer) -> str:
        return reverse("orgs:dealer", args=[row.pk])


class DealerPage(RecordPage):
    """One dealer: card, who serves there (DL-2.2), outlets."""

    access = READERS
    menu = "dealers"
    place = "dealer"
    sections = (
        Section(key="card", label=gettext_lazy("Card"), facts="card", icon="building-store"),
        Section(
            key="staffing",
            label=gettext_lazy("Who serves here"),
            template="orgs/_staffing.html",
            load="staffing",
            icon="users",
        ),
        Section(
            key="outlets", label=gettext_lazy("Outlets"), template="orgs/_outlets.html", load="outlets", icon="map-pin"
        ),
    )

    def load(self, **kwargs: Any) -> Any:
        return Dealer.visible_to(self.actor).filter(pk=kwargs["id"]).first()

    def header(self) -> Header:
        return Header(number=self.row.code, title=self.row.name, chips=[state(self.row)], subtitle=self.row.region)

    def moves(self) -> list[Do]:
        found = []
        if self.actor.has("system_admin"):
            found.append(Do(label=_("Change"), url=reverse("orgs:dealer-change", args=[self.row.pk]), icon="edit"))
            if self.row.suspended_at:
                found.append(
                    Do(label=_("Resume"), url=reverse("orgs:dealer-resume", args=[self.row.pk]), icon="player-play")
                )
            else:
                found.append(
                    Do(
                        label=_("Suspend"),
                        url=reverse("orgs:dealer-suspend", args=[self.row.pk]),
                        icon="player-pause",
                        danger=True,
                    )
                )
        if self.actor.has("system_admin") or (self.actor.has("dealer_manager") and self.row.pk == self.actor.dealer_id):
            found.append(Do(label=_("Enter an outlet"), url=reverse("orgs:outlet", args=[self.row.pk]), icon="map-pin"))
        return found

    def card(self) -> list[Fact]:
        row = self.row
        found = facts((_("Region"), row.region), (_("Address"), row.address), (_("Phone"), row.phone))
        if row.suspended_at:
            found.append(Fact(label=_("Suspended since"), value=row.suspended_at, cell="moment"))
        return found

    def staffing(self) -> dict[str, Any]:
        found = queries.staffing(self.actor, self.row)
        return {"staffing": [(ROLES[code].label, rows) for code, rows in found]}

    def outlets(self) -> dict[str, Any] | None:
        rows = list(self.row.outlets.order_by("name"))
        return {"rows": rows} if rows else None


class DealerForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Dealer code"), max_length=20)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=40, required=False)
    region = forms.CharField(label=gettext_lazy("Region"), max_length=80, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180)


class DealerPageForm(FormPage):
    access = ADMIN
    menu = "dealers"

    def load(self, **kwargs: Any) -> Any:
        if "id" not in kwargs:
            return None
        row = Dealer.visible_to(self.actor).filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours
        return row

    def back(self) -> str:
        return reverse("orgs:dealer", args=[self.row.pk]) if self.row else reverse("orgs:dealers")

    def done(self, result: Any) -> str:
        return reverse("orgs:dealer", args=[self.row.pk if self.row else result.pk])


class NewDealer(DealerPageForm):
    title = gettext_lazy("Take in a dealer")
    form_class = DealerForm

    def act(self, cleaned: dict[str, Any]) -> Dealer:
        return dealers.create(values=cleaned, actor=self.actor, at=self.at)


class ChangeDealer(DealerPageForm):
    title = gettext_lazy("Change a dealer's card")
    form_class = DealerForm

    def initial(self) -> dict[str, Any]:
        return {key: getattr(self.row, key) for key in DealerForm.base_fields}

    def act(self, cleaned: dict[str, Any]) -> Dealer:
        return dealers.change(id=self.row.pk, values=cleaned, actor=self.actor, at=self.at)


class Suspend(DealerPageForm):
    title = gettext_lazy("Suspend cooperation")
    intro = gettext_lazy("Nothing new is given to the dealer. What is open goes on.")
    submit = gettext_lazy("Suspend")
    danger = True

    def act(self, cleaned: dict[str, Any]) -> Dealer:
        return dealers.suspend(id=self.row.pk, actor=self.actor, at=self.at)


class Resume(DealerPageForm):
    title = gettext_lazy("Resume cooperation")
    submit = gettext_lazy("Resume")

    def act(self, cleaned: dict[str, Any]) -> Dealer:
        return dealers.resume(id=self.row.pk, actor=self.actor, at=self.at)


class OutletForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180)


class NewOutlet(DealerPageForm):
    access = OUTLETS
    title = gettext_lazy("Enter an outlet")
    form_class = OutletForm

    def act(self, cleaned: dict[str, Any]) -> Any:
        return dealers.outlet(dealer_id=self.row.pk, **cleaned, actor=self.actor, at=self.at)


# -- departments and teams


class Departments(ListPage):
    access = READERS
    title = gettext_lazy("Departments")
    menu = "departments"
    order = ("name",)
    columns = (
        Column(key="name", label=gettext_lazy("Name"), sort="name", wide=True),
        Column(key="parent", label=gettext_lazy("Part of")),
        Column(key="head", label=gettext_lazy("Head of department")),
    )
    links = (
        Link(
            label=gettext_lazy("Make a department"),
            url=lambda actor: reverse("orgs:department-new"),
            icon="plus",
            primary=True,
            roles=ADMIN,
        ),
        Link(label=gettext_lazy("Teams"), url=lambda actor: reverse("orgs:teams"), icon="users-group"),
    )
    empty = Empty(text=gettext_lazy("No department yet."), icon="sitemap")

    def rows(self, actor: Actor) -> Any:
        return queries.departments(actor)

    def row_url(self, row: Department) -> str | None:
        return reverse("orgs:department", args=[row.pk]) if self.actor.has("system_admin") else None


class Teams(ListPage):
    access = READERS
    title = gettext_lazy("Teams")
    menu = "departments"
    order = ("name",)
    columns = (
        Column(key="name", label=gettext_lazy("Name"), sort="name", wide=True),
        Column(key="home", label=gettext_lazy("Organisation"), value=lambda row: row.dealer or row.department),
        Column(key="lead", label=gettext_lazy("Team lead")),
    )
    links = (
        Link(
            label=gettext_lazy("Make a team"),
            url=lambda actor: reverse("orgs:team-new"),
            icon="plus",
            primary=True,
            roles=ADMIN,
        ),
    )
    empty = Empty(text=gettext_lazy("No team yet."), icon="users-group")

    def rows(self, actor: Actor) -> Any:
        return queries.teams(actor)

    def row_url(self, row: Team) -> str | None:
        return reverse("orgs:team", args=[row.pk]) if self.actor.has("system_admin") else None


class StructureForm(forms.Form):
    """A form whose choices are the company's own rows."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for key in ("parent", "department"):
            if key in fields:
                fields[key].queryset = queries.departments(actor).order_by("name")
        for key in ("head", "lead"):
            if key in fields:
                fields[key].queryset = queries.people(actor).filter(active=True).order_by("pinyin")
        if "dealer" in fields:
            fields["dealer"].queryset = Dealer.visible_to(actor).order_by("code")


class DepartmentForm(StructureForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    parent = forms.ModelChoiceField(label=gettext_lazy("Part of"), queryset=Department.objects.none(), required=False)
    head = forms.ModelChoiceField(
        label=gettext_lazy("Head of department"), queryset=Person.objects.none(), required=False
    )


class TeamForm(StructureForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"), queryset=Department.objects.none(), required=False
    )
    dealer = forms.ModelChoiceField(label=gettext_lazy("Dealer"), queryset=Dealer.objects.none(), required=False)
    lead = forms.ModelChoiceField(label=gettext_lazy("Team lead"), queryset=Person.objects.none(), required=False)


def _ids(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Chosen rows as ids: head → head_id."""
    return {
        (key if key == "name" else f"{key}_id"): (value if key == "name" else value.pk if value else None)
        for key, value in cleaned.items()
    }


class DepartmentPage(FormPage):
    access = ADMIN
    title = gettext_lazy("Department")
    menu = "departments"
    form_class = DepartmentForm

    def load(self, **kwargs: Any) -> Any:
        if "id" not in kwargs:
            return None
        row = queries.departments(self.actor).filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours
        return row

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        row = self.row
        return {"name": row.name, "parent": row.parent_id, "head": row.head_id} if row else {}

    def act(self, cleaned: dict[str, Any]) -> Any:
        row_id = self.row.pk if self.row else None
        return companies.department(**_ids(cleaned), id=row_id, actor=self.actor, at=self.at)

    def done(self, result: Any) -> str:
        return reverse("orgs:departments")

    def back(self) -> str:
        return reverse("orgs:departments")


class TeamPage(FormPage):
    access = ADMIN
    title = gettext_lazy("Team")
    menu = "departments"
    form_class = TeamForm

    def load(self, **kwargs: Any) -> Any:
        if "id" not in kwargs:
            return None
        row = queries.teams(self.actor).filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours
        return row

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        row = self.row
        if not row:
            return {}
        return {"name": row.name, "department": row.department_id, "dealer": row.dealer_id, "lead": row.lead_id}

    def act(self, cleaned: dict[str, Any]) -> Any:
        return companies.team(**_ids(cleaned), id=self.row.pk if self.row else None, actor=self.actor, at=self.at)

    def done(self, result: Any) -> str:
        return reverse("orgs:teams")

    def back(self) -> str:
        return reverse("orgs:teams")
