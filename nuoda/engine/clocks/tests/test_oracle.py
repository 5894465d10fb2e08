"""Invariant 4: against a naive minute-by-minute clock, 10,000 random worlds give no difference."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.clocks.pure.explaining import Explanation, explain
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import DeadlineState

from . import oracle
from .worlds import CASE

PARTS, EACH, REVISED = 8, 1250, 400


def difference(world: oracle.World, *, lunch: bool = True) -> str:
    """The first difference between the engine and the oracle, '' when there is none."""
    case = fold(CASE, world.happenings, world.book, world.as_of)
    expected = oracle.outcomes(world, lunch=lunch)
    found = {(d.rule.key, d.round): d for d in case.deadlines.values()}
    if found.keys() != expected.keys():
        return f"deadlines {sorted(found)} instead of {sorted(expected)}"
    for key, d in found.items():
        want = expected[key]
        explained = explain(d)
        if not explained.agrees:
            return f"{key}: the explanation does not add up"
        if (d.state, d.ended_at) != (want.state, want.ended_at):
            return f"{key}: {d.state} at {d.ended_at} instead of {want.state} at {want.ended_at}"
        if want.due_at is not None and d.due_at != want.due_at:
            return f"{key}: due {d.due_at} instead of {want.due_at}"
        if d.ended_at is not None and explained.used != timedelta(minutes=want.counted):
            return f"{key}: counted {explained.used} instead of {want.counted} min"
    return ""


@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_and_the_naive_clock_never_differ(part: int) -> None:
    for seed in range(part * EACH, (part + 1) * EACH):
        assert difference(oracle.draw_world(seed)) == "", f"seed {seed}"


@pytest.mark.parametrize("part", range(PARTS))
def test_they_agree_when_another_version_takes_effect_on_the_way(part: int) -> None:
    for seed in range(part * REVISED, (part + 1) * REVISED):
        assert difference(oracle.draw_revised(seed)) == "", f"seed {seed}"


def test_the_revised_worlds_reach_every_way_and_outcome() -> None:
    reached = set()
    for seed in range(800):
        world = oracle.draw_revised(seed)
        for d in fold(CASE, world.happenings, world.book, world.as_of).deadlines.values():
            reached |= {(move.way, d.state) for move in d.moves}
    wanted = {(way, state) for way in ("convert", "restart") for state in ("kept", "missed", "open", "paused")}
    assert wanted | {("withdraw", "withdrawn")} <= reached


@pytest.mark.parametrize("way", ["convert", "restart"])
def test_the_oracle_notices_a_version_that_leaves_open_deadlines_alone(way: str) -> None:
    def blind(world: oracle.World) -> oracle.World:
        world.book.turns.clear()
        return world

    worlds = [w for w in map(oracle.draw_revised, range(200)) if any(c.way == way for c in w.changes.values())]
    assert any(difference(blind(world)) for world in worlds)


def test_the_oracle_notices_an_engine_that_ignores_working_time() -> None:
    assert any(difference(oracle.draw_world(seed), lunch=False) for seed in range(60))


def test_the_oracle_notices_a_pause_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    from nuoda.engine.clocks.pure import running

    monkeypatch.setattr(running, "paused", lambda d, reason, author, at: d)
    assert any(difference(oracle.draw_world(seed)) for seed in range(60))


def test_the_oracle_notices_a_miss_that_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from nuoda.engine.clocks.pure import running

    monkeypatch.setattr(running, "advanced", lambda d, now: d)
    assert any(difference(oracle.draw_world(seed)) for seed in range(60))


def visits(count: int) -> list[tuple[DeadlineState, Explanation]]:
    """The limits before a visit of some worlds, with their derivations."""
    worlds = map(oracle.draw_world, range(count))
    cases = [fold(CASE, world.happenings, world.book, world.as_of) for world in worlds]
    found = [d for case in cases for d in case.deadlines.values() if d.rule.key == "visit"]
    return [(d, explain(d)) for d in found]


def test_limits_before_a_visit_are_known_in_time_and_too_late_in_every_unit_and_outcome() -> None:
    reached = {(d.state, told.ahead.late) for d, told in visits(1500) if told.ahead is not None}
    assert {(state, late) for state in ("kept", "missed", "open", "paused") for late in (False, True)} <= reached
    units = {d.rule.ahead.unit for d, told in visits(400) if d.rule.ahead and told.ahead and not told.ahead.late}
    assert units == {"min", "h", "d", "working_min", "working_h", "working_d"}


def test_the_oracle_notices_a_limit_that_is_not_counted_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calendar, "back", lambda self, moment, limit: moment)
    assert any(difference(oracle.draw_world(seed)) for seed in range(60))


def test_the_worlds_reach_every_outcome() -> None:
    reached = {o.state for seed in range(400) for o in oracle.outcomes(oracle.draw_world(seed)).values()}
    assert reached == {"kept", "missed", "withdrawn", "open", "paused"}
