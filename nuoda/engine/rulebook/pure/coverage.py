"""Coverage: for each clause what becomes of it, by which kinds of rule, and which events it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from .linting import events_of
from .policies import Clause, Policy
from .rules import ClauseStatus, Text


@dataclass(frozen=True, slots=True)
class Need:
    """An event that a clause names; `heard`: something in the program emits it."""

    event: str
    heard: bool


@dataclass(frozen=True, slots=True)
class Line:
    clause: str
    policy: str
    version: str
    section: str
    status: ClauseStatus
    kinds: tuple[str, ...]
    """Kinds of its rules, in the order of the clause; 'checklist' when a person attests it."""
    events: tuple[Need, ...]
    waits_for: Text | None
    undefined: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "clause": self.clause,
            "policy": self.policy,
            "version": self.version,
            "section": self.section,
            "status": self.status,
            "kinds": list(self.kinds),
            "events": [{"event": need.event, "heard": need.heard} for need in self.events],
            "waits_for": dict(self.waits_for) if self.waits_for else None,
            "undefined": list(self.undefined),
        }


def coverage(policies: Iterable[Policy], heard: Collection[str]) -> list[Line]:
    """A line for every clause, in the order of the policies; `heard` are the event types that something emits."""
    return [_line(policy, clause, heard) for policy in policies for clause in policy.clauses]


def _line(policy: Policy, clause: Clause, heard: Collection[str]) -> Line:
    kinds = [type(rule).__name__.removesuffix("Rule").lower() for rule in clause.rules]
    if clause.checklist:
        kinds.append("checklist")
    named = [event for rule in clause.rules for _key, events in events_of(rule) for event in events]
    if clause.waiting is not None:
        named += clause.waiting.events
    return Line(
        clause.id,
        policy.name,
        policy.version,
        clause.section,
        clause.status,
        tuple(dict.fromkeys(kinds)),
        tuple(Need(event, event in heard) for event in dict.fromkeys(named)),
        clause.waiting.words if clause.waiting else None,
        clause.undefined,
    )
