"""Closing periods: the figure is computed once and kept with the very cases that made it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.engine.rulebook.pure.rules import BoundRule, IndicatorRule
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.orgs import queries as orgs

from .. import events, queries
from ..access import may_restate
from ..models import Closing, Figure, FigureCase
from ..pure.figures import Judge, Tally
from ..pure.rules import countable, obstacle, of_version, rule_in, rule_of
from ..pure.spans import Span

log = logging.getLogger(__name__)

BATCH = 2000
"""Rows read and written at once."""
TOLD_APART = ("dealer", "team", "technician")
RESTATED = _("Somebody else restated this period meanwhile. Look at the new figure first.")


def close_due(company_id: UUID, *, at: datetime) -> int:
    """Close every period of every indicator that has ended and settled and is not closed yet; how many were.

    Each in a transaction of its own. A worker that comes second to one finds it done and leaves it; what cannot be closed
    is kept as an error of its clause and does not hold up the others.
    """
    done = 0
    with scoped(system(company_id)):
        due = list(_due(system(company_id), at))
    for ref, span in due:
        try:
            with scoped(system(company_id)):
                done += close(ref=ref, span=span, actor=system(company_id), at=at) is not None
        except Exception as error:
            log.exception("%s of %s could not be closed", span, ref)
            _failed(company_id, ref, span, str(error), at)
    return done


def _failed(company_id: UUID, ref: str, span: Span, reason: str, at: datetime) -> None:
    with scoped(system(company_id)):
        errors.keep([ClauseError.of(company_id, ref, f"{span} cannot be closed: {reason}", at=at)])


def _due(actor: Actor, at: datetime) -> Iterator[tuple[str, Span]]:
    """Periods that wait to be closed, oldest first."""
    zone = orgs.zone(actor)
    book = rulebook.book(actor)
    begun: dict[str, datetime] = {}
    for tenure in book.tenures:
        for clause in tenure.policy.clauses:
            for rule in clause.indicators():
                ref = f"{clause.id}/{rule.key}"
                begun[ref] = min(begun.get(ref, tenure.since), tenure.since)
    known = set(
        Closing.objects.filter(company_id=actor.company_id, ref__in=begun).values_list("ref", "kind", "starts_on")
    )
    for ref, since in begun.items():
        found = rule_in(book, ref, since, at)
        if found is None:
            continue
        span = Span.holding(since.astimezone(zone).date(), rule_of(found[0]).period)
        while span.between(zone)[1] <= at:
            measured = rule_in(book, ref, *span.between(zone))
            if measured is not None:
                rule = rule_of(measured[0])
                if rule.period != span.kind:
                    span = Span.holding(span.starts, rule.period)
                    if span.between(zone)[1] > at:
                        break
                settled = span.between(zone)[1] + _wait(rule.settles) <= at
                if settled and (ref, span.kind, span.starts) not in known:
                    hindered = obstacle(rule)
                    if hindered is None:
                        yield ref, span
                    elif hindered.what != "set":
                        _failed(actor.company_id, ref, span, str(hindered), at)
            span = span.moved(1)


def _wait(settles: Duration | None) -> timedelta:
    return timedelta(seconds=settles.seconds or 0) if settles else timedelta(0)


def close(*, ref: str, span: Span, actor: Actor, at: datetime) -> Closing | None:
    """Keep the figure of a period for good; None when it was closed before.

    Emits `indicator.closed`. Refuses a period that has not ended.
    """
    bound, since, until = _measured_by(actor, ref, span, at)
    try:
        with transaction.atomic():
            row = Closing.objects.create(
                company_id=actor.company_id,
                ref=ref,
                clause_id=bound.clause_id,
                version_id=bound.version_id,
                kind=span.kind,
                starts_on=span.starts,
                ends_on=span.ends,
                measured_from=since,
                computed_at=at,
            )
    except IntegrityError:
        return None
    _compute(row, bound, since, until, actor, at)
    closed = events.IndicatorClosed(
        closing=row.pk, ref=ref, clause=row.clause_id, period=str(span), version=row.version_id
    )
    entries.record(closed, dossier=None, actor=actor, at=at, clauses=[bound.clause_id])
    return row


def restate(*, ref: str, span: Span, reason: str, seen: int, actor: Actor, at: datetime) -> Closing:
    """Compute a closed period anew from what is known now, by the rule that was in force in it; both results stay.

    `seen` is the edition that the person looked at. Emits `indicator.restated`. Refuses without a reason, for a period
    that is not closed, and when somebody else restated it meanwhile.
    """
    if not may_restate(actor):
        raise NotYours()
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("A restatement needs a reason that others can read later.")})
    last = Closing.visible_to(actor).filter(ref=ref, kind=span.kind, starts_on=span.starts).order_by("-edition").first()
    if last is None:
        raise Refused(_("This period is not closed. Its figure still follows its cases."))
    if last.edition != seen:
        raise Stale(RESTATED)
    bound = of_version(rulebook.book(actor), ref, last.version_id)
    if bound is None or countable(rule_of(bound)) is None:
        raise Refused(_("What this indicator counts is not published any more; it cannot be computed anew."))
    until = span.between(orgs.zone(actor))[1]
    try:
        with transaction.atomic():
            row = Closing.objects.create(
                company_id=actor.company_id,
                ref=ref,
                clause_id=last.clause_id,
                version_id=last.version_id,
                kind=span.kind,
                starts_on=span.starts,
                ends_on=span.ends,
                measured_from=last.measured_from,
                computed_at=at,
                edition=seen + 1,
                reason=reason.strip(),
                made_by_id=actor.person_id,
            )
    except IntegrityError as race:
        raise Stale(RESTATED) from race
    _compute(row, bound, last.measured_from, until, actor, at)
    made = events.IndicatorRestated(
        closing=row.pk, ref=ref, clause=row.clause_id, period=str(span), version=row.version_id, edition=row.edition
    )
    entries.record(made, dossier=None, actor=actor, at=at, clauses=[row.clause_id], remark=reason.strip())
    return row


def _measured_by(actor: Actor, ref: str, span: Span, at: datetime) -> tuple[BoundRule, datetime, datetime]:
    since, until = span.between(orgs.zone(actor))
    if until > at:
        raise Refused(_("This period has not ended yet."))
    found = rule_in(rulebook.book(actor), ref, since, until)
    if found is None:
        raise Refused(_("No rule measures this period."))
    if countable(rule_of(found[0])) is None:
        raise Refused(_("What this indicator counts is not published; it cannot be computed."))
    return found[0], found[1], until


@dataclass(slots=True)
class _Count:
    """A unit's tally, and the dealer to whom all its rows belong."""

    tally: Tally = field(default_factory=Tally)
    dealers: set[UUID | None] = field(default_factory=set)


