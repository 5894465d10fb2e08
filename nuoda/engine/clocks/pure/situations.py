"""Examples of clauses that need a clock, run through the one fold: events of a case in, deadlines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from nuoda.engine.rulebook.pure.conditions import Condition, ConditionError, ConditionFailed, unfit
from nuoda.engine.rulebook.pure.facts import Subject, subject_of
from nuoda.engine.rulebook.pure.policies import Clause, ClockExample, ExpectedDeadline, Policy
from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule
from nuoda.engine.rulebook.pure.situations import Outcome

from .calendars import Calendar
from .fold import fold
from .values import CaseState, Happening

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class OneClause:
    """A book with the clocks of one clause and one calendar."""

    rules: tuple[BoundRule, ...]
    subjects: Mapping[str, Subject]
    working: Calendar

    def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
        return tuple(b for b in self.rules if isinstance(b.rule, ClockRule) and event_type in b.rule.start)

    def revisions(self, after: datetime, until: datetime) -> tuple[Revision, ...]:
        return ()

    def holds(self, bound: BoundRule, condition: str, facts: Mapping[str, object]) -> bool:
        rule = bound.rule
        if not isinstance(rule, ClockRule):
            raise TypeError("only clocks run here")
        ending = condition == rule.end_when and condition != rule.when
        name = subject_of(rule.end[0]) if ending else rule.subject
        if name not in self.subjects:
            raise ConditionFailed(f"no app declares the subject {name!r}")
        try:
            return Condition.compile(condition, self.subjects[name]).holds(facts)
        except ConditionError as error:
            raise ConditionFailed(f"{condition!r}: {unfit(condition, self.subjects[name], error)}") from error

    def calendar(self, bound: BoundRule, start: Happening) -> Calendar:
        return self.working


def run(policy: Policy, subjects: Mapping[str, Subject], calendar: Calendar) -> Iterator[Outcome]:
    """Run every example of the policy that needs a clock; its times are local times of the calendar."""
    for clause in policy.clauses:
        for example in clause.examples:
            if isinstance(example, ClockExample):
                yield one(policy, clause, example, subjects, calendar)


def one(
    policy: Policy, clause: Clause, example: ClockExample, subjects: Mapping[str, Subject], calendar: Calendar
) -> Outcome:
    """Run one example; what was found is told in the words of what was expected."""
    case = _folded(policy, clause, example, subjects, calendar)
    expected = "; ".join(_told(wanted) for wanted in example.expect)
    found = "; ".join([_told(one) for one in _found(case, example, calendar)] + [p.reason for p in case.problems])
    return Outcome(clause.id, example.name["zh-hans"], expected, found)


def found(
    policy: Policy, clause: Clause, example: ClockExample, subjects: Mapping[str, Subject], calendar: Calendar
) -> tuple[ExpectedDeadline, ...]:
    """What the example would have to expect to be right: for each deadline that it asks for, how it comes out."""
    return tuple(_found(_folded(policy, clause, example, subjects, calendar), example, calendar))


def _folded(
    policy: Policy, clause: Clause, example: ClockExample, subjects: Mapping[str, Subject], calendar: Calendar
) -> CaseState:
    zone = ZoneInfo(calendar.zone)
    rules = tuple(BoundRule(_NOBODY, policy.name, policy.version, clause.id, rule) for rule in clause.clocks())
    happenings = [
        Happening(UUID(int=number), e.event, e.at.replace(tzinfo=zone), e.at.replace(tzinfo=zone), e.facts, e.payload)
        for number, e in enumerate(example.events, 1)
    ]
    as_of = (example.as_of or max(e.at for e in example.events)).replace(tzinfo=zone)
    return fold(_NOBODY, happenings, OneClause(rules, subjects, calendar), as_of)


def _told(one: ExpectedDeadline) -> str:
    return f"{one.clock} #{one.round} {one.state}" + (f" {one.due:%Y-%m-%d %H:%M}" if one.due else "")


def _found(case: CaseState, example: ClockExample, calendar: Calendar) -> Iterator[ExpectedDeadline]:
    """The deadlines of the wanted rounds; rounds of rows (`per`) count in the order of their starts."""
    for wanted in example.expect:
        mine = sorted(
            (d for d in case.deadlines.values() if d.rule.key == wanted.clock),
            key=lambda d: (d.started_at, d.start_id.int),
        )
        if wanted.round > len(mine):
            yield replace(wanted, due=None, state="none")
            continue
        deadline = mine[wanted.round - 1]
        due = deadline.due_at
        asked = wanted.due is not None or wanted.state == "none"
        local = due.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None) if due is not None and asked else None
        yield replace(wanted, due=local, state=deadline.state)  # type: ignore[arg-type]  # no example waives
