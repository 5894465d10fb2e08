"""Examples of clauses, run: gates, approvals, decisions and consequences. Those of clocks and indicators run above, in
`clocks` and `measures`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .conditions import Condition, ConditionError, ConditionFailed
from .facts import Subject, subject_of
from .policies import (
    ApprovalExample,
    CadenceExample,
    Clause,
    ClockExample,
    ConsequenceExample,
    Decision,
    DecisionExample,
    Example,
    GateExample,
    IndicatorExample,
    Policy,
)
from .rules import ApprovalRule, ConsequenceRule, GateRule


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an example promises and what the clause does."""

    clause_id: str
    name: str
    expected: str
    found: str

    @property
    def right(self) -> bool:
        return self.expected == self.found


def run(policy: Policy, subjects: Mapping[str, Subject]) -> Iterator[Outcome]:
    """Run every example that needs neither a clock nor a fact set."""
    for clause in policy.clauses:
        for example in clause.examples:
            if not isinstance(example, ClockExample | IndicatorExample | CadenceExample):
                yield one(clause, example, subjects)


def one(clause: Clause, example: Example, subjects: Mapping[str, Subject]) -> Outcome:
    """Run one example against its clause; a condition that fails is what was found."""
    expected = ""
    try:
        if isinstance(example, GateExample):
            expected = _join(example.refused)
            found = _join(
                rule.key
                for rule in clause.rules
                if isinstance(rule, GateRule)
                and (rule.subject, rule.verb) == (example.subject, example.verb)
                and _holds(rule.when, rule.subject, example.facts, subjects)
                and not _holds(rule.require, rule.subject, example.facts, subjects)
            )
        elif isinstance(example, ApprovalExample):
            expected = _join(example.steps)
            found = _join(
                step.role
                for rule in clause.rules
                if isinstance(rule, ApprovalRule)
                and (rule.subject, rule.verb) == (example.subject, example.verb)
                and _holds(rule.when, rule.subject, example.facts, subjects)
                for step in rule.steps
                if _holds(step.when, rule.subject, example.facts, subjects)
            )
        elif isinstance(example, DecisionExample):
            expected, found = example.answer, _decide(clause, example, subjects)
        elif isinstance(example, ConsequenceExample):
            expected = _join(example.follows)
            subject = subject_of(example.on)
            found = _join(
                rule.key
                for rule in clause.rules
                if isinstance(rule, ConsequenceRule)
                and rule.on == example.on
                and _holds(rule.when, subject, example.facts, subjects)
            )
        else:
            raise TypeError("an example with clocks, figures or periods runs in the engine above")
    except (ConditionFailed, ConditionError) as error:
        found = f"error: {error}"
    return Outcome(clause.id, example.name["zh-hans"], expected, found)


def _decide(clause: Clause, example: DecisionExample, subjects: Mapping[str, Subject]) -> str:
    decision = next(p.value for p in clause.parameters if p.name == example.parameter)
    if not isinstance(decision, Decision):
        raise ConditionFailed(f"{example.parameter!r} is no decision")
    for choice in decision.choices:
        if _holds(choice.when, decision.subject, example.facts, subjects):
            return choice.then
    return decision.otherwise


def _holds(text: str, subject: str, facts: Mapping[str, Any], subjects: Mapping[str, Subject]) -> bool:
    if text == "true":
        return True
    if subject not in subjects:
        raise ConditionFailed(f"no app declares the subject {subject!r}")
    return Condition.compile(text, subjects[subject]).holds(facts)


def _join(keys: Any) -> str:
    return " ".join(keys)
