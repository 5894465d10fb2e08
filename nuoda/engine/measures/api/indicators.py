"""Indicators: what is measured, one figure, and the cases behind it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.operations import Call, Listing, Paging, Ref, Shape, read
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import READERS
from ..pure.figures import Part, Status
from ..pure.rules import countable, rule_in, rule_of
from ..pure.spans import Span
from ..web import words

Clause = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Period = Annotated[str, StringConstraints(pattern=r"^(\d{4}(-(0[1-9]|1[0-2])|-Q[1-4])?)?$")]
"""'2026-10', '2026-Q3' or '2026'; empty: the one that is open now."""


class FigureOut(Shape):
    """A figure. `value` is a share (0–1) for rates, else in the unit of the column; null: not assessed, or not computed
    (`why` says what is missing). `low` and `high` are the 95 % Wilson interval of a rate. `closed_at` is null while the
    period is open."""

    period: str
    unit: str
    unit_id: UUID | None
    value: float | None
    numerator: int
    denominator: int
    excluded: int
    failed: int
    low: float | None
    high: float | None
    target: float | None
    status: Status
    why: str = ""
    sure: bool
    version: str
    closed_at: datetime | None
    edition: int | None

    @classmethod
    def of(cls, reading: queries.Reading) -> FigureOut:
        found, closing = reading.found, reading.closing
        return cls(
            period=str(reading.span or ""),
            unit=reading.unit,
            unit_id=reading.unit_id,
            value=found.value,
            numerator=found.numerator,
            denominator=found.denominator,
            excluded=found.excluded,
            failed=found.failed,
            low=found.low,
            high=found.high,
            target=reading.rule.target,
            status=reading.status,
            why=words.why(reading.obstacle),
            sure=reading.sure,
            version=reading.bound.version,
            closed_at=closing.computed_at if closing else None,
            edition=closing.edition if closing else None,
        )


class IndicatorOut(Shape):
    """An indicator as it is in force. `waits` says that nobody publishes its fact set, `why` in words what keeps it from
    being computed; empty: nothing."""

    clause: str
    key: str
    label: dict[str, str]
    meaning: dict[str, str]
    policy: str
    version: str
    facts: str
    denominator: str
    numerator: str | None
    aggregate: str | None
    of: str | None
    target: float | None
    direction: Literal["up", "down"]
    period: Literal["month", "quarter", "year"]
    units: list[str]
    waits: bool
    why: str

    @classmethod
    def by(cls, item: queries.Indicator) -> IndicatorOut:
        return cls(**_told(item))


class IndicatorListed(IndicatorOut):
    """An indicator with its figure for the whole that the caller sees; null: no rule measured that period."""

    figure: FigureOut | None


class IndicatorWhole(IndicatorOut):
    """An indicator with figures: of the period for the whole that the caller sees, and told apart by `unit`."""

    figure: FigureOut | None
    units_figures: list[FigureOut]


class OfAny(Shape):
    period: Period = Field("", description="'2026-10', '2026-Q3' or '2026'; empty: of each indicator the one open now.")
    imports: bool = Field(False, description="Count imported cases, too; nothing closed is read then.")


class OfPeriod(Shape):
    period: Period = ""
    unit: Literal["", "dealer", "team", "technician"] = Field("", description="Tell the figure apart by this, too.")
    imports: bool = Field(False, description="Count imported cases, too; nothing closed is read then.")


class OfCases(Paging):
    period: Period = ""
    part: Literal["numerator", "rest", "denominator", "excluded", "failed"] = "denominator"
    imports: bool = False


class CaseOut(Shape):
    """A case of a figure; `value` is what an aggregate took from it."""

    case: Ref
    part: Part
    counted_at: datetime
    value: float | None

    @classmethod
    def of(cls, row: Any, *, titles: bool) -> CaseOut:
        """`titles`: whether the reader may know what the case is about; else its name is empty."""
        case = Ref(id=row.dossier.pk, number=row.dossier.number, name=row.dossier.title if titles else "")
        return cls(case=case, part=row.case_part, counted_at=row.case_at, value=row.case_value)


@read("/indicators", scope="figures:read", roles=READERS)
def list_indicators(call: Call, query: OfAny) -> list[IndicatorListed]:
    """List the indicators of the regulations in force with their figures of a period: value, sample size, interval, target.

    A dealer's figures hold his own cases only. A closed period is answered as it was closed, by its newest edition.
    """
    known = queries.indicators(call.actor, call.at)
    spans = {item.ref: [_span(call, item, query.period)] for item in known}
    found = queries.series(call.actor, list(spans), spans, imports=query.imports)
    read_of = {ref: found[ref].at(span) for ref, [span] in spans.items()}
    return [
        IndicatorListed(**_told(item), figure=FigureOut.of(figure) if (figure := read_of[item.ref]) else None)
        for item in known
    ]


@read("/indicators/{clause}/{key}", scope="figures:read", roles=READERS)
def get_indicator(call: Call, clause: Clause, key: Key, query: OfPeriod) -> IndicatorWhole:
    """Show an indicator with its figure of a period.

    A dealer's figures hold his own cases only. A closed period is answered as it was closed, by its newest edition.
    """
    item = queries.indicator(call.actor, f"{clause}/{key}", call.at)
    span = _span(call, item, query.period)
    whole = queries.series(call.actor, [item.ref], {item.ref: [span]}, imports=query.imports)[item.ref].at(span)
    apart: list[queries.Reading] = []
    if query.unit:
        if item.facts is not None and query.unit not in item.facts.units:
            raise Invalid(_("This figure cannot be told apart so."), fields={"unit": _("not offered")})
        found = queries.series(
            call.actor, [item.ref], {item.ref: [span]}, unit=query.unit, imports=query.imports
        )  # fmt: skip
        apart = list(found[item.ref].readings.values())
    return IndicatorWhole(
        **_told(item),
        figure=FigureOut.of(whole) if whole else None,
        units_figures=[FigureOut.of(reading) for reading in apart],
    )


@read("/indicators/{clause}/{key}/cases", scope="figures:read", roles=READERS)
def list_indicator_cases(call: Call, clause: Clause, key: Key, query: OfCases) -> Listing[CaseOut]:
    """List the very cases that make a number of an indicator, newest first."""
    item = queries.indicator(call.actor, f"{clause}/{key}", call.at)
    span = _span(call, item, query.period)
    parts = ("numerator", "rest") if query.part == "denominator" else (query.part,)
    closing = queries.closings(call.actor, item.ref).filter(kind=span.kind, starts_on=span.starts).first()
    shape = partial(CaseOut.of, titles=not call.actor.only_administers)
    if closing is not None and not query.imports:
        return paged(queries.closed_cases(call.actor, closing, parts).select_related("dossier"), _ORDER, query, shape)
    since, until = span.between(orgs.zone(call.actor))
    found = rule_in(rulebook.book(call.actor), item.ref, since, until)
    if found is None or countable(rule_of(found[0])) is None:
        return Listing(items=[])
    rows = queries.cases(call.actor, rule_of(found[0]), found[1], until, parts, imports=query.imports)
    return paged(rows.select_related("dossier"), _ORDER, query, shape)


_ORDER = ("-case_at",)


def _span(call: Call, item: queries.Indicator, period: str) -> Span:
    """The period asked for; raises NotYours for one of another kind than the indicator's."""
    if not period:
        return Span.holding(call.at.astimezone(orgs.zone(call.actor)).date(), item.rule.period)
    try:
        span = Span.parse(period)
    except ValueError as error:
        raise NotYours() from error
    if not 1900 <= span.starts.year <= 2999:
        raise NotYours()
    return span


def _told(item: queries.Indicator) -> dict[str, Any]:
    rule = item.rule
    return {
        "clause": item.bound.clause_id,
        "key": rule.key,
        "label": dict(rule.label),
        "meaning": dict(rule.meaning),
        "policy": item.bound.policy,
        "version": item.bound.version,
        "facts": rule.facts,
        "denominator": rule.denominator,
        "numerator": rule.numerator,
        "aggregate": rule.aggregate,
        "of": rule.of,
        "target": rule.target,
        "direction": rule.direction,
        "period": rule.period,
        "units": list(rule.units),
        "waits": item.facts is None,
        "why": words.why(item.obstacle),
    }
