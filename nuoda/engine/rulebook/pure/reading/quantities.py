"""Every time and percentage of a text, in digits (any width) or Chinese numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..durations import Duration, Unit

Kind = Literal["time", "percent"]
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_CN = "零〇一二两三四五六七八九十百千"
_NUMBER = rf"(?:\d+(?:\.\d+)?|[{_CN}]+)"
_UNITS: dict[str, tuple[Unit, int]] = {
    "分钟": ("min", 1),
    "min": ("min", 1),
    "刻钟": ("min", 15),
    "h": ("h", 1),
    "hrs": ("h", 1),
    "小时": ("h", 1),
    "钟头": ("h", 1),
    "工作小时": ("working_h", 1),
    "工作时": ("working_h", 1),
    "工作日": ("working_d", 1),
    "工作天": ("working_d", 1),
    "自然日": ("d", 1),
    "日历日": ("d", 1),
    "日历天": ("d", 1),
    "天": ("d", 1),
    "日": ("d", 1),
    "周": ("d", 7),
    "星期": ("d", 7),
    "季度": ("month", 3),
    "月": ("month", 1),
    "年": ("month", 12),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_TIME = re.compile(
    rf"(?<![\d.])(?:(?P<low>{_NUMBER})\s*(?:个?(?:{_UNIT}))?\s*[-~至到]\s*)?(?P<amount>{_NUMBER}|半)\s*(?P<piece>个)?(?P<half>半)?\s*"
    rf"(?P<unit>{_UNIT})(?![a-z])",
    re.IGNORECASE,
)
_SECONDS = re.compile(rf"(?<![\d.])(?P<amount>{_NUMBER})\s*秒")
_PERCENT = re.compile(
    r"(?<![\d.])(?:(?P<low>\d+(?:\.\d+)?)\s*%?\s*[-~至到]\s*)?(?P<amount>\d+(?:\.\d+)?)\s*(?P<sign>[%‰])"
    rf"|(?P<of>[百千])分之(?P<cn>[{_CN}]+(?:点[{_CN}]+)?|\d+(?:\.\d+)?)"
)
_SAID = r"内|前|以?前|完|处|答|回|提|送|交|报|排|解|修|到|抵|赶|上门|给|反|联|通|录|归|填|告|恢|响|安排|派|下班|予|办|登|上传|更新|启|递|书面"
"""How what follows a day begins when the day is a limit (当日答复) and not a date (当天的记录)."""
_NEXT = re.compile(
    rf"(?P<day>当[天日]|次日|翌日|隔[天日]|第二[天日])(?={_SAID})"
    r"|(?P<work>次(?:一|个)?工作日|下一?个?工作日|第二个工作日)(?!的)"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    start: int
    end: int
    kind: Kind
    amount: float
    """Minutes, hours … as the unit says; per cent for percentages."""
    duration: Duration | None
    """None for percentages and seconds: the engine counts whole minutes."""
    least: float | None = None
    """The lower end of a range (1–3 个月)."""


def number(text: str) -> float:
    """The value of digits or Chinese numerals; raises ValueError for anything else."""
    if text.replace(".", "", 1).isdigit():
        return float(text)
    whole, _, part = text.partition("点")
    total = digit = 0
    for sign in whole:
        if sign in _STEPS:
            total += (digit or 1) * _STEPS[sign]
            digit = 0
        elif sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            raise ValueError(f"not a number: {text!r}")
    return float(f"{total + digit}." + ("".join(str(_DIGITS[sign]) for sign in part) or "0"))


def quantities(text: str, offset: int = 0) -> list[Quantity]:
    """All times and percentages in plain text, in order; dates (2023 年 10 月, 每月 5 日) are none."""
    return sorted([*_times(text, offset), *_percents(text, offset)], key=lambda found: found.start)


def _times(text: str, offset: int) -> Iterator[Quantity]:
    for found in _SECONDS.finditer(text):
        yield Quantity(offset + found.start(), offset + found.end(), "time", number(found["amount"]) / 60, None)
    for found in _NEXT.finditer(text):
        duration = Duration(1, "working_d" if found["work"] else "d")
        yield Quantity(offset + found.start(), offset + found.end(), "time", 1, duration)
    for found in _TIME.finditer(text):
        if _NEXT.match(text, found.start() - 1) or _is_date(text, found):
            continue
        unit, factor = _UNITS[found["unit"].lower()]
        amount = (0.5 if found["amount"] == "半" else number(found["amount"])) + (0.5 if found["half"] else 0)
        if amount > 0:
            yield Quantity(
                offset + found.start(),
                offset + found.end(),
                "time",
                amount * factor,
                _duration(amount * factor, unit),
                number(found["low"]) * factor if found["low"] else None,
            )


def _is_date(text: str, found: re.Match[str]) -> bool:
    unit, amount = found["unit"], found["amount"]
    before = text[max(0, found.start() - 6) : found.start()]
    if unit == "年":
        return amount.isdigit() and len(amount) == 4
    if unit == "月" and not found["piece"]:
        return re.search(r"\d{4}年$", before) is not None or not re.match(r"[以之]?内", text[found.end() :])
    if unit == "日":
        return re.search(r"月(?:的|第)?$", before) is not None
    return text[max(0, found.start() - 1) : found.start()] == "第"


def _duration(amount: float, unit: Unit) -> Duration:
    """A whole amount; halves go down one unit (1.5 h = 90 min, half a day = 12 h, half a month = 15 d)."""
    smaller: dict[Unit, tuple[Unit, int]] = {
        "h": ("min", 60),
        "working_h": ("working_min", 60),
        "d": ("h", 24),
        "working_d": ("working_h", 8),
        "month": ("d", 30),
    }
    if amount != int(amount) and unit in smaller:
        unit, factor = smaller[unit]
        amount *= factor
    return Duration(max(1, round(amount)), unit)


def _percents(text: str, offset: int) -> Iterator[Quantity]:
    for found in _PERCENT.finditer(text):
        value = number(found["cn"] or found["amount"]) / (10 if found["sign"] == "‰" or found["of"] == "千" else 1)
        low = float(found["low"]) if found["low"] else None
        yield Quantity(offset + found.start(), offset + found.end(), "percent", value, None, low)
