"""Sentences → indicators: name, formula, target, direction."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .outline import Sentence
from .proposals import Proposal
from .quantities import number

_FORMULA = re.compile(r"(?P<name>[^\s,。:;=]{2,15})\s*=\s*(?P<formula>[^。;,]*?[/÷][^。;,]*)")
_NAMED = re.compile(r"(?:以|将|把)(?P<name>[^,。;:]{2,12})(?:作为|为)[^,。;:]{0,16}指标")
_LIST = re.compile(r"指标(?:体系)?,?(?:包括|包含|有|为)(?P<names>[^。;]+?)(?:等|$|[。;])")
_CN = "零〇一二两三四五六七八九十百"
_NUMBER = rf"(?P<value>\d+(?:\.\d+)?|[百千]分之(?:[{_CN}点]+|\d+(?:\.\d+)?))\s*(?P<unit>%|‰|分钟|小时|天|个?工作日|日|分|次|件|起|元)?"
_LEAST = re.compile(
    rf"(?:不得?低于|不得?少于|不小于|[须需应]?(?:要)?达到?|≥|>=|>|大于等于|保持在|目标值?(?:为|是|[:=])?)\s*(?:≥\s*)?{_NUMBER}"
    rf"|(?P<v2>\d+(?:\.\d+)?|百分之[{_CN}点]+)\s*%?\s*(?:及)?以上"
)
_MOST = re.compile(
    rf"(?:不得?(?:高于|超过|大于|多于)|不高于|低于|小于等于|≤|<=|<|控制在|降(?:低)?[至到])\s*(?:≤\s*)?{_NUMBER}(?:\s*(?:以内|以下))?"
)
_CAP = re.compile(rf"以\s*{_NUMBER}\s*为上限")
_MEASURE = re.compile(
    r"[^\s,。:;、=()]{1,14}?(?:率|满意度|评分|得分|平均分|达标数|时长|可用性|可用度|合格品?数|次数)|平均[^\s,。:;、]{1,10}(?:时间|时长|用时|间隔)"
)
_JUDGES = re.compile(r"\s*(?:以上|以下)?(?:\s*的|,?则|,?予以|者)(?![^,;。]{0,3}目标)")
"""Behind a figure that only tells when something follows: 低于80分的，扣减…"""
_WHEN = re.compile(r"^\s*(?:若|如果|当|凡|对于)")
_AIM = re.compile(
    r"(?:提升|提高|增强|缩短|减少|降低)(?P<name>[^,。;:]{0,8}(?:满意度(?:和忠诚度)?|等待时间|投诉率|返修率|流失率|及时率|成本率))"
)


def indicators(sentence: Sentence) -> Iterator[Proposal]:
    """Formulas first; then figures with a target, named indicators, lists of them, and aims that can be counted."""
    text = sentence.text
    if found := _FORMULA.search(text):
        target, direction, _ = _target(text[found.start() :])
        formula = found["formula"].strip()
        yield _made(sentence, found.start(), found.end(), found["name"], formula, target, direction)
        return
    if found := _LIST.search(text):
        yield _made(sentence, found.start(), found.end(), found["names"])
        return
    if found := _NAMED.search(text):
        yield _made(sentence, 0, found.end(), found["name"])
        return
    targets = list(_targets(sentence))
    yield from targets
    if not targets and any("目标" in title for title in sentence.item.titles) and (aims := list(_AIM.finditer(text))):
        yield _made(sentence, aims[-1].start(), aims[-1].end(), aims[-1]["name"])


def _targets(sentence: Sentence) -> Iterator[Proposal]:
    """Every figure of a sentence with the target that it is to reach; a later target without a name belongs to the last name."""
    if sentence.cell:
        if _MEASURE.search(sentence.row):
            target, direction, end = _target(sentence.text)
            if target is not None:
                yield _made(sentence, 0, end, sentence.row, "", target, direction)
        return
    name, named = "", 0
    place = 0
    for piece in re.split(r"(?<=[,;、])", sentence.text):
        for found in _MEASURE.finditer(piece):
            name, named = found[0], place + found.start()
        target, direction, end = _target(piece)
        judged = end and (_JUDGES.match(piece, end) or _WHEN.match(piece))
        if target is not None and name and not judged:
            start = named if named >= place or sentence.text[named:place].count(",") <= 1 else place
            yield _made(sentence, min(start, place + end), place + end, _clean(name), "", target, direction)
        place += len(piece)


def _clean(name: str) -> str:
    return re.sub(r"^(?:确保|保证|要求|力争|使|其|每月|每季度?|每年|年度|的)+", "", name)


def _target(text: str) -> tuple[float | None, str, int]:
    """The figure to be reached, whether it may rise or must not, and where the words end."""
    least, most = _LEAST.search(text), _MOST.search(text) or _CAP.search(text)
    if least and not (most and most.start() < least.start() and most.end() >= least.end()):
        return _value(least["value"] or least["v2"], least["unit"]), "up", least.end()
    return (_value(most["value"], most["unit"]), "down", most.end()) if most else (None, "up", 0)


def _value(words: str, unit: str | None) -> float:
    value = number(re.sub("^[百千]分之", "", words))
    return value / 10 if words.startswith("千分之") or unit == "‰" else value


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
