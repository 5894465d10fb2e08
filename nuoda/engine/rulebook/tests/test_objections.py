"""Whatever the rulebook objects to is said in Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from nuoda.engine.rulebook.pure import checking, conditions, documents, facts, linting, loading
from nuoda.engine.rulebook.pure.conditions import Condition, ConditionError
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.objections import known, said

from .subjects import TICKET
from .test_policies import small

MODULES = (checking, conditions, documents, facts, linting, loading)
SAYING = {"problem", "Problem", "ConditionError", "WrongFact", "at", "Finding"}


def sentence(node: ast.expr) -> str:
    """A text of the source with a word in the place of each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part) for part in node.values)
    return ""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if not isinstance(part, ast.FormattedValue):
        return ""
    if getattr(part.value, "id", "") == "between":
        return "between version one and other"
    return "'word'" if part.conversion == ord("r") else "word"


def sentences(source: str) -> Iterator[str]:
    """Every sentence that the module hands to somebody who has to mend a text."""
    for node in ast.walk(ast.parse(source)):
        said_by: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said_by = list(node.args) if name in SAYING else []
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
            said_by = [node.value]
        for arg in said_by:
            text = sentence(arg)
            if " " in text:
                yield text


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_objection_in_the_source_has_chinese_words(module: object) -> None:
    found = list(sentences(Path(str(module.__file__)).read_text(encoding="utf-8")))  # type: ignore[attr-defined]
    assert found
    missing = [text for text in found if not known(text)]
    assert missing == []


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('severty == "urgent"', "没有名为 severty 的事实或数值"),
        ('severity == "urgend"', 'severity 不会是 "urgend"，只能是：'),
        ("severity == 3", "两边类型不同"),
        ('severity == "urgent', "写法不完整"),
        ("severity", "得不出“是”或“否”"),
    ],
)
def test_a_mistaken_condition_is_told_in_chinese(condition: str, words: str) -> None:
    with pytest.raises(ConditionError) as caught:
        Condition.compile(condition, TICKET)
    assert words in said(caught.value.reason, "zh-hans")
    assert said(caught.value.reason, "en") == caught.value.reason


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ("两小时", "“两小时”不是时长，请写“10 分钟”"),
        ("0 h", "“0 h”不是时长：不能为零"),
        ("2 working calendar months", "“2 working calendar months”不是时长：自然月"),
    ],
)
def test_a_length_is_asked_for_in_the_words_of_the_reader(length: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        Duration.parse(length)
    assert said(str(caught.value), "zh-hans").startswith(words)


def test_what_the_shape_of_a_file_lacks_is_told_in_chinese() -> None:
    document = documents.parse(small("").replace("department:", "departmant:"))
    told = [said(problem.reason, "zh-hans") for problem in documents.validate(document)]
    assert told and not any("无法识别" in text for text in told), told


def test_what_nobody_foresaw_is_shown_as_it_was_said() -> None:
    assert said("the moon is full", "zh-hans") == "无法识别（the moon is full）"
    assert not known("the moon is full")
