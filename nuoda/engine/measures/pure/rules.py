"""Which rule measures which time, and whether it still can."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from nuoda.engine.rulebook.pure.book import Book
from nuoda.engine.rulebook.pure.conditions import ConditionError, names
from nuoda.engine.rulebook.pure.factsets import FACT_SETS, NUMBERS, FactSet
from nuoda.engine.rulebook.pure.rules import BoundRule, IndicatorRule

from .figures import Judge


def rule_of(bound: BoundRule) -> IndicatorRule:
    if not isinstance(bound.rule, IndicatorRule):
        raise TypeError(f"{bound.ref} is no indicator")
    return bound.rule


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an indicator cannot be computed: nobody publishes its fact set ('set', its name); the set has these facts no longer
    ('facts'); a fact is of another kind than it was, so that the formula makes no sense ('formula', what is wrong)."""

    what: Literal["set", "facts", "formula"]
    names: tuple[str, ...]

    def __str__(self) -> str:
        told = ", ".join(self.names)
        if self.what == "formula":
            return f"the formula no longer fits its facts: {told}"
        return f"the fact set {told} is not published" if self.what == "set" else f"the facts {told} are gone"


def obstacle(rule: IndicatorRule) -> Obstacle | None:
    """What keeps a rule from being computed; None when nothing does. A stored version was checked when it was loaded: what
    it names may be gone since."""
    facts = FACT_SETS.get(rule.facts)
    if facts is None:
        return Obstacle("set", (rule.facts,))
    dated = rule.dated or facts.dated
    known = facts.columns
    own = [name for name in (rule.of, dated) if name is not None]
    gone = sorted({name for name in own if name not in known})
    wrong = ""
    if not gone:
        if rule.of is not None and known[rule.of].kind not in NUMBERS:
            wrong = f"{rule.of} is no number"
        elif known[dated].kind != "moment":
            wrong = f"{dated} is no moment"
    try:
        Judge(rule, facts.subject)
    except ConditionError as error:
        asked = {*names(rule.denominator), *names(rule.numerator or "true")}
        gone = sorted({*gone, *(asked - set(known))})
        wrong = wrong or error.reason
    if gone:
        return Obstacle("facts", tuple(gone))
    return Obstacle("formula", (wrong,)) if wrong else None


def countable(rule: IndicatorRule) -> FactSet | None:
    """The fact set of a rule that can be computed, else None."""
    return FACT_SETS[rule.facts] if obstacle(rule) is None else None


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
