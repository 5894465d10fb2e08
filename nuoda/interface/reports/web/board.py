"""制度执行看板: every clause in force with what became of it in a period; every number opens the cases that make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.pure.book import BoundClause
from nuoda.engine.rulebook.web.views import STATUSES
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import ListPage, Page
from nuoda.foundation.ui.web.pages import states as addresses
from nuoda.foundation.ui.web.pages.states import ListState

from .. import queries
from ..access import WATCHERS
from ..pure import charts, spans
from ..pure.tallies import Tally, chapter, total
from . import beside, lines, scoping
from .lines import Figure, Line

RUNNING = "running"
"""The board's own choice of clauses: those with any number in the period."""


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses of one chapter."""

    label: str
    lines: list[Line]


class Board(Page):
    """Compliance of every clause."""

    kind = "board"
    access = WATCHERS
    title = _("Compliance board")
    menu = "compliance"
    template = "reports/board.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        state = addresses.read(request.GET, scoping.FILTERS, (), self.actor)
        status = request.GET.get("status", RUNNING)
        if status not in STATUSES and status != "all":
            status = RUNNING
        period = scoping.span(state, self.at)
        periods = spans.run(period, scoping.PERIODS)
        asked = scoping.scope(state)
        now = scoping.within(asked, period)
        parameters = scoping.kept_parameters(state, period)
        bound = {item.clause.id: item for item in self.bound(state)}
        tallies = queries.tallies(self.actor, asked_in(asked, periods), scoping.edges(periods))
        worst = queries.worst(self.actor, now, self.at)
        # A person's team or role says nothing about who may open a gate: those counts would mean something else.
        marks = None if asked.teams or asked.roles else queries.named_in(self.actor, now)
        names = lines.role_names([item.policy for item in bound.values()])
        found = [
            lines.line(
                clause_id, bound.get(clause_id), tallies.get(clause_id, []), parameters, worst.get(clause_id),
                marks.get(clause_id, {}) if marks is not None else None, names,
            )
            for clause_id in self.chosen(bound, tallies, marks, status)
        ]  # fmt: skip
        around = beside.clauses(self.actor, asked, self.at) if beside.fits(asked) else {}
        whole = total(periods_of[-1] for periods_of in tallies.values())
        return self.answer(
            "reports/_board.html" if self.fragment == "board" else "",
            {
                "state": state,
                "period": period,
                "groups": self.grouped(found),
                "tiles": tiles(whole, parameters),
                "rate": lines.rate(whole, parameters),
                "look": self.look(bound, tallies, parameters, worst, names),
                "trend": (drawn := overall(list(tallies.values()), periods, parameters)),
                "ticks": ticks(drawn),
                "coverage": coverage(bound, state, parameters, status),
                "status": status,
                "widgets": ListPage.filter_widgets(Filtered(self.actor, scoping.FILTERS), state),
                "presets": presets(state, period, self.at),
                "views": self.views(parameters, status),
                "marks": marks is not None,
                "duties": beside.of_duties(self.actor, asked, period, around) if around else [],
                "indicators": beside.of_indicators(self.actor, asked, period, self.at, around) if around else [],
                "imported": asked.imported,
                "with_imported": state.address(imported="1", status=status if status != RUNNING else None),
            },
        )

    def bound(self, state: ListState) -> list[BoundClause]:
        """Clauses in force at the end of the period (or now), as far as the filters take them."""
        wanted, within = state.values.get("policy", ()), state.values.get("chapter", ())
        return [
            item
            for item in queries.clauses_in_force(self.actor, self.at)
            if (not wanted or item.policy.code in wanted) and (not within or chapter(item.clause.id) in within)
        ]

    def chosen(
        self, bound: Mapping[str, BoundClause], tallies: Mapping[str, Sequence[Tally]],
        marks: Mapping[str, Any] | None, status: str,
    ) -> list[str]:  # fmt: skip
        """Ids of the clauses that are shown, in the order of the regulations; those with figures in the period also
        when they are in force no more."""
        if status in STATUSES:
            return [clause_id for clause_id, item in bound.items() if item.clause.status == status]
        counted = {clause_id for clause_id, periods in tallies.items() if periods[-1].total}
        marked = {key for key in bound if marks and any(marks.get(key, {}).values())}
        wanted = counted | (set(bound) if status == "all" else marked)
        return [clause_id for clause_id in queries.clause_ids(self.actor) if clause_id in wanted]

    def look(
        self, bound: Mapping[str, BoundClause], tallies: Mapping[str, Sequence[Tally]],
        parameters: Mapping[str, list[str]], worst: Mapping[str, queries.Worst], names: Mapping[str, str],
    ) -> list[Line]:  # fmt: skip
        """Where to look first: the clauses that were missed most often in the period."""
        return [
            lines.line(one, bound.get(one), tallies[one], parameters, worst.get(one), None, names)
            for one in lines.most_missed(tallies, LOOKED_AT)
        ]

    def grouped(self, found: Sequence[Line]) -> list[Group]:
        titles = dict(scoping.policies(self.actor))
        groups: dict[str, list[Line]] = {}
        for line in found:
            groups.setdefault(chapter(line.id), []).append(line)
        return [Group(scoping.chapter_word(key, titles), rows) for key, rows in groups.items()]

    def views(self, parameters: Mapping[str, list[str]], status: str) -> list[dict[str, Any]]:
        """The clauses that can be looked at: those that run, or all of them."""
        return [
            {
                "label": label,
                "url": scoping.address(reverse("reports:board"), dict(parameters), status=key),
                "lit": key == status,
            }
            for key, label in ((RUNNING, _("Clauses with figures")), ("all", _("Every clause")))
        ]


@dataclass(frozen=True, slots=True)
class Filtered:
    """What `ListPage.filter_widgets` asks of a page; a choice of one is none."""

    actor: Any
    declared: Sequence[Any]

    @property
    def filters(self) -> Sequence[Any]:
        return [item for item in self.declared if not hasattr(item, "pairs") or len(item.pairs(self.actor)) > 1]


def presets(state: ListState, period: spans.Span, at: datetime) -> list[dict[str, Any]]:
    """Periods that are often asked for."""
    return [
        {
            "label": label,
            "url": state.address(**{"started.from": one.first.isoformat(), "started.to": one.last.isoformat()}),
            "lit": one == period,
        }
        for label, one in scoping.presets(at)
    ]


def asked_in(asked: queries.Scope, periods: Sequence[spans.Span]) -> queries.Scope:
    """The scope over all periods of the trend."""
    return scoping.within(asked, spans.Span(periods[0].first, periods[-1].last))


def tiles(whole: Tally, parameters: dict[str, list[str]]) -> list[Figure]:
    return [lines.figure(whole, (state,), parameters) for state in (*lines.COLUMNS, *lines.OTHER)]


@dataclass(frozen=True, slots=True)
class Coverage:
    """One status of the coverage meter: how many clauses, and the board with exactly these."""

    chip: Chip
    tone: str
    n: int
    x: float
    width: float
    url: str
    lit: bool


def coverage(
    bound: Mapping[str, BoundClause], state: ListState, parameters: dict[str, list[str]], status: str
) -> list[Coverage]:
    """How much of the text runs: clauses in force by status; widths are parts of 100."""
    counts = dict.fromkeys(STATUSES, 0)
    for item in bound.values():
        counts[item.clause.status] += 1
    all_of_them = max(len(bound), 1)
    found, x = [], 0.0
    for key, n in counts.items():
        width = 100 * n / all_of_them
        url = scoping.address(reverse("reports:board"), parameters, status=key)
        found.append(Coverage(STATUSES[key], STATUSES[key].tone, n, round(x, 3), round(width, 3), url, key == status))
        x += width
    return found


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a trend."""

    label: str
    tick: str
    """Its beginning, short enough for the axis."""
    bar: Any
    kept: Figure
    missed: Figure
    rate: Any
    undecided: Figure

    @property
    def kept_y(self) -> float:
        """Where the kept part begins: under the missed one."""
        return round(float(self.bar.y + self.bar.missed), 2)


