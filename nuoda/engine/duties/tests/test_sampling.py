from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuoda.engine.clocks.tests.worlds import OFFICE
from nuoda.engine.duties.pure.ladders import steps
from nuoda.engine.duties.pure.sampling import draw, fingerprint, verdict
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import Rung

from .office import moment

FRAME = [UUID(int=number) for number in range(40)]


@given(st.text("0123456789abcdef", min_size=1, max_size=32), st.integers(0, 60), st.permutations(FRAME))
def test_the_same_seed_draws_the_same_cases_whatever_the_order(seed: str, size: int, mixed: list[UUID]) -> None:
    sample = draw(seed, FRAME, size)
    assert sample == draw(seed, mixed + mixed[:5], size)
    assert len(sample) == len(set(sample)) == min(size, len(FRAME))
    assert fingerprint(mixed) == fingerprint(FRAME)


def test_every_case_has_the_same_chance() -> None:
    """4,000 draws of 10 among 40: each case 1,000 times, give or take five standard deviations."""
    drawn = Counter(case for seed in range(4000) for case in draw(str(seed), FRAME, 10))
    spread = (4000 * 0.25 * 0.75) ** 0.5
    assert all(abs(drawn[case] - 1000) < 5 * spread for case in FRAME)


def test_another_frame_has_another_fingerprint() -> None:
    assert fingerprint(FRAME) != fingerprint(FRAME[1:])


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "na"], "pass"),
        (["pass", "fail"], "fail"),
        (["na", "na"], "na"),
        (["pass", ""], ""),
        (["fail", ""], ""),
        ([], ""),
    ],
)
def test_what_is_found_of_a_case(marks: list[str], found: str) -> None:
    assert verdict(marks) == found


def test_the_steps_of_a_ladder_count_from_the_due_time_by_the_calendar_of_who_owed_it() -> None:
    rungs = [Rung(Duration.parse("1 working days"), ("director",)), Rung(Duration.parse("2 h"), ("service_manager",))]
    found = steps(rungs, moment("2026-03-06 17:00"), OFFICE)
    assert [(step.at, step.tell) for step in found] == [
        (moment("2026-03-06 19:00"), ("service_manager",)),
        (moment("2026-03-09 18:00"), ("director",)),
    ]
