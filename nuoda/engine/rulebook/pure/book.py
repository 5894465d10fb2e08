"""The book: every version of every policy of a company, and which of them is in force when."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from .conditions import holds
from .facts import subject_of
from .policies import Clause, Decision, Parameter, ParameterValue, Policy
from .revisions import Revision, revision
from .rules import (
    ApprovalRule,
    BoundRule,
    CadenceRule,
    ClockRule,
    ConsequenceRule,
    FormRule,
    GateRule,
    Text,
)

T = TypeVar("T")


class NotInForce(LookupError):
    """The book says nothing about it at that moment."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """A policy version and the half-open time it is in force."""

    version_id: UUID
    policy: Policy
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BoundClause:
    """A clause in its place."""

    version_id: UUID
    policy: Policy
    clause: Clause


@dataclass(frozen=True, slots=True)
class BoundParameter:
    version_id: UUID
    policy: str
    version: str
    clause_id: str
    parameter: Parameter

    @property
    def value(self) -> ParameterValue:
        return self.parameter.value


@dataclass(frozen=True, slots=True)
class Answer:
    """What a declared decision says, with the sentence that says why and the clause it stands in."""

    answer: str
    why: Text
    clause_id: str


@dataclass(slots=True)
class _Edition:
    """What is in force between two changes of the book, by the keys it is asked for."""

    rules: tuple[BoundRule, ...] = ()
    clauses: dict[str, BoundClause] = field(default_factory=dict)
    parameters: dict[str, BoundParameter] = field(default_factory=dict)
    clocks: dict[str, tuple[BoundRule, ...]] = field(default_factory=dict)
    gates: dict[tuple[str, str], tuple[BoundRule, ...]] = field(default_factory=dict)
    approvals: dict[tuple[str, str], tuple[BoundRule, ...]] = field(default_factory=dict)
    forms: dict[tuple[str, str], tuple[BoundRule, ...]] = field(default_factory=dict)
    consequences: dict[str, tuple[BoundRule, ...]] = field(default_factory=dict)
    cadences: tuple[BoundRule, ...] = ()


class Book:
    """All tenures of one company's policies; every look-up is a dictionary access after one bisection."""

    def __init__(self, tenures: Iterable[Tenure]) -> None:
        self.tenures = tuple(sorted(tenures, key=lambda tenure: (tenure.policy.code, tenure.since)))
        ends = {tenure.until for tenure in self.tenures if tenure.until is not None}
        self._starts = sorted({tenure.since for tenure in self.tenures} | ends)
        self._editions = [_Edition(), *(self._edition(moment) for moment in self._starts)]
        self._revisions = sorted(self._turns(), key=lambda found: (found.at, found.policy))
        self._turnings = [found.at for found in self._revisions]
        self._deeds = _deeds(self.tenures)

    def _turns(self) -> Iterator[Revision]:
        for one, other in itertools.pairwise(self.tenures):
            if one.policy.code == other.policy.code:
                found = revision(other.since, one.policy, other.policy, other.version_id)
                if found.turns:
                    yield found

    def _at(self, moment: datetime) -> _Edition:
        return self._editions[bisect_right(self._starts, moment)]

    def _edition(self, moment: datetime) -> _Edition:
        edition = _Edition()
        rules: list[BoundRule] = []
        for tenure in self.tenures:
            if not (tenure.since <= moment and (tenure.until is None or moment < tenure.until)):
                continue
            policy = tenure.policy
            for clause in policy.clauses:
                edition.clauses[clause.id] = BoundClause(tenure.version_id, policy, clause)
                for parameter in clause.parameters:
                    edition.parameters[parameter.name] = BoundParameter(
                        tenure.version_id, policy.name, policy.version, clause.id, parameter
                    )
                rules += [
                    BoundRule(tenure.version_id, policy.name, policy.version, clause.id, rule) for rule in clause.rules
                ]
        edition.rules = tuple(rules)
        _index(edition)
        return edition

    def revision(self, version_id: UUID) -> Revision | None:
        """What the version makes of open deadlines when it takes effect; None when it changes nothing about them."""
        return next((found for found in self._revisions if found.version_id == version_id), None)

    def revisions(self, after: datetime, until: datetime) -> Sequence[Revision]:
        """Versions that take effect after the one moment and until the other, and change open deadlines."""
        if not self._turnings:
            return ()
        return self._revisions[bisect_right(self._turnings, after) : bisect_right(self._turnings, until)]

    # -- rules -----------------------------------------------------------------------------------------

    def in_force(self, moment: datetime) -> tuple[BoundRule, ...]:
        """All rules in force, in the order of policies and clauses."""
        return self._at(moment).rules

    def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
        """Clock rules that the event starts."""
        return self._at(moment).clocks.get(event_type, ())

    def gates_for(self, subject: str, verb: str, moment: datetime) -> tuple[BoundRule, ...]:
        return self._at(moment).gates.get((subject, verb), ())

    def approvals_for(self, subject: str, verb: str, moment: datetime) -> tuple[BoundRule, ...]:
        return self._at(moment).approvals.get((subject, verb), ())

    def forms_for(self, subject: str, verb: str, moment: datetime) -> tuple[BoundRule, ...]:
        return self._at(moment).forms.get((subject, verb), ())

    def consequences_for(self, on: str, moment: datetime) -> tuple[BoundRule, ...]:
        """Consequence rules of an event type, or of a clock or cadence: `missed:MN-3.2.1b/on_site`, `warned:…`."""
        return self._at(moment).consequences.get(on, ())

    def cadences(self, moment: datetime) -> tuple[BoundRule, ...]:
        """All cadences in force."""
        return self._at(moment).cadences

    def cadences_met_by(self, event_type: str) -> frozenset[str]:
        """Names of cadences that an event of this type meets in any version: a duty stays under the one that opened it."""
        return self._deeds.get(event_type, frozenset())

    def rule(self, ref: str, moment: datetime) -> BoundRule | None:
        """The rule of that stable name as it is in force."""
        return next((bound for bound in self._at(moment).rules if bound.ref == ref), None)

    def holds(self, bound: BoundRule, condition: str, facts: Mapping[str, object]) -> bool:
        """Whether a condition of the rule holds; raises ConditionFailed. `end_when` is about the ending event."""
        rule = bound.rule
        if isinstance(rule, ClockRule):
            ending = condition == rule.end_when and condition != rule.when
            return holds(condition, subject_of(rule.end[0]) if ending else rule.subject, facts)
        if isinstance(rule, GateRule | ApprovalRule | FormRule):
            return holds(condition, rule.subject, facts)
        if isinstance(rule, ConsequenceRule):
            return holds(condition, self._subject(bound, rule), facts)
        if isinstance(rule, CadenceRule):
            drawn = rule.audit is not None and condition == rule.audit.when
            return holds(condition, subject_of(rule.audit.of if rule.audit and drawn else rule.met_by[0]), facts)
        raise NotInForce(f"{bound.ref} has no condition over facts of one subject")

    def _subject(self, bound: BoundRule, rule: ConsequenceRule) -> str:
        if rule.of is None:
            return subject_of(rule.on)
        for tenure in self.tenures:
            clause = tenure.policy.clause(bound.clause_id) if tenure.version_id == bound.version_id else None
            for clock in clause.clocks() if clause else ():
                if clock.key == rule.of:
                    return clock.subject
        return ""

    # -- texts and numbers -----------------------------------------------------------------------------

    def clause(self, clause_id: str, moment: datetime) -> BoundClause | None:
        """The clause as it is in force."""
        return self._at(moment).clauses.get(clause_id)

    def clauses(self, moment: datetime) -> tuple[BoundClause, ...]:
        return tuple(self._at(moment).clauses.values())

    def parameter(self, name: str, moment: datetime) -> BoundParameter:
        """A number, duration, text or table of the book; raises NotInForce."""
        found = self._at(moment).parameters.get(name)
        if found is None:
            raise NotInForce(f"no clause in force defines {name!r}")
        return found

    def definition(self, name: str, moment: datetime) -> ParameterValue:
        """The value of a parameter; raises NotInForce."""
        return self.parameter(name, moment).value

    def value(self, name: str, moment: datetime, kind: type[T]) -> T:
        """The value of a parameter of this type; raises NotInForce, also for a value of another type."""
        found = self.definition(name, moment)
        if not isinstance(found, kind):
            raise NotInForce(f"{name!r} is a {type(found).__name__}, not a {kind.__name__}")
        return found

    def decide(self, name: str, facts: Mapping[str, object], moment: datetime) -> Answer:
        """The first row of a declared decision that holds; raises NotInForce, ConditionFailed."""
        bound = self.parameter(name, moment)
        decision = bound.value
        if not isinstance(decision, Decision):
            raise NotInForce(f"{name!r} is no decision")
        return answer(decision, facts, bound.clause_id)


