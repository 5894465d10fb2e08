"""Sentences with a time → clocks; sentences with a vague time → clocks whose time is left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from . import vocabulary as v
from .circumstances import given, said
from .effects import consequence
from .outline import Sentence, aims
from .proposals import Proposal
from .quantities import Quantity

_AFTER = re.compile(r"\s*(?:[以之]?内|以前|之前|前(?!台))")
_BEFORE = re.compile(
    r"(?:不得?(?:超过|大于|多于|晚于|迟于|超出)|不超出|最迟(?:不超过|于|在)?|最长(?:为)?|至多|应于|须于|限(?:时|期)?|≤|<=|<|小于|控制在"
    r"|(?:时限|期限|时效|时间)(?:要求)?\s*(?:为|是|:))\s*$"
)
_AHEAD = re.compile(r"(?:提前|前)(?:至少|不少于)?\s*$")
_CRITERION = re.compile(
    r"\s*[以之]?内(?:可|能|再次|重复|仍|未|无|发生|累计|连续|出现|[^,;]{0,6}率)|\s*[以之]?内[^,;]{0,10}的(?=[,:]|为|按|视)|\s*(?:以上|值守|值班|热线|服务热线|制)"
)
_FACT = re.compile(r"(?<!不)(?<!不得)(?:逾期|超过|满|连续|累计|每|不少于|不低于|至少|近|过去)\s*$")
_KEPT = re.compile(
    r"(?:保存|保留|保管|留存|存档|备存|质保|保修|包修|包换|包退|有效|三包|试用|租赁|服务|合同|免费)(?:期|时间)?(?:限|间)?(?:为|是|:|不得?超过|,)?\s*$"
)
"""Before a time that nobody owes: how long something is kept or guaranteed."""
_AT_ONCE = re.compile(
    r"\s*(?:内)?(?:做出|作出|给予|予以)?(?:响应|应答|到场|到达|到位|上门|修复|恢复|答复|回复|解决|完成|送达|回访|反馈|处理完|办结)"
)
"""Behind a time that is a limit without `内`: 30分钟响应."""
_LIMITED = re.compile(r"时限|时间|答复|响应|应答|完成|到场|到达|解决|修复|期限|回复|处理|完结")
_AVERAGE = re.compile(r"平均|均值")
_STOP = re.compile(r"[,;。、\n]")
_VAGUE = re.compile(
    r"及时(?!率|维修次数|性)|立即|马上|尽快|尽早|迅速|即刻|随即|快速(?=响应|处理|解决|回复)|当场(?=责令|制止|纠正)|第一时间"
    r"|(?<!未在)(?<!未按)(?<!未能在)(?:规定|约定|承诺|合理)的?(?:时间|期限|时限)(?:内|(?=上门|到))|限期"
)
_VERB = 14
"""How far behind a vague word the verb may stand, in letters."""
_DEEDS = re.compile(
    r"登记|清理|停机|停用|关闭|安排|派|赶|前往|督促|责令|报备|报送|整改|改正|纠正|调整|收集|发现|更新|归档|补|送|隔离|抢修|采取|启动|组织|协调"
    r"|提供|制止|移交|转|发放|办理|支付|结算|退还|更换|维修|开展|汇报|抵达|通报|提出|给予|跟进|安抚|致电|记录|上传|录入|赶赴|到达|报[帐账销]|填|签|核|检查|检修|排查|修补|补|交|还|撤离|缴"
)
"""What one does at once, besides what has an event."""
_TIMED = re.compile(r"(?:分钟|小时|日|天|周|月)[以之]?内[^,;。]{0,3}$")
"""Before a vague word that only strengthens a number: 24小时内及时联系."""
_EXPLAINS = re.compile(
    r"能(?:够)?(?:有效)?(?:减少|提高|提升|增强|降低|避免)|有助于|有利于|是.{1,12}的(?:关键|基本要求|前提|原则)"
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
    words = sentence.text[found.start - sentence.start : found.end - sentence.start]
    ahead = runs_ahead(
        sentence.text, replace(found, start=found.start - sentence.start, end=found.end - sentence.start)
    )
    date, begin = (v.date_before(before) if ahead else None) or (None, len(before))
    if _CRITERION.match(after) or (_FACT.search(before) and not ahead) or re.search(r"每[^,;]{0,2}$", before):
        return None
    if (_KEPT.search(before) and not _AFTER.match(after)) or (
        _AVERAGE.search(before[-14:]) and not _AFTER.match(after)
    ):
        return None
    limit = _AFTER.match(after)
    nextly = re.search(r"[次翌隔当]|第二|下一", words)
    in_table = sentence.cell and _LIMITED.search(sentence.column) is not None
    if not (limit or ahead or in_table or nextly or _BEFORE.search(before) or _AT_ONCE.match(after)):
        return None
    told = after[: max(0, behind - found.end)]
    rest = told[limit.end() if limit else 0 :]
    segment = _STOP.split(rest.lstrip(",、"), maxsplit=1)[0]
    around = sentence.before + before
    ends = (
        v.event_in(sentence.column, v.ENDS)
        if sentence.cell
        else v.event_in(segment, v.ENDS, sentence.text)
        or v.event_in(told, v.ENDS, sentence.text)
        or v.event_in(_STOP.split(before)[-1], v.ENDS, sentence.text)
    )
    if date and ends == date.event:
        date, begin = None, len(before)  # it is about fixing that very date, which nothing announces before
    if date:
        ends = v.end_before(date, ends, told)
    named = "" if sentence.cell else v.event_in(before, v.STARTS)
    starts = "ticket.reported" if sentence.cell else date.event if date else named or _start(sentence, before)
    if not starts and not ahead and ends in v.BY_REPORT:
        starts = "ticket.reported"
    stop = found.end + len(told) - len(rest.lstrip(",、")) + len(segment)
    place = given(sentence, found.start)
    circumstance = said(sentence, place)
    situation = v.situation(circumstance or before) if starts == "ticket.reported" else ""
    return Proposal(
        "clock",
        sentence.start + begin,
        min(max(stop, found.end), sentence.end),
        sentence.whole,
        sentence.item,
        roles=v.bound(sentence.text) or v.bound(around),
        within=found.duration,
        least=found.least,
        ahead=ahead,
        due=date.field if date else "",
        starts=starts,
        inferred=not named and not date and not sentence.cell,
        ends=ends,
        given=place,
        circumstance=circumstance,
        when=situation,
        word=words,
    )


def runs_ahead(text: str, found: Quantity) -> bool:
    """Whether a time runs before an event: 提前3天, 发货前24小时, 停机48小时前; `于5日前` names a day."""
    before, words, after = text[: found.start], text[found.start : found.end], text[found.end :]
    if _AHEAD.search(before):
        return True
    if not re.match(r"\s*(?:以前|之前|前(?!台))", after):
        return False
    return not re.search(r"[于在]\s*$" if not words.endswith("日") else r"于|在", before[-3:])


def _start(sentence: Sentence, before: str) -> str:
    """The event from which a time runs: named in the sentence, else in what was said before under the same heading."""
    return (
        v.event_in(before, v.STARTS)
        or v.last_event(sentence.before, v.STARTS)
        or v.event_in(" ".join(reversed(sentence.item.titles)), v.STARTS)
    )


def open_clocks(sentence: Sentence) -> Iterator[Proposal]:
    """A clock without a number: a vague time with something to be done. Aims, what explains a formula or a benefit, and
    what has already gone wrong bind nobody and are left out."""
    text = sentence.text
    if aims(sentence) or sentence.cell or "×100%" in text or _EXPLAINS.search(text):
        return
    for found in _VAGUE.finditer(text):
        behind = re.split(r"[,;。]", text[found.end() :], maxsplit=1)[0]
        ends = v.event_in(behind[:_VERB], v.ENDS, text)
        if not ends and not _DEEDS.search(behind[:_VERB]) and not re.search(r"[向将把].{2,}(?:报|通知|告知)", behind):
            continue
        if _TIMED.search(text, 0, found.start()):
            continue
        if found[0] in ("限期", "规定时间内") and consequence(text[: found.start()]):
            continue
        place = given(sentence, sentence.start + found.start())
        circumstance = said(sentence, place)
        starts = _start(sentence, text[: found.start()])
        yield Proposal(
            "open_clock",
            sentence.start + found.start(),
            sentence.start + found.end() + len(behind),
            sentence.whole,
            sentence.item,
            roles=v.bound(text) or v.bound(" ".join(sentence.item.titles)),
            starts=starts,
            inferred=not v.event_in(text[: found.start()], v.STARTS),
            ends=ends,
            given=place,
            circumstance=circumstance,
            when=v.situation(circumstance) if starts == "ticket.reported" else "",
            word=found[0],
        )
