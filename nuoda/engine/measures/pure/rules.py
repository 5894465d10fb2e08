"""Which rule measures which time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.engine.rulebook.pure.book import Book
from nuoda.engine.rulebook.pure.rules import BoundRule, IndicatorRule


def rule_of(bound: BoundRule) -> IndicatorRule:
    if not isinstance(bound.rule, IndicatorRule):
        raise TypeError(f"{bound.ref} is no indicator")
    return bound.rule


def rule_in(book: Book, ref: str, since: datetime, until: datetime) -> tuple[BoundRule, datetime] | None:
    """The rule that measures a time, and from when: the one in force at its start, so that nobody is measured by a
    formula made later; where there was none, the first that came into force within it, from then on."""
    moments = sorted({since, *(tenure.since for tenure in book.tenures if since < tenure.since < until)})
    for moment in moments:
        bound = book.rule(ref, moment)
        if bound is not None and isinstance(bound.rule, IndicatorRule):
            return bound, moment
    return None


def of_version(book: Book, ref: str, version_id: UUID) -> BoundRule | None:
    """The rule as a version says it, in force or not."""
    clause_id, _slash, key = ref.partition("/")
    for tenure in book.tenures:
        if tenure.version_id == version_id:
            clause = tenure.policy.clause(clause_id)
            for rule in clause.indicators() if clause else ():
                if rule.key == key:
                    return BoundRule(version_id, tenure.policy.name, tenure.policy.version, clause_id, rule)
    return None
