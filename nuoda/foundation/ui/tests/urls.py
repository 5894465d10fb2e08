"""The whole product's addresses and a few pages made for these tests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import include, path

from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.ui.actions import saved_views
from nuoda.foundation.ui.models import SavedView
from nuoda.foundation.ui.web.pages import (
    EVERYONE,
    BoardPage,
    Bulk,
    Card,
    Choice,
    Column,
    Do,
    Fact,
    Flag,
    FormPage,
    Header,
    Lane,
    ListPage,
    Number,
    Page,
    RecordPage,
    Section,
    Tab,
)


class Views(ListPage):
    access = {"agent", "service_manager"}
    title = "Views"
    size = 3
    order = ("name",)
    search_hint = "name"
    columns = (
        Column(key="name", label="Name", sort="name"),
        Column(key="page", label="Page", sort="page", grouped=True),
        Column(key="address", label="Address", shown=False, sort="address"),
        Column(key="secret", label="Secret", value=lambda row: "s3cret", roles=frozenset({"service_manager"})),
    )
    filters = (
        Choice(name="page", label="Page", field="page", options=[("a", "A"), ("b", "B")]),
        Choice(name="kind", label="Kind", options=[("own", "own")], where={"own": Q(name__startswith="own")}),
        Flag(name="shared", label="Shared", where=Q(shared=True)),
        Number(name="size", label="Size", field="address"),
    )
    tabs = (Tab(key="all", label="All"), Tab(key="a", label="Only A", address="page=a"))
    bulk = (
        Bulk(key="remove", label="Remove", danger=True, run=lambda id, actor, at: saved_views.remove(id=id, actor=actor, at=at)),
        Bulk(key="check", label="Check", run=lambda id, actor, at: refuse_b(id)),
    )  # fmt: skip

    def rows(self, actor: Any) -> Any:
        return SavedView.objects.all().visible_to(actor)

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(name__contains=text)

    def row_url(self, row: Any) -> str:
        return f"/t/views/{row.pk}"


def refuse_b(id: Any) -> None:  # noqa: A002
    row = SavedView.objects.get(pk=id)
    SavedView.objects.filter(pk=id).update(shared=True)
    if row.page == "b":
        raise Refused("not b")


class ViewRecord(RecordPage):
    access = {"agent"}
    place = "testview"
    sections = (Section(key="facts", label="Facts", facts="lines"),)

    def load(self, pk: Any) -> Any:
        return SavedView.objects.all().visible_to(self.actor).filter(pk=pk).first()

    def header(self) -> Header:
        return Header(number="V-1", title=self.row.name)

    def moves(self) -> list[Do]:
        return [Do(label="Edit", url="/t/new"), Do(label="Close", reason="Not signed yet.", clauses=["MN-3.2.4"])]

    def lines(self) -> list[Fact]:
        return [Fact(label="Page", value=self.row.page)]


class NewForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    note = forms.CharField(label="Note", required=False)


class NewView(FormPage):
    access = {"agent"}
    title = "New view"
    form_class = NewForm
    done_text = "Kept."

    def act(self, cleaned: dict[str, Any]) -> Any:
        name = cleaned["name"]
        view = saved_views.save(
            page="a", name=name, address="", shared=False, is_default=False, actor=self.actor, at=self.at
        )
        if name == "refused":
            raise Refused("Not before it is signed.", clauses=["MN-3.2.4"])
        if name == "invalid":
            raise Invalid("Not like this.", fields={"note": "Say why."})
        if name == "stale":
            raise Stale("Somebody else changed it.")
        if name == "strange":
            raise NotYours
        return view

    def done(self, result: Any) -> str:
        return f"/t/views/{result.pk}"


class Board(BoardPage):
    access = {"agent"}
    title = "Board"

    def lanes(self) -> list[Lane]:
        rows = list(SavedView.objects.all().visible_to(self.actor).order_by("name"))
        return [
            Lane(key=key, label=key, cards=[Card(id=row.pk, title=row.name, lanes=["a", "b"]) for row in rows if row.page == key])
            for key in ("a", "b")
        ]  # fmt: skip

    def move(self, card: str, lane: str) -> None:
        if lane not in ("a", "b"):
            raise Refused("No such lane.")
        SavedView.objects.filter(pk=card, person_id=self.actor.person_id).update(page=lane)


class Everyone(Page):
    access = EVERYONE
    title = "Anyone"
    template = "ui/refused.html"

    def get(self, request: Any) -> Any:
        raise Refused("Come back later.", clauses=["DL-3.5a"])


class Nobody(Page):
    title = "undeclared"

    def get(self, request: Any) -> Any:
        return self.answer("ui/home.html")


urlpatterns = [
    path("", include("nuoda.config.urls")),
    path("t/views", Views.as_view(), name="t-views"),
    path("t/views/<uuid:pk>", ViewRecord.as_view(), name="t-view"),
    path("t/new", NewView.as_view(), name="t-new"),
    path("t/board", Board.as_view(), name="t-board"),
    path("t/everyone", Everyone.as_view(), name="t-everyone"),
    path("t/nobody", Nobody.as_view(), name="t-nobody"),
]
handler404 = "nuoda.foundation.ui.web.views.not_found"
