"""Under what circumstances a rule is meant to hold, in the words of the text: 若…, 凡…的, 对于…, 在…情况下, 紧急故障:…"""

from __future__ import annotations

import re

from .labels import PLACES, SORT, THING, Place
from .outline import Sentence

_OPENS = re.compile(
    r"(?:但|并|且|其中)?(?:(?:若|如果|倘若|若是|一旦|凡|遇|如(?![下期实上此约]|有关))|(?:对|对于|针对)(?!.{0,24}(?:进行|开展|实施|给予|予以|及时|提出|立即))"
    r"|当(?![天日月季年场地])|因(?![此而]).{0,24}(?:造成|导致|原因|的$|时$)|由于|在.{0,24}(?:情况|情形|条件)下$|属于|涉及|需要.{1,20}的?$)"
)
_CLOSES = re.compile(
    r"(?:的|(?:情况|情形)之一者?|情况下|情形下|(?<!同)(?<!小)(?<!及)(?<!按)时|(?:未|违反?|不|有)[^,]{1,16}者)$"
)
_ASIDE = re.compile(r"\([^)]*\)$")
_BEGUN = re.compile(r"(?:接到|收到|接报|受理|报修|完成|结束)[^,]{0,12}(?:时|的)$")
"""What only says when a time begins to run is no circumstance."""
_NOT_CASES = re.compile(r"^(?:目的|所有|全部|每|本|为了?|以下|下列|上述|其|由)|负责")
_AMOUNT = re.compile(
    r"[^,;:]{0,12}?(?:超过|大于|低于|高于|不足|达到|在)?\s*[\d.一二三四五六七八九十百千万两]+\s*万?元(?:\([^)]*\))?(?:以上|以下|以内|的|及)*"
)
_COUNTED = re.compile(
    r"(?:^|月度|季度|年度|全年|当[月年季])[^,;:]{0,4}(?:连续|累计|超时|低于|高于|超过|满)[^,;:]{0,6}?[\d.一二三四五六七八九十两][^,;:]{0,8}$"
)
_CASE = re.compile(rf"(?:{SORT})[^,;:由应须]{{0,8}}?(?:{THING})")
_INSIDE = re.compile(
    r"(?:(?:若|如果|凡|遇|对于?)[^,;:]{2,24}?(?:的|时|者)(?=应|须|需|必须|由|可|报|经|给|处|扣|予)"
    r"|(?:对于|凡|对(?=[^,;:]*的))[^,;:]{2,30}?(?=给予|予以|处以|扣|罚|取消|$)"
    rf"|(?:{SORT})[^,;:由应须]{{0,10}}?(?:{THING})(?![^,;:]{{0,2}}(?:率|表|单))|(?:{PLACES})(?!的)"
    r"|(?:未|违|不|逾期|超)[^,;:]{1,14}[者的](?=转|将|视|扣|罚|取消|给|予|处|按)"
    r"|[^,;:]{2,16}(?:连续|累计|超时|超过|满)[^,;:]{0,4}[\d一二三四五六七八九十两]+次?(?=将|则|即))"
)


def given(sentence: Sentence, place: int) -> Place | None:
    """Where the circumstance is said that governs what stands at `place` of the text; None for none."""
    if sentence.cell and sentence.line is not None:
        return (sentence.line[0], sentence.line[0] + len(sentence.row)) if sentence.row else None
    head = sentence.text[: max(0, place - sentence.start)]
    *whole, last = _segments(head)
    if inside := _within(*last):
        at = _absolute(sentence, inside)
        return sentence.label if sentence.label and at[0] < sentence.label[1] else at
    for start, words in reversed(whole):
        if _circumstance(words):
            return _absolute(sentence, (start, start + len(words)))
        if found := _amount(start, words):
            return _absolute(sentence, found)
        if case := _CASE.match(words):
            return _absolute(sentence, (start, start + case.end()))
    return sentence.label


def _segments(head: str) -> list[tuple[int, str]]:
    """The pieces between commas, with their places; the last may be unfinished."""
    found, place = [], 0
    for part in head.split(","):
        label = part.rfind(":") + 1 if place == 0 else 0
        place, part = place + label, part[label:]
        lead = len(part) - len(part.lstrip(" :、"))
        found.append((place + lead, part[lead:].rstrip()))
        place += len(part) + 1
    return found


def _circumstance(words: str) -> bool:
    words = _ASIDE.sub("", words)
    if len(words) < 2 or _NOT_CASES.search(words) or _BEGUN.search(words):
        return False
    return bool(_OPENS.match(words) or _CLOSES.search(words) or _COUNTED.search(words))


def _within(start: int, words: str) -> Place | None:
    """A circumstance inside the piece in which the rule itself stands."""
    if found := _amount(start, words):
        return found
    spans = [one.span() for one in _INSIDE.finditer(words)]
    return (start + spans[-1][0], start + spans[-1][1]) if spans else None


def _amount(start: int, words: str) -> Place | None:
    found = _AMOUNT.search(words)
    return (
        (start + found.start(), start + found.end())
        if found and re.search("以上|以下|以内|超|大于|高于|低于|不足|的$", found[0])
        else None
    )


def _absolute(sentence: Sentence, place: Place) -> Place:
    return sentence.start + place[0], sentence.start + place[1]


def said(sentence: Sentence, place: Place | None) -> str:
    """The words at such a place."""
    if place is None:
        return ""
    if sentence.cell:
        return sentence.row
    if place[0] < sentence.start:
        return sentence.case
    return sentence.text[place[0] - sentence.start : place[1] - sentence.start]
