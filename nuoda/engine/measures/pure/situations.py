"""Examples of clauses with indicators, run: a few rows in, the figure out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nuoda.engine.rulebook.pure.conditions import ConditionError
from nuoda.engine.rulebook.pure.factsets import FactSet
from nuoda.engine.rulebook.pure.policies import Clause, IndicatorExample, Policy
from nuoda.engine.rulebook.pure.rules import IndicatorRule
from nuoda.engine.rulebook.pure.situations import Outcome

from .figures import Measured, measure


def run(policy: Policy, sets: Mapping[str, FactSet]) -> Iterator[Outcome]:
    """Run every example of an indicator whose fact set is published; the others wait for their rows."""
    for clause in policy.clauses:
        for example in clause.examples:
            if isinstance(example, IndicatorExample) and _rule(clause, example).facts in sets:
                yield one(clause, example, sets)


def one(clause: Clause, example: IndicatorExample, sets: Mapping[str, FactSet]) -> Outcome:
    """Run one example; figures agree when they do in four places. A formula that does not compile is what was found."""
    rule = _rule(clause, example)
    try:
        found = measure(rule, sets[rule.facts].subject, ((row, 1) for row in example.rows))
    except ConditionError as error:
        return Outcome(clause.id, example.name["zh-hans"], _told(Measured(example.figure)), f"error: {error}")
    count = example.n if example.n is not None else found.denominator
    expected = _told(Measured(example.figure, denominator=count))
    return Outcome(clause.id, example.name["zh-hans"], expected, _told(found))


def _rule(clause: Clause, example: IndicatorExample) -> IndicatorRule:
    return next(rule for rule in clause.indicators() if rule.key == example.indicator)


def _told(found: Measured) -> str:
    figure = "not assessed" if found.value is None else f"{found.value:.4f}"
    return f"{figure} (n = {found.denominator})" + (f", {found.failed} not judged" if found.failed else "")
