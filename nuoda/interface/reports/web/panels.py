"""Live figures beside the text of the regulations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.policies import Clause, Policy
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.panels import Panel, register

from .. import queries
from ..access import WATCHERS
from ..pure import charts, spans
from ..pure.tallies import Tally
from . import lines, scoping


def install() -> None:
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
