"""The lists that the numbers of the reports open: time limits, and entries of the journal that name a clause."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.web.views import dossier_url
from nuoda.engine.clocks.web.words import STATES as STATE_WORDS
from nuoda.engine.clocks.web.words import label
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import Choice, Column, Crumb, Days, Empty, ListPage
from nuoda.foundation.ui.web.pages.states import ListState

from .. import queries
from ..access import READERS, WATCHERS
from . import scoping
from .lines import TONES, lateness


def explained(row: Deadline) -> str:
    """Where the derivation of a time limit stands."""
    return f"{reverse('clocks:explanation', args=[row.dossier.number])}#d-{row.pk}"


def address(actor: Actor, dossier: Any) -> str | None:
    """The page of a matter; none for an administrator, to whom it does not exist (decision 0023)."""
    return None if actor.only_administers or dossier is None else dossier_url(dossier) or None


def role_word(code: str) -> Any:
    return ROLES[code].label if code in ROLES else code


class Cases(ListPage):
    """Time limits of a scope, each with its derivation one click away."""

    access = WATCHERS
    title = _("Cases behind the figures")
    menu = "compliance"
    order = ("-started_at",)
    columns = (
        Column(key="number", label=_("Number"), value="dossier.number", link=lambda row: row.address),
        Column(key="title", label=_("Title"), value="dossier.title", wide=True, roles=READERS),
        Column(key="clause", label=_("Clause"), value="clause_id", link=lambda row: reverse("rulebook:clause", args=[row.clause_id])),
        Column(key="what", label=_("What is owed"), value=lambda row: label(row.label, row.ref)),
        Column(key="state", label=_("State"), value=lambda row: Chip(STATE_WORDS[row.state], TONES[row.state]), cell="chip"),
        Column(key="late", label=_("Late by"), value=lambda row: row.late_by),
        Column(key="why", label=_("Derivation"), value=lambda row: _("how it was counted"), link=explained, roles=READERS),
        Column(key="started", label=_("Began"), value="started_at", cell="moment", sort="started_at"),
        Column(key="due", label=_("Due"), value="due_at", cell="moment"),
        Column(key="done", label=_("Done"), value="done_at", cell="moment"),
        Column(key="role", label=_("Owed by"), value=lambda row: role_word(row.owner_role)),
        Column(key="responsible", label=_("Responsible"), value=lambda row: row.responsible, shown=False),
    )  # fmt: skip
    filters = scoping.CASE_FILTERS
    empty = Empty(text=_("No case of this kind in this period."))

    def rows(self, actor: Actor) -> Any:
        return queries.deadlines(actor, queries.Scope(imported=True))

    def narrowed(self, state: ListState) -> Any:
        """The very set that the figures count."""
        return queries.deadlines(self.actor, scoping.scope(state)).select_related("dossier")

    def dress(self, rows: Any) -> None:
        names = {row.pk: str(row) for row in queries.dealers(self.actor)}
        for row in rows:
            row.responsible = names.get(row.dealer_id, "") if row.dealer_id else _("the company itself")
            end = row.done_at or self.at
            row.address = address(self.actor, row.dossier)
            row.late_by = lateness(end - row.ended_at, done=row.done_at is not None) if row.state == "missed" else ""

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Compliance board"), reverse("reports:board"))]

    def row_tone(self, row: Deadline) -> str:
        return "missed" if row.state == "missed" else ""


FAMILY_WORDS = {
    "moves": _("steps it let through"),
    "approvals": _("approvals"),
    "papers": _("papers"),
}


class Entries(ListPage):
    """Entries of the journal that name a clause: steps of work that its gates let through, approvals, papers."""

    access = WATCHERS
    title = _("Entries that name the clause")
    menu = "compliance"
    order = ("-recorded_at", "-id")
    columns = (
        Column(key="happened", label=_("Happened"), value="happened_at", cell="moment"),
        Column(key="what", label=_("What"), value=lambda row: word(row.type).label),
        Column(key="number", label=_("Number"), value="dossier.number", link=lambda row: row.address),
        Column(key="title", label=_("Title"), value="dossier.title", wide=True, roles=READERS),
        Column(key="who", label=_("Who"), value=lambda row: row.who),
        Column(key="clauses", label=_("Clauses"), value=lambda row: " ".join(row.clauses)),
        Column(key="recorded", label=_("Recorded"), value="recorded_at", cell="moment", shown=False),
    )  # fmt: skip
    filters = (
        Days(name="started", label=_("Period"), field="recorded_at"),
        Choice(name="clause", label=_("Clause"), options=scoping.clauses),
        Choice(name="family", label=_("Kind"), options=list(FAMILY_WORDS.items()), many=False),
        Choice(name="dealer", label=_("Responsible"), options=scoping.dealers),
        *(item for item in scoping.FILTERS if item.name == "imported"),
    )
    empty = Empty(text=_("No entry of this kind in this period."))

    def rows(self, actor: Actor) -> Any:
        return queries.entries(actor, queries.Scope(imported=True))

    def narrowed(self, state: ListState) -> Any:
        rows = queries.entries(self.actor, scoping.scope(state))
        for family in state.values.get("family", ()):
            rows = queries.of_family(rows, family)
        return rows.select_related("dossier")

    def dress(self, rows: Any) -> None:
        names = orgs.names(self.actor, [row.actor_id for row in rows])
        for row in rows:
            row.who = names.get(row.actor_id, "")
            row.address = address(self.actor, row.dossier)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Compliance board"), reverse("reports:board"))]
