"""The compiled form of the fold says what the fold says, deadline by deadline."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.engine.clocks.queries import Ruling
from nuoda.engine.replay.pure.columnfold import Folded, column_fold
from nuoda.engine.replay.pure.columns import Columns, columns
from nuoda.engine.replay.pure.drafts import timetable, words_of
from nuoda.engine.replay.pure.lanes import Counting, Lanes
from nuoda.engine.replay.pure.timetable import Calendars
from nuoda.engine.rulebook.pure.book import Tenure
from nuoda.engine.rulebook.pure.policies import Clause
from nuoda.engine.rulebook.pure.rules import ClockRule, Rule

from .histories import BEGIN, by_columns, by_steps, history, ruling, shipped


def both(
    seed: int, book: Ruling, count: int = 40, wild: float = 0.15
) -> tuple[list[object], list[object], Folded, Columns]:
    draw = random.Random(seed)
    cases = [history(draw, wild=wild) for _ in range(count)]
    laid = columns(cases, words_of([book.book]))
    folded = column_fold(laid, timetable(book.book), book, Calendars(book.calendars))
    places = [h for case in range(laid.cases) for h in laid.happenings(case)]
    steps = [by_steps(happenings, as_of, book) for happenings, as_of in cases]
    return by_columns(folded, laid, places), steps, folded, laid


@given(st.integers(0, 10**9), st.sampled_from((0.0, 0.15, 0.6)))
@settings(deadline=None, max_examples=60)
def test_columns_and_steps_agree_on_every_deadline(seed: int, wild: float) -> None:
    found, expected, _, _ = both(seed, ruling(), wild=wild)
    for number, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        assert mine == theirs, f"case {number}"


def two_versions(way: str) -> Ruling:
    """The manual, and what is to be done before a promised moment, with longer limits from the middle of the histories on."""
    found = []
    turn = BEGIN + timedelta(days=60)
    later = {"MN": UUID(int=77), "BF": UUID(int=78)}
    for tenure in shipped():
        if tenure.policy.code not in later:
            found.append(tenure)
            continue
        clauses = tuple(_longer(clause, way) for clause in tenure.policy.clauses)
        longer = replace(tenure.policy, version="2.1", clauses=clauses)
        found += [replace(tenure, until=turn), Tenure(later[tenure.policy.code], longer, turn)]
    return ruling(found)


def _longer(clause: Clause, way: str) -> Clause:
    def changed(rule: Rule) -> Rule:
        if isinstance(rule, ClockRule) and rule.within is not None:
            return replace(rule, within=replace(rule.within, amount=rule.within.amount * 2), transition=way)  # type: ignore[arg-type]
        if isinstance(rule, ClockRule) and rule.ahead is not None:
            return replace(rule, ahead=replace(rule.ahead, amount=rule.ahead.amount * 2), transition=way)  # type: ignore[arg-type]
        return rule

    return replace(clause, rules=tuple(changed(rule) for rule in clause.rules))


@given(st.integers(0, 10**9), st.sampled_from(("keep", "convert", "restart")))
@settings(deadline=None, max_examples=30)
def test_they_agree_across_a_change_of_version(seed: int, way: str) -> None:
    found, expected, _, _ = both(seed, two_versions(way), wild=0.1)
    assert found == expected


def test_the_histories_reach_every_state_and_few_cases_are_left_to_the_steps() -> None:
    _, expected, folded, laid = both(4, ruling(), count=400, wild=0.05)
    seen = Counter(row[5] for rows in expected for row in rows)  # type: ignore[attr-defined]
    assert {"open", "paused", "kept", "missed", "withdrawn"} <= set(seen)
    assert 0 < int(folded.by_steps.sum()) < laid.cases


def test_the_histories_have_limits_before_a_promise_known_in_time_and_too_late() -> None:
    _, expected, folded, laid = both(4, ruling(), count=400, wild=0.05)
    for key in ("reply", "again", "ready", "told", "early", "decide"):
        mine = [row for rows in expected for row in rows if row[0] == f"BF-1/{key}"]  # type: ignore[attr-defined]
        assert {"kept", "missed"} <= {row[5] for row in mine} or key == "decide", key
    table = folded.tables["BF-1/early"]
    due, promised = table.columns["due"], laid.promises["starts_at"][table.start]
    assert (due == promised - 86_400_000_000).any() and (due == promised).any()


def test_without_counting_back_they_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: as if every limit before a promise were the promise itself."""
    monkeypatch.setattr(Counting, "back", lambda self, lanes, moment, duration: moment)
    found, expected, _, _ = both(4, ruling(), count=400, wild=0.0)
    assert found != expected


@pytest.mark.parametrize("name", ["pause", "resume", "advance", "take"])
def test_without_a_part_of_the_arithmetic_they_differ(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: every part of the compiled form is needed for the agreement."""
    monkeypatch.setattr(Lanes, name, lambda *args: None)
    found, expected, _, _ = both(4, ruling(), count=400, wild=0.0)
    assert found != expected


def test_what_an_import_recorded_later_is_judged_by_the_rules_of_that_day() -> None:
    book = two_versions("keep")
    draw = random.Random(3)
    cases = []
    for _ in range(60):
        happenings, as_of = history(draw)
        late = BEGIN + timedelta(days=61)
        cases.append(([replace(h, as_if=True, recorded_at=late) for h in happenings], as_of))
    laid = columns(cases, words_of([book.book]))
    folded = column_fold(laid, timetable(book.book), book, Calendars(book.calendars))
    places = [h for case in range(laid.cases) for h in laid.happenings(case)]
    found = by_columns(folded, laid, places)
    assert found == [by_steps(happenings, as_of, book) for happenings, as_of in cases]
    assert any(row[2] == UUID(int=77) for rows in found for row in rows)
