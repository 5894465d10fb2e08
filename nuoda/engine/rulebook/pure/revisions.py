"""What a version that takes the place of another makes of the open deadlines of each clock it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from .policies import Policy
from .rules import BoundRule, ClockRule

Way = Literal["convert", "restart", "withdraw"]


@dataclass(frozen=True, slots=True)
class Turn:
    """The open deadlines of one clock: computed anew from their start, counted from now on, or withdrawn."""

    way: Way
    bound: BoundRule | None
    """The clock as it is from now on; None when there is none any more."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A version takes effect. A clock whose open deadlines stay under the version they began with is not named."""

    at: datetime
    policy: str
    version_id: UUID
    version: str
    turns: Mapping[str, Turn]
    """By the stable name of the clock: 'MN-3.2.1b/on_site'."""


def revision(at: datetime, before: Policy, after: Policy, version_id: UUID) -> Revision:
    """What becomes of open deadlines when `after` takes the place of `before`."""
    new = clocks(after)
    turns: dict[str, Turn] = {}
    for ref, old in clocks(before).items():
        clause_id, rule = ref.partition("/")[0], new.get(ref)
        if rule is None:
            if ref in after.withdraws:
                turns[ref] = Turn("withdraw", None)
        elif rule.transition != "keep" and not same(old, rule):
            turns[ref] = Turn(rule.transition, BoundRule(version_id, after.name, after.version, clause_id, rule))
    return Revision(at, after.name, version_id, after.version, turns)


def clocks(policy: Policy) -> dict[str, ClockRule]:
    """The clocks of a policy by their stable names."""
    return {f"{clause.id}/{rule.key}": rule for clause in policy.clauses for rule in clause.clocks()}


def same(one: ClockRule, other: ClockRule) -> bool:
    """Whether two clocks run alike: their names, and what they say about open deadlines, make no difference."""
    return replace(one, label={}, transition="keep") == replace(other, label={}, transition="keep")
