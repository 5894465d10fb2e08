"""One clause: its figures over the periods, by who was responsible, and the cases that went worst."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.pure.book import BoundClause
from nuoda.engine.rulebook.pure.rules import CadenceRule, IndicatorRule
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import STATUSES, language
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import Crumb, Page
from nuoda.foundation.ui.web.pages import states as addresses

from .. import queries
from ..access import WATCHERS, may_prove
from ..pure import spans
from . import beside, board, gates, lines, scoping


class ClauseFigures(Page):
    """What became of one clause."""

    access = WATCHERS
    menu = "compliance"
    template = "reports/clause.html"

    def get(self, request: HttpRequest, id: str) -> HttpResponse:
        if id not in queries.clause_ids(self.actor):
            raise NotYours()
        self.id = id
        state = addresses.read(request.GET, scoping.FILTERS, (), self.actor)
        period = scoping.span(state, self.at)
        periods = spans.run(period, scoping.PERIODS)
        asked = scoping.scope(state)
        parameters = scoping.kept_parameters(state, period)
        self.parameters = parameters
        now = scoping.within(replace(asked, clauses=(id,)), period)
        tallies = queries.tallies(self.actor, board.asked_in(now, periods), scoping.edges(periods)).get(id, [])
        bound = next((item for item in queries.clauses_in_force(self.actor, self.at) if item.clause.id == id), None)
        names = lines.role_names([bound.policy] if bound else [])
        marks = queries.named_in(self.actor, now).get(id, {})
        shown = lines.line(id, bound, tallies, parameters, None, marks, names)
        held = gates.of_clause(self.actor, now, id, bound, shown.marks[0], parameters)
        if held is not None:
            shown.marks = [mark for mark in shown.marks if mark.label not in gates.TOLD]
        return self.answer(
            context={
                "line": shown,
                "status": STATUSES[bound.clause.status] if bound else None,
                "policy": text(bound.policy.title, language()) if bound else "",
                "period": period,
                "trend": (drawn := board.trend(tallies, periods, parameters, clause=id) if tallies else []),
                "ticks": board.ticks(drawn),
                "shares": self.shares(now, parameters),
                "worst": [
                    (item, lines.lateness(item.late, done=item.done), lines.explanation(item))
                    for item in queries.worst_of(self.actor, now, self.at)
                ],
                "presets": board.presets(state, period, self.at),
                "imported": asked.imported,
                "evidence": self.evidence(period),
                "carries": any(mark.n for mark in shown.marks),
                "gates": held,
                "timed": bool(tallies) or bound is None or bool(bound.clause.clocks()),
                **self.besides(bound, asked, period, shown.text),
            }
        )  # fmt: skip

    def besides(
        self, bound: BoundClause | None, asked: queries.Scope, period: spans.Span, told: str
    ) -> dict[str, list[Any]]:
        """Indicators and periodic duties of the clause, where it has any."""
        if bound is None or not beside.fits(asked):
            return {}
        kinds = {type(rule) for rule in bound.clause.rules}
        here, duties, indicators = {self.id: told}, list[Any](), list[Any]()
        if CadenceRule in kinds:
            duties = beside.of_duties(self.actor, asked, period, here)
        if IndicatorRule in kinds:
            indicators = beside.of_indicators(self.actor, asked, period, self.at, here)
        return {"duties": duties, "indicators": indicators}

    def evidence(self, period: spans.Span) -> str:
        """Where the evidence pack of this clause and period is asked for; '' for those who may not."""
        if not may_prove(self.actor):
            return ""
        asked = {"target": self.id, "since": period.first, "until": period.last}
        return f"{reverse('reports:ask_evidence')}?{urlencode(asked)}"

    def shares(self, now: queries.Scope, parameters: dict[str, list[str]]) -> list[dict[str, Any]]:
        """By who was responsible; only where there is anything to compare."""
        found = []
        for share in queries.by_dealer(self.actor, now):
            more = {"clause": self.id, "dealer": share.key} if scoping.dealers(self.actor) else {"clause": self.id}
            found.append(
                {
                    "name": share.name or _("the company itself"),
                    "figures": [lines.figure(share.tally, (one,), parameters, **more) for one in lines.COLUMNS],
                    "rate": lines.rate(share.tally, parameters, **more),
                }
            )
        return found

    def get_title(self) -> Any:
        return self.id

    def crumbs(self) -> list[Crumb]:
        parameters = getattr(self, "parameters", {})
        return [Crumb(_("Compliance board"), scoping.address(reverse("reports:board"), parameters))]
