"""The formula: what counts, what does not, how sure it is, and that parts add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuoda.engine.measures.pure.figures import Judge, Tally, aggregate, is_sure, measure, status
from nuoda.engine.measures.pure.spans import Span, latest
from nuoda.engine.rulebook.pure.facts import FactType, Subject
from nuoda.engine.rulebook.pure.rules import IndicatorRule

LABEL = {"zh-hans": "维修", "zh-hant": "維修", "en": "repairs"}
REPAIRS = Subject(
    "trial_repairs",
    LABEL,
    {
        "timed": FactType("bool", LABEL),
        "on_time": FactType("bool", LABEL),
        "visits": FactType("int", LABEL),
        "minutes": FactType("int", LABEL),
    },
)
RATE = IndicatorRule("rate", "trial_repairs", "timed", numerator="on_time", target=0.9)
WAIT = IndicatorRule("wait", "trial_repairs", "true", aggregate="median", of="minutes", target=30, direction="down")

flags = st.sampled_from([True, False])
rows = st.lists(
    st.fixed_dictionaries(
        {"timed": flags, "on_time": flags, "minutes": st.none() | st.integers(0, 500), "unit": st.integers(0, 3)}
    ),
    max_size=40,
)


def facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "unit"}


@given(rows)
def test_a_rate_lies_in_its_interval_and_counts_every_row_once(found: list[dict[str, Any]]) -> None:
    made = measure(RATE, REPAIRS, [(facts(row), 1) for row in found])
    counted = [row for row in found if row["timed"]]
    assert (made.numerator, made.denominator) == (sum(row["on_time"] for row in counted), len(counted))
    assert made.denominator + made.excluded + made.failed == len(found)
    if counted:
        assert made.value == made.numerator / made.denominator
        assert made.low is not None and made.high is not None
        assert 0 <= made.low <= made.value <= made.high <= 1
    else:
        assert (made.value, made.low, made.high) == (None, None, None)
        assert status(RATE, made) == "not_assessed"


@given(rows)
def test_figures_of_units_add_up_to_the_whole(found: list[dict[str, Any]]) -> None:
    for rule in (RATE, WAIT):
        judge, whole, units = Judge(rule, REPAIRS), Tally(), [Tally() for _ in range(4)]
        for row in found:
            part, value = judge.part(facts(row)), judge.value(facts(row))
            whole.add(part, value)
            units[row["unit"]].add(part, value)
        together = Tally()
        for unit in units:
            together.merge(unit)
        assert together.measured(rule) == whole.measured(rule)
        assert sum(unit.measured(rule).numerator for unit in units) == whole.measured(rule).numerator
        assert sum(unit.measured(rule).denominator for unit in units) == whole.measured(rule).denominator


@given(rows, st.integers(1, 5))
def test_many_alike_rows_count_like_one_row_many_times(found: list[dict[str, Any]], times: int) -> None:
    for rule in (RATE, WAIT):
        once = measure(rule, REPAIRS, [(facts(row), times) for row in found])
        assert once == measure(rule, REPAIRS, [(facts(row), 1) for row in found for _ in range(times)])


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60))
def test_aggregates_are_those_of_the_textbook(values: list[int]) -> None:
    counts = {float(value): values.count(value) for value in values}
    assert aggregate("sum", counts) == sum(values)
    assert aggregate("mean", counts) == pytest.approx(mean(values))
    assert aggregate("median", counts) == median(values)
    ninetieth = aggregate("p90", counts)
    assert sum(value <= ninetieth for value in values) >= 0.9 * len(values)
    assert sum(value < ninetieth for value in values) < 0.9 * len(values)


def test_a_row_without_a_number_does_not_count() -> None:
    made = measure(WAIT, REPAIRS, [({"minutes": 10}, 1), ({"minutes": None}, 5), ({"minutes": 40}, 1)])
    assert (made.value, made.denominator, made.excluded) == (25, 2, 5)
    assert status(WAIT, made) == "met"


def test_a_condition_that_cannot_be_answered_is_neither_true_nor_false() -> None:
    made = measure(RATE, REPAIRS, [({"timed": True, "on_time": True}, 2), ({"timed": True}, 1), ({}, 1)])
    assert (made.value, made.denominator, made.failed) == (1.0, 2, 2)


def test_a_target_is_reached_from_its_own_side() -> None:
    nine = measure(RATE, REPAIRS, [({"timed": True, "on_time": True}, 9), ({"timed": True, "on_time": False}, 1)])
    assert status(RATE, nine) == "met"
    assert not is_sure(RATE, nine), "ten repairs tell little about 90 %"
    many = measure(RATE, REPAIRS, [({"timed": True, "on_time": True}, 9900), ({"timed": True, "on_time": False}, 100)])
    assert is_sure(RATE, many)
    less = IndicatorRule("rate", "trial_repairs", "timed", numerator="on_time", target=0.5, direction="down")
    assert status(less, nine) == "missed"
    assert status(IndicatorRule("rate", "trial_repairs", "timed", numerator="on_time"), nine) == "no_target"


@given(
    st.dates(date(1999, 1, 1), date(2100, 1, 1)), st.sampled_from(["month", "quarter", "year"]), st.integers(-30, 30)
)
def test_spans_tile_the_calendar(day: date, kind: Any, steps: int) -> None:
    span = Span.holding(day, kind)
    assert span.starts <= day < span.ends
    assert Span.parse(str(span)) == span
    assert span.moved(steps).moved(-steps) == span
    assert span.moved(1).starts == span.ends
    assert latest(day, kind, 4) == [span.moved(-3), span.moved(-2), span.moved(-1), span]


def test_a_span_begins_at_local_midnight() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    since, until = Span.parse("2026-Q1").between(shanghai)
    assert (since.isoformat(), until.isoformat()) == ("2026-01-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00")
    for strange in ("2026-13", "2026-Q5", "26", "2026-1", ""):
        with pytest.raises(ValueError):
            Span.parse(strange)