def answer(decision: Decision, facts: Mapping[str, object], clause_id: str = "") -> Answer:
    """What a decision says about the facts; raises ConditionFailed when a row before the answer cannot be judged."""
    for choice in decision.choices:
        if holds(choice.when, decision.subject, facts):
            return Answer(choice.then, choice.why, clause_id)
    return Answer(decision.otherwise, decision.why, clause_id)


def _index(edition: _Edition) -> None:
    clocks: dict[str, list[BoundRule]] = defaultdict(list)
    gates: dict[tuple[str, str], list[BoundRule]] = defaultdict(list)
    approvals: dict[tuple[str, str], list[BoundRule]] = defaultdict(list)
    forms: dict[tuple[str, str], list[BoundRule]] = defaultdict(list)
    consequences: dict[str, list[BoundRule]] = defaultdict(list)
    for bound in edition.rules:
        rule = bound.rule
        if isinstance(rule, ClockRule):
            for event_type in rule.start:
                clocks[event_type].append(bound)
        elif isinstance(rule, GateRule):
            gates[rule.subject, rule.verb].append(bound)
        elif isinstance(rule, ApprovalRule):
            approvals[rule.subject, rule.verb].append(bound)
        elif isinstance(rule, FormRule):
            forms[rule.subject, rule.verb].append(bound)
        elif isinstance(rule, ConsequenceRule):
            on = f"{rule.on}:{bound.clause_id}/{rule.of}" if rule.of else rule.on
            consequences[on].append(bound)
    edition.clocks = {key: tuple(found) for key, found in clocks.items()}
    edition.gates = {key: tuple(found) for key, found in gates.items()}
    edition.approvals = {key: tuple(found) for key, found in approvals.items()}
    edition.forms = {key: tuple(found) for key, found in forms.items()}
    edition.consequences = {key: tuple(found) for key, found in consequences.items()}
    edition.cadences = tuple(bound for bound in edition.rules if isinstance(bound.rule, CadenceRule))


def _deeds(tenures: Iterable[Tenure]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for tenure in tenures:
        for clause in tenure.policy.clauses:
            for rule in clause.rules:
                for event_type in rule.met_by if isinstance(rule, CadenceRule) else ():
                    found[event_type].add(f"{clause.id}/{rule.key}")
    return {event_type: frozenset(refs) for event_type, refs in found.items()}
