"""What a careful reader would object to in the policies: findings, each with its place.

Errors make a rule unable to run; warnings are weaknesses of the text that its authors should mend or accept; notes say
what is to come.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from . import checking, loading, situations
from .book import Tenure
from .conditions import Condition, ConditionError, ConditionFailed
from .documents import Document, Path, PolicyError
from .durations import Duration
from .facts import FactType, FactValue, Subject
from .policies import Policy, Waiting, can_open, is_heard, is_live
from .rules import CadenceRule, ClockRule, ConsequenceRule, FormRule, IndicatorRule
from .unsaid import unsaid

Severity = Literal["error", "warning", "note"]
LONG_AHEAD = 366
"""Days before an event beyond which a limit is taken for a mistake."""
MOST_SITUATIONS = 5000
"""Combinations of facts tried when two conditions are compared; beyond that only equal texts count as the same."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    policy: str
    line: int
    column: int
    code: str
    severity: Severity
    clause: str
    message: str

    def __str__(self) -> str:
        place = f"{self.policy}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message} [{self.code}{' ' + self.clause if self.clause else ''}]"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class World:
    """What the program offers to the policies; None: not known, so not checked."""

    subjects: Mapping[str, Subject]
    events: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    templates: frozenset[str] | None = None
    fact_sets: frozenset[str] | None = None
    counted: frozenset[str] = field(default_factory=frozenset)
    """Fact sets over which figures were closed: what is among them and published no more was taken away."""
    outside: frozenset[str] = field(default_factory=frozenset)
    """Names of what a waiting clause may wait for."""


def lint(texts: Mapping[str, str], world: World) -> list[Finding]:
    """Findings in policy files given as name → text; those of one file, then those between files."""
    found: list[Finding] = []
    read: dict[str, tuple[Document, Policy]] = {}
    for name, text in texts.items():
        try:
            document = loading.read(text)
            policy = loading.build(document)
        except PolicyError as error:
            found += [Finding(name, p.line, p.column, "load", "error", p.clause, p.reason) for p in error.problems]
            continue
        read[name] = (document, policy)
        found += _one(name, document, policy, world)
    found += _between(read, world)
    return sorted(found)


def _one(name: str, document: Document, policy: Policy, world: World) -> Iterator[Finding]:
    for problem in checking.check(document, world.subjects):
        yield Finding(name, problem.line, problem.column, "check", "error", problem.clause, problem.reason)

    def at(path: Path, code: str, severity: Severity, message: str) -> Finding:
        mark = document.mark(path)
        return Finding(name, mark.line, mark.column, code, severity, document.clause_at(path), message)

    for outcome in situations.run(policy, world.subjects):
        if not outcome.right:
            index = next(i for i, clause in enumerate(policy.clauses) if clause.id == outcome.clause_id)
            message = f"situation “{outcome.name}” expects [{outcome.expected}] and finds [{outcome.found}]"
            yield at(("clauses", index, "examples"), "situation", "error", message)
    defined = {code.code for code in policy.roles}
    for index, clause in enumerate(policy.clauses):
        path: Path = ("clauses", index)
        for word in clause.undefined:
            yield at((*path, "text", "zh-hans"), "undefined-word", "warning", f"nobody has defined “{word}”")
        for said in unsaid(document.content["clauses"][index]):
            message = f"the text says “{said}”, and no rule or number of the clause does"
            yield at((*path, "text", "zh-hans"), "text-apart", "warning", message)
        if not clause.binds:
            yield at((*path, "binds"), "no-role", "warning", "the duty is bound to no role")
        runs = any(is_live(rule) and (clause.waiting is None or is_heard(rule)) for rule in clause.rules)
        if runs and not clause.examples:
            yield at(path, "no-situation", "warning", "the clause runs and carries no situation")
        # Who owes a duty its cadence says itself; the other rules speak to the roles that the clause binds.
        plain = any(is_live(rule) and not isinstance(rule, CadenceRule) for rule in clause.rules)
        if world.roles is not None and runs and plain:
            for role in clause.binds:
                if role in defined and role not in world.roles:
                    yield at((*path, "binds"), "unknown-role", "warning", f"the program has no role {role!r}")
        if clause.waiting is not None:
            yield from _waits(clause.waiting, path, world, at)
        for number, rule in enumerate(clause.rules):
            place = (*path, "rules", number)
            yield from _rule(rule, place, clause.waiting, world, at)


