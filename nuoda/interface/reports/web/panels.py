"""Live figures beside the text of the regulations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuoda.engine.duties import queries as duties
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.policies import Clause, Policy
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.panels import Panel, register

from .. import queries
from ..access import WATCHERS
from ..pure import charts, spans
from ..pure.tallies import Tally, total
from . import lines, scoping

LOOKED_AT = 3
"""Clauses that a home shows as the most missed (presentation only)."""


def install() -> None:
    register(
        Panel(
            "home", "compliance", _("How the regulations were kept"), "reports/_home.html", home, roles=WATCHERS,
            icon="report-analytics", order=15, wide=True,
        )
    )  # fmt: skip
    register(Panel("policy.head", "files", _("Files"), "reports/_policy_head.html", of_policy, roles=STAFF, order=10))
    register(
        Panel(
            "policy.margin", "figures", _("What became of it"), "reports/_margin.html", beside, roles=WATCHERS, order=10
        )
    )
    register(
        Panel(
            "clause.sections", "figures", _("Kept and missed"), "reports/_clause_figures.html", of_clause, roles=WATCHERS,
            icon="chart-bar", order=10,
        )
    )  # fmt: skip


def home(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """What the board says first: the share kept in the latest days, the clauses missed most often, duties that are overdue."""
    period = spans.latest(timezone.localdate(at), scoping.DAYS)
    tallies = queries.tallies(actor, queries.Scope(), scoping.edges([period]))
    parameters = {"started.from": [period.first.isoformat()], "started.to": [period.last.isoformat()]}
    whole = total(one[-1] for one in tallies.values())
    bound = {item.clause.id: item for item in queries.clauses_in_force(actor, at)}
    overdue = duties.obligations(actor, states=("missed",)).filter(done_at=None).count()
    return {
        "days": scoping.DAYS,
        "rate": lines.rate(whole, parameters),
        "missed": lines.figure(whole, ("missed",), parameters),
        "look": [
            lines.line(one, bound.get(one), tallies[one], parameters, None, None, {})
            for one in lines.most_missed(tallies, LOOKED_AT)
        ],
        "overdue": lines.Figure(overdue, f"{reverse('duties:all')}?late=1", "missed") if overdue else None,
        "board": reverse("reports:board"),
    }


def of_policy(actor: Actor, at: datetime, version: PolicyVersion) -> Mapping[str, Any]:
    return {"watches": actor.has(*WATCHERS)}


def beside(actor: Actor, at: datetime, policy: Policy) -> Mapping[str, Mapping[str, Any]]:
    """The latest figures of each clause of a text that has any; two statements for the whole text."""
    return _figures(actor, at, queries.Scope(policies=(policy.code,)), wanted=[one.id for one in policy.clauses])


def of_clause(actor: Actor, at: datetime, clause: Clause) -> Mapping[str, Any] | None:
    return _figures(actor, at, queries.Scope(clauses=(clause.id,)), wanted=[clause.id]).get(clause.id)


def _figures(actor: Actor, at: datetime, scope: queries.Scope, *, wanted: list[str]) -> dict[str, dict[str, Any]]:
    period = spans.latest(timezone.localdate(at), scoping.DAYS)
    periods = spans.run(period, scoping.PERIODS)
    tallies = queries.tallies(actor, scope, scoping.edges(periods))
    parameters = {"started.from": [period.first.isoformat()], "started.to": [period.last.isoformat()]}
    found = {}
    for clause_id in wanted:
        known = tallies.get(clause_id)
        if known is None:
            continue
        found[clause_id] = _one(clause_id, known, parameters)
    return found


def _one(clause_id: str, known: list[Tally], parameters: dict[str, list[str]]) -> dict[str, Any]:
    line = lines.line(clause_id, None, known, parameters, None, None, {})
    return {
        "line": line,
        "days": scoping.DAYS,
        "bars": charts.spark([tally.rate for tally in known]),
        "figures": [(figure.label, figure) for figure in line.figures],
    }
