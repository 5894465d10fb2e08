"""Examples of clauses that need a clock, run through the one fold: events of a case in, deadlines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from nuoda.engine.rulebook.pure.conditions import Condition, ConditionFailed
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
        return Condition.compile(condition, self.subjects[name]).holds(facts)

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
    zone = ZoneInfo(calendar.zone)
    rules = tuple(BoundRule(_NOBODY, policy.name, policy.version, clause.id, rule) for rule in clause.clocks())
    happenings = [
        Happening(UUID(int=number), e.event, e.at.replace(tzinfo=zone), e.at.replace(tzinfo=zone), e.facts, e.payload)
        for number, e in enumerate(example.events, 1)
    ]
    as_of = (example.as_of or max(e.at for e in example.events)).replace(tzinfo=zone)
    case = fold(_NOBODY, happenings, OneClause(rules, subjects, calendar), as_of)
    expected = "; ".join(_told(w.clock, w.round, w.state, w.due) for w in example.expect)
    found = "; ".join([_found(case, wanted, zone) for wanted in example.expect] + [p.reason for p in case.problems])
    return Outcome(clause.id, example.name["zh-hans"], expected, found)


def _told(clock: str, number: int, state: str, due: datetime | None) -> str:
    return f"{clock} #{number} {state}" + (f" {due:%Y-%m-%d %H:%M}" if due else "")


def _found(case: CaseState, wanted: ExpectedDeadline, zone: ZoneInfo) -> str:
    """The deadline of the wanted round; rounds of rows (`per`) count in the order of their starts."""
    mine = sorted(
        (d for d in case.deadlines.values() if d.rule.key == wanted.clock), key=lambda d: (d.started_at, d.start_id.int)
    )
    if wanted.round > len(mine):
        return _told(wanted.clock, wanted.round, "none", None)
    deadline = mine[wanted.round - 1]
    due = None
    if deadline.due_at is not None and wanted.due is not None:
        due = deadline.due_at.astimezone(zone)
    return _told(wanted.clock, wanted.round, deadline.state, due)
