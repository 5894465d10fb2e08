"""Invariants of the rulebook that are a matter of calculation: replay equals life, one function, explained, order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.engine.clocks.pure import explaining
from nuoda.engine.clocks.pure.explaining import explain
from nuoda.engine.clocks.pure.fold import fold, settle, step
from nuoda.engine.clocks.pure.values import CaseState

from . import oracle
from .worlds import CASE

seeds = st.integers(100_000, 10**9)


def live(world: oracle.World, ticks: list[datetime]) -> CaseState:
    """The case as daily work makes it: one step per event, time passing in between at a worker's ticks."""
    case = CaseState(CASE)
    events = list(world.happenings)
    for tick in sorted(ticks):
        while events and events[0].happened_at <= tick:
            case = step(case, events.pop(0), world.book)
        case = settle(case, tick, world.book)
    for h in events:
        case = step(case, h, world.book)
    return settle(case, world.as_of, world.book)


@given(seeds, st.lists(st.integers(0, oracle.WINDOW * 1440 - 1), max_size=8))
@settings(deadline=None)
def test_replay_equals_life_row_by_row(seed: int, minutes: list[int]) -> None:
    world = oracle.draw_world(seed)
    lived = live(world, [world.base + timedelta(minutes=m) for m in minutes])
    assert fold(CASE, world.happenings, world.book, world.as_of) == lived


@given(seeds, st.lists(st.integers(0, oracle.WINDOW * 1440 - 1), max_size=8))
@settings(deadline=None)
def test_replay_equals_life_when_another_version_takes_effect(seed: int, minutes: list[int]) -> None:
    world = oracle.draw_revised(seed)
    ticks = [world.base + timedelta(minutes=m) for m in minutes]
    assert fold(CASE, world.happenings, world.book, world.as_of) == live(world, ticks)


@given(seeds, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_any_order_and_any_repetition_ends_in_the_same_state(seed: int, shuffler: random.Random) -> None:
    world = oracle.draw_revised(seed)
    shuffled = [*world.happenings, *world.happenings[::2]]
    shuffler.shuffle(shuffled)
    assert fold(CASE, shuffled, world.book, world.as_of) == fold(CASE, world.happenings, world.book, world.as_of)


@given(seeds, st.integers(0, oracle.WINDOW * 1440))
@settings(deadline=None)
def test_every_explanation_adds_up_at_any_moment(seed: int, minute: int) -> None:
    world = oracle.draw_revised(seed)
    case = fold(CASE, world.happenings, world.book, world.base + timedelta(minutes=minute))
    for d in case.deadlines.values():
        explained = explain(d)
        assert explained.total + explained.remaining == d.budget
        assert explained.agrees
        assert explained.total == sum((p.amount for p in explained.pieces), timedelta(0))
        if explained.used is not None and d.state in ("kept", "missed"):
            assert explained.used <= d.budget


@given(seeds)
@settings(deadline=None)
def test_what_was_missed_stays_missed_while_time_passes(seed: int) -> None:
    """Without later evidence: of two moments, the later one knows every miss of the earlier one."""
    world = oracle.draw_world(seed)
    half = world.base + (world.as_of - world.base) / 2
    earlier = fold(CASE, world.happenings, world.book, half)
    later = fold(CASE, world.happenings, world.book, world.as_of)
    for d in earlier.deadlines.values():
        if d.state in ("missed", "kept"):
            assert (later.deadlines[d.id].state, later.deadlines[d.id].ended_at) == (d.state, d.ended_at)


def test_an_explanation_that_forgets_the_pauses_does_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "stops", lambda d: [])
    worlds = (oracle.draw_world(seed) for seed in range(100))
    cases = [fold(CASE, w.happenings, w.book, w.as_of) for w in worlds]
    assert not all(explain(d).agrees for case in cases for d in case.deadlines.values())


def test_steps_in_the_order_of_arrival_are_not_the_fold() -> None:
    """Negative control of the order invariant: without sorting, a late answer would be refused, not judged."""
    world = next(w for w in map(oracle.draw_world, range(100)) if len(w.happenings) > 3)
    with pytest.raises(ValueError, match="fold the whole set"):
        case = CaseState(CASE)
        for h in reversed(world.happenings):
            case = step(case, h, world.book)
