"""The list of indicators, and the very cases behind a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.factsets import FACT_SETS, UNITS
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.actions import exports as leaving
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import Column, Crumb, Empty, Flag, ListPage, Page
from nuoda.foundation.ui.web.pages.exports import FORMATS, respond

from .. import queries
from ..access import READERS, TITLED
from ..models import Closing
from ..pure.charts import Chart, chart
from ..pure.rules import obstacle, rule_in, rule_of
from ..pure.spans import Span, latest
from . import words

PERIODS = 12
"""Periods of a trend, the open one included."""
DENOMINATOR = "denominator"
PARTS: dict[str, tuple[str, ...]] = {
    DENOMINATOR: ("numerator", "rest"),
    "numerator": ("numerator",),
    "rest": ("rest",),
    "excluded": ("excluded",),
    "failed": ("failed",),
}
"""What a number may open: parts of a figure."""


def dossier_url(dossier: Dossier) -> str | None:
    """The page of a dossier, None when its kind has none."""
    name = kinds.url_name(dossier.kind)
    return reverse(name, args=[dossier.number]) if name else None


def cases_url(
    reading: queries.Reading, span: Span, part: str, *, unit: str = "company", unit_id: UUID | None = None
) -> str:
    """Where a number leads. The address holds the edition, so that it opens the same cases tomorrow."""
    clause, _slash, key = reading.bound.ref.partition("/")
    period = f"{span}@{reading.closing.edition}" if reading.closing else str(span)
    where = "company" if unit == "company" else f"{unit}-{unit_id or 'none'}"
    address = reverse("measures:cases", args=[clause, key, period, where, part])
    return f"{address}?imports=1" if reading.imports else address


def spark(readings: list[queries.Reading | None]) -> Chart:
    """A trend small enough for a table's cell."""
    found = [reading.found if reading else None for reading in readings]
    rule = next((reading.rule for reading in reversed(readings) if reading), None)
    return chart(found, width=112, height=28, target=rule.target if rule else None, share=not (rule and rule.aggregate))


def told(readings: list[queries.Reading | None], spans: list[Span]) -> str:
    """The trend for those who do not see it."""
    pairs = zip(spans, readings, strict=True)
    return _(", ").join(f"{words.span(span)} {words.figure(reading)}" for span, reading in pairs if reading)


