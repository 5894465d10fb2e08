"""Small rulebooks, calendars and happenings for the tests of the clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from nuoda.engine.clocks.pure.calendars import ALWAYS, Calendar, Period
from nuoda.engine.clocks.pure.values import Happening
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule, PauseReason

DAY: tuple[Period, ...] = ((540, 720), (810, 1080))
OFFICE = Calendar("office", "Asia/Shanghai", (DAY,) * 5 + ((),) * 2)
NEVER = datetime.max.replace(tzinfo=UTC)
CASE = UUID("0192c000-0000-7000-8000-000000000001")


def moment(text: str) -> datetime:
    """A moment in Shanghai: '2026-03-06 17:50'."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


def ident(number: int) -> UUID:
    return UUID(int=number)


def office(days: Mapping[date, tuple[Period, ...]]) -> Calendar:
    return Calendar("office", "Asia/Shanghai", OFFICE.week, days)


def duration(text: str) -> Duration:
    return Duration.parse(text)


def happening(
    number: int, type_: str, at: str | datetime, *, facts: Mapping[str, object] | None = None, **data: object
) -> Happening:
    happened = moment(at) if isinstance(at, str) else at
    return Happening(ident(number), type_, happened, happened, facts or {}, data, actor="tester")


def clock(key: str = "answer", within: str | None = "10 min", **more: object) -> ClockRule:
    fields: dict[str, object] = {"start": ("ticket.reported",), "end": ("ticket.answered",), **more}
    return ClockRule(
        key=key,
        subject="ticket",
        within=None if within is None else Duration.parse(within),
        **fields,  # type: ignore[arg-type]
    )


def waiting(limit: str | None = None, reason: str = "customer") -> tuple[PauseReason, ...]:
    return (PauseReason(reason, None if limit is None else Duration.parse(limit)),)


@dataclass
class Plain:
    """A rulebook of plain values: versions with their first moment, conditions as small expressions 'name=value'."""

    rules: list[tuple[datetime, BoundRule]] = field(default_factory=list)
    working: Calendar = OFFICE
    dealers: dict[str, Calendar] = field(default_factory=dict)
    judge: Callable[[str, Mapping[str, object]], bool] | None = None
    turns: list[Revision] = field(default_factory=list)

    def clocks_for(self, event_type: str, at: datetime) -> tuple[BoundRule, ...]:
        found: dict[str, BoundRule] = {}
        for since, bound in self.rules:
            if since <= at:
                found[bound.ref] = bound
        return tuple(b for b in found.values() if isinstance(b.rule, ClockRule) and event_type in b.rule.start)

    def revisions(self, after: datetime, until: datetime) -> list[Revision]:
        return [revision for revision in self.turns if after < revision.at <= until]

    def holds(self, bound: BoundRule, condition: str, facts: Mapping[str, object]) -> bool:
        if condition == "true":
            return True
        name, _, value = condition.partition("=")
        if name not in facts:
            raise ConditionFailed(f"no fact {name}")
        return str(facts[name]) == value

    def calendar(self, bound: BoundRule, start: Happening) -> Calendar:
        assert isinstance(bound.rule, ClockRule)
        if bound.rule.calendar == "owner" and start.dealer in self.dealers:
            return self.dealers[start.dealer]
        return self.working


@dataclass
class Versions(Plain):
    """A book whose rules are replaced by `later` ones at a moment."""

    at: datetime = NEVER
    later: list[BoundRule] = field(default_factory=list)

    def clocks_for(self, event_type: str, at: datetime) -> tuple[BoundRule, ...]:
        if at < self.at:
            return super().clocks_for(event_type, at)
        return tuple(b for b in self.later if isinstance(b.rule, ClockRule) and event_type in b.rule.start)


def book(*rules: ClockRule, working: Calendar = OFFICE, clause: str = "MN-1") -> Plain:
    return Plain([(datetime(2000, 1, 1, tzinfo=UTC), bound(rule, clause)) for rule in rules], working)


def bound(rule: ClockRule, clause: str = "MN-1", version: int = 1) -> BoundRule:
    return BoundRule(ident(9000 + version), "MN", f"{version}.0", clause, rule)


__all__ = [
    "ALWAYS",
    "CASE",
    "OFFICE",
    "Plain",
    "Versions",
    "book",
    "bound",
    "clock",
    "duration",
    "happening",
    "ident",
    "moment",
    "office",
    "waiting",
]
