"""Sentences → approvals, forms, cadences, gates and consequences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import vocabulary as v
from .clocks import aims
from .outline import Sentence
from .proposals import Period, Proposal

_APPROVE = "审核|审批|批准|同意|核准|许可|会签|签批|审定|复核|评审|审查"
_CHAIN = re.compile(
    rf"(?:经过|经(?!理|营|济|验|历|常|销商)|由|报(?!销|价|告)|呈|提交给?|提请|送|[须需])(?P<who>[^,;。]{{1,18}}?)(?:{_APPROVE})(?!无误)"
)
_MORE = re.compile(rf"[、,后和并再]+(?:由|报|经|送)?(?P<who>[^,;。、]{{2,12}}?)(?:{_APPROVE})(?!无误)")
_REVIEW = re.compile(rf"(?:对|组织)[^,;。]{{0,24}}?进行(?:{_APPROVE})")
_TITLE = re.compile(r"《([^》]{2,30})》")
_REFERENCE = re.compile(r"(?:手册|制度|办法|规定|法|条例|标准|规范|细则|规程|指南)$")
_PAPER = "表|单|书|卡|函|台账|申请|登记簿|报告单"
_FILL = re.compile(
    rf"(?:填写|填报|填具|记入|登记于|登记在|颁发|出具|签署|发放)(?:了|一份)?(?P<name>[^《》,;。、的]{{2,12}}?(?:{_PAPER}))(?![格面])"
    r"|(?:提出|提交|交付)(?P<report>[^《》,;。、的]{2,12}?报告书?)"
)
_PERIODS: tuple[tuple[str, Period], ...] = (
    ("半个?月", "regular"),
    ("半年", "half_year"),
    ("季度?", "quarter"),
    ("年度?", "year"),
    ("月度?", "month"),
    ("周|星期", "week"),
    ("天|日|个?工作日", "day"),
)
_EVERY = re.compile(
    r"每(?:满)?(?:[一1])?个?(?:" + "|".join(f"(?P<p{n}>{words})" for n, (words, _) in enumerate(_PERIODS)) + ")"
)
_MEASURED = re.compile(r"\s*(?:均|平均)?(?:不得|不低于|不少于|不高于|不超过|应达)")
"""Behind a period: a figure is judged, nothing is done."""
_REGULAR = re.compile(r"(?<!不)定期")
_PLANNED = re.compile(r"(?P<year>年度|全年)|(?P<quarter>季度)|(?P<month>月度)")
_PLAN = re.compile(r"计划|预算|考核|评估|报告|总结")
_MUST_NOT = re.compile(r"不得(?!低于|少于|高于|超过|超出)|禁止|严禁|不准|不予")
_ONLY_THEN = re.compile(r"方可|才能|才可|方能")
_FOLLOWS = re.compile(
    r"处罚|扣(?:减|除|发|罚|分|款)|减付|赔偿|违约金|罚款|取消[^,;。]{0,8}资格|降级|晋升|奖惩|奖励|表彰|警告|暂停|终止合[作约同]|通报批评|追究|解除合同|减少[^,;。]{0,4}配额"
)


def approvals(sentence: Sentence) -> Iterator[Proposal]:
    """One chain per sentence: its roles in the order in which they are named. The customer's consent is no approval."""
    if aims(sentence):
        return
    text = sentence.text
    if steps := list(_CHAIN.finditer(text)):
        who = [found["who"] for found in steps]
        end = steps[-1].end()
        while more := _MORE.match(text, end):
            who.append(more["who"])
            end = more.end()
        named = tuple(dict.fromkeys(role for words in who for role in v.roles_in(words)))
        roles = tuple(role for role in named if role != "customer_contact")
        if roles or not (named or steps[0][0][0] in "需须"):
            start = steps[0].start()
            yield _made("approval", sentence, start, end, roles=roles, word=text[start:end])
    elif found := _REVIEW.search(text):
        roles = v.bound(text[: found.start()])
        yield _made("approval", sentence, found.start(), found.end(), roles=roles, word=found[0])


def forms(sentence: Sentence) -> Iterator[Proposal]:
    """Documents with a title in 《》, and those that somebody fills in, issues or signs."""
    for found in _TITLE.finditer(sentence.text):
        if not _REFERENCE.search(found[1]):
            yield _made("form", sentence, found.start(), found.end(), name=found[1], roles=v.bound(sentence.text))
    for found in _FILL.finditer(sentence.text):
        part = "name" if found["name"] else "report"
        yield _made(
            "form", sentence, found.start(part), found.end(part), name=found[part], roles=v.bound(sentence.text)
        )


def cadences(sentence: Sentence) -> Iterator[Proposal]:
    """Every month, quarterly, the yearly plan; 'regularly' is a cadence whose period is open."""
    if aims(sentence):
        return
    text = sentence.text
    named: list[tuple[int, int, Period]] = []
    for found in _EVERY.finditer(text):
        if _MEASURED.match(text, found.end()):
            continue
        group = found.lastgroup or "p0"
        named.append((found.start(), found.end(), _PERIODS[int(group[1:])][1]))
    known = {period for _, _, period in named}
    for found in _PLANNED.finditer(text):
        period: Period = found.lastgroup  # type: ignore[assignment]
        behind = re.split(r"[,;。]", text[found.end() :], maxsplit=1)[0][:10]
        if period not in known and _PLAN.search(behind):
            named.append((found.start(), found.end(), period))
            known.add(period)
    named += [(found.start(), found.end(), "regular") for found in _REGULAR.finditer(text)]
    for start, end, period in sorted(named):
        behind = re.split(r"[,;。]", text[end:], maxsplit=1)[0]
        yield _made(
            "cadence",
            sentence,
            start,
            end + len(behind),
            every=period,
            roles=v.bound(text) or v.bound(" ".join(sentence.item.titles)),
            word=text[start:end],
        )


def gates(sentence: Sentence) -> Iterator[Proposal]:
    """What must not be done, and what may be done only when something holds."""
    text = sentence.text
    found = _MUST_NOT.search(text) or _ONLY_THEN.search(text)
    if found and not aims(sentence):
        yield _made("gate", sentence, 0, len(text), roles=v.bound(text), word=found[0])


def consequences(sentence: Sentence) -> Iterator[Proposal]:
    """What follows for people and dealers: rewards, penalties, suspensions."""
    text = sentence.text
    found = _FOLLOWS.search(text)
    if found and not aims(sentence):
        yield _made("consequence", sentence, 0, len(text), roles=v.bound(text), word=found[0])


def _made(kind: str, sentence: Sentence, start: int, end: int, **fields: object) -> Proposal:
    return Proposal(
        kind,  # type: ignore[arg-type]
        sentence.start + start,
        sentence.start + end,
        sentence.whole,
        sentence.item,
        **fields,  # type: ignore[arg-type]
    )