class Indicators(Page):
    """Every indicator in force: its figure now, the last closed one, how sure it is, the target, and its trend."""

    access = READERS
    menu = "indicators"
    title = gettext_lazy("Indicators")
    template = "measures/indicators.html"
    kind = "list"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = queries.indicators(self.actor, self.at)
        policies = {item.clause.policy.name: words.said(item.clause.policy.title) for item in found}
        roles = {code: ROLES[code].label for item in found for code in item.clause.clause.binds if code in ROLES}
        policy, role = request.GET.get("policy", ""), request.GET.get("role", "")
        shown = [
            item
            for item in found
            if policy in ("", item.clause.policy.name) and role in ("", *item.clause.clause.binds)
        ]
        imports = request.GET.get("imports") == "1"
        lines = self.lines(shown, imports)
        if request.GET.get("export") in FORMATS:
            return self.export(request.GET["export"], lines)
        context = {
            "lines": lines,
            "policies": policies,
            "roles": roles,
            "policy": policy,
            "role": role,
            "imports": imports,
            "own": self.actor.reach == "dealer",
        }
        return self.answer(context=context)

    def lines(self, shown: list[queries.Indicator], imports: bool) -> list[dict[str, Any]]:
        """A line for each indicator; one that cannot be computed says why."""
        today = self.at.astimezone(orgs.zone(self.actor)).date()
        spans = {item.ref: latest(today, item.rule.period, PERIODS) for item in shown}
        series = queries.series(self.actor, [item.ref for item in shown], spans, imports=imports)
        lines = []
        for item in shown:
            readings = [series[item.ref].at(span) for span in spans[item.ref]]
            clause, _slash, key = item.ref.partition("/")
            why = readings[-1].obstacle if readings[-1] else item.obstacle
            lines.append(
                {
                    "item": item,
                    "clause": clause,
                    "label": words.said(item.rule.label),
                    "url": reverse("measures:indicator", args=[clause, key]),
                    "why": words.why(why),
                    "never": why is not None and not any(reading and reading.closing for reading in readings),
                    "chip": words.WAITING if why is not None and why.what == "set" else words.STATUSES["not_computed"],
                    "span": spans[item.ref][-1],
                    "period": words.span(spans[item.ref][-1]),
                    "last_span": spans[item.ref][-2],
                    "last_period": words.span(spans[item.ref][-2]),
                    "now": self.told(readings[-1]),
                    "last": self.told(readings[-2]),
                    "target": words.target(item.rule),
                    "spark": spark(readings),
                    "spark_told": told(readings, spans[item.ref]),
                }
            )
        return lines

    @staticmethod
    def told(reading: queries.Reading | None) -> dict[str, Any] | None:
        if reading is None or reading.span is None:
            return None
        return {
            "figure": words.figure(reading),
            "interval": words.interval(reading),
            "n": reading.found.denominator,
            "url": cases_url(reading, reading.span, DENOMINATOR) if reading.obstacle is None else "",
            "chip": words.chip(reading),
            "unsure": words.UNSURE if reading.found.value is not None and not reading.sure else None,
            "closed": reading.closing is not None,
            "value": reading.found.value,
            "reading": reading,
        }

    def export(self, form: str, lines: list[dict[str, Any]]) -> HttpResponse:
        """What is seen, as a file; leaves an entry in the journal."""
        heads = [_("Clause"), _("Indicator"), _("Period"), _("Figure"), pgettext("indicator", "Cases"), _("Interval from"), _("to"),
                 _("Target"), _("Result"), _("Last closed period"), _("Its figure"), _("Its cases")]  # fmt: skip
        rows = []
        for line in lines:
            now, last = line["now"], line["last"]
            found = now["reading"].found if now else None
            rows.append(
                [
                    line["clause"], line["label"], str(line["span"]), found.value if found else None,
                    found.denominator if found else 0, found.low if found else None, found.high if found else None,
                    line["item"].rule.target, str(now["chip"].label) if now else str(words.WAITING.label),
                    str(line["last_span"]), last["value"] if last else None, last["n"] if last else 0,
                ]
            )  # fmt: skip
        leaving.record(
            page="measures.indicators", form=form, rows=len(rows), address=self.request.GET.urlencode(),
            actor=self.actor, at=self.at,
        )  # fmt: skip
        return respond(form, str(self.title), heads, rows, cut=False, at=self.at)


