"""Ranking of technicians: who fits comes first, and every place has its reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuoda.domain.service.pure.ranking import Candidate, Job, Measure, first_gap, kilometres, rank

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MEASURE = Measure(
    weights={"qualification": 35, "workload": 25, "distance": 20, "calendar": 15, "history": 5},
    workload_full=6,
    distance_far_km=60,
    horizon=timedelta(days=7),
)
DAY = ((NOON - timedelta(hours=3), NOON + timedelta(hours=6)),)
ONE, TWO = UUID(int=1), UUID(int=2)


def job(**more: Any) -> Job:
    return Job(**({"earliest": NOON, "minutes": 120, "skill": "press"} | more))


def candidate(person: UUID, **more: Any) -> Candidate:
    return Candidate(**({"person": person, "skills": {"press": None}, "working": DAY} | more))


def first(*candidates: Candidate, **more: Any) -> UUID:
    return rank(job(**more), candidates, MEASURE)[0].person


@pytest.mark.parametrize(
    ("worse", "code"),
    [
        ({"skills": {}}, "not_qualified"),
        ({"skills": {"press": date(2026, 3, 1)}}, "certificate_expired"),
        ({"open_jobs": 5}, "open_jobs"),
        ({"away": [(NOON, NOON + timedelta(days=30))]}, "no_gap"),
        ({"booked": [(NOON - timedelta(hours=1), NOON + timedelta(hours=3))]}, "free_from"),
    ],
)
def test_what_speaks_against_somebody_puts_him_second_and_is_said(worse: dict[str, Any], code: str) -> None:
    rows = rank(job(), [candidate(ONE, **worse), candidate(TWO)], MEASURE)
    assert [row.person for row in rows] == [TWO, ONE]
    assert code in [reason.code for reason in rows[1].reasons]


def test_the_nearer_one_goes_first() -> None:
    near = candidate(ONE, latitude=31.30, longitude=120.60)
    far = candidate(TWO, latitude=31.80, longitude=120.60)
    assert first(far, near, latitude=31.31, longitude=120.60) == ONE


def test_who_knows_the_customer_goes_first_among_equals() -> None:
    assert first(candidate(ONE), candidate(TWO, been_there=1)) == TWO


def test_an_urgent_job_may_lie_outside_working_time() -> None:
    night = NOON + timedelta(hours=12)
    assert first_gap(job(earliest=night, urgent=True), candidate(ONE), timedelta(days=2)) == (
        night,
        night + timedelta(hours=2),
    )
    assert first_gap(job(earliest=night), candidate(ONE), timedelta(days=2)) is None


def test_distance_is_that_of_the_globe() -> None:
    # Shanghai to Suzhou, great circle between the city centres: about 84 km.
    assert 80 < kilometres((31.2304, 121.4737), (31.2990, 120.5853)) < 88


spans = st.lists(
    st.tuples(st.integers(0, 600), st.integers(1, 200)).map(
        lambda s: (NOON + timedelta(minutes=s[0]), NOON + timedelta(minutes=s[0] + s[1]))
    ),
    max_size=6,
)


@given(booked=spans, away=spans, urgent=st.booleans())
def test_a_suggested_gap_never_meets_what_is_booked(booked: list[Any], away: list[Any], urgent: bool) -> None:
    gap = first_gap(job(urgent=urgent), candidate(ONE, booked=booked, away=away), timedelta(days=1))
    if gap is not None:
        assert gap[1] - gap[0] == timedelta(minutes=120)
        assert gap[0] >= NOON
        assert all(end <= gap[0] or start >= gap[1] for start, end in [*booked, *away])
        assert urgent or any(start <= gap[0] and gap[1] <= end for start, end in DAY)


@given(booked=spans)
def test_the_gap_is_the_earliest_one(booked: list[Any]) -> None:
    gap = first_gap(job(urgent=True), candidate(ONE, booked=booked), timedelta(days=1))
    assert gap is not None
    start = NOON
    while start < gap[0]:
        assert any(b < start + timedelta(minutes=120) and start < e for b, e in booked), (
            "an earlier gap was passed over"
        )
        start += timedelta(minutes=1)
