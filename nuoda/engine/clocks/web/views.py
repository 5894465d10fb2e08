"""Pages of the clocks: explanations, waivers, what was recorded late."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.ui.web.pages import Column, Crumb, Empty, FormPage, ListPage, Page

from .. import queries
from ..access import READERS, may_waive, owes
from ..actions import waivers
from ..models import Deadline, LateRecord
from . import forms, words
from .menu import SUPERVISORS


def dossier_url(dossier: Dossier) -> str:
    """The page of a dossier, '' when its kind has none."""
    name = kinds.url_name(dossier.kind)
    return reverse(name, args=[dossier.number]) if name else ""


class Explanation(Page):
    """Every deadline of a matter, counted out."""

    access = READERS
    title = _("How the time limits were counted")
    template = "clocks/explanation.html"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        self.dossier = journal.dossier(self.actor, number=number)
        found = queries.explanations(self.actor, at=self.at, case_id=self.dossier.case_id)
        authors = {UUID(p.author) for e in found for p in e.derivation.pauses if p.author}
        names = dict(Person.visible_to(self.actor).filter(pk__in=authors).values_list("pk", "name"))
        shown = [
            {
                "row": e.row,
                "badge": words.badge(e.row, explain=False),
                "lines": words.lines(e, names),
                "may_waive": e.row.owed and may_waive(self.actor) and not _own(e.row, self.actor),
                "owner": self.contributed("deadline.owner", e.row) if e.row.owed and e.row.left_by_id else [],
                "more": self.contributed("deadline.more", e.row) if e.row.state == "missed" else [],
            }
            for e in found
        ]
        context = {"dossier": self.dossier, "back": dossier_url(self.dossier), "explained": shown}
        return self.answer("clocks/_explanation_dialog.html" if self.fragment == "dialog-body" else "", context)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(self.dossier.number, dossier_url(self.dossier))]


def _own(row: Deadline, actor: Actor) -> bool:
    return owes(actor, role=row.owner_role, person_id=row.owner_person_id, dealer_id=row.dealer_id)


class Waive(FormPage):
    """Release somebody from a deadline."""

    access = frozenset({"service_manager", "quality_supervisor", "director"})
    title = _("Waive a time limit")
    form_class = forms.WaiveForm
    submit = _("Waive")
    done_text = _("The time limit was waived; the reason stands in the journal.")
    danger = True

    def load(self, **kwargs: Any) -> Deadline:
        row = Deadline.visible_to(self.actor).select_related("dossier").filter(pk=kwargs["id"]).first()
        if row is None:
            raise NotYours()
        return row

    def act(self, cleaned: dict[str, Any]) -> Deadline:
        return waivers.waive(self.row, reason=cleaned["reason"], actor=self.actor, at=self.at)

    def done(self, result: Deadline) -> str:
        return reverse("clocks:explanation", args=[result.dossier.number])

    def back(self) -> str:
        return reverse("clocks:explanation", args=[self.row.dossier.number])


class Late(ListPage):
    """What was recorded later than the rulebook tolerates."""

    access = SUPERVISORS
    title = _("Recorded late")
    menu = "late"
    order = ("-recorded_at",)
    columns = (
        Column(
            key="number",
            label=_("Number"),
            value="dossier.number",
            link=lambda row: dossier_url(row.dossier) or None,
        ),
        Column(key="title", label=_("Title"), value="dossier.title", wide=True),
        Column(key="type", label=_("What")),
        Column(key="happened_at", label=_("Happened"), cell="moment"),
        Column(key="recorded_at", label=_("Recorded"), cell="moment", sort="-recorded_at"),
        Column(key="late", label=_("Later by"), value=lambda row: words.amount(row.recorded_at - row.happened_at)),
    )
    empty = Empty(text=_("Everything was recorded in time."))

    def rows(self, actor: Actor) -> Any:
        return LateRecord.visible_to(actor).select_related("dossier")
