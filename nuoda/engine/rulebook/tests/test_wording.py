"""Conditions in words: what people read beside a rule."""

from __future__ import annotations

import pytest

from nuoda.engine.rulebook.pure import wording
from nuoda.engine.rulebook.pure.facts import SUBJECTS, FactType


def label(hans: str, en: str) -> dict[str, str]:
    return {"zh-hans": hans, "en": en}


FIELDS = {
    "kind": FactType(
        "text",
        label("类型", "kind"),
        ("fault", "complaint", ""),
        {"fault": label("故障", "fault"), "complaint": label("投诉", "complaint")},
    ),
    "solved": FactType("bool", label("已解决", "solved")),
    "rated": FactType("bool", label("已评价", "rated")),
    "visits": FactType("int", label("上门次数", "visits")),
    "sum_fen": FactType("int", label("金额", "sum"), money=True),
}


@pytest.mark.parametrize(
    ("text", "hans", "english"),
    [
        ('kind == "fault"', "类型为故障", "kind is fault"),
        ('kind != "fault" && solved', "类型不为故障且已解决", "kind is not fault and solved"),
        ('kind in ["fault", "complaint"]', "类型为故障或投诉", "kind is fault or complaint"),
        ("!solved || (rated && visits >= 2)", "未达到“已解决”，或（已评价且上门次数不少于 2）", "not “solved”, or (rated and visits at least 2)"),
        ('kind != ""', "类型已填", "kind is given"),
        ('kind == ""', "没有类型", "no kind"),
        ("sum_fen > 50000", "金额超过 ¥500.00", "sum above ¥500.00"),
        ("visits <= 1200", "上门次数不超过 1,200", "visits at most 1,200"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_sentence(text: str, hans: str, english: str) -> None:
    assert wording.condition(text, FIELDS, "zh-hans") == hans
    assert wording.condition(text, FIELDS, "en") == english


@pytest.mark.parametrize(
    "text",
    ["visits + 1 > 2", "visits > 2 + 1", "divide(visits, 2) > 1", "unknown", "solved == rated", "visits", "(solved", 'kind == "a\\"b"', ""],
)  # fmt: skip
def test_what_words_do_not_reach_stays_as_it_is_written(text: str) -> None:
    assert wording.condition(text, FIELDS, "zh-hans") == text


def test_every_move_that_a_rule_may_name_has_a_name_in_every_language() -> None:
    for subject in SUBJECTS.values():
        for verb in subject.verbs if subject.verb_names else ():
            assert set(subject.verb_names[verb]) == {"zh-hans", "zh-hant", "en"}, (subject.name, verb)
    assert SUBJECTS["ticket"].verb_names and SUBJECTS["work_order"].verb_names
