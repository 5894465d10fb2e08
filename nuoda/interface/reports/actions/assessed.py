"""What a pack says beside time limits: indicators with the cases that make them, periodic duties, audits of random samples."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nuoda.engine.duties import queries as duties
from nuoda.engine.duties.models import Audit, Obligation
from nuoda.engine.duties.web import words as said
from nuoda.engine.measures import queries as measures
from nuoda.engine.measures.access import may_read
from nuoda.engine.measures.web import words as figures
from nuoda.engine.rulebook.pure.telling import text
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.rates import Share

from ..pure import workbooks
from ..pure.documents import Heading, Paragraph, Part, Table

COUNTED = ("numerator", "rest")
"""Parts of a figure that make its denominator."""


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator over the period: its figure, every case that counts, and some of them drawn at random."""

    clause: str
    reading: measures.Reading
    cases: tuple[Any, ...]
    drawn: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything of this kind that a pack says."""

    indicators: tuple[Measure, ...] = ()
    duties: tuple[Obligation, ...] = ()
    audits: tuple[Audit, ...] = ()


def gather(
    actor: Actor, clauses: Collection[str], since: datetime, until: datetime, *,
    at: datetime, seed: int, each: int, most: int,
) -> Assessed:  # fmt: skip
    """Of these clauses, in the half-open time: indicators measured over it, duties due in it, audits signed off in it.

    `each`: cases drawn of an indicator, by the lots of `seed`; `most`: rows of one table.
    """
    owed = duties.obligations(actor, since=since, until=until).filter(clause_id__in=list(clauses))
    signed = duties.audits(actor, since=since, until=until).filter(clause_id__in=list(clauses))
    return Assessed(
        tuple(_measures(actor, clauses, since, min(until, at), at=at, seed=seed, each=each, most=most)),
        tuple(owed.order_by("clause_id", "due_at", "unit_name")[:most]),
        tuple(signed.order_by("clause_id", "signed_at", "pk")[:most]),
    )


def _measures(
    actor: Actor, clauses: Collection[str], since: datetime, until: datetime, *,
    at: datetime, seed: int, each: int, most: int,
) -> Iterator[Measure]:  # fmt: skip
    if since >= until or not may_read(actor):
        return
    for clause, readings in measures.figures(actor, since, until, at=at).items():
        for one in readings if clause in clauses else ():
            if one.obstacle is not None:
                yield Measure(clause, one, (), ())
                continue
            rows = measures.cases(actor, one.rule, since, until, COUNTED).select_related("dossier")
            lot = MD5(Concat(Value(f"{seed}|"), Cast("pk", CharField())))
            drawn = tuple(rows.order_by(lot.asc())[:each]) if each else ()
            yield Measure(clause, one, tuple(rows.order_by("case_at", "pk")[:most]), drawn)


def parts(found: Assessed, language: str) -> Iterator[Part]:
    """The same to read; nothing where there is nothing."""
    if found.indicators:
        yield Heading(_("Indicators"))
        heads = (
            _("Clause"),
            _("Indicator"),
            _("Figure"),
            _("95 % interval"),
            pgettext("indicator", "Cases"),
            _("Target"),
            _("Result"),
        )
        yield Table(
            heads, tuple(_figure(one, language) for one in found.indicators), right=(4,), narrow=(0, 2, 3, 4, 5, 6)
        )
        for one in found.indicators:
            yield from _explained(one, language)
    if found.duties:
        yield Heading(_("Periodic duties"))
        heads = (_("Clause"), _("Duty"), _("Period"), _("Unit"), _("State"), _("Due"), _("Done"))
        rows = tuple(
            (
                row.clause_id, said.text(row.label, row.ref), said.period(row.period), row.unit_name,
                str(said.state_chip(row).label), _day(row.due_at), _day(row.done_at),
            )
            for row in found.duties
        )  # fmt: skip
        yield Table(heads, rows, narrow=(0, 2, 3, 4, 5, 6))
    if found.audits:
        yield Heading(_("Audits of random samples"))
        columns = (
            _("Number"),
            _("Clause"),
            _("Unit"),
            _("Cases drawn"),
            _("Kept"),
            _("Not kept"),
            _("Signed off"),
            _("What it showed"),
        )
        signed = tuple(
            (
                row.number, row.clause_id, row.unit_name, str(row.size), str(row.passed), str(row.failed),
                _day(row.signed_at), row.conclusion,
            )
            for row in found.audits
        )  # fmt: skip
        yield Table(columns, signed, right=(3, 4, 5), narrow=tuple(range(7)))


def _figure(one: Measure, language: str) -> tuple[str, ...]:
    reading = one.reading
    return (
        one.clause, text(reading.rule.label, language), figures.figure(reading), figures.interval(reading),
        str(reading.found.denominator), figures.target(reading.rule), str(figures.chip(reading).label),
    )  # fmt: skip


def _explained(one: Measure, language: str) -> Iterator[Part]:
    """What an indicator means, and the drawn cases with how each was counted."""
    rule = one.reading.rule
    yield Heading(f"{one.clause} · {text(rule.label, language)}", 2)
    if rule.meaning:
        yield Paragraph(text(rule.meaning, language))
    if one.reading.obstacle is not None:
        yield Paragraph(figures.why(one.reading.obstacle), quiet=True)
    elif one.drawn:
        drawn = _("%(n)d of %(all)d cases, drawn at random with the same seed.")
        yield Paragraph(drawn % {"n": len(one.drawn), "all": len(one.cases)}, quiet=True)
        yield Table(
            (_("Case"), _("Counted as"), *((_("Value"),) if rule.of else ()), _("Counted at")),
            tuple(tuple(str(value) for value in _drawn(one, row)) for row in one.drawn),
        )
    else:
        yield Paragraph(_("No case counts in this period."), quiet=True)


def _drawn(one: Measure, row: Any) -> list[str]:
    rule = one.reading.rule
    value = [figures.number(rule, row.case_value)] if rule.of else []
    return [row.dossier.number, str(figures.PART_CHIPS[row.case_part].label), *value, _minute(row.case_at)]


def sheets(found: Assessed, language: str) -> Iterator[workbooks.Sheet]:
    """The same as tables, with every case that counts."""
    if found.indicators:
        heads = [
            _("Clause"), _("Indicator"), _("Figure"), _("Lower bound"), _("Upper bound"), _("Numerator"), _("Denominator"),
            _("Not counted"), _("Not judged"), _("Target"), _("Result"), _("Version"),
        ]  # fmt: skip
        yield workbooks.Sheet(_("Indicators"), heads, [_measured(one, language) for one in found.indicators])
        drawn = {(one.reading.bound.ref, row.pk) for one in found.indicators for row in one.drawn}
        heads = [_("Clause"), _("Indicator"), _("Case"), _("Counted as"), _("Value"), _("Counted at"), _("Sample")]
        yield workbooks.Sheet(
            _("Cases of indicators"),
            heads,
            [
                [
                    one.clause, text(one.reading.rule.label, language), row.dossier.number,
                    str(figures.PART_CHIPS[row.case_part].label), row.case_value, row.case_at,
                    _("drawn") if (one.reading.bound.ref, row.pk) in drawn else "",
                ]
                for one in found.indicators
                for row in one.cases
            ],
        )  # fmt: skip
    if found.duties:
        heads = [
            _("Number"), _("Clause"), _("Duty"), _("Period"), _("Unit"), _("Owed by"), _("State"), _("Due"), _("Done"), "ID",
        ]  # fmt: skip
        yield workbooks.Sheet(_("Periodic duties"), heads, [_owed(row) for row in found.duties])
    if found.audits:
        heads = [
            _("Number"), _("Clause"), _("Unit"), _("Drawn from"), _("Cases drawn"), _("Kept"), _("Not kept"),
            _("Not applicable"), _("Drawn"), _("Signed off"), _("Signed off by"), _("Seed"), _("Fingerprint"),
        ]  # fmt: skip
        yield workbooks.Sheet(_("Audits"), heads, [_audited(row) for row in found.audits])


def _measured(one: Measure, language: str) -> list[workbooks.Cell]:
    rule, found = one.reading.rule, one.reading.found

    def share(value: float | None) -> float | None:
        return value if value is None or rule.aggregate is not None else Share(value)

    return [
        one.clause, text(rule.label, language), share(found.value), share(found.low), share(found.high),
        found.numerator if rule.aggregate is None else None, found.denominator, found.excluded, found.failed,
        share(rule.target),
        str(figures.chip(one.reading).label), one.reading.bound.version,
    ]  # fmt: skip


def _owed(row: Obligation) -> list[workbooks.Cell]:
    return [
        row.number, row.clause_id, said.text(row.label, row.ref), said.period(row.period), row.unit_name, said.owner(row),
        str(said.state_chip(row).label), row.due_at, row.done_at, str(row.pk),
    ]  # fmt: skip


def _audited(row: Audit) -> list[workbooks.Cell]:
    return [
        row.number, row.clause_id, row.unit_name, len(row.frame), row.size, row.passed, row.failed, row.not_applicable,
        row.drawn_at, row.signed_at, row.signed_by.name if row.signed_by else "", row.seed, row.frame_hash,
    ]  # fmt: skip


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else "—"


def _minute(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
