"""The filters that board, lists and exports share, and the scope that an address asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.engine.clocks.web.words import STATES as STATE_WORDS
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.web.pages import Choice, Days, Flag
from nuoda.foundation.ui.web.pages.states import ListState

from .. import queries
from ..pure import spans
from ..pure.spans import Span
from ..pure.tallies import STATES, chapter
from ..queries import OWN, Scope

DAYS = 30
"""Days of the period that is shown when none is asked for (presentation only)."""
PERIODS = 6
"""Periods of a trend, the asked one last (presentation only)."""


def policies(actor: Actor) -> list[tuple[str, str]]:
    """Regulations by the letters of their clauses, in the reader's language."""
    found = {tenure.policy.code: text(tenure.policy.title, language()) for tenure in rulebook.book(actor).tenures}
    return list(found.items())


def chapters(actor: Actor) -> list[tuple[str, str]]:
    titles = dict(policies(actor))
    found = dict.fromkeys(chapter(clause_id) for clause_id in queries.clause_ids(actor))
    return [(key, chapter_word(key, titles)) for key in found]


def chapter_word(key: str, titles: dict[str, str]) -> str:
    code, _dash, number = key.partition("-")
    return _("%(policy)s, chapter %(number)s") % {"policy": titles.get(code, code), "number": number}


def clauses(actor: Actor) -> list[tuple[str, str]]:
    return [(clause_id, clause_id) for clause_id in queries.clause_ids(actor)]


def dealers(actor: Actor) -> list[tuple[str, str]]:
    """The company itself and its dealers; nothing to choose for a dealer."""
    if actor.reach not in ("company", "system"):
        return []
    return [(OWN, _("the company itself")), *((str(row.pk), str(row)) for row in queries.dealers(actor))]


def teams(actor: Actor) -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in queries.teams(actor)]


FILTERS = (
    Days(name="started", label=gettext_lazy("Period"), field="started_at"),
    Choice(name="policy", label=gettext_lazy("Regulation"), options=policies),
    Choice(name="chapter", label=gettext_lazy("Chapter"), options=chapters),
    Choice(name="dealer", label=gettext_lazy("Responsible"), options=dealers),
    Choice(name="team", label=gettext_lazy("Team"), options=teams),
    Choice(name="role", label=gettext_lazy("Owed by"), options=[(code, role.label) for code, role in ROLES.items()]),
    Flag(name="imported", label=gettext_lazy("With imported cases"), where=Q()),
)
CASE_FILTERS = (
    *FILTERS,
    Choice(name="clause", label=gettext_lazy("Clause"), options=clauses),
    Choice(name="state", label=gettext_lazy("State"), options=[(state, STATE_WORDS[state]) for state in STATES]),
)


def scope(state: ListState) -> Scope:
    """What an address asks for, as understood by the filters."""
    values = state.values
    first, last = values.get("started", (None, None))
    return Scope(
        since=moment(first) if first else None,
        until=moment(Span(last, last).after) if last else None,
        clauses=values.get("clause", ()),
        chapters=values.get("chapter", ()),
        policies=values.get("policy", ()),
        states=values.get("state", ()),
        dealers=values.get("dealer", ()),
        teams=values.get("team", ()),
        roles=values.get("role", ()),
        imported=bool(values.get("imported")),
    )


def span(state: ListState, at: datetime) -> Span:
    """The period asked for; with one end missing, or none given, the latest days."""
    first, last = state.values.get("started", (None, None))
    today = timezone.localdate(at)
    if first and last:
        return Span(first, last)
    if first:
        return Span(first, max(first, today))
    return spans.latest(last or today, DAYS)


def within(found: Scope, period: Span) -> Scope:
    """The scope in another period."""
    return replace(found, since=moment(period.first), until=moment(period.after))


def edges(periods: Sequence[Span]) -> list[datetime]:
    """Where neighbouring periods begin, and where the last ends."""
    return [*(moment(period.first) for period in periods), moment(periods[-1].after)]


def moment(day: date) -> datetime:
    """Local midnight at which the day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def kept_parameters(state: ListState, period: Span) -> dict[str, list[str]]:
    """The filters of an address with its period spelled out, for links that must mean the same."""
    found = {name: list(values) for name, values in state.parameters.items()}
    return found | {"started.from": [period.first.isoformat()], "started.to": [period.last.isoformat()]}


def address(base: str, parameters: dict[str, list[str]], **more: str | Iterable[str]) -> str:
    """An address with the parameters and some replaced; an empty one is taken out."""
    found: dict[str, Any] = dict(parameters)
    for name, value in more.items():
        if value:
            found[name.replace("_", ".")] = value
        else:
            found.pop(name.replace("_", "."), None)
    return f"{base}?{urlencode(found, doseq=True)}"


def presets(at: datetime) -> list[tuple[str, Span]]:
    today = timezone.localdate(at)
    this_month, this_quarter = spans.month(today), spans.quarter(today)
    return [
        (_("last 30 days"), spans.latest(today, DAYS)),
        (_("this month"), this_month),
        (_("last month"), spans.before(this_month)),
        (_("this quarter"), this_quarter),
        (_("last quarter"), spans.before(this_quarter)),
    ]
