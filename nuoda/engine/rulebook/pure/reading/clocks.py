"""Sentences with a time → clocks; sentences with a vague time → clocks whose time is left open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import vocabulary as v
from .outline import Sentence
from .proposals import Proposal
from .quantities import Quantity

_AFTER = re.compile(r"\s*(?:[以之]?内|以前|之前|前(?!台))")
_BEFORE = re.compile(r"(?:不得?超过|不超出|最迟(?:于|在)?|最长(?:为)?|至多|应于|须于|限(?:时|期)?)\s*$")
_AHEAD = re.compile(r"(?:提前|前)\s*$")
_CRITERION = re.compile(r"\s*[以之]?内(?:可|能|再次|重复|仍|未|无|发生|累计|连续|出现)")
_FACT = re.compile(r"(?<!不)(?<!不得)(?:逾期|超过|满|连续|累计|每)\s*$")
_LIMITED = re.compile(r"时限|时间|答复|响应|应答|完成|到场|到达|解决|修复|期限|回复|处理|完结")
_STOP = re.compile(r"[,;。、\n]")
_VAGUE = re.compile(
    r"及时(?!率|维修次数|性)|立即|马上|尽快|迅速|快速(?=响应|处理|解决|回复)|第一时间|(?:规定|约定|承诺)(?:的)?时间内|限期"
)
_VERB = 14
"""How far behind a vague word the verb may stand, in letters."""
_AIMS = re.compile(r"目的|宗旨|原则|适用范围|^范围|总则")


def aims(sentence: Sentence) -> bool:
    """Whether the sentence says what the regulation is for, not what anybody must do."""
    return any(_AIMS.search(title) for title in sentence.item.titles[-2:]) or bool(
        re.match(r"(?:目的|适用范围|基本原则|\w{2,4}原则)", sentence.text)
    )


def clocks(sentence: Sentence, quantities: list[Quantity]) -> Iterator[Proposal]:
    """A clock for each time that is a limit."""
    times = [found for found in quantities if found.kind == "time"]
    for index, found in enumerate(times):
        behind = times[index + 1].start if index + 1 < len(times) else sentence.end
        proposal = _clock(sentence, found, behind)
        if proposal is not None:
            yield proposal


def _clock(sentence: Sentence, found: Quantity, behind: int) -> Proposal | None:
    before = sentence.text[: found.start - sentence.start]
    after = sentence.text[found.end - sentence.start :]
    ahead = _AHEAD.search(before) is not None or (
        re.match(r"\s*(?:以前|之前|前(?!台))", after) is not None and not re.search(r"于|在", before[-3:])
    )
    if _CRITERION.match(after) or (_FACT.search(before) and not ahead) or re.search(r"每[^,;]{0,2}$", before):
        return None
    limit = _AFTER.match(after)
    nextly = re.search(r"次|下一", sentence.text[found.start - sentence.start : found.end - sentence.start])
    in_table = sentence.cell and _LIMITED.search(sentence.column) is not None
    if not (limit or ahead or in_table or nextly or _BEFORE.search(before)):
        return None
    told = after[: max(0, behind - found.end)]
    segment = _STOP.split(told[limit.end() if limit else 0 :].lstrip(",、"), maxsplit=1)[0]
    around = sentence.before + before
    ends = (
        v.event_in(sentence.column, v.ENDS)
        if sentence.cell
        else v.event_in(segment, v.ENDS, sentence.text) or v.event_in(told, v.ENDS, sentence.text)
    )
    starts = "ticket.reported" if sentence.cell else _start(sentence, before)
    stop = found.end + (limit.end() if limit else 0) + len(segment)
    return Proposal(
        "clock",
        found.start,
        min(max(stop, found.end), sentence.end),
        sentence.whole,
        sentence.item,
        roles=v.bound(sentence.text) or v.bound(around),
        within=found.duration,
        ahead=ahead,
        starts=starts,
        ends=ends,
        when=v.situation(sentence.row if sentence.cell else before) if starts == "ticket.reported" else "",
        word=sentence.text[found.start - sentence.start : found.end - sentence.start],
    )


def _start(sentence: Sentence, before: str) -> str:
    """The event from which a time runs: named in the sentence, else in what was said before under the same heading."""
    return (
        v.event_in(before, v.STARTS)
        or v.last_event(sentence.before, v.STARTS)
        or v.event_in(" ".join(reversed(sentence.item.titles)), v.STARTS)
    )


def open_clocks(sentence: Sentence) -> Iterator[Proposal]:
    """A clock without a number: a vague time with a verb whose event is known. Aims and what explains a
    formula bind nobody and are left out."""
    if aims(sentence) or sentence.cell or "×100%" in sentence.text:
        return
    for found in _VAGUE.finditer(sentence.text):
        behind = re.split(r"[,;。]", sentence.text[found.end() :], maxsplit=1)[0]
        ends = v.event_in(behind[:_VERB], v.ENDS, sentence.text)
        if not ends:
            continue
        yield Proposal(
            "open_clock",
            sentence.start + found.start(),
            sentence.start + found.end() + len(behind),
            sentence.whole,
            sentence.item,
            roles=v.bound(sentence.text) or v.bound(" ".join(sentence.item.titles)),
            starts=_start(sentence, sentence.text[: found.start()]),
            ends=ends,
            word=found[0],
        )
