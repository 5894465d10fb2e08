"""Examples of a draft that come out otherwise, and what they would have to expect: told to the writer, who says whether it is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nuoda.engine.clocks.pure import situations as clocked
from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.facts import Subject
from nuoda.engine.rulebook.pure.policies import ClockExample, ExpectedDeadline, Policy

from . import editing


@dataclass(frozen=True, slots=True)
class Other:
    """Example number `number` (from 0) of a clause, whose deadlines come out as `found`."""

    clause_id: str
    number: int
    name: Mapping[str, str]
    expected: tuple[ExpectedDeadline, ...]
    found: tuple[ExpectedDeadline, ...]

    @property
    def key(self) -> str:
        return f"{self.clause_id}:{self.number}"


def others(policy: Policy, subjects: Mapping[str, Subject], calendar: Calendar) -> Iterator[Other]:
    """The examples of clocks whose deadlines come out otherwise than their clause says."""
    for clause in policy.clauses:
        for number, example in enumerate(clause.examples):
            if isinstance(example, ClockExample):
                found = clocked.found(policy, clause, example, subjects, calendar)
                if found != example.expect:
                    yield Other(clause.id, number, example.name, example.expect, found)


def taken_over(content: Content, others: Iterable[tuple[Other, Mapping[str, str]]]) -> Content:
    """The content with these examples expecting what was found, each under its (perhaps new) name in every language."""
    for other, name in others:
        clause = content["clauses"][editing.place(content, other.clause_id)]
        examples = list(clause["examples"])
        examples[other.number] = {
            **examples[other.number],
            "name": dict(name),
            "expect": [_written(wanted) for wanted in other.found],
        }
        content, _marks = editing.put(content, other.clause_id, {**clause, "examples": examples})
    return content


def _written(one: ExpectedDeadline) -> dict[str, Any]:
    written: dict[str, Any] = {"clock": one.clock}
    if one.due is not None:
        written["due"] = f"{one.due:%Y-%m-%d %H:%M}"
    written["state"] = one.state
    if one.round != 1:
        written["round"] = one.round
    return written