def _waits(waiting: Waiting, path: Path, world: World, at: Any) -> Iterator[Finding]:
    left = [event for event in waiting.events if event not in (world.events or ())]
    if left or not waiting.events:
        named = f" ({', '.join(left)})" if left else ""
        yield at((*path, "waiting"), "waits", "note", f"waits for: {waiting.words['en']}{named}")
    elif world.events is not None:
        yield at((*path, "waiting"), "waits-no-more", "warning", "all that it waits for is there: take the mark away")


def _rule(rule: Any, place: Path, waiting: Waiting | None, world: World, at: Any) -> Iterator[Finding]:
    if isinstance(rule, IndicatorRule) and world.fact_sets is not None and rule.facts not in world.fact_sets:
        if rule.facts in world.counted:
            message = f"figures were closed over the fact set {rule.facts!r}, and no app publishes it any more"
            yield at((*place, "facts"), "lost-facts", "error", message)
        else:
            message = f"the indicator waits: no app publishes the fact set {rule.facts!r}"
            yield at((*place, "facts"), "unknown-facts", "note", message)
    if isinstance(rule, ClockRule) and rule.ahead is not None:
        if rule.pauses:
            message = "a pause moves a limit before an event, and the event does not wait"
            yield at((*place, "pauses"), "pause-before", "warning", message)
        if _days(rule.ahead) > LONG_AHEAD:
            message = f"{rule.ahead} ahead: what is promised will mostly become known too late for that"
            yield at((*place, "ahead"), "long-ahead", "warning", message)
    awaited = waiting.events if waiting else ()
    if world.events is not None:
        for key, names in events_of(rule):
            for event in names:
                if event not in world.events and event not in awaited:
                    severity = "error" if key == "end" and len(names) == 1 else "warning"
                    yield at((*place, key), "unheard-event", severity, f"nothing emits {event}")
    if isinstance(rule, CadenceRule) and world.roles is not None and can_open(rule) and rule.owner not in world.roles:
        yield at((*place, "owner"), "unknown-role", "warning", f"the program has no role {rule.owner!r}")
    if waiting is not None:
        return
    if isinstance(rule, FormRule) and world.forms is not None and rule.form not in world.forms:
        yield at((*place, "form"), "unknown-form", "warning", f"nobody defines the form {rule.form!r}")
    if (
        isinstance(rule, ConsequenceRule)
        and rule.template
        and world.templates is not None
        and rule.template not in world.templates
    ):
        yield at((*place, "template"), "unknown-template", "warning", f"there is no template {rule.template!r}")


def _days(duration: Duration) -> float:
    """About how many days a duration takes."""
    if duration.unit == "month":
        return duration.amount * 30
    if duration.unit == "working_d":
        return duration.amount * 7 / 5
    return (duration.seconds or 0) / (28_800 * 5 / 7 if duration.working else 86_400)


