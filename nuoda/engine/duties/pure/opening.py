"""Which periods of which cadences are there to be opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from nuoda.engine.rulebook.pure.book import Tenure
from nuoda.engine.rulebook.pure.policies import can_open
from nuoda.engine.rulebook.pure.rules import BoundRule, CadenceRule, Every

from .periods import Span, between

_LONGEST: dict[Every, int] = {"day": 1, "week": 7, "month": 31, "quarter": 92, "half_year": 184, "year": 366}
"""Days of the longest period of each kind."""


_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """A period of a cadence as its version in force opens it."""

    bound: BoundRule
    rule: CadenceRule
    span: Span
    start: datetime
    end: datetime
    opens_at: datetime
    counts_from: datetime
    counts_until: datetime
    """What happens in this half-open stretch counts: the period, or the one after it for a duty that looks back."""


def openings(
    tenures: Iterable[Tenure],
    *,
    began: datetime,
    looked_until: datetime | None,
    at: datetime,
    zone: ZoneInfo,
    published: Mapping[UUID, datetime] = MappingProxyType({}),
) -> Iterator[Opening]:
    """Periods that opened since `looked_until` (None: since each version came into force), and those under way.

    Nothing is opened for what ended before the company began, before the version was in force, or before it was `published` here (a
    regulation may have been in force on paper for years); the period in which all of that had come about is the first. A duty that
    looks back on a period opens at its end, under the version in force then: also where one version followed another just then.
    """
    held = tuple(tenures)
    for tenure in held:
        first = max(tenure.since, began, published.get(tenure.version_id, began))
        last = at if tenure.until is None else min(at, tenure.until)
        if first > last:
            continue
        for clause in tenure.policy.clauses:
            for rule in clause.rules:
                if not isinstance(rule, CadenceRule) or not can_open(rule):
                    continue
                bound = BoundRule(tenure.version_id, tenure.policy.name, tenure.policy.version, clause.id, rule)
                # A period that ended the moment this version took over opens under it when the one before asked for it too.
                low = first - _INSTANT if first == tenure.since and _goes_on(bound, tenure, held) else first
                if looked_until is not None:
                    low = max(low, looked_until - timedelta(days=2 * _LONGEST[rule.every]))
                for span in between(rule.every, low, last, zone):
                    start, end = span.bounds(zone)
                    opens_at = max(start if rule.within is None else end, first)
                    if opens_at > at or (tenure.until is not None and opens_at >= tenure.until):
                        continue
                    fresh = looked_until is None or opens_at > looked_until
                    if fresh or (rule.within is None and at < end):
                        counts = (start, end) if rule.within is None else span.next().bounds(zone)
                        yield Opening(bound, rule, span, start, end, opens_at, *counts)


def _goes_on(bound: BoundRule, tenure: Tenure, tenures: Iterable[Tenure]) -> bool:
    """Whether the version whose place this one takes had the cadence already."""
    before = next((t for t in tenures if t.policy.code == tenure.policy.code and t.until == tenure.since), None)
    clause = before.policy.clause(bound.clause_id) if before is not None else None
    rules = clause.rules if clause is not None else ()
    return any(isinstance(rule, CadenceRule) and rule.key == bound.rule.key for rule in rules)
