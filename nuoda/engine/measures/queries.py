"""Reading indicators: open periods are computed from their rows, closed ones are read as they were closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import Book, BoundClause
from nuoda.engine.rulebook.pure.factsets import FACT_SETS, FactSet
from nuoda.engine.rulebook.pure.rules import BoundRule, IndicatorRule
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs import queries as orgs

from .access import may_read
from .models import Closing, Figure, FigureCase
from .pure.figures import NOTHING, Judge, Measured, Part, Status, Tally, is_sure, status
from .pure.rules import Obstacle, countable, obstacle, of_version, rule_in, rule_of
from .pure.spans import Span


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator as it is in force, in its clause."""

    bound: BoundRule
    clause: BoundClause

    @property
    def rule(self) -> IndicatorRule:
        return rule_of(self.bound)

    @property
    def ref(self) -> str:
        return self.bound.ref

    @property
    def facts(self) -> FactSet | None:
        """Its fact set; None while nobody publishes it: the indicator waits."""
        return FACT_SETS.get(self.rule.facts)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why it cannot be computed now."""
        return obstacle(self.rule)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure for a span and a unit, with the rule that measured it. `closing` is None while the period is open."""

    bound: BoundRule
    found: Measured
    span: Span | None = None
    """None: a time of no calendar period."""
    unit: str = "company"
    unit_id: UUID | None = None
    closing: Closing | None = None
    imports: bool = False

    @property
    def rule(self) -> IndicatorRule:
        return rule_of(self.bound)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why there is no figure; a closed one stays whatever became of its facts."""
        return obstacle(self.rule) if self.closing is None else None

    @property
    def status(self) -> Status:
        return status(self.rule, self.found) if self.obstacle is None else "not_computed"

    @property
    def sure(self) -> bool:
        """False: the interval holds the target, the sample is too small to tell."""
        return is_sure(self.rule, self.found)


# -- which indicators there are ------------------------------------------------------------------------------


def indicators(actor: Actor, at: datetime) -> list[Indicator]:
    """The indicators in force, in the order of policies and clauses; raises NotYours for whoever reads no figures."""
    if not may_read(actor):
        raise NotYours()
    book = rulebook.book(actor)
    found = []
    for bound in book.in_force(at):
        clause = book.clause(bound.clause_id, at)
        if isinstance(bound.rule, IndicatorRule) and clause is not None:
            found.append(Indicator(bound, clause))
    return found


def indicator(actor: Actor, ref: str, at: datetime) -> Indicator:
    """One of them; raises NotYours when there is none of this name."""
    for found in indicators(actor, at):
        if found.ref == ref:
            return found
    raise NotYours()


# -- rows ----------------------------------------------------------------------------------------------------


def rows(
    actor: Actor,
    rule: IndicatorRule,
    since: datetime,
    until: datetime,
    *,
    imports: bool = False,
    also: Sequence[str] = (),
) -> QuerySet[Any]:
    """The rows of a rule's fact set in a time that the actor may see, each with `fact_<column>` for the columns that
    the rule uses and `fact_at`. What was imported is left out unless asked for.

    Raises LookupError when nobody publishes the set, ConditionError for a formula that does not fit it any more (see
    `pure.rules.obstacle`).
    """
    facts = FACT_SETS[rule.facts]
    reads = facts.reads(actor)
    names = {*Judge(rule, facts.subject).uses, *also}
    found = facts.rows(actor).annotate(fact_at=read(reads[rule.dated or facts.dated]))
    found = found.filter(fact_at__gte=since, fact_at__lt=until)
    if not imports:
        found = found.exclude(dossier__origin="import")
    made: QuerySet[Any] = found.annotate(**{f"fact_{name}": read(reads[name]) for name in sorted(names)})
    return made


def with_unit(found: QuerySet[Any], rule: IndicatorRule, unit: str) -> QuerySet[Any]:
    """The rows with `unit_id`."""
    made: QuerySet[Any] = found.annotate(unit_id=read(FACT_SETS[rule.facts].units[unit]))
    return made


def read(source: Any) -> Any:
    """A field path or an expression of a fact set, as an expression."""
    return F(source) if isinstance(source, str) else source


def tallies(
    actor: Actor,
    rule: IndicatorRule,
    since: datetime,
    until: datetime,
    *,
    zone: tzinfo,
    unit: str = "company",
    imports: bool = False,
) -> dict[tuple[Span, UUID | None], Tally]:
    """Counts by month (as `zone` has them) and unit, in one statement."""
    judge = Judge(rule, FACT_SETS[rule.facts].subject)
    found = rows(actor, rule, since, until, imports=imports)
    found = found.annotate(fact_month=TruncMonth("fact_at", tzinfo=zone))
    if unit != "company":
        found = with_unit(found, rule, unit)
    names = ["fact_month", *(["unit_id"] if unit != "company" else []), *(f"fact_{name}" for name in judge.uses)]
    made: dict[tuple[Span, UUID | None], Tally] = defaultdict(Tally)
    for row in found.order_by().values(*names).annotate(rows_counted=Count("pk")):
        facts = {name: row[f"fact_{name}"] for name in judge.uses}
        key = (Span(row["fact_month"].date(), "month"), row.get("unit_id"))
        made[key].add(judge.part(facts), judge.value(facts), row["rows_counted"])
    return dict(made)


def cases(
    actor: Actor,
    rule: IndicatorRule,
    since: datetime,
    until: datetime,
    parts: Iterable[str],
    *,
    imports: bool = False,
    unit: str = "company",
    unit_id: UUID | None = None,
) -> QuerySet[Any]:
    """The rows that have one of these parts in the figure: exactly those that `tallies` counts there. Each has
    `case_part`, `case_at` and `case_value` (of an aggregate)."""
    judge, wanted = Judge(rule, FACT_SETS[rule.facts].subject), set(parts)
    found = rows(actor, rule, since, until, imports=imports)
    if unit != "company":
        found = with_unit(found, rule, unit).filter(unit_id=unit_id)
    names = [f"fact_{name}" for name in judge.uses]
    same: dict[Part, Q] = {}
    for row in found.order_by().values(*names).distinct() if names else [{}]:
        part = judge.part({name: row[f"fact_{name}"] for name in judge.uses})
        if part in wanted:
            same[part] = same.get(part, Q(pk__in=[])) | _same(row, names)
    whens = [When(condition, then=Value(part)) for part, condition in same.items()]
    value = F(f"fact_{rule.of}") if rule.of else Value(None, FloatField())
    found = found.annotate(
        case_part=Case(*whens, default=Value(""), output_field=CharField()), case_at=F("fact_at"), case_value=value
    )
    either = Q(pk__in=[])
    for condition in same.values():
        either |= condition
    made: QuerySet[Any] = found.filter(either)
    return made


def closed_cases(
    actor: Actor, closing: Closing, parts: Iterable[str], *, unit: str = "company", unit_id: UUID | None = None
) -> QuerySet[FigureCase]:
    """The rows of a closed figure, as `cases` has them."""
    found = FigureCase.visible_to(actor).filter(closing=closing, part__in=list(parts))
    if unit != "company":
        found = found.filter(**{f"{unit}_id": unit_id})
    return found.annotate(case_part=F("part"), case_at=F("counted_at"), case_value=F("value"))


def _same(row: Mapping[str, Any], names: Sequence[str]) -> Q:
    """Rows with the same facts as this one."""
    same = Q()
    for name in names:
        same &= Q(**{f"{name}__isnull": True}) if row[name] is None else Q(**{name: row[name]})
    return same


# -- figures -------------------------------------------------------------------------------------------------


def headline(actor: Actor) -> tuple[str, UUID | None]:
    """The unit that is 'the whole' for the actor: the company, or his own dealer."""
    return ("dealer", actor.dealer_id) if actor.reach == "dealer" else ("company", None)


@dataclass(slots=True)
class Series:
    """The readings of one indicator by span and unit, oldest first; spans before its first rule have none."""

    ref: str
    spans: list[Span]
    readings: dict[tuple[Span, UUID | None], Reading] = field(default_factory=dict)
    rules: dict[Span, BoundRule] = field(default_factory=dict)

    def at(self, span: Span, unit_id: UUID | None = None) -> Reading | None:
        return self.readings.get((span, unit_id))

    @property
    def units(self) -> list[UUID | None]:
        """Those that have a row in any span."""
        return list(dict.fromkeys(unit_id for _span, unit_id in self.readings))


def series(
    actor: Actor,
    refs: Sequence[str],
    spans: Mapping[str, Sequence[Span]],
    *,
    unit: str = "",
    imports: bool = False,
) -> dict[str, Series]:
    """Readings of indicators over calendar spans (`spans` by ref). `unit`: told apart by dealer, team or technician;
    empty: the whole that the actor sees.

    Periods begin at midnight where the company is. Two statements for all closed periods, and one for each indicator and
    version that has open ones.
    """
    if not may_read(actor):
        raise NotYours()
    shown, own = (unit, None) if unit else headline(actor)
    made = {ref: Series(ref, list(spans[ref])) for ref in refs}
    book = rulebook.book(actor)
    if not imports:
        _read_closed(actor, book, made, shown, own, bool(unit))
    zone = orgs.zone(actor)
    for item in made.values():
        _compute_open(actor, book, item, zone, shown, bool(unit), imports)
    return made


def _read_closed(
    actor: Actor, book: Book, made: Mapping[str, Series], unit: str, own: UUID | None, apart: bool
) -> None:
    """Closed periods as their last edition says; a unit without a row then was not assessed."""
    first = min((span.starts for item in made.values() for span in item.spans), default=None)
    if first is None:
        return
    last: dict[UUID, Closing] = {}
    newest = Closing.visible_to(actor).filter(ref__in=made, starts_on__gte=first)
    for row in newest.order_by("ref", "kind", "starts_on", "-edition").distinct("ref", "kind", "starts_on"):
        span, bound = row.span, of_version(book, row.ref, row.version_id)
        if span in made[row.ref].spans and bound is not None:
            made[row.ref].rules[span] = bound
            last[row.pk] = row
            if not apart:
                made[row.ref].readings[span, None] = Reading(bound, NOTHING, span, unit, own, row)
    found = Figure.visible_to(actor).filter(unit=unit, closing__in=list(last))
    for figure in found if apart else found.filter(unit_id=own):
        row = last[figure.closing_id]
        item, span = made[row.ref], row.span
        reading = Reading(item.rules[span], figure.measured, span, unit, figure.unit_id, row)
        item.readings[span, figure.unit_id if apart else None] = reading


def _compute_open(actor: Actor, book: Book, item: Series, zone: tzinfo, unit: str, apart: bool, imports: bool) -> None:
    by_version: dict[UUID, tuple[datetime, list[tuple[Span, BoundRule]]]] = {}
    for span in item.spans:
        if span in item.rules:
            continue
        since, until = span.between(zone)
        found = rule_in(book, item.ref, since, until)
        if found is None:
            continue
        bound, begins = found
        item.rules[span] = bound
        by_version.setdefault(bound.version_id, (begins, []))[1].append((span, bound))
    for since, open_spans in by_version.values():
        rule = rule_of(open_spans[0][1])
        facts = countable(rule)
        if facts is None and not apart:
            for span, bound in open_spans:
                item.readings[span, None] = Reading(bound, NOTHING, span, *headline(actor), None, imports)
        if facts is None or (apart and unit not in facts.units):
            continue
        until = open_spans[-1][0].between(zone)[1]
        told = unit if apart else "company"
        found_tallies = tallies(actor, rule, since, until, zone=zone, unit=told, imports=imports)
        for span, bound in open_spans:
            merged: dict[UUID | None, Tally] = defaultdict(Tally) if apart else {None: Tally()}
            for (month, unit_id), tally in found_tallies.items():
                if span.starts <= month.starts < span.ends:
                    merged[unit_id].merge(tally)
            for unit_id, tally in merged.items():
                measured = tally.measured(rule)
                item.readings[span, unit_id] = Reading(
                    bound, measured, span, unit, unit_id if apart else headline(actor)[1], None, imports
                )


def figures(
    actor: Actor, since: datetime, until: datetime, *, at: datetime, imports: bool = False
) -> dict[str, list[Reading]]:
    """For each clause with indicators in force, their figures over a time that the actor may see: value, sample size,
    interval, status against the target. Computed from the rows, by the rule that measures that time; one whose facts are
    not published (any more) has no figure and says why.

    One statement per indicator. Raises NotYours for whoever reads no figures.
    """
    book, made, zone = rulebook.book(actor), dict[str, list[Reading]](), orgs.zone(actor)
    for item in indicators(actor, at):
        found = rule_in(book, item.ref, since, until)
        if found is None:
            continue
        bound, begins = found
        rule, tally = rule_of(bound), Tally()
        if countable(rule) is not None:
            for part in tallies(actor, rule, begins, until, zone=zone, imports=imports).values():
                tally.merge(part)
        reading = Reading(bound, tally.measured(rule), None, *headline(actor), None, imports)
        made.setdefault(item.bound.clause_id, []).append(reading)
    return made


def counted(actor: Actor) -> frozenset[str]:
    """The fact sets over which figures of the company were closed, published still or not; one statement."""
    book = rulebook.book(actor)
    rows = Closing.objects.filter(company_id=actor.company_id).order_by().values_list("ref", "version_id").distinct()
    found = (of_version(book, ref, version_id) for ref, version_id in rows)
    return frozenset(rule_of(bound).facts for bound in found if bound is not None)


def closings(actor: Actor, ref: str) -> QuerySet[Closing]:
    """The closings of an indicator, newest period first, then newest edition."""
    return (
        Closing.visible_to(actor)
        .filter(ref=ref)
        .select_related("version", "made_by")
        .order_by("-starts_on", "-edition")
    )


def last_closed(actor: Actor, *, most: int = 12) -> Iterator[Reading]:
    """The newest closed figure of each indicator for the whole that the actor sees; one statement."""
    if not may_read(actor):
        return
    unit, unit_id = headline(actor)
    book = rulebook.book(actor)
    found = (
        Figure.visible_to(actor)
        .filter(unit=unit, unit_id=unit_id)
        .select_related("closing")
        .order_by("closing__ref", "-closing__starts_on", "-closing__edition")
        .distinct("closing__ref")
    )
    for row in found[:most]:
        bound = of_version(book, row.closing.ref, row.closing.version_id)
        if bound is not None:
            yield Reading(bound, row.measured, row.closing.span, unit, unit_id, row.closing)
