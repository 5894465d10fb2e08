"""Values of a rule in the words of whoever reads them, and back: lengths of time, people, warnings, pauses, numbers.

Warning points and pauses are one line: '50%；1 小时 → 责任人、售后服务经理' and '等待客户 ≤ 30 天；等待配件'. The codes and lengths
as a file spells them are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nuoda.engine.rulebook.pure import telling
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.durations import Duration

TEXTS = ("zh-hans", "zh-hant", "en")
_WARNING = re.compile(r"^(?:(?P<share>\d+(?:\.\d+)?)\s*[%％]|(?P<before>.+?))(?:\s*(?:→|->)\s*(?P<tell>.+))?$")
_PAUSE = re.compile(r"^(?P<reason>[^≤<>=]+?)(?:\s*(?:≤|<=)\s*(?P<limit>.+))?$")
_LENGTH = re.compile(r"^(\d+)\s*[个個]?\s*(工作)?(分钟|分鐘|小时|小時|天|日|自然月|月)$")
_UNITS = {"分": "min", "小": "hours", "天": "days", "日": "days", "自": "calendar months", "月": "calendar months"}
_NAMED = re.compile(r"^([a-z][a-z0-9_]*)\s*[（(].*[）)]$")
_REASON = re.compile(r"^[a-z][a-z0-9_]*$")
_NUMBER = re.compile(r"^-?\d{1,12}(?:\.\d{1,4})?$")
_SHARE = re.compile(r"^(\d{1,3}(?:\.\d{1,2})?)\s*[%％]$")
_MONEY = re.compile(r"^[¥￥]?\s*(\d{1,10})(?:\.(\d{1,2}))?$")


class Misspelled(ValueError):
    """A value that cannot be read; `args[0]` is the part that was not understood."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The reader's words for what a file writes as codes."""

    language: str = "en"
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of roles, and of the words beside them."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Names of the reasons for which the rule's subject can pause."""
    lengths: Mapping[str, str] = field(default_factory=dict)
    """Lengths of time that the policy gives a name, as a file spells them."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Numbers that the policy gives a name."""

    @property
    def stop(self) -> str:
        return "; " if self.language == "en" else "；"

    def names(self, codes: Iterable[str]) -> str:
        said = (self.people.get(code) or telling.person(code, self.language) for code in codes)
        return (", " if self.language == "en" else "、").join(said)

    def codes(self, text: str) -> list[str]:
        """The codes of names (or codes) in a row; what is neither stays as it is, for the check to object."""
        known = {name: code for code, name in self.people.items()}
        known |= {telling.person(code, self.language): code for code in ("owner", "assignee", "customer_contact")}
        return [known.get(name, name) for name in (part.strip() for part in re.split(r"[,，、]+", text)) if name]

    def named(self, name: str, value: str) -> str:
        """A name with its value behind it: 'pause_limit（30 天）'."""
        return f"{name} ({value})" if self.language == "en" else f"{name}（{value}）"

    def length(self, spelled: str) -> str:
        """'4 h' → '4 小时'; a named length with its value behind it."""
        if spelled in self.lengths:
            return self.named(spelled, self.length(self.lengths[spelled]))
        try:
            return telling.duration(Duration.parse(spelled), self.language)
        except ValueError:
            return spelled

    def spelled(self, text: str, before: str = "") -> str:
        """As the file writes it; the spelling that stood there is kept when it says the same."""
        text = text.strip()
        if named := _NAMED.match(text):
            return named[1]
        if found := _LENGTH.match(text):
            amount, working, unit = found.groups()
            text = f"{amount} {'working ' if working else ''}{_UNITS[unit[0]]}"
        try:
            length = Duration.parse(text)
            if before and before not in self.lengths and Duration.parse(before) == length:
                return before
            return str(length)
        except ValueError:
            return text

    def figure(self, value: Any, *, share: bool = False) -> str:
        """A number as it is written into a field, a share as '90 %'; a named number with its value behind it."""
        if isinstance(value, str):
            known = self.numbers.get(value)
            return value if known is None else self.named(value, self.figure(known, share=share))
        if value is None:
            return ""
        return f"{round(value * 100, 8):g} %" if share else f"{value:.12g}"

    def number(self, text: str, *, share: bool = False, whole: bool = False) -> int | float:
        """'30', '0.95', of a share '95 %' too; raises Misspelled."""
        text = plain = text.strip()
        if share and (found := _SHARE.match(text)):
            plain = f"{float(found[1]) / 100:.4f}"
        if not _NUMBER.match(plain) or (whole and "." in plain):
            raise Misspelled(text)
        value = float(plain)
        if share and not 0 <= value <= 1:
            raise Misspelled(text)
        return int(value) if value.is_integer() else value

    def counted(self, text: str, *, share: bool = False) -> int | float | str:
        """A number, or the name of one; what is neither stays as it is when it looks like a name; raises Misspelled."""
        text = text.strip()
        if named := _NAMED.match(text):
            return named[1]
        return text if _REASON.match(text) else self.number(text, share=share)


def fen(text: str) -> int:
    """'1,234.50' (yuan) → 123450; raises Misspelled."""
    found = _MONEY.match(text.strip().replace(",", "").replace("，", ""))
    if found is None:
        raise Misspelled(text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan(value: int) -> str:
    """123450 → '1234.50'."""
    return f"{value // 100}.{value % 100:02}" if value % 100 else str(value // 100)


def in_order(chosen: Iterable[str], before: Iterable[str]) -> list[str]:
    """What was chosen, in the order in which it stood; what is new behind it. A list of boxes has an order of its own."""
    chosen = list(chosen)
    kept = [code for code in before if code in chosen]
    return [*kept, *(code for code in chosen if code not in kept)]


def parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]


def warning(item: Content, speech: Speech) -> str:
    share = item.get("share")
    said = f"{share * 100:g}%" if share is not None else speech.length(item["before"])
    return said + (f" → {speech.names(item['tell'])}" if item.get("tell") else "")


def read_warning(text: str, speech: Speech) -> Content:
    match = _WARNING.match(text)
    if match is None:
        raise Misspelled(text)
    item: Content = {}
    if match["share"]:
        item["share"] = round(float(match["share"]) / 100, 6)
    else:
        item["before"] = speech.spelled(match["before"])
    if match["tell"]:
        item["tell"] = speech.codes(match["tell"])
    return item


def pause(item: Content, speech: Speech) -> str:
    reason = speech.reasons.get(item["reason"], str(item["reason"]))
    return reason + (f" ≤ {speech.length(item['limit'])}" if "limit" in item else "")


def read_pause(text: str, speech: Speech) -> Content:
    match = _PAUSE.match(text)
    known = {name: code for code, name in speech.reasons.items()}
    reason = known.get(match["reason"].strip(), match["reason"].strip()) if match else ""
    if match is None or not _REASON.match(reason):
        raise Misspelled(text)
    return {"reason": reason} | ({"limit": speech.spelled(match["limit"])} if match["limit"] else {})
