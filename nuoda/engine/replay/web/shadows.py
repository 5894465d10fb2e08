"""Shadow runs: the list, one of them beside life, and its time limits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.web.pages import Choice, Column, Crumb, Empty, Flag, Link, ListPage

from .. import queries
from ..access import READERS, TRIERS, may_shadow
from ..models import Shadow
from . import words
from .trials import SHADOW, TrialPage


class Shadows(ListPage):
    """All shadow runs, the newest first."""

    access = READERS
    menu = "shadows"
    title = _("Shadow runs")
    order = ("-asked_at",)
    columns = (
        Column(key="title", label=_("Regulation"), value=words.title, wide=True),
        Column(key="status", label=_("State"), value=words.shadow_chip, grouped=True),
        Column(key="since", label=_("Since"), value="since", cell="moment", sort="asked_at"),
        Column(key="stopped", label=_("Ended"), value="stopped_at", cell="moment"),
    )
    filters = (Choice(name="status", label=_("State"), field="status", options=Shadow.Status.choices),)
    links = (
        Link(
            label=_("Start a shadow run"), url=lambda actor: reverse("replay:shadow-start"), primary=True, roles=TRIERS
        ),
    )
    empty = Empty(
        text=_("Nothing runs in shadow. A version can be watched beside daily work before it binds anybody."),
        link=Link(label=_("Start a shadow run"), url=lambda actor: reverse("replay:shadow-start"), roles=TRIERS),
    )

    def rows(self, actor: Actor) -> Any:
        return queries.shadows(actor)

    def row_url(self, row: Shadow) -> str:
        return reverse("replay:shadow", args=[row.pk])


class ShadowPage(TrialPage):
    """What the shadow has counted, beside life."""

    access = READERS
    menu = "shadows"
    template = "replay/shadow.html"
    trial = SHADOW
    row: Shadow

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
        self.row = queries.shadow(self.actor, id)
        deadlines = reverse("replay:shadow-deadlines", args=[self.row.pk])
        context = {
            **self.found(queries.shadow_by_clock(self.row), deadlines, self.at),
            "chip": words.shadow_chip(self.row),
            "may_shadow": may_shadow(self.actor),
            "deadlines": deadlines,
        }
        return self.answer(context=context)


class Deadlines(ListPage):
    """Time limits since the shadow run began, as life and as the shadow sees them."""

    access = READERS
    menu = "shadows"
    title = _("Time limits in shadow")
    order = ("-started_at",)
    columns = (
        Column(key="number", label=_("Number"), value="number"),
        Column(key="ref", label=_("Clause"), value="said", sort="ref"),
        Column(key="started", label=_("Began"), value="started_at", cell="moment", sort="started_at"),
        Column(key="life", label=_("In force"), value=lambda row: words.state_chip(row.life_state)),
        Column(key="life_due", label=_("Due in force"), value="life_due", cell="moment"),
        Column(key="draft", label=_("In shadow"), value=lambda row: words.state_chip(row.draft_state)),
        Column(key="draft_due", label=_("Due in shadow"), value="draft_due", cell="moment"),
    )
    filters = (
        Choice(
            name="clause",
            label=_("Clause"),
            field="ref",
            options=lambda actor: words.named(actor, queries.shadowed_refs(actor)),
        ),
        Flag(name="missed", label=_("Missed in shadow"), where=lambda actor, at: queries.MISSED_IN_SHADOW),
        Flag(name="differs", label=_("Other result"), where=lambda actor, at: queries.DIFFERS),
    )
    empty = Empty(text=_("No time limit has begun since."))

    def rows(self, actor: Actor) -> Any:
        self.shadow = queries.shadow(actor, self.kwargs["id"])
        policies = [words.policy_of(self.shadow), *words.binding(actor)]
        return words.said(queries.shadow_deadlines(actor, self.shadow), policies)

    def search(self, rows: Any, text: str) -> Any:
        return rows.filter(number__iexact=text)

    def crumbs(self) -> list[Crumb]:
        return SHADOW.crumbs(self.shadow)
