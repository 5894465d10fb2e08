"""Examples of cadences, run through the functions of daily work: a day in, the due time and the state out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.policies import CadenceExample, Clause, Policy
from nuoda.engine.rulebook.pure.rules import CadenceRule
from nuoda.engine.rulebook.pure.situations import Outcome

from .periods import due, holding
from .standing import Proof, Terms, stand

_MOMENT = timedelta(seconds=1)


def run(policy: Policy, calendar: Calendar) -> Iterator[Outcome]:
    """Run every example of the policy that is about a period."""
    for clause in policy.clauses:
        for example in clause.examples:
            if isinstance(example, CadenceExample):
                yield one(clause, example, calendar)


def one(clause: Clause, example: CadenceExample, calendar: Calendar) -> Outcome:
    """Run one example against its clause; its moments are local times of the calendar."""
    zone = ZoneInfo(calendar.zone)
    rule = next(r for r in clause.rules if isinstance(r, CadenceRule) and r.key == example.cadence)
    _start, end = holding(rule.every, example.day).bounds(zone)
    due_at, judged_at = due(rule, end, calendar)
    proofs = []
    if example.done is not None:
        proofs.append(Proof(example.done.replace(tzinfo=zone), "done", "attested"))
    as_of = example.as_of.replace(tzinfo=zone) if example.as_of is not None else judged_at + _MOMENT
    found = stand(Terms(due_at, judged_at, rule.times), proofs, as_of)
    expected = f"{_said(example.due.replace(tzinfo=zone))} {example.state}"
    return Outcome(clause.id, example.name["zh-hans"], expected, f"{_said(due_at.astimezone(zone))} {found.state}")


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
