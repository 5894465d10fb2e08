"""A clock as the fields of a form, and back, in the words of whoever reads it. Warning points and pauses are one line each:

'50%；1 小时 → 责任人、售后服务经理' and '等待客户 ≤ 30 天；等待配件'. The codes and lengths as a file spells them are read too.

A mistake that the rulebook finds in a field is told at that field: every field has a stretch of line numbers of its own,
far beyond those of anything that somebody types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nuoda.engine.rulebook.pure import telling
from nuoda.engine.rulebook.pure.documents import Content, Mark, Path, Problem
from nuoda.engine.rulebook.pure.durations import Duration

TEXTS = ("zh-hans", "zh-hant", "en")
CLAUSE = ("zh-hans", "zh-hant", "en", "section", "source", "binds", "informative")
"""Fields of the clause itself."""
CLOCK = ("label", "within", "when", "owner", "warnings", "pauses", "missed", "transition")
"""Fields of each of its clocks. `label` is the authoritative name; translations stand in the written form."""
_WIDTH = 1_000
_FIRST = 1_000_000
_CLOCK = _FIRST + _WIDTH * 100
_EACH = _WIDTH * 100
_WARNING = re.compile(r"^(?:(?P<share>\d+(?:\.\d+)?)\s*[%％]|(?P<before>.+?))(?:\s*(?:→|->)\s*(?P<tell>.+))?$")
_PAUSE = re.compile(r"^(?P<reason>[^≤<>=]+?)(?:\s*(?:≤|<=)\s*(?P<limit>.+))?$")
_LENGTH = re.compile(r"^(\d+)\s*[个個]?\s*(工作)?(分钟|分鐘|小时|小時|天|日|自然月|月)$")
_UNITS = {"分": "min", "小": "hours", "天": "days", "日": "days", "自": "calendar months", "月": "calendar months"}
_NAMED = re.compile(r"^([a-z][a-z0-9_]*)\s*[（(].*[）)]$")
_REASON = re.compile(r"^[a-z][a-z0-9_]*$")


class Misspelled(ValueError):
    """A field that cannot be read; `args[0]` is the part that was not understood."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The reader's words for what a file writes as codes."""

    language: str = "en"
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of roles, and of the words beside them."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Names of the reasons for which the clock's subject can pause."""
    lengths: Mapping[str, str] = field(default_factory=dict)
    """Lengths of time that the policy gives a name, as a file spells them."""

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

    def length(self, spelled: str) -> str:
        """'4 h' → '4 小时'; a named length with its value behind it."""
        if spelled in self.lengths:
            value = f"{self.length(self.lengths[spelled])}"
            return f"{spelled} ({value})" if self.language == "en" else f"{spelled}（{value}）"
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


def shown(clock: Content, speech: Speech) -> dict[str, Any]:
    """The clock's values for its fields."""
    return {
        "label": clock["label"]["zh-hans"],
        "within": speech.length(clock.get("within", "")),
        "when": clock.get("when", ""),
        "owner": clock["owner"],
        "warnings": speech.stop.join(_warning(item, speech) for item in clock.get("warnings", ())),
        "pauses": speech.stop.join(_pause(item, speech) for item in clock.get("pauses", ())),
        "missed": list(clock.get("missed", ())),
        "transition": clock.get("transition", "keep"),
    }


def read(before: Content, fields: Mapping[str, Any], speech: Speech) -> Content:
    """The clock with the values of its fields; raises Misspelled with {field: what was not understood} and the clock as far as
    it was understood."""
    wrong: dict[str, str] = {}
    clock: dict[str, Any] = {**before, "label": {**before["label"], "zh-hans": fields["label"].strip()}}
    found: dict[str, Any] = {
        "within": speech.spelled(fields["within"], before.get("within", "")),
        "when": fields["when"].strip(),
        "owner": fields["owner"],
        "missed": in_order(fields["missed"], before.get("missed", ())),
        "transition": fields["transition"],
    }
    for name, one in (("warnings", _read_warning), ("pauses", _read_pause)):
        if fields[name].strip() == shown(before, speech)[name]:
            found[name] = before.get(name)
            continue
        try:
            found[name] = [one(part, speech) for part in _parts(fields[name])]
        except Misspelled as error:
            wrong[name], found[name] = str(error), before.get(name)
    if found["transition"] == "keep":
        found["transition"] = ""
    for name, value in found.items():
        if value:
            clock[name] = value
        else:
            clock.pop(name, None)
    if wrong:
        raise Misspelled(wrong, clock)
    return clock


