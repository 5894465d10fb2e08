"""Working time by columns is the calendar's own, moment by moment."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.clocks.tests import oracle
from nuoda.engine.replay.pure.working import EPOCH, Working, micros, moment_of
from nuoda.engine.rulebook.pure.durations import Duration

SPELLED = (
    "10 min",
    "4 h",
    "2 d",
    "30 working min",
    "7 working hours",
    "1 working days",
    "12 working days",
    "1 calendar month",
)


def drawn(seed: int) -> tuple[random.Random, Calendar]:
    draw = random.Random(seed)
    return draw, oracle.draw_calendar(draw, date(2024, 2, 27))


@given(st.integers(0, 10**9), st.sampled_from(SPELLED))
@settings(deadline=None, max_examples=150)
def test_adding_is_the_calendars_adding(seed: int, spelled: str) -> None:
    draw, calendar = drawn(seed)
    moments = [EPOCH + timedelta(days=19_700, seconds=draw.randrange(400 * 86_400)) for _ in range(20)]
    duration = Duration.parse(spelled)
    found = Working(calendar).add(np.array([micros(m) for m in moments]), duration)
    assert [moment_of(int(value)) for value in found] == [calendar.add(m, duration) for m in moments]


@given(st.integers(0, 10**9), st.sampled_from((*SPELLED, "300 working days", "900 working hours")))
@settings(deadline=None, max_examples=150)
def test_going_back_is_the_calendars_going_back(seed: int, spelled: str) -> None:
    draw, calendar = drawn(seed)
    moments = [EPOCH + timedelta(days=19_700, seconds=draw.randrange(400 * 86_400)) for _ in range(20)]
    duration = Duration.parse(spelled)
    found = Working(calendar).back(np.array([micros(m) for m in moments]), duration)
    assert [moment_of(int(value)) for value in found] == [calendar.back(m, duration) for m in moments]


@given(st.integers(0, 10**9))
@settings(deadline=None, max_examples=150)
def test_counting_and_going_on_are_the_calendars(seed: int) -> None:
    draw, calendar = drawn(seed)
    starts = [EPOCH + timedelta(days=19_700, seconds=draw.randrange(90 * 86_400)) for _ in range(20)]
    ends = [at + timedelta(seconds=draw.randrange(-86_400, 40 * 86_400)) for at in starts]
    amounts = [timedelta(microseconds=draw.choice((0, 1, draw.randrange(10**12)))) for _ in starts]
    working = Working(calendar)
    a, b = np.array([micros(m) for m in starts]), np.array([micros(m) for m in ends])
    assert working.count(a, b).tolist() == [
        calendar.count(x, y) // timedelta(microseconds=1) for x, y in zip(starts, ends, strict=True)
    ]
    going = working.after(a, np.array([amount // timedelta(microseconds=1) for amount in amounts]))
    assert [moment_of(int(v)) for v in going] == [calendar.after(m, x) for m, x in zip(starts, amounts, strict=True)]


def test_a_calendar_that_is_not_the_same_counts_otherwise() -> None:
    """Negative control: another week gives another moment."""
    day = ((540, 1080),)
    moments = np.array([micros(EPOCH + timedelta(days=19_700, hours=9))])
    five = Working(Calendar("five", "UTC", (day,) * 5 + ((),) * 2))
    seven = Working(Calendar("seven", "UTC", (day,) * 7))
    ten = Duration.parse("10 working days")
    assert five.add(moments, ten).tolist() != seven.add(moments, ten).tolist()
