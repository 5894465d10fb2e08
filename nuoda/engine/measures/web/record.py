"""One indicator: what it means, its figures by period and unit, and the restating of a closed period."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from nuoda.engine.rulebook.pure import wording
from nuoda.engine.rulebook.pure.factsets import FactSet
from nuoda.engine.rulebook.pure.telling import duration
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Dealer
from nuoda.foundation.ui.web.pages import Crumb, FormPage, Page

from .. import queries
from ..access import READERS, RESTATERS, may_restate
from ..actions import closings
from ..models import Closing
from ..pure.charts import Chart, chart
from ..pure.rules import countable
from ..pure.spans import Span, latest
from . import words
from .lists import DENOMINATOR, PERIODS, cases_url, chips, told

COLUMNS = 6
"""Periods of the table by units."""
LEFT = 92
"""Room for the words of the chart's axis."""


class IndicatorPage(Page):
    """An indicator with its definition, chart, and tables whose every number opens its cases."""

    access = READERS
    menu = "indicators"
    template = "measures/indicator.html"
    shown: queries.Indicator

    def get(self, request: HttpRequest, clause: str, key: str) -> HttpResponse:
        self.shown = queries.indicator(self.actor, f"{clause}/{key}", self.at)
        imports = request.GET.get("imports") == "1"
        spans = self.spans()
        series = queries.series(self.actor, [self.shown.ref], {self.shown.ref: spans}, imports=imports)[self.shown.ref]
        spans, readings = began(spans, [series.at(span) for span in spans])
        now = readings[-1]
        context = {
            "item": self.shown,
            "rule": self.shown.rule,
            "meaning": words.said(self.shown.rule.meaning) if self.shown.rule.meaning else "",
            "facts": self.definition(),
            "now": (current := self.line(now, spans[-1])) if now else None,
            "tiles": self.tiles(current, readings, spans) if now else [],
            "chart": (drawn := self.draw(readings)),
            "columns": list(zip(drawn["drawn"].xs, spans, strict=True)),
            "chart_told": told(readings, spans),
            "lines": [self.line(r, s) for r, s in zip(readings, spans, strict=True) if r is not None][::-1],
            "imports": imports,
            "until": spans[-1],
            **self.older_and_newer(spans),
            "own": self.actor.reach == "dealer",
            **self.hindered(readings),
            "not_assessed": words.STATUSES["not_assessed"].label,
            "policy_title": words.said(self.shown.clause.policy.title),
            **self.apart(spans[-COLUMNS:], imports),
        }
        return self.answer(context=context)

    def hindered(self, readings: list[queries.Reading | None]) -> dict[str, Any]:
        """Why it cannot be computed now, and whether there is nothing to show because it never was."""
        why = readings[-1].obstacle if readings[-1] else self.shown.obstacle
        chip = words.WAITING if why is not None and why.what == "set" else words.STATUSES["not_computed"]
        never = why is not None and not any(reading and reading.obstacle is None for reading in readings)
        return {"why": words.why(why), "why_chip": chip, "never": never}

    @cached_property
    def today(self) -> date:
        """The day that it is where the company is."""
        return self.at.astimezone(orgs.zone(self.actor)).date()

    def spans(self) -> list[Span]:
        """The periods shown: up to the one that the address names, else up to now."""
        today = Span.holding(self.today, self.shown.rule.period)
        try:
            last = Span.parse(self.request.GET.get("until", ""))
        except ValueError:
            last = today
        if last.kind != today.kind or last > today:
            last = today
        return latest(last.starts, last.kind, PERIODS)

    def older_and_newer(self, spans: list[Span]) -> dict[str, Any]:
        """Addresses of the periods before and after those shown."""
        newer = spans[-1].moved(PERIODS) if spans[-1].ends <= self.today else None
        return {"older": spans[0].moved(-1), "newer": newer}

    def definition(self) -> dict[str, Any]:
        """The formula in words of what it uses."""
        rule, facts = self.shown.rule, self.shown.facts
        return {
            "set": words.said(facts.label) if facts else "",
            "dated": self.dated(facts),
            "numerator": self.told(rule.numerator),
            "denominator": self.told(rule.denominator),
            "of": words.said(facts.columns[rule.of].label)
            if facts and rule.of and rule.of in facts.columns
            else rule.of,
            "target": words.target(rule),
            "settles": duration(rule.settles, words.language()) if rule.settles else "",
            "period": words.PERIODS[rule.period],
            "aggregate": words.AGGREGATES.get(rule.aggregate or ""),
        }

    def told(self, condition: str | None) -> str:
        """A condition of the formula in words; as it is written while nobody publishes its facts."""
        facts = self.shown.facts
        if condition in (None, "", "true"):
            return pgettext("indicator", "every one")
        return wording.condition(condition, facts.columns, words.language()) if facts else condition

    def tiles(
        self, now: dict[str, Any], readings: list[queries.Reading | None], spans: list[Span]
    ) -> list[dict[str, Any]]:
        """What is asked first: the figure of the shown period and of the one before."""
        found = [self.tile(_("This period"), now)]
        if len(readings) > 1 and (before := readings[-2]) is not None:
            found.append(self.tile(_("Period before"), self.line(before, spans[-2])))
        return found

    @staticmethod
    def tile(label: str, line: dict[str, Any]) -> dict[str, Any]:
        counted = next(count for count in line["counts"] if count["part"] == DENOMINATOR)
        return line | {"label": label, "n": counted["n"], "url": counted["url"], "tone": line["chips"][0].tone}

    def dated(self, facts: FactSet | None) -> str:
        if facts is None:
            return ""
        named = self.shown.rule.dated or facts.dated
        return words.said(facts.columns[named].label) if named in facts.columns else named

    def draw(self, readings: list[queries.Reading | None]) -> dict[str, Any]:
        found = [reading.found if reading else None for reading in readings]
        rule = self.shown.rule
        drawn: Chart = chart(
            found, width=720, height=220, target=rule.target, share=rule.aggregate is None, edge=(14, 30, 26, LEFT)
        )
        dots = [(dot, readings[dot.index]) for dot in drawn.dots]
        return {
            "drawn": drawn,
            "dots": [
                {"dot": dot, "told": words.figure(reading), "open": reading.closing is None}
                for dot, reading in dots
                if reading is not None
            ],
            "ticks": [(y, words.number(rule, value)) for y, value in drawn.ticks],
            "lifted": bool(drawn.ticks) and drawn.ticks[-1][1] > 0,
            "left": LEFT,
            "tick": LEFT - 8,
            "right": drawn.width - 30,
        }

    def line(self, reading: queries.Reading, span: Span) -> dict[str, Any]:
        """A period of the table; each number has its address."""
        found = reading.found
        return {
            "span": span,
            "period": words.span(span),
            "figure": words.figure(reading),
            "interval": words.interval(reading),
            "chips": chips(reading),
            "target": words.target(reading.rule),
            "version": reading.bound.version,
            "why": words.why(reading.obstacle),
            "counts": [
                {"n": n, "part": part, "url": cases_url(reading, span, part) if n and reading.obstacle is None else ""}
                for n, part in (
                    (found.numerator, "numerator"),
                    (found.denominator, DENOMINATOR),
                    (found.excluded, "excluded"),
                    (found.failed, "failed"),
                )
                if part != "numerator" or reading.rule.aggregate is None
            ],
            "closing": reading.closing,
            "restate": self.restate(reading.closing, span),
        }

    def restate(self, closing: Closing | None, span: Span) -> str:
        if closing is None or not may_restate(self.actor):
            return ""
        return reverse("measures:restate", args=[self.kwargs["clause"], self.kwargs["key"], str(span)])

    def apart(self, spans: list[Span], imports: bool) -> dict[str, Any]:
        """The table by dealers, teams or technicians."""
        facts = countable(self.shown.rule)
        offered = [unit for unit in self.shown.rule.units if unit != "company" and facts and unit in facts.units]
        if self.actor.reach == "dealer":
            offered = [unit for unit in offered if unit != "dealer"]
        unit = self.request.GET.get("unit") or (offered[0] if offered else "")
        if unit not in offered:
            return {"units": [], "unit": ""}
        found = queries.series(self.actor, [self.shown.ref], {self.shown.ref: spans}, unit=unit, imports=imports)
        series = found[self.shown.ref]
        ids: list[UUID | None] = list(series.units)
        if unit == "dealer":
            ids = list(
                dict.fromkeys([*ids, *Dealer.visible_to(self.actor).filter(active=True).values_list("pk", flat=True)])
            )
        names = words.units(self.actor, unit, ids)
        ordered = sorted(ids, key=lambda item: (item is None, names.get(item, "")))
        return {
            "units": [(name, words.UNITS[name], name == unit) for name in offered],
            "unit": unit,
            "unit_spans": [words.span(span) for span in spans],
            "unit_lines": [
                {
                    "name": names.get(unit_id, _("unknown")),
                    "cells": [self.cell(series.at(span, unit_id), span, unit, unit_id) for span in spans],
                }
                for unit_id in ordered
            ],
        }

    @staticmethod
    def cell(reading: queries.Reading | None, span: Span, unit: str, unit_id: UUID | None) -> dict[str, Any] | None:
        if reading is None or not (reading.found.denominator or reading.found.excluded or reading.found.failed):
            return None
        return {
            "figure": words.figure(reading),
            "n": reading.found.denominator,
            "interval": words.interval(reading),
            "tone": words.chip(reading).tone,
            "url": cases_url(reading, span, DENOMINATOR, unit=unit, unit_id=unit_id),
        }

    def get_title(self) -> Any:
        return words.said(self.shown.rule.label)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(gettext_lazy("Indicators"), reverse("measures:indicators"))]