def events_of(rule: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The event types that a rule names, by the key under which it names them."""
    if isinstance(rule, ClockRule):
        for key in ("start", "end", "cancel", "reassess"):
            yield key, getattr(rule, key)
    elif isinstance(rule, ConsequenceRule) and rule.of is None:
        yield "on", (rule.on,)
    elif isinstance(rule, CadenceRule):
        yield "met_by", rule.met_by
        if rule.audit is not None:
            yield "audit", (rule.audit.of,)


# -- between policies


@dataclass(frozen=True, slots=True)
class _Placed:
    name: str
    document: Document
    path: Path
    clause: str
    rule: ClockRule


def _between(read: Mapping[str, tuple[Document, Policy]], world: World) -> Iterator[Finding]:
    names: dict[str, str] = {}
    clocks: list[_Placed] = []
    for name, (document, policy) in read.items():
        for index, clause in enumerate(policy.clauses):
            for number, parameter in enumerate(clause.parameters):
                path: Path = ("clauses", index, "parameters", number, "name")
                if parameter.name in names:
                    mark = document.mark(path)
                    message = f"{parameter.name} is also defined in {names[parameter.name]}"
                    yield Finding(name, mark.line, mark.column, "defined-twice", "error", clause.id, message)
                names[parameter.name] = clause.id
            for number, rule in enumerate(clause.rules):
                if isinstance(rule, ClockRule):
                    clocks.append(_Placed(name, document, ("clauses", index, "rules", number), clause.id, rule))
    for one, other in itertools.combinations(clocks, 2):
        if _contradict(one.rule, other.rule, world.subjects):
            mark = other.document.mark(other.path)
            message = (
                f"{one.clause} and {other.clause} set two limits for one thing: "
                f"{_limit(one.rule)} and {_limit(other.rule)} "
                f"from {_said(one.rule.start, other.rule.start)} to {', '.join(other.rule.end)}"
            )
            yield Finding(other.name, mark.line, mark.column, "two-limits", "warning", other.clause, message)


def _differ(one: ClockRule, other: ClockRule) -> bool:
    """Whether both count after their start, or both before the same promised moment, and not the same time."""
    if one.within is not None and other.within is not None:
        return one.within != other.within
    return one.within is other.within is None and one.within_fact == other.within_fact and one.ahead != other.ahead


def _limit(rule: ClockRule) -> str:
    if rule.within is not None:
        return str(rule.within)
    return f"{rule.ahead} before {rule.within_fact}" if rule.ahead else f"by {rule.within_fact}"


def _said(left: Iterable[str], right: Iterable[str]) -> str:
    return ", ".join(event for event in left if event in set(right))


def _contradict(one: ClockRule, other: ClockRule, subjects: Mapping[str, Subject]) -> bool:
    return (
        _differ(one, other)
        and one.subject == other.subject
        and one.per == other.per
        and set(one.end) == set(other.end)
        and not set(one.start).isdisjoint(other.start)
        and overlap(one.when, other.when, subjects.get(one.subject))
    )


def overlap(one: str, other: str, subject: Subject | None) -> bool:
    """Whether some facts satisfy both conditions; closed facts are all tried, else only equal texts meet."""
    if one == other or "true" in (one, other):
        return True
    if subject is None:
        return False
    try:
        left, right = Condition.compile(one, subject), Condition.compile(other, subject)
    except ConditionError:
        return False
    uses = sorted({*left.uses, *right.uses})
    ranges = [_values(subject.fields[name]) for name in uses]
    size = 1
    for values in ranges:
        size *= len(values)
    if not size or size > MOST_SITUATIONS:
        return False
    return any(_both(left, right, dict(zip(uses, values, strict=True))) for values in itertools.product(*ranges))


def _both(left: Condition, right: Condition, facts: dict[str, FactValue]) -> bool:
    try:
        return left.holds(facts) and right.holds(facts)
    except ConditionFailed:
        return False


def _values(field: FactType) -> tuple[FactValue, ...]:
    if field.kind == "bool":
        return (True, False)
    return field.choices


def validity(tenures: Iterable[Tenure]) -> list[Finding]:
    """Gaps and overlaps between the times in which the versions of one policy are in force."""
    found = []
    policies: dict[str, list[Tenure]] = {}
    for tenure in tenures:
        policies.setdefault(tenure.policy.name, []).append(tenure)
    for name, held in policies.items():
        held.sort(key=lambda tenure: tenure.since)
        for one, other in itertools.pairwise(held):
            between = f"between version {one.policy.version} and {other.policy.version}"
            if one.until is None or one.until > other.since:
                found.append(Finding(name, 0, 0, "overlap", "error", "", f"two versions are in force {between}"))
            elif one.until < other.since:
                message = f"nothing is in force {between}: {one.until:%Y-%m-%d} to {other.since:%Y-%m-%d}"
                found.append(Finding(name, 0, 0, "gap", "error", "", message))
        if held[-1].until is not None:
            message = f"version {held[-1].policy.version} ends on {held[-1].until:%Y-%m-%d} and none follows"
            found.append(Finding(name, 0, 0, "gap", "error", "", message))
    return found
