"""What a version that takes the place of another makes of what is open: deadlines of clocks, duties of cadences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from .policies import Policy
from .rules import BoundRule, CadenceRule, ClockRule

DutyWay = Literal["keep", "convert", "restart", "end"]
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


# -- duties ----------------------------------------------------------------------------------------------


def duty_turns(before: Policy, after: Policy) -> dict[str, DutyWay]:
    """What becomes of the open duties of each cadence that `after` changes or no longer has, by its stable name.

    keep: they go on under the version that opened them. convert: they are what the new rule asks for in their period.
    restart: so, too, but only what is done from then on counts. end: they fall away; the new rule asks from the next period
    on. A rule for other periods, other units or another kind of proof can take over nothing: converting and restarting end
    the old duties, and the new ones begin by themselves. Of a cadence that is gone they go on, unless `after` withdraws them.
    """
    new = cadences(after)
    turns: dict[str, DutyWay] = {}
    for ref, old in cadences(before).items():
        rule = new.get(ref)
        if rule is None:
            turns[ref] = "end" if ref in after.withdraws else "keep"
        elif not same_duty(old, rule):
            taken = rule.transition in ("keep", "end") or alike(old, rule)
            turns[ref] = rule.transition if taken else "end"
    return turns


def cadences(policy: Policy) -> dict[str, CadenceRule]:
    """The cadences of a policy by their stable names."""
    return {
        f"{clause.id}/{rule.key}": rule
        for clause in policy.clauses
        for rule in clause.rules
        if isinstance(rule, CadenceRule)
    }


def same_duty(one: CadenceRule, other: CadenceRule) -> bool:
    """Whether two cadences ask for the same: what they are called, and what they say about open duties, makes no difference."""
    return replace(one, duty={}, transition="keep") == replace(other, duty={}, transition="keep")


def alike(one: CadenceRule, other: CadenceRule) -> bool:
    """Whether a duty of the one can become a duty of the other: the same periods of the same units, drawn for an audit or not."""
    holders = one.per == "person" and one.owner != other.owner
    return (one.every, one.per, one.audit is None) == (other.every, other.per, other.audit is None) and not holders
