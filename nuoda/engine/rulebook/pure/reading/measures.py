"""Sentences → indicators: name, formula, target, direction."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .outline import Sentence
from .proposals import Proposal
from .quantities import number

_FORMULA = re.compile(r"(?P<name>[^\s,。:;=]{2,15})\s*=\s*(?P<formula>[^。;,]*?[/÷][^。;,]*)")
_NAMED = re.compile(r"(?:以|将|把)(?P<name>[^,。;:]{2,12})(?:作为|为)[^,。;]{0,16}指标")
_LIST = re.compile(r"指标(?:体系)?,?(?:包括|包含|有|为)(?P<names>[^。;]+?)(?:等|$|[。;])")
_NUMBER = r"(?P<value>\d+(?:\.\d+)?|百分之[零一二两三四五六七八九十百点]+)\s*(?P<unit>%|分|次)?"
_LEAST = re.compile(
    rf"(?:不得?低于|不得?少于|不小于|达到|≥|>=|大于等于|目标值?(?:为|是|[:=])?)\s*(?:≥\s*)?{_NUMBER}"
    rf"|(?P<v2>\d+(?:\.\d+)?)\s*%\s*(?:及)?以上"
)
_MOST = re.compile(rf"(?:不得?高于|不得?超过|不大于|低于|小于等于|≤|<=)\s*{_NUMBER}")
_CAP = re.compile(rf"以\s*{_NUMBER}\s*为上限")
_MEASURE = re.compile(r"[^\s,。:;、=]{1,12}?(?:率|满意度|评分|得分|平均分|达标数|时长)")
_AIM = re.compile(
    r"(?:提升|提高|增强|缩短|减少|降低)(?P<name>[^,。;:]{0,8}(?:满意度(?:和忠诚度)?|等待时间|投诉率|返修率|流失率|及时率|成本率))"
)


def indicators(sentence: Sentence) -> Iterator[Proposal]:
    """Formulas first; then figures with a target, named indicators, lists of them, and aims that can be counted."""
    text = sentence.text
    if found := _FORMULA.search(text):
        target, direction = _target(text[found.start() :])
        formula = found["formula"].strip()
        yield _made(sentence, found.start(), found.end(), found["name"], formula, target, direction)
    elif found := _LIST.search(text):
        yield _made(sentence, found.start(), found.end(), found["names"])
    elif found := _NAMED.search(text):
        yield _made(sentence, 0, found.end(), found["name"])
    elif (least := _LEAST.search(text) or _MOST.search(text) or _CAP.search(text)) and (
        names := list(_MEASURE.finditer(text, 0, least.start()))
    ):
        target, direction = _target(text)
        if target is not None:
            yield _made(sentence, names[-1].start(), least.end(), names[-1][0], "", target, direction)
    elif any("目标" in title for title in sentence.item.titles):
        aims = list(_AIM.finditer(text))
        if aims:
            yield _made(sentence, aims[-1].start(), aims[-1].end(), aims[-1]["name"])


def _target(text: str) -> tuple[float | None, str]:
    if found := _LEAST.search(text):
        return _value(found["value"] or found["v2"]), "up"
    if found := _MOST.search(text) or _CAP.search(text):
        return _value(found["value"]), "down"
    return None, "up"


def _value(words: str) -> float:
    return number(words.removeprefix("百分之"))


def _made(
    sentence: Sentence, start: int, end: int, name: str, formula: str = "", target: float | None = None, way: str = "up"
) -> Proposal:
    return Proposal(
        "indicator",
        sentence.start + start,
        sentence.start + end,
        sentence.whole,
        sentence.item,
        name=name.strip(),
        formula=formula,
        target=target,
        direction="down" if way == "down" else "up",
    )
