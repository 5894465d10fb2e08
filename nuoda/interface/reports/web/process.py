"""流程图: what really follows what in the cases, drawn from the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.models.tickets import KINDS, SEVERITIES
from nuoda.engine.clocks.web.words import amount
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.ui.web.pages import Choice, Days, ListPage, Page
from nuoda.foundation.ui.web.pages import states as addresses

from .. import queries
from ..access import WATCHERS
from ..pure import maps
from . import board, scoping

DETAIL = {"few": (9, 0.1), "some": (18, 0.04), "all": (40, 0.0)}
"""Steps shown at most, and the share of cases that a connection must carry (presentation only)."""
WIDE, NARROW = 11.5, 6.6
"""Room for a Chinese and for a Latin character of a label, in units of the drawing."""
FILTERS = (
    Days(name="started", label=gettext_lazy("Period"), field="reported_at"),
    Choice(name="kind", label=gettext_lazy("Kind"), options=list(KINDS.items())),
    Choice(name="severity", label=gettext_lazy("Severity"), options=list(SEVERITIES.items())),
    Choice(name="dealer", label=gettext_lazy("Responsible"), options=scoping.dealers),
)


class ProcessMap(Page):
    """Steps, how often one follows another and how soon, and the most frequent ways through."""

    kind = "board"
    access = WATCHERS
    title = gettext_lazy("Process map")
    menu = "process"
    template = "reports/process.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        state = addresses.read(request.GET, FILTERS, (), self.actor)
        period = scoping.span(state, self.at)
        detail = request.GET.get("detail", "some")
        steps, share = DETAIL.get(detail, DETAIL["some"])
        tickets = self.tickets(state, period)
        found = queries.process(self.actor, tickets, scoping.moment(period.first))
        drawn = maps.chosen(found.follows, steps=steps, share=share)
        parameters = scoping.kept_parameters(state, period)
        return self.answer(
            "reports/_process.html" if self.fragment == "board" else "",
            {
                "state": state,
                "period": period,
                "map": picture(maps.lay_out(drawn, found.places, found.counts)) if drawn else None,
                "process": found,
                "table": table(drawn),
                "paths": [paths(way, n, found.cases) for way, n in found.paths],
                "widgets": ListPage.filter_widgets(board.Filtered(self.actor, FILTERS), state),
                "presets": board.presets(state, period, self.at),
                "details": [
                    {"label": label, "url": scoping.address(reverse("reports:process"), parameters, detail=key), "lit": key == detail}
                    for key, label in (("few", _("main steps")), ("some", _("usual steps")), ("all", _("every step")))
                ],
                "detail": detail if detail in DETAIL else "some",
            },
        )  # fmt: skip

    def tickets(self, state: Any, period: Any) -> Any:
        """Tickets that were reported in the period, as the filters take them."""
        rows = Ticket.visible_to(self.actor).exclude(dossier__origin="import")
        rows = rows.filter(reported_at__gte=scoping.moment(period.first), reported_at__lt=scoping.moment(period.after))
        for name in ("kind", "severity"):
            if name in state.values:
                rows = rows.filter(**{f"{name}__in": state.values[name]})
        if "dealer" in state.values:
            rows = queries.of_dealers(rows, state.values["dealer"])
        return rows


def step(key: str) -> str:
    return {maps.START: _("beginning"), maps.END: _("end")}.get(key) or str(word(key).label)


def picture(drawn: maps.Map) -> dict[str, Any]:
    """The map in words of the reader; as wide as its boxes and labels need."""
    labels: list[Label] = []
    for line in drawn.lines:
        labels.append(apart(label(line), labels))
    left = min([0.0, *(one.left for one in labels)])
    right = max([drawn.width, *(one.left + one.width for one in labels)])
    return {
        "left": round(left, 1),
        "width": round(right - left, 1),
        "height": drawn.height,
        "boxes": [
            {"box": box, "label": step(box.key), "round": box.key in (maps.START, maps.END)} for box in drawn.boxes
        ],
        "lines": [{"line": line, "label": one} for line, one in zip(drawn.lines, labels, strict=True)],
    }


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a line, on a ground of its own so that the line does not run through it."""

    text: str
    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.left + self.width / 2, 1)

    @property
    def base(self) -> float:
        """Where its writing stands."""
        return round(self.top + 12, 1)


TALL = 17.0
"""Height of a label, in units of the drawing."""


def apart(one: Label, others: Sequence[Label]) -> Label:
    """The label moved down until it covers none of the others."""
    while any(
        abs(one.top - it.top) < TALL and one.left < it.left + it.width and it.left < one.left + one.width
        for it in others
    ):
        one = replace(one, top=round(one.top + 4, 1))
    return one


def label(line: maps.Line) -> Label:
    median = length(line.follow)
    said = f"{line.follow.n} · {median}" if median else str(line.follow.n)
    width = sum(WIDE if ord(sign) > 0x2E7F else NARROW for sign in said) + 8
    return Label(said, round(line.x - width / 2, 1), round(line.y - 9, 1), round(width, 1))


def length(follow: maps.Follow) -> str:
    """A median in at most two units."""
    if follow.median is None:
        return ""
    minutes = int(follow.median.total_seconds() // 60)
    if not minutes:
        return _("under 1 min")
    if minutes >= 24 * 60:
        minutes -= minutes % 60
    return amount(timedelta(minutes=minutes))


def table(drawn: Any) -> list[dict[str, Any]]:
    """The same as the picture, for readers who do not see it."""
    found = sorted(drawn, key=lambda one: (-one.n, one.before, one.after))
    return [{"before": step(one.before), "after": step(one.after), "n": one.n, "median": length(one)} for one in found]


def paths(way: tuple[str, ...], n: int, cases: int) -> dict[str, Any]:
    return {"steps": [step(key) for key in way], "n": n, "share": f"{100 * n / max(cases, 1):.0f}%"}
