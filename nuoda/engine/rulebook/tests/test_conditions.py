"""Conditions: typed when compiled, honest when they run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nuoda.engine.rulebook.pure import conditions
from nuoda.engine.rulebook.pure.conditions import Condition, ConditionError, ConditionFailed
from nuoda.engine.rulebook.pure.facts import SUBJECTS, FactType, Subject

LABEL = {"en": "-"}
THING = Subject(
    "thing",
    LABEL,
    {
        "kind": FactType("text", LABEL, ("fault", "complaint")),
        "count": FactType("int", LABEL),
        "share": FactType("decimal", LABEL),
        "open": FactType("bool", LABEL),
        "due": FactType("moment", LABEL),
        "tags": FactType("texts", LABEL),
        "note": FactType("text", LABEL),
    },
)
FACTS = {
    "kind": "fault",
    "count": 7,
    "share": 7.0,
    "open": True,
    "due": datetime(2024, 1, 1, tzinfo=UTC),
    "tags": ["a", "b"],
    "note": "x",
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('kind == "fault" && count > 6', True),
        ("count > 6.5", True),
        ("count == share", True),
        ("share != count", False),
        ("share >= 8", False),
        ("divide(count, 2) == 3.5", True),
        ("count * 1.5 > share + 3", True),
        ("share in [6, 7]", True),
        ("count in [6.5, 7.0]", True),
        ('"a" in tags', True),
        ("size(tags) > 1.5", True),
        ('due < timestamp("2025-01-01T00:00:00Z")', True),
        ("open ? count == 7 : false", True),
        ('kind in ["complaint"]', False),
        ('tags.exists(t, t == "c")', False),
    ],
)
def test_numbers_and_texts_compare_as_a_person_expects(text: str, answer: bool) -> None:
    assert Condition.compile(text, THING).holds(FACTS) is answer


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ('kinds == "fault"', 1, 1, "undeclared reference to 'kinds'"),
        ("open &&\n  kind > 3", 2, 8, "no matching overload"),
        ('kind == "falt"', 1, 9, "never"),
        ('open && kind in ["fault", "x"]', 1, 27, "never"),
        ('"falt" != kind', 1, 1, "never"),
        ("count + 1", 1, 1, "not true or false"),
        ("count / 2 > 1", 1, 7, "divide"),
        ("count >", 1, 8, "Syntax error"),
        ("  ", 1, 1, "empty"),
    ],
)
def test_a_mistake_is_refused_with_line_and_column(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(ConditionError) as caught:
        Condition.compile(text, THING)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "text", ["divide(count, 0) > 1", "divide(share, 0.0) > 1.0", "count % 0 == 1", "9223372036854775807 + count > 0"]
)
def test_a_failure_at_run_time_is_neither_true_nor_false(text: str) -> None:
    for condition in (text, f"!({text})"):
        with pytest.raises(ConditionFailed):
            Condition.compile(condition, THING).holds(FACTS)


def test_a_missing_or_mistyped_fact_fails_and_is_not_guessed() -> None:
    condition = Condition.compile('kind == "fault" && count > 1', THING)
    for wrong in ({"count": None}, {"count": "7"}, {"count": True}, {"kind": "falt"}):
        with pytest.raises(ConditionFailed):
            condition.holds(FACTS | wrong)
    with pytest.raises(ConditionFailed):
        condition.holds({"kind": "fault"})
    assert condition.holds({"kind": "complaint"}) is False


def test_moments_arrive_as_iso_text_from_the_journal() -> None:
    condition = Condition.compile('due > timestamp("2023-06-01T00:00:00Z")', THING)
    assert condition.holds({"due": "2024-01-01T08:00:00+08:00"})
    with pytest.raises(ConditionFailed):
        condition.holds({"due": "2024-01-01T08:00:00"})


def test_each_distinct_tuple_of_used_facts_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    plain = Condition._evaluate
    monkeypatch.setattr(Condition, "_evaluate", lambda self, known: calls.append(1) or plain(self, known))
    condition = Condition.compile("count > 3 && open", THING)
    for note in ("a", "b", "c"):
        assert condition.holds(FACTS | {"note": note})
    assert len(calls) == 1
    assert not condition.holds(FACTS | {"count": 1})
    assert len(calls) == 2


def test_true_and_one_are_different_facts() -> None:
    condition = Condition.compile("share == 1", THING)
    assert condition.holds({"share": 1})
    with pytest.raises(ConditionFailed):
        condition.holds({"share": True})


def test_defined_values_are_written_into_the_text() -> None:
    constants: dict[str, conditions.Constant] = {"limit": 5, "wanted": 'fa"ult'}
    condition = Condition.compile('count > limit && note != wanted && "limit" != note', THING, constants)
    assert condition.text == 'count > 5 && note != "fa\\"ult" && "limit" != note'
    assert condition.holds(FACTS)
    with pytest.raises(ConditionError, match="both a fact and a defined value"):
        Condition.compile("count > 1", THING, {"count": 3})
    with pytest.raises(ConditionError) as caught:
        Condition.compile("count > wanted", THING, constants)
    assert (caught.value.line, caught.value.column) == (1, 7)


def test_a_stored_condition_over_a_fact_that_is_gone_is_neither_true_nor_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """It loaded once; the program that runs it now declares the fact no longer."""
    monkeypatch.setitem(SUBJECTS, THING.name, THING)
    conditions._compiled.cache_clear()
    assert conditions.holds("open && count > 3", "thing", FACTS)
    fewer = {name: field for name, field in THING.fields.items() if name != "count"}
    monkeypatch.setitem(SUBJECTS, THING.name, Subject("thing", LABEL, fewer))
    conditions._compiled.cache_clear()
    compiled = []
    compile_ = Condition.compile
    monkeypatch.setattr(Condition, "compile", lambda *given: compiled.append(given) or compile_(*given))
    for _once_and_again in range(3):
        with pytest.raises(ConditionFailed, match="thing has no fact count any more"):
            conditions.holds("open && count > 3", "thing", FACTS)
    assert len(compiled) == 1, "what cannot be asked costs no more than what can"
    assert conditions.uses("open && count > 3", "thing") == ()
    assert conditions.uses("open", "thing") == ("open",)
    conditions._compiled.cache_clear()


def test_names_of_a_condition() -> None:
    assert conditions.names('kind == "fault" && (count in [1, 2] || !open) && true') == ("count", "kind", "open")