WIDTH, HEIGHT, TOP, AXIS = 560.0, 110.0, 8.0, 44.0
"""The chart's units, drawn as wide as there is room; `TOP` is free for the uppermost number, `AXIS` for those at the left."""
LOOKED_AT = 6
"""Clauses shown as the most missed (presentation only)."""


def overall(
    tallies: Sequence[Sequence[Tally]], periods: Sequence[spans.Span], parameters: dict[str, list[str]]
) -> list[Period]:
    """Kept and missed of all clauses together, period by period, each with its lists."""
    sums = [total(one[place] for one in tallies) for place in range(len(periods))]
    return trend(sums, periods, parameters)


def ticks(periods: Sequence[Period]) -> list[tuple[float, int]]:
    """Numbers of the chart's axis with their places: nothing, half and the top."""
    top = charts.ceiling(max((one.kept.n + one.missed.n for one in periods), default=0))
    return [(HEIGHT, 0), *([(HEIGHT / 2, top // 2)] if top % 2 == 0 else []), (0.0, top)]


def trend(
    sums: Sequence[Tally], periods: Sequence[spans.Span], parameters: dict[str, list[str]], **more: str
) -> list[Period]:
    counts = [(tally["kept"], tally["missed"]) for tally in sums]
    bars = charts.columns(counts, width=WIDTH, height=HEIGHT, left=AXIS)
    found = []
    for tally, span, bar in zip(sums, periods, bars, strict=True):
        here = parameters | {"started.from": [span.first.isoformat()], "started.to": [span.last.isoformat()]}
        found.append(
            Period(
                label=f"{span.first:%Y-%m}" if span.months == 1 else f"{span.first:%m-%d}–{span.last:%m-%d}",
                tick=f"{span.first:%Y-%m}" if span.months == 1 else f"{span.first:%m-%d}",
                bar=bar,
                kept=lines.figure(tally, ("kept",), here, **more),
                missed=lines.figure(tally, ("missed",), here, **more),
                rate=lines.rate(tally, here, **more),
                undecided=lines.figure(tally, ("open", "paused"), here, **more),
            )
        )
    return found