def _compute(row: Closing, bound: BoundRule, since: datetime, until: datetime, actor: Actor, at: datetime) -> None:
    """Judge every row of the period and keep the rows and the figures they make."""
    rule = rule_of(bound)
    facts = FACT_SETS[rule.facts]
    judge = Judge(rule, facts.subject)
    units = [unit for unit in TOLD_APART if unit in facts.units]
    found = queries.rows(actor, rule, since, until)
    found = found.annotate(**{f"unit_{unit}": queries.read(facts.units[unit]) for unit in units})
    names = ["pk", "fact_at", *(f"unit_{unit}" for unit in units), *(f"fact_{name}" for name in judge.uses)]
    counts: dict[tuple[str, UUID | None], _Count] = defaultdict(_Count)
    counts["company", None] = _Count()
    batch: list[FigureCase] = []
    for line in found.order_by().values(*names).iterator(BATCH):
        values: dict[str, Any] = {name: line[f"fact_{name}"] for name in judge.uses}
        part, value = judge.part(values), judge.value(values)
        dealer = line.get("unit_dealer")
        for unit, unit_id in [("company", None), *((unit, line[f"unit_{unit}"]) for unit in units)]:
            count = counts[unit, unit_id]
            count.tally.add(part, value)
            count.dealers.add(dealer)
        batch.append(
            FigureCase(
                company_id=row.company_id,
                closing=row,
                dossier_id=line["pk"],
                part=part,
                counted_at=line["fact_at"],
                value=value,
                **{f"{unit}_id": line[f"unit_{unit}"] for unit in units},
            )
        )
        if len(batch) >= BATCH:
            FigureCase.objects.bulk_create(batch)
            batch.clear()
    FigureCase.objects.bulk_create(batch)
    Figure.objects.bulk_create(_figure(row, rule, unit, unit_id, count) for (unit, unit_id), count in counts.items())
    failed = counts["company", None].tally.parts["failed"]
    if failed:
        reason = f"{failed} rows of {row.starts_on:%Y-%m-%d}–{row.ends_on:%Y-%m-%d} could not be judged"
        errors.note(ClauseError.of(row.company_id, row.ref, reason, at=at))


def _figure(row: Closing, rule: IndicatorRule, unit: str, unit_id: UUID | None, count: _Count) -> Figure:
    found = count.tally.measured(rule)
    dealer = next(iter(count.dealers)) if unit != "company" and len(count.dealers) == 1 else None
    return Figure(
        company_id=row.company_id,
        closing=row,
        unit=unit,
        unit_id=unit_id,
        dealer_id=dealer,
        value=found.value,
        numerator=found.numerator,
        denominator=found.denominator,
        excluded=found.excluded,
        failed=found.failed,
        low=found.low,
        high=found.high,
    )
