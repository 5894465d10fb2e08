"""What stands beside the time limits on the board: periodic duties and audits, and indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from nuoda.engine.duties import queries as duties
from nuoda.engine.measures import queries as measures
from nuoda.engine.measures.access import may_read
from nuoda.engine.measures.web import words as figures
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.tones import Chip

from .. import queries
from ..pure.spans import Span
from ..queries import OWN, Scope
from . import scoping
from .lines import Figure, percent

STATES = {"kept": ("met",), "missed": ("missed",), "open": ("open", "claimed")}
"""Columns of the board in the states of a duty."""
TONES = {"kept": "kept", "missed": "missed", "open": "info"}


@dataclass(frozen=True, slots=True)
class Duty:
    """Periodic duties of a clause that fell due in the period, and what audits of its cases found."""

    clause: str
    text: str
    clause_url: str
    url: str
    figures: list[Figure]
    audited: str
    interval: str
    n: int
    audits_url: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator over the period."""

    clause: str
    clause_url: str
    label: str
    url: str
    figure: str
    interval: str
    n: int
    target: str
    chip: Chip
    why: str
    """Why there is no figure; '' where it could be computed."""


def page(clause_id: str, period: Span) -> str:
    """The figures of a clause in the same period."""
    days = {"started.from": [str(period.first)], "started.to": [str(period.last)]}
    return scoping.address(reverse("reports:clause", args=[clause_id]), days)


def fits(scope: Scope) -> bool:
    """Whether duties and indicators can be narrowed as the time limits are: by regulation, chapter and one dealer."""
    return not (scope.teams or scope.roles or len(scope.dealers) > 1 or OWN in scope.dealers)


def of_duties(actor: Actor, scope: Scope, period: Span, shown: Mapping[str, str]) -> list[Duty]:
    """Duties of the clauses that are shown, those with missed ones first; each number opens the duties that make it."""
    since, until = scoping.moment(period.first), scoping.moment(period.after)
    dealer = next((UUID(one) for one in scope.dealers), None)
    found = []
    for clause_id, tally in sorted(duties.tally(actor, since, until, dealer_id=dealer).items()):
        if clause_id not in shown:
            continue
        here = {"clause": [clause_id], "due.from": [str(period.first)], "due.to": [str(period.last)]}
        signed = {"clause": [clause_id], "signed.from": [str(period.first)], "signed.to": [str(period.last)]}
        numbers = [
            Figure(
                n,
                scoping.address(reverse("duties:all"), here, state=states) if n and dealer is None else "",
                TONES[key],
            )
            for key, states in STATES.items()
            for n in [getattr(tally, key)]
        ]
        low, high = tally.interval or (0.0, 0.0)
        found.append(
            Duty(
                clause_id,
                shown[clause_id],
                page(clause_id, period),
                scoping.address(reverse("duties:all"), here),
                numbers,
                percent(tally.share) if tally.share is not None else "",
                f"{percent(low)}–{percent(high)}" if tally.interval else "",
                tally.assessed,
                scoping.address(reverse("duties:audits"), signed),
            )
        )
    return sorted(found, key=lambda one: -one.figures[list(STATES).index("missed")].n)


def of_indicators(actor: Actor, scope: Scope, period: Span, at: datetime, shown: Mapping[str, str]) -> list[Indicator]:
    """Indicators of the clauses that are shown, those off their target first; for the whole that the actor sees. Their pages
    open the cases."""
    if not may_read(actor) or scope.dealers:
        return []
    since, until = scoping.moment(period.first), min(scoping.moment(period.after), at)
    if since >= until:
        return []
    found = []
    for clause_id, readings in measures.figures(actor, since, until, at=at, imports=scope.imported).items():
        if clause_id not in shown:
            continue
        for one in readings:
            key = one.bound.ref.partition("/")[2]
            found.append(
                Indicator(
                    clause_id,
                    page(clause_id, period),
                    text(one.rule.label, language()),
                    reverse("measures:indicator", args=[clause_id, key]),
                    figures.figure(one),
                    figures.interval(one),
                    one.found.denominator,
                    figures.target(one.rule),
                    figures.chip(one),
                    figures.why(one.obstacle),
                )
            )
    return sorted(found, key=lambda one: one.chip.tone != "missed")


def clauses(actor: Actor, scope: Scope, at: datetime) -> dict[str, str]:
    """Clauses that regulation and chapter leave, with their text ('' for those in force no more)."""
    texts = {one.clause.id: text(one.clause.text, language()) for one in queries.clauses_in_force(actor, at)}
    return {
        one: texts.get(one, "")
        for one in queries.clause_ids(actor)
        if queries.within(one, scope.chapters, scope.policies)
    }
