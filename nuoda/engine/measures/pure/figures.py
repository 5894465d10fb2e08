"""The formula: rows in, a figure out. The same functions serve open periods, closings, examples and tests.

Rows come as distinct facts with how often they occur, so that counting a million rows costs what their variety costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nuoda.engine.rulebook.pure.conditions import Condition, ConditionError, ConditionFailed
from nuoda.engine.rulebook.pure.facts import Subject
from nuoda.engine.rulebook.pure.rules import IndicatorRule
from nuoda.foundation.base.pure.rates import wilson

Part = Literal["numerator", "rest", "excluded", "failed"]
"""What a row is for a figure: counted and fulfilling the numerator; counted otherwise (all that an aggregate counts);
not counted; or not to be judged, because a condition could not be answered."""
PARTS: tuple[Part, ...] = ("numerator", "rest", "excluded", "failed")
Status = Literal["met", "missed", "no_target", "not_assessed", "not_computed"]
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure. `value` is a share (0–1) for rates, else in the unit of the column; None: not assessed."""

    value: float | None
    numerator: int = 0
    denominator: int = 0
    """How many rows count: the sample size."""
    excluded: int = 0
    failed: int = 0
    low: float | None = None
    """95 % Wilson interval of a rate."""
    high: float | None = None


NOTHING = Measured(None)


@dataclass(slots=True)
class Tally:
    """Rows counted by part, with the values of those that count; tallies of disjoint rows add up."""

    parts: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    values: dict[float, int] = field(default_factory=dict)

    def add(self, part: Part, value: float | None, count: int = 1) -> None:
        self.parts[part] += count
        if value is not None and part in ("numerator", "rest"):
            self.values[value] = self.values.get(value, 0) + count

    def merge(self, other: Tally) -> None:
        for part, count in other.parts.items():
            self.parts[part] += count
        for value, count in other.values.items():
            self.values[value] = self.values.get(value, 0) + count

    def measured(self, rule: IndicatorRule) -> Measured:
        """The figure of these rows."""
        numerator, rest = self.parts["numerator"], self.parts["rest"]
        n = numerator + rest
        value, low, high = None, None, None
        if n and rule.aggregate is None:
            value = numerator / n
            low, high = wilson(numerator, n)
        elif n:
            value = aggregate(rule.aggregate or "mean", self.values)
        return Measured(value, numerator, n, self.parts["excluded"], self.parts["failed"], low, high)


_compiled: dict[tuple[str, str], tuple[Subject, Condition | ConditionError]] = {}
"""Conditions by fact set and text, as many as the policies have; of one that does not compile, why."""


def _condition(text: str, subject: Subject) -> Condition:
    known = _compiled.get((subject.name, text))
    if known is None or known[0] is not subject:
        known = _compiled[subject.name, text] = (subject, _tried(text, subject))
    found = known[1]
    if isinstance(found, ConditionError):
        raise ConditionError(found.reason, found.line, found.column)
    return found


def _tried(text: str, subject: Subject) -> Condition | ConditionError:
    try:
        return Condition.compile(text, subject)
    except ConditionError as error:
        return error


class Judge:
    """Says of each row which part it has in a rule's figure. Raises ConditionError for a formula that does not fit the
    subject; `rules.obstacle` tells beforehand."""

    def __init__(self, rule: IndicatorRule, subject: Subject) -> None:
        self.rule = rule
        self._counts = None if rule.denominator == "true" else _condition(rule.denominator, subject)
        self._fulfils = None if rule.numerator in (None, "true") else _condition(str(rule.numerator), subject)

    @property
    def decides(self) -> tuple[str, ...]:
        """The columns that decide about a row's part."""
        asked = {*(self._counts.uses if self._counts else ()), *(self._fulfils.uses if self._fulfils else ())}
        return tuple(sorted(asked))

    @property
    def uses(self) -> tuple[str, ...]:
        """Those columns and the one whose numbers are taken."""
        return tuple(sorted({*self.decides, *([self.rule.of] if self.rule.of else [])}))

    def part(self, facts: Facts) -> Part:
        """The row's part. A condition that cannot be answered never counts as true or false."""
        try:
            if self._counts is not None and not self._counts.holds(facts):
                return "excluded"
            if self.rule.aggregate is not None:
                return "rest" if facts.get(self.rule.of or "") is not None else "excluded"
            return "numerator" if self._fulfils is None or self._fulfils.holds(facts) else "rest"
        except ConditionFailed:
            return "failed"

    def value(self, facts: Facts) -> float | None:
        """The number of the row that an aggregate takes."""
        found = facts.get(self.rule.of) if self.rule.of else None
        return float(found) if isinstance(found, int | float) else None


def measure(rule: IndicatorRule, subject: Subject, rows: Iterable[tuple[Facts, int]]) -> Measured:
    """The figure over rows given as (facts, how often)."""
    judge, tally = Judge(rule, subject), Tally()
    for facts, count in rows:
        tally.add(judge.part(facts), judge.value(facts), count)
    return tally.measured(rule)


def aggregate(how: str, values: Mapping[float, int]) -> float:
    """Mean, median (between the two middle ones), 90th percentile (nearest rank) or sum of values with counts."""
    n = sum(values.values())
    total = sum(value * count for value, count in values.items())
    if how == "sum":
        return total
    if how == "mean":
        return total / n
    if how == "p90":
        return _ranked(values, -(-9 * n // 10))
    return (_ranked(values, (n + 1) // 2) + _ranked(values, n // 2 + 1)) / 2


def _ranked(values: Mapping[float, int], rank: int) -> float:
    """The value at a rank, counted from 1 in ascending order."""
    passed = 0
    for value in sorted(values):
        passed += values[value]
        if passed >= rank:
            return value
    raise ValueError(f"there is no rank {rank} among {passed} values")


def status(rule: IndicatorRule, found: Measured) -> Status:
    """Whether the target is reached."""
    if found.value is None:
        return "not_assessed"
    if rule.target is None:
        return "no_target"
    reached = found.value >= rule.target if rule.direction == "up" else found.value <= rule.target
    return "met" if reached else "missed"


def is_sure(rule: IndicatorRule, found: Measured) -> bool:
    """Whether the interval of a rate lies wholly on one side of the target; False: the sample is too small to tell."""
    if rule.target is None or found.low is None or found.high is None:
        return True
    return not found.low < rule.target < found.high
