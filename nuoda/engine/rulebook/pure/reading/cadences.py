"""Sentences → recurring duties: every month, twice a year, the yearly plan; 'regularly' leaves the period open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..durations import Duration
from . import vocabulary as v
from .outline import Sentence, aims
from .proposals import Period, Proposal, made
from .quantities import number, quantities

_CN = "一二两三四五六七八九十"
_UNITS: dict[str, Period] = {
    "年": "year",
    "季": "quarter",
    "月": "month",
    "周": "week",
    "星": "week",
    "天": "day",
    "日": "day",
    "工": "day",
}
_MONTHS: dict[int, Period] = {1: "month", 3: "quarter", 6: "half_year", 12: "year"}
_UNIT = "半年|季度?|年度?|月度?|周|星期|天|日|个?工作日|半个?月|小时|班次?"
_EVERY = re.compile(rf"每(?:满|隔|逢)?\s*(?P<count>\d+|[{_CN}]+)?\s*个?(?P<unit>{_UNIT})(?!以上|以内)")
_BY = re.compile(r"(?:按|逐)(?P<unit>半年|季度?|年度?|月度?|周|日|天)(?!均|薪|结息|龄|内|份|租)")
_SPLIT = re.compile(r"[^,;。]{0,6}(?:分解|划分|计算|分类|折算)")
_OFTEN = re.compile(
    rf"(?:一个?|1个?|全|年度?|季度?|月度?)?(?P<unit>年|季度?|月|周)(?:度)?内?(?:应|须|需)?(?:至少|不少于|不低于)\s*[\d{_CN}]+\s*次"
    rf"|[\d{_CN}]+\s*次\s*(?:/|每)\s*(?P<per>年|季度?|月|周|天|日)"
)
_JUDGED = re.compile(r"\s*(?:均|平均)?(?:不得|不低于|不少于|不高于|不超过|应达)")
"""Behind a period: a figure is judged, nothing is done; unless it is how often."""
_COUNT = re.compile(rf"\s*(?:不得?(?:少于|低于))\s*[\d{_CN}]+\s*(?:次|遍|轮|个?学时|个?课时|小时)")
_COUNTED = re.compile(r"\s*(?:的|加收|扣|罚|支付|收取|计|按)|[^,;。]{0,12}(?:为结账|为[^,;。]{0,6}(?:期|日)$)")
"""Behind a period that only measures: 每日扣款, 每月最后三日为结账期."""
_REGULAR = re.compile(
    r"(?<!不)(?<!未经)定期(?![检校]\w(?:要求|制度|或|合格|不合格|周期|证|报告)|\w{2}(?:制度|标准|工作|时间|规定|要求|项目)|存款|限|票)"
)
_HEAD = re.compile(r"\w{0,4}:")
_MEANS = re.compile(r"是指|指的是|所称")
_PLANNED = re.compile(r"(?P<year>年度|全年)|(?P<quarter>季度)|(?P<month>月度)")
_PLAN = re.compile(r"计划|预算|考核|评估|报告|总结")
_RANKED = re.compile(r"第|得分|结果|成绩|排名|优秀|合格|奖|挂钩|超时|指标|服务费")
_AFTER = re.compile(r"\s*(?:结束|终了|度结束|末)?后?(?=[\d一二三四五六七八九十]+个?工?作?日内)")
_UNTIL = re.compile(r"\s*(?:的?前)?(?P<day>\d{1,2}|[一二三四五六七八九十]+)\s*[日号](?:之|以)?前")


def cadences(sentence: Sentence) -> Iterator[Proposal]:
    """Every recurring duty of a sentence, each period once."""
    text = sentence.text
    if aims(sentence) or _MEANS.search(text):
        return
    for start, end, period in sorted(_named(text)):
        behind = re.split(r"[,;。]", text[end:], maxsplit=1)[0]
        yield made(
            "cadence",
            sentence,
            start,
            end + len(behind),
            every=period,
            within=_within(text[end : end + 16]),
            roles=v.bound(text) or v.bound(" ".join(sentence.item.titles)),
            word=text[start:end],
        )


def _named(text: str) -> list[tuple[int, int, Period]]:
    found: list[tuple[int, int, Period]] = []
    for one in _EVERY.finditer(text):
        if (_JUDGED.match(text, one.end()) and not _COUNT.match(text, one.end())) or _COUNTED.match(text, one.end()):
            continue
        found.append((one.start(), one.end(), _period(one["count"], one["unit"])))
    for one in _BY.finditer(text):
        if not _SPLIT.match(text, one.end()):
            found.append((one.start(), one.end(), _period(None, one["unit"])))
    for one in _OFTEN.finditer(text):
        if not any(start <= one.start("unit") < end for start, end, _ in found):
            found.append((one.start(), one.end(), _period(None, one["unit"] or one["per"])))
    known = {period for _, _, period in found}
    for one in _PLANNED.finditer(text):
        period: Period = one.lastgroup  # type: ignore[assignment]
        behind = re.split(r"[,;。]", text[one.end() :], maxsplit=1)[0][:10]
        if period not in known and _PLAN.search(behind) and not _RANKED.search(behind):
            found.append((one.start(), one.end(), period))
            known.add(period)
    for one in _REGULAR.finditer(text):
        if one.start() > 0 or not _HEAD.match(text, one.end()):
            found.append((one.start(), one.end(), "regular"))
    return [one for one in found if text.rfind("《", 0, one[0]) <= text.rfind("》", 0, one[0])]


def _period(count: str | None, unit: str) -> Period:
    """The period of so many units; 'regular' for one that the calendar has not (every 15 days)."""
    many = int(number(count)) if count else 1
    if unit == "半年":
        return "half_year"
    if unit.startswith("半") or unit in ("小时", "班", "班次"):
        return "regular"
    period = _UNITS[unit.removeprefix("个")[0]]
    if many == 1:
        return period
    if period == "month":
        return _MONTHS.get(many, "regular")
    return "regular"


def _within(behind: str) -> Duration | None:
    """How long after the end of the period it is due: 每月五日前 → 5 d, 每季度结束后10个工作日内 → 10 working days."""
    if found := _UNTIL.match(behind):
        return Duration(int(number(found["day"])), "d")
    if found := _AFTER.match(behind):
        times = [one for one in quantities(behind[found.end() :]) if one.duration and one.start == 0]
        return times[0].duration if times else None
    return None