def began(spans: list[Span], readings: list[queries.Reading | None]) -> tuple[list[Span], list[queries.Reading | None]]:
    """Without the periods before the first one of which there is anything to tell, but never fewer than two."""

    def empty(reading: queries.Reading | None) -> bool:
        if reading is None:
            return True
        found = reading.found
        return not (found.denominator or found.excluded or found.failed)

    first = next((place for place, reading in enumerate(readings) if not empty(reading)), 0)
    first = min(first, max(len(spans) - 2, 0))
    return spans[first:], readings[first:]


class RestateForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands beside the new figure. The figure of before stays readable."),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput)


class Restate(FormPage):
    """Compute a closed period anew."""

    access = RESTATERS
    menu = "indicators"
    title = gettext_lazy("Restate a closed period")
    form_class = RestateForm
    submit = gettext_lazy("Compute anew")
    done_text = gettext_lazy("The period was computed anew; both results stay.")
    danger = True
    span: Span

    def load(self, **kwargs: Any) -> Closing:
        queries.indicator(self.actor, self.ref, self.at)
        try:
            self.span = Span.parse(kwargs["period"])
        except ValueError as error:
            raise NotYours() from error
        found = queries.closings(self.actor, self.ref).filter(kind=self.span.kind, starts_on=self.span.starts).first()
        if found is None:
            raise Refused(_("This period is not closed. Its figure still follows its cases."))
        return found

    @property
    def ref(self) -> str:
        return f"{self.kwargs['clause']}/{self.kwargs['key']}"

    @property
    def intro(self) -> str:
        rule = queries.indicator(self.actor, self.ref, self.at).rule
        return _("%(label)s, %(period)s: the cases are counted anew as they stand today.") % {
            "label": words.said(rule.label), "period": words.span(self.span),
        }  # fmt: skip

    def initial(self) -> dict[str, Any]:
        return {"seen": self.row.edition}

    def act(self, cleaned: dict[str, Any]) -> Closing:
        return closings.restate(ref=self.ref, span=self.span, actor=self.actor, at=self.at, **cleaned)

    def done(self, result: Closing) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("measures:indicator", args=[self.kwargs["clause"], self.kwargs["key"]])
