"""A clock as the fields of a form, and back. Warning points and pauses are written as one line each:

'50%; 1 h → owner, service_manager' and 'waiting_customer ≤ pause_limit; waiting_parts'.

A mistake that the rulebook finds in a field is told at that field: every field has a stretch of line numbers of its own,
far beyond those of anything that somebody types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nuoda.engine.rulebook.pure.documents import Content, Mark, Path, Problem

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
_PAUSE = re.compile(r"^(?P<reason>[a-z][a-z0-9_]*)(?:\s*(?:≤|<=)\s*(?P<limit>.+))?$")


class Misspelled(ValueError):
    """A field that cannot be read; `args[0]` is the part that was not understood."""


def shown(clock: Content) -> dict[str, str]:
    """The clock's values for its fields."""
    return {
        "label": clock["label"]["zh-hans"],
        "within": clock.get("within", ""),
        "when": clock.get("when", ""),
        "owner": clock["owner"],
        "warnings": "; ".join(map(_warning, clock.get("warnings", ()))),
        "pauses": "; ".join(_pause(item) for item in clock.get("pauses", ())),
        "missed": ", ".join(clock.get("missed", ())),
        "transition": clock.get("transition", "keep"),
    }


def read(before: Content, fields: Mapping[str, str]) -> Content:
    """The clock with the values of its fields; raises Misspelled, by field, as {field: what was not understood}."""
    wrong: dict[str, str] = {}
    clock: dict[str, Any] = {**before, "label": {**before["label"], "zh-hans": fields["label"].strip()}}
    found: dict[str, Any] = {
        "within": fields["within"].strip(),
        "when": fields["when"].strip(),
        "owner": fields["owner"],
        "missed": _names(fields["missed"]),
        "transition": fields["transition"],
    }
    for name, one in (("warnings", _read_warning), ("pauses", _read_pause)):
        try:
            found[name] = [one(part) for part in _parts(fields[name])]
        except Misspelled as error:
            wrong[name] = str(error)
    if wrong:
        raise Misspelled(wrong)
    if found["transition"] == "keep":
        found["transition"] = ""
    for name, value in found.items():
        if value:
            clock[name] = value
        else:
            clock.pop(name, None)
    return clock


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"[\s,，、]+", text) if name]


def _warning(item: Content) -> str:
    share = item.get("share")
    said = f"{share * 100:g}%" if share is not None else item["before"]
    return said + (f" → {', '.join(item['tell'])}" if item.get("tell") else "")


def _read_warning(text: str) -> Content:
    match = _WARNING.match(text)
    if match is None:
        raise Misspelled(text)
    item: Content = {}
    if match["share"]:
        item["share"] = round(float(match["share"]) / 100, 6)
    else:
        item["before"] = match["before"]
    if match["tell"]:
        item["tell"] = _names(match["tell"])
    return item


def _pause(item: Content) -> str:
    return str(item["reason"]) + (f" ≤ {item['limit']}" if "limit" in item else "")


def _read_pause(text: str) -> Content:
    match = _PAUSE.match(text)
    if match is None:
        raise Misspelled(text)
    return {"reason": match["reason"]} | ({"limit": match["limit"]} if match["limit"] else {})


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
