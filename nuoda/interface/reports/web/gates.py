"""What the gates of the regulations held back: the list of cases, and what a clause's page says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import BoundClause
from nuoda.engine.rulebook.web.views import language
from nuoda.engine.states.models.refusals import KINDS
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import Choice, Column, Crumb, Days, Empty, ListPage
from nuoda.foundation.ui.web.pages.states import ListState

from .. import queries
from ..access import READERS, WATCHERS
from ..pure import gates
from ..queries import Scope
from . import scoping
from .cases import address
from .lines import Figure

TONES = {"done": "kept", "waiting": "info", "dropped": "neutral"}
OUTCOMES = {key: Chip(label, TONES[key]) for key, label in queries.OUTCOMES.items()}
TOLD = ("moves", "held")
"""Marks of a clause that its gates tell."""
LATEST = 5
"""Cases that a clause's page shows itself (presentation only)."""


class Refusals(ListPage):
    """Who was held back from what, when, and what was missing."""

    access = WATCHERS
    title = _("What the gates held back")
    menu = "compliance"
    order = ("-first_at",)
    columns = (
        Column(key="first", label=_("First tried"), value="first_at", cell="moment", sort="first_at"),
        Column(key="number", label=_("Number"), value="number", link=lambda row: row.address),
        Column(key="title", label=_("Title"), value="about", wide=True, roles=READERS),
        Column(key="clause", label=_("Clause"), value="clause_id", link=lambda row: reverse("rulebook:clause", args=[row.clause_id])),
        Column(key="deed", label=_("What was to be done"), value="deed"),
        Column(key="missing", label=_("What was missing"), value="said", wide=True),
        Column(key="who", label=_("Who"), value="who"),
        Column(key="times", label=pgettext_lazy("refusal", "Tries"), value="times", cell="number"),
        Column(key="outcome", label=_("What became of it"), value=lambda row: OUTCOMES[row.outcome], cell="chip"),
        Column(key="done", label=pgettext_lazy("refusal", "Done"), value="done_at", cell="moment"),
        Column(key="last", label=_("Last tried"), value="last_at", cell="moment", shown=False),
        Column(key="kind", label=_("Kind"), value=lambda row: KINDS[row.kind], shown=False),
        Column(key="responsible", label=_("Responsible"), value="responsible", shown=False),
    )  # fmt: skip
    filters = (
        Days(name="started", label=_("Period"), field="first_at"),
        Choice(name="clause", label=_("Clause"), options=scoping.clauses),
        Choice(name="outcome", label=_("What became of it"), options=[(key, chip.label) for key, chip in OUTCOMES.items()]),
        Choice(name="kind", label=_("Kind"), options=list(KINDS.items())),
        Choice(name="dealer", label=_("Responsible"), options=scoping.dealers),
        *(item for item in scoping.FILTERS if item.name == "imported"),
    )  # fmt: skip
    empty = Empty(text=_("Nobody was held back in this period."))

    def rows(self, actor: Actor) -> Any:
        return queries.refusals(actor, Scope(imported=True))

    def narrowed(self, state: ListState) -> Any:
        """The very set that the figures count."""
        rows = queries.refusals(self.actor, scoping.scope(state))
        if chosen := state.values.get("outcome", ()):
            rows = rows.filter(outcome__in=list(chosen))
        if kinds := state.values.get("kind", ()):
            rows = rows.filter(kind__in=list(kinds))
        return rows.select_related("dossier")

    def dress(self, rows: Any) -> None:
        told(self.actor, rows)
        dealers = {row.pk: str(row) for row in queries.dealers(self.actor)}
        for row in rows:
            row.responsible = dealers.get(row.dealer_id, "") if row.dealer_id else _("the company itself")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Compliance board"), reverse("reports:board"))]


def told(actor: Actor, rows: Any) -> None:
    """Give each refusal its words: whom it held back, from what, and what was missing."""
    names = orgs.names(actor, {row.actor_id for row in rows if row.actor_id})
    known = gates.texts(rulebook.book(actor).tenures)
    for row in rows:
        row.address = address(actor, row.dossier)
        row.number = row.dossier.number if row.dossier else ""
        row.about = row.dossier.title if row.dossier else ""
        row.who = names.get(row.actor_id, "") if row.actor_id else _("by itself")
        row.deed = gates.deed(row.subject, row.verb, language())
        row.said = gates.said(known, row.version_id, row.clause_id, row.missing, language())


@dataclass(frozen=True, slots=True)
class Gates:
    """What the page of one clause says of its gates; every number opens its cases."""

    passed: Figure
    held: Figure
    tries: int
    outcomes: list[Figure]
    latest: list[Any]


def of_clause(
    actor: Actor, scope: Scope, clause_id: str, bound: BoundClause | None, passed: Figure, parameters: Mapping[str, list[str]]
) -> Gates | None:  # fmt: skip
    """None where the clause holds nobody back and never did in the scope."""
    counts = queries.held(actor, scope).get(clause_id, gates.Held())
    if not counts.n and (bound is None or not gates.gated(bound.clause)):
        return None

    def figure(n: int, label: Any, tone: str, **more: str) -> Figure:
        url = scoping.address(reverse("reports:refusals"), dict(parameters), clause=clause_id, **more)
        return Figure(n, url if n else "", tone, label)

    latest = list(queries.refusals(actor, scope).select_related("dossier").order_by("-first_at", "-pk")[:LATEST])
    told(actor, latest)
    return Gates(
        passed,
        figure(counts.n, _("Held back"), "near"),
        counts.tries,
        [
            figure(getattr(counts, key), chip.label, chip.tone, outcome=key)
            for key, chip in OUTCOMES.items()
        ],
        [(row, OUTCOMES[row.outcome]) for row in latest],
    )  # fmt: skip