def fresh(fields: Mapping[str, Any], speech: Speech, *, alike: Iterable[Content], taken: Iterable[str]) -> Content:
    """A new clock from the fields of a form. What withdraws it is what withdraws those of `alike` that begin the same way."""
    keys, number = set(taken), 1
    while f"limit_{number}" in keys:
        number += 1
    label = fields["label"].strip()
    clock: Content = {
        "clock": f"limit_{number}",
        "label": dict.fromkeys(TEXTS, label),
        "start": fields["start"],
        "end": fields["end"],
        "within": speech.spelled(fields["within"]),
        "owner": fields["owner"],
    }
    if fields["missed"]:
        clock["missed"] = list(fields["missed"])
    same = (other for other in alike if fields["start"] in other["start"] and "cancel" in other)
    if (other := next(same, None)) is not None:
        clock["cancel"] = other["cancel"]
    return clock


def in_order(chosen: Iterable[str], before: Iterable[str]) -> list[str]:
    """What was chosen, in the order in which it stood; what is new behind it. A list of boxes has an order of its own."""
    chosen = list(chosen)
    kept = [code for code in before if code in chosen]
    return [*kept, *(code for code in chosen if code not in kept)]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]


def _warning(item: Content, speech: Speech) -> str:
    share = item.get("share")
    said = f"{share * 100:g}%" if share is not None else speech.length(item["before"])
    return said + (f" → {speech.names(item['tell'])}" if item.get("tell") else "")


def _read_warning(text: str, speech: Speech) -> Content:
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


def _pause(item: Content, speech: Speech) -> str:
    reason = speech.reasons.get(item["reason"], str(item["reason"]))
    return reason + (f" ≤ {speech.length(item['limit'])}" if "limit" in item else "")


def _read_pause(text: str, speech: Speech) -> Content:
    match = _PAUSE.match(text)
    known = {name: code for code, name in speech.reasons.items()}
    reason = known.get(match["reason"].strip(), match["reason"].strip()) if match else ""
    if match is None or not _REASON.match(reason):
        raise Misspelled(text)
    return {"reason": reason} | ({"limit": speech.spelled(match["limit"])} if match["limit"] else {})


# -- where a mistake stands ------------------------------------------------------------------------------


def marks(rules: list[Content]) -> dict[Path, Mark]:
    """Places of the fields: of the clause, and of the clocks among its rules."""
    found: dict[Path, Mark] = {("text", language): _at(CLAUSE.index(language)) for language in TEXTS}
    found |= {(name,): _at(CLAUSE.index(name)) for name in ("section", "source", "binds", "informative")}
    number = 0
    for index, rule in enumerate(rules):
        if "clock" not in rule:
            continue
        found[("rules", index)] = Mark(_CLOCK + number * _EACH, 1)
        for place, name in enumerate(CLOCK):
            found[("rules", index, name)] = Mark(_CLOCK + number * _EACH + place * _WIDTH, 1)
        number += 1
    return found


def field_of(problem: Problem) -> tuple[int | None, str] | None:
    """The field a problem is about: (None, field of the clause) or (number of the clock, its field); None: not in a field."""
    if problem.line < _FIRST:
        return None
    if problem.line < _CLOCK:
        return None, CLAUSE[(problem.line - _FIRST) // _WIDTH]
    number, rest = divmod(problem.line - _CLOCK, _EACH)
    return number, CLOCK[rest // _WIDTH]


def _at(place: int) -> Mark:
    return Mark(_FIRST + place * _WIDTH, 1)
