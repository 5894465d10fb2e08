"""Replays: the list, the results of one, the deadlines it changes, and one of them counted out under both books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.clocks.web import words as clockwords
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.ui.web.pages import Choice, Column, Crumb, Empty, Link, ListPage, Page

from .. import queries
from ..access import READERS, TRIERS, may_shadow, may_try
from ..actions import trials
from ..models import Replay, ReplayChange
from . import words
from .trials import REPLAY, TrialPage


class OrNone(Choice):
    """A choice among rows of which one stands for 'without'."""

    none = "none"

    def apply(self, rows: Any, value: list[str], actor: Actor, at: datetime) -> Any:
        chosen = Q(**{f"{self.field}__in": [key for key in value if key != self.none]})
        return rows.filter(chosen | Q(**{f"{self.field}__isnull": True}) if self.none in value else chosen)


class Replays(ListPage):
    """All replays, the newest first."""

    access = READERS
    menu = "replays"
    title = _("Replay")
    order = ("-asked_at",)
    columns = (
        Column(key="title", label=_("Regulation"), value=words.title, wide=True),
        Column(key="from", label=_("First day"), value="first_day", cell="date"),
        Column(key="to", label=_("Last day (included)"), value="last_day", cell="date"),
        Column(key="status", label=_("State"), value=words.status_chip, grouped=True),
        Column(key="cases", label=pgettext_lazy("replay", "Cases"), value="cases_done", cell="number"),
        Column(key="changed", label=_("Changed time limits"), value="changed", cell="number"),
        Column(key="asked", label=_("Asked for"), value="asked_at", cell="moment", sort="asked_at"),
    )
    filters = (Choice(name="status", label=_("State"), field="status", options=Replay.Status.choices),)
    links = (
        Link(label=_("Replay a period"), url=lambda actor: reverse("replay:ask"), primary=True, roles=TRIERS),
        Link(label=_("Replay with a file"), url=lambda actor: reverse("replay:upload"), icon="upload", roles=TRIERS),
    )
    empty = Empty(
        text=_("No period was replayed yet. A draft can be tried on the past before anybody is bound by it."),
        link=Link(label=_("Replay a period"), url=lambda actor: reverse("replay:ask"), roles=TRIERS),
    )

    def rows(self, actor: Actor) -> Any:
        return queries.replays(actor)

    def row_url(self, row: Replay) -> str:
        return reverse("replay:replay", args=[row.pk])


class ReplayPage(TrialPage):
    """What the text would have made of the period: figures by clause, by dealer and team, and the way to the cases."""

    access = READERS
    menu = "replays"
    template = "replay/replay.html"
    trial = REPLAY
    row: Replay

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
        self.row = queries.replay(self.actor, id)
        changes = reverse("replay:changes", args=[self.row.pk])
        context = {
            **self.found(queries.by_clock(self.row), changes, self.row.as_of),
            **self.groups(changes),
            "chip": words.status_chip(self.row),
            "share": 100 * self.row.cases_done // max(self.row.cases_total or 1, 1),
            "by": self.asker(),
            "may_try": may_try(self.actor),
            "may_shadow": may_shadow(self.actor) and self.row.version_id is not None,
        }
        part = self.fragment == "replay-results"
        return self.answer("replay/_results.html" if part else "", context)

    def asker(self) -> str:
        person = Person.visible_to(self.actor).filter(pk=self.row.asked_by).first() if self.row.asked_by else None
        return person.name if person else ""

    def groups(self, changes: str) -> dict[str, Any]:
        """Both sides by dealer and by team, and how deadlines change, the gravest first; with the addresses of the cases."""
        row = self.row
        counts = dict(queries.by_kind(row))

        def by(field: str, names: Mapping[UUID | None, str]) -> list[dict[str, Any]]:
            name = field.removesuffix("_id")
            return [
                {
                    "name": names.get(pk, "?"),
                    "life": life,
                    "draft": draft,
                    "url": f"{changes}?{name}={pk or OrNone.none}",
                }
                for pk, life, draft in queries.by_group(row, field)
            ]

        return {
            "dealers": by("dealer_id", words.dealers(self.actor)),
            "teams": by("team_id", words.teams(self.actor)),
            "kinds": [
                {"chip": words.kind_chip(kind), "count": counts[kind], "url": f"{changes}?kind={kind}"}
                for kind in words.KINDS
                if kind in counts
            ],
            "changes": changes,
        }


class Changes(ListPage):
    """Time limits that come out otherwise, with both results."""

    access = READERS
    menu = "replays"
    title = _("Changed time limits")
    order = ("started_at",)
    columns = (
        Column(key="number", label=_("Number"), value="number"),
        Column(key="ref", label=_("Clause"), value="said", sort="ref"),
        Column(
            key="kind",
            label=pgettext_lazy("replay", "Change"),
            value=lambda row: words.kind_chip(row.kind),
            grouped=True,
        ),
        Column(key="started", label=_("Began"), value="started_at", cell="moment", sort="started_at"),
        Column(key="life", label=_("As it was"), value=lambda row: words.state_chip(row.life_state)),
        Column(key="life_due", label=_("Due as it was"), value="life_due", cell="moment"),
        Column(key="draft", label=_("Under the draft"), value=lambda row: words.state_chip(row.draft_state)),
        Column(key="draft_due", label=_("Due under the draft"), value="draft_due", cell="moment"),
    )
    empty = Empty(text=_("Nothing comes out otherwise."))
    filters = (
        Choice(name="kind", label=pgettext_lazy("replay", "Change"), field="kind", options=list(words.KINDS.items())),
        Choice(
            name="clause",
            label=_("Clause"),
            field="ref",
            options=lambda actor: words.named(actor, queries.tried_refs(actor)),
        ),
        OrNone(
            name="dealer",
            field="dealer_id",
            label=_("Dealer"),
            options=lambda actor: [(str(pk or OrNone.none), name) for pk, name in words.dealers(actor).items()],
        ),
        OrNone(
            name="team",
            field="team_id",
            label=_("Team"),
            options=lambda actor: [(str(pk or OrNone.none), name) for pk, name in words.teams(actor).items()],
        ),
    )

    def rows(self, actor: Actor) -> Any:
        self.replay = queries.replay(actor, self.kwargs["id"])
        policies = [words.policy_of(self.replay), *words.binding(actor)]
        return words.said(queries.changes(actor, self.replay), policies)

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(number__iexact=text)

    def row_url(self, row: ReplayChange) -> str:
        return reverse("replay:change", args=[row.replay_id, row.pk])

    def crumbs(self) -> list[Crumb]:
        return REPLAY.crumbs(self.replay)


class ChangePage(Page):
    """One changed time limit, counted out under both books."""

    access = READERS
    menu = "replays"
    template = "replay/change.html"
    row: ReplayChange

    def get(self, request: HttpRequest, id: UUID, change: UUID) -> HttpResponse:  # noqa: A002
        self.replay = queries.replay(self.actor, id)
        self.row = queries.change(self.actor, self.replay, change)
        sides = trials.derivations(self.replay, self.row, actor=self.actor)
        names = dict(Person.visible_to(self.actor).values_list("pk", "name"))
        dossier = journal.dossier(self.actor, id=self.row.case_id)
        labels = words.labels([words.policy_of(self.replay), *words.binding(self.actor)])
        self.label = labels.get(self.row.ref, self.row.ref)
        context = {
            "row": self.row,
            "dossier": dossier,
            "kind": words.kind_chip(self.row.kind),
            "sides": [
                {
                    "key": key,
                    "label": label,
                    "chip": words.state_chip(state),
                    "lines": clockwords.derived(found, names) if found else [],
                }
                for key, label, state, found in (
                    ("life", _("As it was"), self.row.life_state, sides[0]),
                    ("draft", _("Under the draft"), self.row.draft_state, sides[1]),
                )
            ],
            "cannot_know": words.CANNOT_KNOW,
        }
        return self.answer(context=context)

    def get_title(self) -> Any:
        return f"{self.row.number} · {self.label}"

    def crumbs(self) -> list[Crumb]:
        changes = Crumb(_("Changed time limits"), reverse("replay:changes", args=[self.replay.pk]))
        return [*REPLAY.crumbs(self.replay), changes]
