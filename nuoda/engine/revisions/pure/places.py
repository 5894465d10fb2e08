"""What stands where in a rule: fields of a form ↔ values in its text, told once for each kind of rule.

A field that still says what it said leaves the text at its place untouched; what no field shows is never touched. A mistake that
the rulebook finds in a value is told at its field: every field has a stretch of line numbers of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nuoda.engine.rulebook.pure.documents import Content, Mark, Path, Problem

from . import spelling
from .spelling import TEXTS, Misspelled, Speech


@dataclass(frozen=True, slots=True)
class Place:
    """One field, and the path of its value from the rule on."""

    name: str
    path: Path
    kind: str = "line"
    """How the value is spelled: a key of `_SHOWN`, or 'rows'."""
    must: bool = False
    begin: bool = False
    """Asked already when the rule is new."""
    more: bool = False
    """Seldom needed: shown on request."""
    default: str = ""
    """What a text means that says nothing at this place."""
    choices: tuple[str, ...] = ()
    rows: tuple[Place, ...] = ()
    """Of a list: the fields of each of its rows; a row whose first one is empty is none."""
    holds: bool = False
    """Nothing here means that there is nothing beside it either."""
    like: str = ""
    """The field whose value it has when it is left empty."""
    about: str = ""
    """Of a condition: the field that says whose facts it asks about."""
    row: str = ""
    """The row that it belongs to, once its list is told one by one."""


def texts(name: str, *path: str, kind: str = "line", must: bool = True, **more: Any) -> tuple[Place, ...]:
    """A text in its three languages; what is not translated says what the authoritative one says."""
    first = Place(f"{name}_zh-hans", (*path, "zh-hans"), kind, must=must, holds=True, **more)
    rest = (
        Place(f"{name}_{code}", (*path, code), kind, like=first.name, **{**more, "begin": False}) for code in TEXTS[1:]
    )
    return (first, *rest)


def told(places: Iterable[Place], rule: Content, spare: int = 1) -> list[Place]:
    """The fields for a rule as it is, the rows of its lists one by one, with `spare` empty ones behind them."""
    found: list[Place] = []
    for place in places:
        if not place.rows:
            found.append(place)
            continue
        for number in range(len(_items(get(rule, place.path))) + spare):
            found += _row(place, number)
    return found


def _row(place: Place, number: int) -> list[Place]:
    key = f"{place.name}{number}"
    return [
        replace(
            sub,
            name=f"{key}_{sub.name}" if sub.name else key,
            path=(*place.path, number, *sub.path),
            like=f"{key}_{sub.like}" if sub.like else "",
            must=place.must and not number and not at,
            more=place.more,
            row=key,
        )
        for at, sub in enumerate(place.rows)
    ]


def _items(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def get(rule: Any, path: Path) -> Any:
    """The value at a path; None when there is none. A single value is a list of one."""
    for key in path:
        if isinstance(key, int):
            items = _items(rule)
            rule = items[key] if key < len(items) else None
        else:
            rule = rule.get(key) if isinstance(rule, dict) else None
    return rule


# -- showing ---------------------------------------------------------------------------------------------


def show(place: Place, rule: Content, speech: Speech) -> Any:
    """The value as its field shows it."""
    value = get(rule, place.path)
    return _SHOWN.get(place.kind, _plain)(place, rule, value, speech)


def shown(places: Iterable[Place], rule: Content, speech: Speech) -> dict[str, Any]:
    """The values of all fields of a rule; `places` are told one by one."""
    return {place.name: show(place, rule, speech) for place in places}


def _plain(place: Place, rule: Content, value: Any, speech: Speech) -> Any:
    return place.default if value is None else value


def _act(place: Place, rule: Content, value: Any, speech: Speech) -> str:
    return f"{rule['subject']}.{rule['verb']}" if "subject" in rule and "verb" in rule else ""


def _attested(place: Place, rule: Content, value: Any, speech: Speech) -> str:
    if value is None:
        return "none"
    return "evidence" if value.get("evidence", True) else "word"


def shares(rule: Content) -> bool:
    """Whether the target of an indicator is a share."""
    return "aggregate" not in rule


_SHOWN: Mapping[str, Callable[[Place, Content, Any, Speech], Any]] = {
    "act": _act,
    "attest": _attested,
    "length": lambda place, rule, value, speech: speech.length(value or ""),
    "count": lambda place, rule, value, speech: speech.figure(value),
    "goal": lambda place, rule, value, speech: speech.figure(value, share=shares(rule)),
    "whole": lambda place, rule, value, speech: speech.figure(value),
    "number": lambda place, rule, value, speech: speech.figure(value),
    "share": lambda place, rule, value, speech: speech.figure(value, share=True),
    "money": lambda place, rule, value, speech: "" if value is None else spelling.yuan(value),
    "codes": lambda place, rule, value, speech: speech.names(value or ()),
    "many": lambda place, rule, value, speech: list(value or ()),
    "warnings": lambda place, rule, value, speech: speech.stop.join(spelling.warning(one, speech) for one in value or ()),
    "pauses": lambda place, rule, value, speech: speech.stop.join(spelling.pause(one, speech) for one in value or ()),
}  # fmt: skip


# -- reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Read:
    """A rule as its fields say it: what was not understood, by field, stands in it as it stood before."""

    rule: Content
    wrong: dict[str, str] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    """Where the value of each field stands now; of rows that were taken out, nowhere."""


def read(before: Content, places: Iterable[Place], typed: Mapping[str, Any], speech: Speech, spare: int = 1) -> Read:
    """The rule with what its fields say; `places` as they are declared."""
    found = Read(copy.deepcopy(before))
    for place in places:
        if place.rows:
            _read_rows(place, before, typed, speech, found, spare)
        else:
            _read_one(place, place.name, before, found.rule, typed, speech, found.wrong)
            found.paths[place.name] = place.path
    return found


def _read_one(
    place: Place,
    name: str,
    before: Content,
    rule: Content,
    typed: Mapping[str, Any],
    speech: Speech,
    wrong: dict[str, str],
) -> None:
    given = typed.get(name)
    if place.like and _blank(given):
        given = typed.get(name.removesuffix(place.name) + place.like)
    if _same(place, given, show(place, before, speech)):
        return
    try:
        value = None if _blank(given) else _taken(place, given, before, speech)
    except Misspelled as error:
        wrong[name] = str(error)
        return
    _put(place, rule, value)


def _read_rows(
    place: Place, before: Content, typed: Mapping[str, Any], speech: Speech, found: Read, spare: int
) -> None:
    there = get(before, place.path)
    items, changed = _items(there), False
    kept: list[Any] = []
    for number in range(len(items) + spare):
        fields = _row(place, number)
        item = items[number] if number < len(items) else None
        if _blank(typed.get(fields[0].name)):
            changed |= item is not None
            if item is None and any(_says(one, typed.get(one.name)) for one in fields[1:]):
                found.wrong[fields[0].name] = ""
            continue
        for one, sub in zip(fields, place.rows, strict=True):
            found.paths[one.name] = (*place.path, len(kept), *sub.path)
        new: Any
        if not place.rows[0].path:
            new = typed[fields[0].name]
        else:
            was = item or {}
            new = copy.deepcopy(was)
            for one, sub in zip(fields, place.rows, strict=True):
                _read_one(sub, one.name, was, new, typed, speech, found.wrong)
        kept.append(new)
        changed |= new != item
    if changed:
        single = isinstance(there, str) and len(kept) == 1
        _put(place, found.rule, kept[0] if single else kept)


def _says(place: Place, given: Any) -> bool:
    return not _blank(given) and given != place.default


def _blank(given: Any) -> bool:
    return given is None or given is False or (isinstance(given, str | list) and not given) or str(given).isspace()


def _same(place: Place, given: Any, shown: Any) -> bool:
    """Whether a field still says what it said. Browsers write line breaks their own way, and boxes have an order of their own."""
    if isinstance(shown, list):
        return sorted(given or ()) == sorted(shown)
    if isinstance(given, str) and isinstance(shown, str):
        if place.kind in ("words", "condition"):
            return _lines(given) == _lines(shown)
        return given.split() == shown.split()
    return bool(given == shown or (_blank(given) and _blank(shown)))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _taken(place: Place, given: Any, before: Content, speech: Speech) -> Any:
    old = get(before, place.path)
    match place.kind:
        case "words" | "condition":
            return _lines(given)
        case "length":
            return speech.spelled(given, old or "")
        case "count":
            return speech.counted(given)
        case "goal":
            return speech.counted(given, share=shares(before))
        case "whole":
            return speech.number(given, whole=True)
        case "number":
            return speech.number(given)
        case "share":
            return speech.number(given, share=True)
        case "money":
            return spelling.fen(given)
        case "codes":
            return speech.codes(given)
        case "many":
            return spelling.in_order(given, old or ())
        case "warnings":
            return [spelling.read_warning(part, speech) for part in spelling.parts(given)]
        case "pauses":
            return [spelling.read_pause(part, speech) for part in spelling.parts(given)]
        case "flag":
            return True
        case "promise":
            return given.rpartition("/")[2]
    return given.strip()


def _put(place: Place, rule: Content, value: Any) -> None:
    """Write a value at its place; nothing, or what a text means anyway that says nothing, takes it out."""
    if place.kind == "act":
        rule["subject"], _, rule["verb"] = (value or "").partition(".")
        return
    if place.kind == "attest":
        if value == "none":
            rule.pop("attest", None)
        else:
            rule["attest"] = {**rule.get("attest", {}), "evidence": value == "evidence"}
        return
    nothing = value in (None, "", []) or value == place.default
    *way, last = place.path
    holder: Any = rule
    for key in way:
        if nothing and (not isinstance(holder, dict | list) or get(holder, (key,)) is None):
            return
        holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
    if not nothing:
        holder[last] = value
    elif place.holds and way:
        parent = get(rule, tuple(way[:-1]))
        parent.pop(way[-1], None)
    else:
        holder.pop(last, None)


# -- where a mistake stands ------------------------------------------------------------------------------

_STRETCH = 1_000
"""Lines that the text of one field may have."""


class Fields:
    """The places of the fields of a page, for `documents.Document`, and back from a problem to its field."""

    def __init__(self) -> None:
        self.marks: dict[Path, Mark] = {}
        self._names: list[str] = []

    def add(self, prefix: str, base: Path, paths: Mapping[str, Path]) -> None:
        """The fields of a rule that stands at `base`; what is said of the whole of it is told at the first of them."""
        for name, path in paths.items():
            mark = Mark(len(self._names) * _STRETCH + 1, 1)
            self._names.append(prefix + name)
            ways: list[Path] = [(*base, *path)] if path else [(*base, "subject"), (*base, "verb")]
            for way in ways:
                self.marks[way] = mark
                for cut in range(len(base), len(way)):
                    self.marks.setdefault(way[:cut], mark)

    def of(self, problem: Problem) -> tuple[str, int, int] | None:
        """The field of a problem, with line and column in it; None: in no field."""
        number, line = divmod(problem.line - 1, _STRETCH)
        if problem.line < 1 or number >= len(self._names):
            return None
        return self._names[number], line + 1, problem.column

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)
