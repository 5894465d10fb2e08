"""A naive clock that looks at every minute: slow, obvious, and sharing nothing with the engine's arithmetic."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from nuoda.engine.clocks.pure.calendars import Calendar, Period
from nuoda.engine.clocks.pure.values import Happening
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.revisions import Revision, Turn
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule, PauseReason, Warning

from .worlds import Plain, Versions, book, ident

MINUTE = timedelta(minutes=1)
Holding = list[frozenset[str]]
WINDOW = 4
"""Days looked at from the base of a world."""
BASES = ("2024-02-27", "2026-03-06", "2026-03-27", "2026-10-30", "2025-12-30", "2026-04-03", "2026-01-29", "2027-02-26")
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


@dataclass(frozen=True)
class World:
    """One random situation: a calendar, two rules that a change of severity switches between, a limit before a visit (or by it)
    whose date may change, and what happens."""

    base: datetime
    calendar: Calendar
    book: Plain
    happenings: tuple[Happening, ...]
    as_of: datetime
    changes: Mapping[str, Change] = field(default_factory=dict)
    """A later version of the book: what it makes of each rule."""


@dataclass(frozen=True)
class Change:
    minute: int
    """When it takes effect."""
    way: str
    rule: ClockRule | None
    """The rule from then on; None when it is gone."""


@dataclass(frozen=True)
class Outcome:
    state: str
    ended_at: datetime | None
    due_at: datetime | None
    counted: int
    """Minutes counted until the end (or until the world's last moment)."""


def draw_calendar(draw: random.Random, base: date) -> Calendar:
    def periods() -> tuple[Period, ...]:
        marks = sorted(draw.sample(range(0, 1441, 5), 2 * draw.choice((1, 1, 2, 3))))
        return tuple((marks[i], marks[i + 1]) for i in range(0, len(marks), 2))

    shared = periods()
    week = tuple((shared if draw.random() < 0.7 else periods()) if draw.random() < 0.8 else () for _ in range(7))
    if not any(week):
        week = (((540, 1080),), *week[1:])
    days = {
        base + timedelta(days=draw.randrange(-1, 30)): (periods() if draw.random() < 0.5 else ())
        for _ in range(draw.randrange(5))
    }
    return Calendar("drawn", draw.choice(ZONES), week, days)


def draw_duration(draw: random.Random) -> Duration:
    return Duration.parse(
        draw.choice(
            (
                f"{draw.randrange(5, 200)} min",
                f"{draw.randrange(1, 40)} h",
                f"{draw.randrange(5, 300)} working min",
                f"{draw.randrange(1, 14)} working hours",
                f"{draw.randrange(1, 4)} working days",
                f"{draw.randrange(1, 3)} d",
            )
        )
    )


def draw_ahead(draw: random.Random) -> Duration | None:
    """How long before the visit; None: by the visit itself."""
    return None if draw.random() < 0.2 else draw_duration(draw)


def draw_world(seed: int) -> World:
    draw, aside = random.Random(seed), random.Random(f"visit {seed}")
    first = date.fromisoformat(draw.choice(BASES))
    calendar = draw_calendar(draw, first)
    base = datetime(first.year, first.month, first.day, tzinfo=UTC)

    def limit() -> Duration | None:
        spelled = draw.choice((None, f"{draw.randrange(10, 400)} min", f"{draw.randrange(10, 300)} working min"))
        return None if spelled is None else Duration.parse(spelled)

    pauses = tuple(PauseReason(reason, limit()) for reason in ("customer", "parts") if draw.random() < 0.8)
    warnings = (Warning(share=draw.choice((0.25, 0.5, 0.75))), Warning(before=Duration.parse("30 min")))[
        : draw.randrange(3)
    ]

    def rule(key: str, severity: str) -> ClockRule:
        return ClockRule(
            key=key,
            subject="ticket",
            start=("ticket.reported", "ticket.reopened"),
            end=("ticket.answered",),
            within=draw_duration(draw),
            when=f"severity={severity}",
            reassess=("ticket.severity",),
            cancel=("ticket.cancelled",),
            pauses=pauses,
            warnings=warnings,
        )

    moves = aside.random() < 0.6
    visit = replace(
        rule("visit", "general"),
        within=None,
        within_fact="visit_at",
        ahead=draw_ahead(aside),
        when=aside.choice(("true", "severity=urgent")) if moves else "true",
        reassess=("ticket.severity",) if moves else (),
        warnings=warnings,
    )
    rules = (rule("urgent", "urgent"), rule("general", "general"), visit)
    minutes = sorted(draw.randrange(WINDOW * 1440 - 10) for _ in range(draw.randrange(2, 12)))
    kinds = ("ticket.severity", "ticket.paused", "ticket.paused", "ticket.resumed", "visit.paused", "visit.resumed")
    severity = draw.choice(("urgent", "general"))
    happenings = []
    for number, minute in enumerate(minutes):
        kind = "ticket.reported" if number == 0 else draw.choice((*kinds, "ticket.answered", "ticket.noted"))
        if number and draw.random() < 0.06:
            kind = draw.choice(("ticket.cancelled", "ticket.reopened"))
        if kind == "ticket.severity":
            severity = draw.choice(("urgent", "general"))
        data: dict[str, object] = (
            {"reason": draw.choice(("customer", "parts", "weather"))} if kind.endswith(".paused") else {}
        )
        at = base + minute * MINUTE
        if kind in visit.start or (kind == "ticket.severity" and aside.random() < 0.6):
            data["visit_at"] = at + aside.randrange(-300, WINDOW * 1440) * MINUTE
        happenings.append(Happening(ident(number + 1), kind, at, at, {"severity": severity}, data, "tester"))
    return World(base, calendar, book(*rules, working=calendar), tuple(happenings), base + timedelta(days=WINDOW))


def draw_revised(seed: int) -> World:
    """A random situation in which a second version takes effect on the way, with other limits, pauses and warnings."""
    world, draw = draw_world(seed), random.Random(-seed)
    minute = draw.choice(
        [draw.randrange(WINDOW * 1440), *((h.happened_at - world.base) // MINUTE for h in world.happenings[1:])]
    )
    changes: dict[str, Change] = {}
    turns: dict[str, Turn] = {}
    later: list[BoundRule] = []
    for _, bound in world.book.rules:
        old = bound.rule
        assert isinstance(old, ClockRule)
        way = draw.choice(("keep", "convert", "convert", "restart", "restart", "withdraw", "gone"))
        new = replace(
            old,
            within=None if old.within is None else draw_duration(draw),
            ahead=None if old.within is not None else draw_ahead(draw),
            pauses=tuple(p for p in old.pauses if draw.random() < 0.7),
            warnings=(Warning(share=0.6),),
        )
        anew = replace(bound, version_id=ident(9002), version="2.0", rule=new)
        if way in ("withdraw", "gone"):
            changes[old.key] = Change(minute, way, None)
            if way == "withdraw":
                turns[bound.ref] = Turn("withdraw", None)
            continue
        changes[old.key] = Change(minute, way, new)
        later.append(anew)
        if way != "keep":
            turns[bound.ref] = Turn(way, anew)  # type: ignore[arg-type]
    at = world.base + minute * MINUTE
    plain = Versions(world.book.rules, world.calendar, at=at, later=later)
    plain.turns = [Revision(at, "MN", ident(9002), "2.0", turns)]
    return replace(world, book=plain, changes=changes)


def worked_minutes(calendar: Calendar, base: datetime, days: int) -> bytearray:
    """One byte per minute from `base`: is this minute, by the wall clock of the place, inside a working period?"""
    zone = ZoneInfo(calendar.zone)
    tables: dict[date, bytes] = {}
    found = bytearray()
    for quarter in range(days * 96):
        local = (base + timedelta(minutes=15 * quarter)).astimezone(zone)
        if local.date() not in tables:
            tables[local.date()] = _day(calendar.periods_on(local.date()))
        at = local.hour * 60 + local.minute
        found += tables[local.date()][at : at + 15]
    return found


@lru_cache(maxsize=4096)
def _day(periods: tuple[Period, ...]) -> bytes:
    minutes = bytearray(1440)
    for begin, end in periods:
        for minute in range(begin, end):
            minutes[minute] = 1
    return bytes(minutes)


def _minute(world: World, at: datetime) -> int:
    return (at - world.base) // MINUTE


def minutes_before(world: World, ahead: Duration, start: int, promised: int, worked: bytearray) -> int:
    """The minute so long before the promised one, going back minute by minute; -1 when it lies before minute `start`."""
    amount, unit = ahead.amount, ahead.unit
    factor = {"min": 1, "h": 60, "d": 1440, "working_min": 1, "working_h": 60}.get(unit, 1)
    if not ahead.working:
        return promised - amount * factor
    zone = ZoneInfo(world.calendar.zone)
    counted, last = 0, (world.base + promised * MINUTE).astimezone(zone).date()
    for minute in range(promised - 1, start - 1, -1):
        if not worked[minute]:
            continue
        if unit != "working_d":
            counted += 1
            if counted == amount * factor:
                return minute
            continue
        day = (world.base + minute * MINUTE).astimezone(zone).date()
        if day != last:
            counted, last = counted + 1, day
            if counted == amount:
                return minute + 1
    return -1


def promised_minutes(world: World, rule: ClockRule, start: int, promised: int, worked: bytearray) -> int:
    """Minutes from `start` until the promise falls due: so long before it, or by it when it became known too late."""
    if promised <= start:
        return 0
    early = promised if rule.ahead is None else minutes_before(world, rule.ahead, start, promised, worked)
    return (early if early >= start else promised) - start


def budget_minutes(world: World, rule: ClockRule, start: int, worked: bytearray, promised: int) -> int:
    """Minutes the rule allows from minute `start`; a large number when the window does not show its end."""
    if rule.within is None:
        return promised_minutes(world, rule, start, promised, worked)
    amount, unit = rule.within.amount, rule.within.unit
    factor = {"min": 1, "h": 60, "d": 1440, "working_min": 1, "working_h": 60}.get(unit)
    if factor is not None:
        return amount * factor
    zone = ZoneInfo(world.calendar.zone)
    counted, closed, today = 0, 0, None
    last: date | None = None
    for minute in range(start, len(worked)):
        if not worked[minute]:
            continue
        day = (world.base + minute * MINUTE).astimezone(zone).date()
        if today is None:
            today = day
        if day != last and last is not None:
            closed += 1
            if closed == amount + 1:
                return counted
        last = day
        counted += 1
    return 10**9


def outcomes(world: World, *, lunch: bool = True) -> dict[tuple[str, int], Outcome]:
    """What each (rule, round) comes to. `lunch=False` breaks the oracle on purpose: it counts every minute."""
    worked = worked_minutes(world.calendar, world.base, WINDOW + 7)
    if not lunch:
        worked = bytearray(b"\x01" * len(worked))
    holding = _holding(world, _minute(world, world.as_of))
    found: dict[tuple[str, int], Outcome] = {}
    for _, bound in world.book.rules:
        rule = bound.rule
        assert isinstance(rule, ClockRule)
        change = world.changes.get(rule.key)
        starts = [
            h
            for h in world.happenings
            if h.type in rule.start
            and (change is None or change.rule is not None or _minute(world, h.happened_at) < change.minute)
        ]
        for round_, start in enumerate(starts, 1):
            outcome = _outcome(world, rule, start, starts[round_] if round_ < len(starts) else None, worked, holding)
            if outcome is not None:
                found[(rule.key, round_)] = outcome
    return found


def _outcome(
    world: World, rule: ClockRule, start: Happening, following: Happening | None, worked: bytearray, holding: Holding
) -> Outcome | None:
    began = _minute(world, start.happened_at)
    change = world.changes.get(rule.key)
    if change is not None and change.minute <= began:
        assert change.rule is not None
        rule, change = change.rule, None
    promised = _promise(world, start, 0)
    due, counts, stopped = _run(world, rule, began, worked, holding, promised)
    later = [h for h in world.happenings if h.key > start.key]
    end = next((h for h in later if h.type in rule.end), None)
    applies = _applies(rule, start)
    opened, result = applies, None
    over = False
    for h in [*later, None]:
        now = _minute(world, world.as_of if h is None else h.happened_at)
        if change is not None and change.minute <= now:
            if opened and due is not None and due < change.minute:
                return Outcome("missed", world.base + due * MINUTE, world.base + due * MINUTE, counts(due))
            done = end is not None and _minute(world, end.happened_at) < change.minute
            if change.way == "withdraw":
                if opened:
                    at = world.base + change.minute * MINUTE
                    return Outcome("withdrawn", at, None, counts(change.minute))
                over = over or not done
            elif change.way in ("convert", "restart") and not done:
                assert change.rule is not None
                began = change.minute if change.way == "restart" else began
                rule = change.rule
                due, counts, stopped = _run(world, rule, began, worked, holding, promised)
            change = None
        if opened and due is not None and due < now:
            return Outcome("missed", world.base + due * MINUTE, world.base + due * MINUTE, counts(due))
        if h is None:
            break
        if opened and h is end:
            return Outcome("kept", h.happened_at, None, counts(now))
        if opened and h.type in rule.cancel:
            return Outcome("withdrawn", h.happened_at, None, counts(now))
        if h.type in rule.cancel or h is following:
            # What a cancelled or an earlier round was, a change of severity does not bring back to life.
            over = True
        if h.type in rule.reassess and not over:
            applies = _applies(rule, h)
            dated = rule.within is not None or "visit_at" in h.data
            if rule.within is None and applies and dated:
                promised = _promise(world, h, promised)
                due, counts, stopped = _run(world, rule, began, worked, holding, promised)
                if opened and due is not None and due < now:
                    return Outcome("missed", world.base + due * MINUTE, world.base + due * MINUTE, counts(due))
            if opened and not applies:
                opened, result = False, Outcome("withdrawn", h.happened_at, None, counts(now))
            elif applies and dated and not opened:
                opened = True
                if end is not None and end.key < h.key:
                    when = _minute(world, end.happened_at)
                    if due is not None and due < when:
                        return Outcome("missed", world.base + due * MINUTE, world.base + due * MINUTE, counts(due))
                    return Outcome("kept", end.happened_at, None, counts(when))
                if due is not None and due < now:
                    return Outcome("missed", world.base + due * MINUTE, world.base + due * MINUTE, counts(due))
    if not opened:
        return result
    last = _minute(world, world.as_of)
    return Outcome("paused" if stopped else "open", None, None, counts(last))


def _applies(rule: ClockRule, h: Happening) -> bool:
    return rule.when in ("true", f"severity={h.facts['severity']}")


def _promise(world: World, h: Happening, otherwise: int) -> int:
    """The minute that the happening promises."""
    moment = h.data.get("visit_at")
    return _minute(world, moment) if isinstance(moment, datetime) else otherwise


def _run(
    world: World, rule: ClockRule, begin: int, worked: bytearray, holding: Holding, promised: int
) -> tuple[int | None, Callable[[int], int], bool]:
    """The minute in which the budget is used up (None: not within the window), a count until any minute, and whether
    the clock stands still in the last minute."""
    last = _minute(world, world.as_of)
    budget = budget_minutes(world, rule, begin, worked, promised)
    if not budget:
        return begin, lambda at: 0, False
    limits = {p.reason: 10**9 if p.limit is None else (p.limit.seconds or 0) // 60 for p in rule.pauses}
    by_work = {p.reason for p in rule.pauses if p.limit is not None and p.limit.working}
    used = dict.fromkeys(limits, 0)
    working = rule.within is not None and rule.within.working
    counted, sums, stopped = 0, [0], False
    for minute in range(begin, last + 1):
        stopped = False
        for reason in holding[minute]:
            if reason in limits and used[reason] < limits[reason]:
                stopped = True
                used[reason] += worked[minute] if reason in by_work else 1
        if not stopped and (not working or worked[minute]):
            counted += 1
        sums.append(counted)
        if counted == budget:
            return minute + 1, lambda at: sums[min(at - begin, len(sums) - 1)], False
    return None, lambda at: sums[at - begin], stopped


def _holding(world: World, last: int) -> Holding:
    """The reasons that hold in each minute."""
    found: Holding = []
    tracks: dict[str, str] = {}
    changes = [(_minute(world, h.happened_at), h) for h in world.happenings]
    reasons = _NONE
    for minute in range(last + 1):
        while changes and changes[0][0] <= minute:
            h = changes.pop(0)[1]
            subject, _, verb = h.type.partition(".")
            if verb == "paused":
                tracks[subject] = str(h.data["reason"])
            elif verb == "resumed":
                tracks.pop(subject, None)
            reasons = frozenset(tracks.values())
        found.append(reasons)
    return found


_NONE: frozenset[str] = frozenset()
