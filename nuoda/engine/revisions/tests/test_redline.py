"""Two versions beside each other, word by word."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.policies import Policy
from nuoda.engine.rulebook.pure.revisions import revision

from ..pure import editing
from ..pure.redline import Redline, Teller, compare, differences
from . import cast

texts = st.text(st.sampled_from("到场须在小时内4 2 h，。urgent"), max_size=40)


@pytest.fixture(scope="module")
def content() -> Any:
    path = next(path for path in packs.files() if path.parent.name == "manual")
    return loading.read(path.read_text(encoding="utf-8")).content


def read(content: Any) -> Policy:
    return loading.of_content(content)


def said(redline: Redline) -> list[tuple[str, str]]:
    return [(change.clause_id, change.kind) for change in redline.changes]


@given(texts, texts)
def test_what_is_kept_and_struck_is_the_old_and_what_is_kept_and_written_is_the_new(before: str, after: str) -> None:
    pieces = list(differences(before, after))
    assert "".join(p.text for p in pieces if p.op != "added") == before
    assert "".join(p.text for p in pieces if p.op != "removed") == after
    assert pieces == list(differences(before, after))


def test_chinese_is_compared_by_characters_and_numbers_as_a_whole() -> None:
    pieces = list(differences("紧急问题须在 48 小时内到场。", "紧急问题须在 24 小时内到达现场。"))
    assert [(p.op, p.text) for p in pieces] == [
        ("same", "紧急问题须在 "), ("removed", "48"), ("added", "24"), ("same", " 小时内到"),
        ("added", "达现"), ("same", "场。"),
    ]  # fmt: skip


def test_the_same_version_has_no_redline(content: Any) -> None:
    redline = compare(read(content), read(deepcopy(content)))
    assert not (redline.head or redline.changes or redline.clocks)


def test_a_changed_limit_is_said_in_words_with_what_becomes_of_open_deadlines(content: Any) -> None:
    redline = compare(read(content), read(cast.limited(content, transition="convert")))
    [change] = redline.changes
    assert (change.clause_id, change.kind, redline.clocks) == (cast.ON_SITE, "changed", 1)
    rule = next(part for part in change.parts if part.what == "rule")
    assert (rule.key, rule.limit) == ("on_site", ("4 小时", "2 小时"))
    assert [part.after for part in change.parts if part.what == "transition"] == ["convert"]
    assert "technician" in change.binds and redline.binding(["technician"]) == (change,)
    assert redline.binding(["sales"]) == ()


@pytest.mark.parametrize(
    ("language", "limits"),
    [
        ("zh-hans", ("计划的发货时间前 24 小时", "计划的发货时间前 3 个工作日", "计划的发货时间", "2 天")),
        ("zh-hant", ("預定的出貨時間前 24 小時", "預定的出貨時間前 3 個工作日", "預定的出貨時間", "2 天")),
        ("en", ("24 h before the planned shipping", "3 working days before the planned shipping", "the planned shipping", "2 days")),
    ],
)  # fmt: skip
def test_a_changed_limit_before_an_event_is_said_in_words(content: Any, language: str, limits: tuple[str, ...]) -> None:
    def limited(**values: str) -> Policy:
        clause = content["clauses"][editing.place(content, "MN-2.3.1")]
        new, _marks = editing.put(content, "MN-2.3.1", editing.with_limits(clause, {"address": values}))
        return read(new)

    for values, after in (
        ({"ahead": "3 working days"}, limits[1]),
        ({"ahead": ""}, limits[2]),
        ({"due": "", "ahead": "", "within": "2 d"}, limits[3]),
    ):
        [change] = compare(read(content), limited(transition="convert", **values), Teller(language)).changes
        rule = next(part for part in change.parts if part.what == "rule")
        assert (rule.key, rule.limit) == ("address", (limits[0], after))
        assert [part.after for part in change.parts if part.what == "transition"] == ["convert"]


def test_a_clause_added_removed_or_moved_is_told_as_such(content: Any) -> None:
    added, _ = editing.put(content, "", editing.fresh(content, "MN-9.9"))
    assert said(compare(read(content), read(added))) == [("MN-9.9", "added")]
    assert said(compare(read(added), read(content))) == [("MN-9.9", "removed")]
    ids = [clause["id"] for clause in content["clauses"]]
    moved = editing.move(content, ids[0], 3)
    assert said(compare(read(content), read(moved))) == [(ids[0], "moved")]


def test_a_clause_that_is_gone_withdraws_its_deadlines_only_where_it_says_so(content: Any) -> None:
    before = read(content)
    gone = editing.remove(content, cast.ON_SITE)
    ended = editing.remove(content, cast.ON_SITE, withdraw=True)
    at, pk = datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)
    ref = f"{cast.ON_SITE}/on_site"
    assert ref not in revision(at, before, read(gone), pk).turns
    assert revision(at, before, read(ended), pk).turns[ref].way == "withdraw"


def test_a_clock_that_is_still_there_cannot_be_withdrawn(content: Any) -> None:
    ref = f"{cast.ON_SITE}/on_site"
    [problem] = editing.checked({**content, "withdraws": [ref]}, SUBJECTS).problems
    assert ref in problem.reason


def test_definitions_and_numbers_are_part_of_it(content: Any) -> None:
    new = deepcopy(content)
    word = new["definitions"][0]
    word["means"]["zh-hans"] += "（修订）"
    clause = next(clause for clause in new["clauses"] if clause.get("parameters"))
    clause["parameters"][0]["why"]["zh-hans"] += "（修订）"
    redline = compare(read(content), read(new))
    assert [(part.what, part.key) for part in redline.head] == [("definition", word["word"])]
    assert [(c.clause_id, c.parts[0].what, c.parts[0].key) for c in redline.changes] == [
        (clause["id"], "parameter", clause["parameters"][0]["name"])
    ]


def test_the_next_number_is_free() -> None:
    assert editing.next_number("2.0", set()) == "2.1"
    assert editing.next_number("2.0", {"2.1", "2.2"}) == "2.3"
    assert editing.next_number("3", {"3.0"}) == "3.1"