class Cases(ListPage):
    """The cases that make a number: as they are now for an open period, as they were counted for a closed one. Asked
    for imports, they are those of now."""

    access = READERS
    menu = "indicators"
    order = ("-case_at",)
    columns = (
        Column(
            key="number",
            label=gettext_lazy("Number"),
            value="dossier.number",
            sort="dossier__number",
            link=lambda row: row.address,
        ),
        Column(key="title", label=gettext_lazy("Title"), value="dossier.title", wide=True, roles=TITLED),
        Column(
            key="part", label=gettext_lazy("Counted as"), value=lambda row: words.PART_CHIPS[row.case_part], cell="chip"
        ),
        Column(key="value", label=gettext_lazy("Value"), value="case_value", cell="number"),
        Column(key="at", label=gettext_lazy("Counted at"), value="case_at", cell="moment", sort="case_at"),
    )
    filters = (Flag(name="imports", label=gettext_lazy("with imported cases"), where=Q()),)
    empty = Empty(text=gettext_lazy("No case of this kind in this period."))
    shown: queries.Indicator
    span: Span
    closing: Closing | None = None

    def rows(self, actor: Actor) -> QuerySet[Any]:
        ref = f"{self.kwargs['clause']}/{self.kwargs['key']}"
        parts, (unit, unit_id) = PARTS.get(self.kwargs["part"]), self.unit()
        period, _at, edition = self.kwargs["period"].partition("@")
        self.shown = queries.indicator(actor, ref, self.at)
        try:
            self.span, number = Span.parse(period), int(edition or 0)
        except ValueError as error:
            raise NotYours() from error
        if parts is None:
            raise NotYours()
        if number and self.request.GET.get("imports") != "1":
            self.closing = queries.closings(actor, ref).filter(
                kind=self.span.kind, starts_on=self.span.starts, edition=number
            ).first()  # fmt: skip
            if self.closing is None:
                raise NotYours()
            found: QuerySet[Any] = queries.closed_cases(actor, self.closing, parts, unit=unit, unit_id=unit_id)
        else:
            found = self.open_cases(actor, ref, parts, unit, unit_id)
        return found.select_related("dossier")

    def dress(self, rows: Sequence[Any]) -> None:
        for row in rows:
            row.address = None if self.actor.only_administers else dossier_url(row.dossier)

    def open_cases(
        self, actor: Actor, ref: str, parts: tuple[str, ...], unit: str, unit_id: UUID | None
    ) -> QuerySet[Any]:
        since, until = self.span.between(orgs.zone(actor))
        bound = rule_in(rulebook.book(actor), ref, since, until)
        hindered = obstacle(rule_of(bound[0])) if bound else None
        if bound is None or (hindered is not None and hindered.what == "set"):
            raise NotYours()
        if hindered is not None:
            raise Refused(words.why(hindered))
        if unit != "company" and unit not in FACT_SETS[rule_of(bound[0]).facts].units:
            raise NotYours()
        imports = self.request.GET.get("imports") == "1"
        return queries.cases(
            actor, rule_of(bound[0]), bound[1], until, parts, imports=imports, unit=unit, unit_id=unit_id
        )

    def unit(self) -> tuple[str, UUID | None]:
        """'company', 'dealer-<id>', 'technician-none'."""
        unit, _dash, name = self.kwargs["unit"].partition("-")
        if unit not in UNITS or (unit == "company") != (name == ""):
            raise NotYours()
        try:
            return unit, UUID(name) if name not in ("", "none") else None
        except ValueError as error:
            raise NotYours() from error

    def visible_columns(self) -> list[Column]:
        """A rate has no numbers of its own."""
        own = super().visible_columns()
        rate = f"{self.kwargs['clause']}/{self.kwargs['key']}"
        item = queries.indicator(self.actor, rate, self.at)
        return [column for column in own if column.key != "value" or item.rule.aggregate]

    def get_title(self) -> Any:
        if not hasattr(self, "shown"):
            return pgettext("indicator", "Cases")
        part = {
            DENOMINATOR: _("cases that count"),
            "numerator": _("cases in the numerator"),
            "rest": _("cases in the denominator only"),
            "excluded": _("cases that do not count"),
            "failed": _("cases that could not be judged"),
        }[self.kwargs["part"]]
        return _("%(label)s, %(period)s: %(part)s") % {
            "label": words.said(self.shown.rule.label), "period": words.span(self.span), "part": part,
        }  # fmt: skip

    def crumbs(self) -> list[Crumb]:
        clause, key = self.kwargs["clause"], self.kwargs["key"]
        label = words.said(self.shown.rule.label) if hasattr(self, "shown") else key
        return [
            Crumb(gettext_lazy("Indicators"), reverse("measures:indicators")),
            Crumb(label, reverse("measures:indicator", args=[clause, key])),
        ]


def chips(reading: queries.Reading) -> list[Chip]:
    """What a figure's page shows beside it."""
    found = [words.chip(reading)]
    if reading.found.value is not None and not reading.sure:
        found.append(words.UNSURE)
    return found
