"""The examples that shipped indicators carry, run through the one formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nuoda.engine.measures.pure import situations
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.checking import check
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.engine.rulebook.pure.linting import World, lint
from nuoda.engine.rulebook.pure.policies import IndicatorExample

FILES = sorted((Path(__file__).resolve().parents[4] / "policies").glob("*/*.yaml"))
TEXT = "{zh-hans: 文, zh-hant: 文, en: text}"
SMALL = f"""\
policy: small
code: SM
version: '1'
effective: 2024-01-01
title: {TEXT}
department: {TEXT}
scope: {TEXT}
note: {TEXT}
roles:
  - {{code: agent, name: {TEXT}}}
clauses:
  - id: SM-1
    section: '1'
    text: {TEXT}
    source: own
    binds: [agent]
    rules:
"""
RULE = f"""\
      - indicator: rate
        label: {TEXT}
        facts: repairs
        denominator: timed
        numerator: on_time
"""


def problems(rule: str, more: str = "") -> list[tuple[int, int, str]]:
    document = loading.read(SMALL + rule + more)
    return [(found.line, found.column, found.reason) for found in check(document, SUBJECTS)]


@pytest.mark.parametrize("path", FILES, ids=[path.parent.name for path in FILES])
def test_examples_of_the_shipped_indicators_come_true(path: Path) -> None:
    policy = loading.load(path.read_text(encoding="utf-8"))
    assert [found for found in situations.run(policy, FACT_SETS) if not found.right] == []


def test_every_shipped_indicator_has_an_example_or_waits_for_its_rows() -> None:
    bare, waiting = [], []
    for path in FILES:
        for clause in loading.load(path.read_text(encoding="utf-8")).clauses:
            told = {item.indicator for item in clause.examples if isinstance(item, IndicatorExample)}
            for rule in clause.indicators():
                if rule.facts not in FACT_SETS:
                    waiting.append(f"{clause.id}/{rule.key}")
                elif rule.key not in told and not rule.key.startswith("wait_"):
                    bare.append(f"{clause.id}/{rule.key}")
    assert bare == []
    assert sorted(waiting) == [
        "DL-5.2e/returns_compliant", "LC-3.1/repeat_purchase", "SE-1.4/selling_return", "SE-4.3a/buyer_satisfaction",
        "SE-4.3a/new_customers", "SE-4.3a/selling_cost", "SE-4.3a/sold", "SE-5.2c/budget_used",
    ]  # fmt: skip


def test_a_changed_formula_turns_its_example_red() -> None:
    """Negative control."""
    path = next(path for path in FILES if path.parent.name == "dealer-service")
    clause = loading.load(path.read_text(encoding="utf-8")).clause("DL-5.2c")
    assert clause is not None
    [rule], [example] = clause.indicators(), clause.examples
    changed = replace(clause, rules=(replace(rule, numerator="visits <= 2"),))
    assert isinstance(example, IndicatorExample)
    assert situations.one(clause, example, FACT_SETS).right
    assert not situations.one(changed, example, FACT_SETS).right
    broken = replace(clause, rules=(replace(rule, numerator="visits <="),))
    assert situations.one(broken, example, FACT_SETS).found.startswith("error: ")


def test_an_indicator_counts_as_executed_when_its_rows_are_published(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = loading.load(SMALL + RULE)
    assert policy.clauses[0].status == "executed"
    monkeypatch.delitem(FACT_SETS, "repairs")
    assert policy.clauses[0].status == "waiting"
    found = lint({"small": SMALL + RULE}, World(SUBJECTS, fact_sets=frozenset(FACT_SETS)))
    assert [(item.line, item.code) for item in found] == [(20, "unknown-facts")]


def test_a_formula_that_does_not_fit_its_columns_is_refused_with_its_place() -> None:
    assert problems(RULE) == []
    [found] = problems(RULE.replace("denominator: timed", "denominator: timd"))
    assert found[:2] == (21, 22) and "timd" in found[2]
    [found] = problems(RULE.replace("numerator: on_time", "numerator: visits"))
    assert found[:2] == (22, 20) and "not true or false" in found[2]
    assert problems(RULE + "        units: [company, technician, team]\n") == []


def test_an_aggregate_needs_a_number_and_a_period_a_moment() -> None:
    wait = RULE.replace("numerator: on_time", "aggregate: median\n        of: COLUMN")
    assert problems(wait.replace("COLUMN", "visits")) == []
    [found] = problems(wait.replace("COLUMN", "on_time"))
    assert found[0] == 23 and "no number 'on_time'" in found[2]
    [found] = problems(RULE + "        dated: on_time\n")
    assert "no moment 'on_time'" in found[2]
    [found] = problems(RULE + "        aggregate: mean\n        of: visits\n")
    assert "either 'numerator' or 'aggregate'" in found[2]
    [found] = problems(RULE + "        target: 95\n")
    assert "share between 0 and 1" in found[2]


def test_an_example_names_a_known_indicator_and_columns_of_its_set() -> None:
    example = f"""\
    examples:
      - name: {TEXT}
        indicator: INDICATOR
        rows:
          - {{COLUMN: true}}
        figure: 1
"""
    [found] = problems(RULE, example.replace("INDICATOR", "rat").replace("COLUMN", "on_time"))
    assert "no indicator 'rat'" in found[2]
    [found] = problems(RULE, example.replace("INDICATOR", "rate").replace("COLUMN", "on_tim"))
    assert "no fact 'on_tim'" in found[2]
