"""The situations that the shipped clauses carry, run through the one fold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nuoda.engine.clocks.pure import situations
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.policies import ClockExample
from nuoda.engine.rulebook.pure.reading import reader, skeleton
from nuoda.engine.rulebook.pure.rules import ClockRule
from nuoda.engine.rulebook.tests.subjects import SUBJECTS

from .worlds import OFFICE

FILES = sorted((Path(__file__).resolve().parents[4] / "policies").glob("*/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.parent.name for path in FILES])
def test_situations_of_the_shipped_clauses_come_true(path: Path) -> None:
    policy = loading.load(path.read_text(encoding="utf-8"))
    outcomes = list(situations.run(policy, SUBJECTS, OFFICE))
    assert [outcome for outcome in outcomes if not outcome.right] == []


def test_every_clock_of_a_shipped_clause_stands_in_a_situation() -> None:
    bare = []
    for path in FILES:
        for clause in loading.load(path.read_text(encoding="utf-8")).clauses:
            if clause.waiting is not None and not clause.runs:
                continue  # nothing emits its events yet; lint lists it
            told = {e.clock for example in clause.examples if isinstance(example, ClockExample) for e in example.expect}
            bare += [f"{clause.id}/{rule.key}" for rule in clause.clocks() if rule.key not in told]
    assert bare == []


@pytest.mark.parametrize("ahead", ["90 分钟", "2 小时", "3 天", "1 个月"])
def test_what_the_reader_writes_for_a_limit_before_a_visit_comes_true(ahead: str) -> None:
    text = f"第一条 上门前{ahead}，维修人员须联系客户。"
    identity = skeleton.Identity("visits", "VS", "1.0", date(2026, 1, 1), "上门办法", "服务部")
    heard = ["work_order.appointed", "work_order.contacted"]
    content = skeleton.fresh(text, reader.read(text).proposals, identity, heard)
    outcomes = list(situations.run(loading.of_content(content), SUBJECTS, OFFICE))
    assert [outcome.right for outcome in outcomes] == [True, True], outcomes


def test_a_changed_limit_turns_its_situation_red() -> None:
    path = next(path for path in FILES if path.parent.name == "manual")
    policy = loading.load(path.read_text(encoding="utf-8"))
    clause = policy.clause("MN-3.2.1b")
    assert clause is not None
    rules = tuple(replace(r, within=Duration.parse("5 h")) if isinstance(r, ClockRule) else r for r in clause.rules)
    outcomes = list(situations.run(replace(policy, clauses=(replace(clause, rules=rules),)), SUBJECTS, OFFICE))
    assert any(not outcome.right for outcome in outcomes)
