"""Periods and small sums."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..pure import charts, spans
from ..pure.spans import Span
from ..pure.tallies import STATES, Tally, chapter, total

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))


def test_months_are_compared_with_months() -> None:
    march = spans.month(date(2026, 3, 15))
    assert march == Span(date(2026, 3, 1), date(2026, 3, 31))
    assert spans.run(march, 3) == [
        Span(date(2026, 1, 1), date(2026, 1, 31)),
        Span(date(2026, 2, 1), date(2026, 2, 28)),
        march,
    ]


def test_a_quarter_is_compared_with_the_quarter_before() -> None:
    assert spans.before(spans.quarter(date(2026, 2, 3))) == Span(date(2025, 10, 1), date(2025, 12, 31))


@given(DAYS, st.integers(1, 400), st.integers(1, 8))
def test_periods_are_neighbours_without_gap(last: date, days: int, count: int) -> None:
    found = spans.run(spans.latest(last, days), count)
    assert len(found) == count
    assert found[-1].last == last
    assert all(one.after == two.first for one, two in pairwise(found))


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        Span(date(2026, 1, 2), date(2026, 1, 1))


def test_nothing_judged_is_not_assessed() -> None:
    idle = Tally({"open": 3, "withdrawn": 2})
    assert (idle.rate, idle.interval, idle.total, idle.judged) == (None, None, 5, 0)


def test_a_rate_has_its_interval() -> None:
    tally = Tally({"kept": 9, "missed": 1, "open": 4})
    low, high = tally.interval or (0, 0)
    assert tally.rate == 0.9
    assert 0.59 < low < 0.6 and 0.98 < high < 0.99


def test_tallies_add_up() -> None:
    parts = [Tally({"kept": 3, "missed": 1}), Tally(), Tally({"kept": 2, "waived": 4})]
    whole = total(parts)
    assert {state: whole[state] for state in STATES if whole[state]} == {"kept": 5, "missed": 1, "waived": 4}
    assert whole.total == sum(part.total for part in parts)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [("MN-3.2.1b", "MN-3"), ("LC-5.1.1", "LC-5"), ("MN-4", "MN-4"), ("DL-12a", "DL-12"), ("X", "X")],
)
def test_the_chapter_of_a_clause(clause: str, expected: str) -> None:
    assert chapter(clause) == expected


def test_bars_stay_in_the_picture() -> None:
    bars = charts.columns([(3, 1), (0, 0), (10, 10)], width=300, height=100)
    assert [round(bar.kept + bar.missed) for bar in bars] == [20, 0, 100]
    assert all(bar.x >= 0 and bar.x + bar.width <= 300 and bar.y >= 0 for bar in bars)
    assert charts.spark([None, 0.0, 1.0])[0].width == 0
