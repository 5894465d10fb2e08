"""The seven kinds of rule and the numbers of a clause, each as the fields of a form: which value stands where (see `places`).

A field that a kind of rule gains is one line here, and its label in `web/rulefields.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nuoda.engine.rulebook.pure.conditions import tokens
from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.facts import SUBJECTS, subject_of

from . import places
from .places import Place, Read, texts
from .spelling import TEXTS, Speech

_TRANSITION = Place("transition", ("transition",), "choice", default="keep", choices=("keep", "convert", "restart"))
_WHEN = Place("when", ("when",), "condition", about="act")
_ACT = Place("act", (), "act", must=True, begin=True)
_MISSED = Place("missed", ("missed",), "many", choices=("roles",), begin=True)
_OWNER = Place("owner", ("owner",), "role", must=True, begin=True)
_WARNINGS = Place("warnings", ("warnings",), "warnings")
_EVENT = (Place("", (), "event"),)
_IF = ("up", "refuse", "skip")

CLOCK = (
    *texts("label", "label", begin=True),
    Place("within", ("within",), "length", begin=True),
    _OWNER,
    Place("due", ("due",), "promise", more=True, begin=True),
    Place("ahead", ("ahead",), "length", more=True, begin=True),
    Place("start", ("start",), "rows", must=True, rows=_EVENT, more=True, begin=True),
    Place("end", ("end",), "rows", must=True, rows=_EVENT, more=True, begin=True),
    Place("when", ("when",), "condition", about="start0"),
    Place("end_when", ("end_when",), "condition", about="end0", more=True),
    _WARNINGS,
    Place("pauses", ("pauses",), "pauses"),
    _MISSED,
    _TRANSITION,
)
_DATED = tuple(
    replace(place, more=place.name == "within" or (place.more and place.name not in ("due", "ahead")))
    for place in CLOCK
)
"""Of a clock that goes by a promised moment: what it goes by stands first."""
GATE = (
    _ACT,
    _WHEN,
    Place("require", ("require",), "condition", must=True, begin=True, about="act"),
    *texts("otherwise", "otherwise", kind="words", begin=True),
    Place("fields", ("fields",), "many", choices=("facts",), more=True),
)
APPROVAL = (
    *texts("label", "label", begin=True),
    _ACT,
    _WHEN,
    Place(
        "steps",
        ("steps",),
        "rows",
        must=True,
        begin=True,
        rows=(
            Place("role", ("role",), "role"),
            Place("of", ("of",), "choice", default="company", choices=("company", "dealer", "department")),
            Place("when", ("when",), "condition", about="act"),
            Place("mode", ("mode",), "choice", default="any", choices=("any", "all")),
            Place("within", ("within",), "length"),
        ),
    ),
    Place("if_empty", ("if_empty",), "choice", default="up", choices=_IF, more=True),
    Place("if_self", ("if_self",), "choice", default="up", choices=_IF, more=True),
)
FORM = (
    *texts("title", "title", begin=True),
    _ACT,
    _WHEN,
    Place("state", ("state",), "choice", default="issued", choices=("issued", "signed"), begin=True),
    Place("fields", ("fields",), "many", choices=("paper",), must=True),
)
CADENCE = (
    *texts("duty", "duty", begin=True),
    Place("every", ("every",), "choice", begin=True, choices=("day", "week", "month", "quarter", "half_year", "year")),
    Place("per", ("per",), "per", default="company", begin=True),
    _OWNER,
    Place("within", ("within",), "length", begin=True),
    Place("met_by", ("met_by",), "rows", rows=_EVENT, begin=True),
    Place("attest_confirm", ("attest", "confirm"), "role"),
    Place("attest_by", ("attest", "by"), "many", choices=("roles",), more=True),
    Place("attest", ("attest",), "attest", default="none", choices=("none", "word", "evidence"), begin=True),
    Place("times", ("times",), "count", more=True),
    Place("when", ("when",), "condition", about="met_by0", more=True),
    Place("audit_size", ("audit", "size"), "count", more=True),
    Place("audit_when", ("audit", "when"), "condition", about="audit_of", more=True),
    Place("audit_of", ("audit", "of"), "event", holds=True, more=True),
    Place("grace", ("grace",), "length", more=True),
    _WARNINGS,
    _MISSED,
    Place("opened", ("opened",), "many", choices=("roles",), more=True),
    Place("transition", ("transition",), "choice", default="keep", choices=("keep", "convert", "restart", "end")),
)
INDICATOR = (
    *texts("label", "label", begin=True),
    Place("target", ("target",), "goal", begin=True),
    Place("direction", ("direction",), "choice", default="up", choices=("up", "down"), begin=True),
    Place("period", ("period",), "choice", default="month", choices=("month", "quarter", "year"), begin=True),
    Place("denominator", ("denominator",), "condition", must=True, begin=True, about="facts"),
    Place("numerator", ("numerator",), "condition", begin=True, about="facts"),
    Place("aggregate", ("aggregate",), "choice", choices=("", "mean", "median", "p90", "sum"), begin=True, more=True),
    Place("of", ("of",), "column", begin=True, more=True),
    Place("dated", ("dated",), "moment", more=True),
    Place("units", ("units",), "many", choices=("company", "dealer", "team", "technician"), more=True),
    Place("settles", ("settles",), "length", more=True),
    *texts("meaning", "meaning", kind="words", must=False, more=True),
)
CONSEQUENCE = (
    Place("on", ("on",), "cause", must=True, begin=True),
    Place("of", ("of",), "timed", begin=True),
    Place("when", ("when",), "condition", about="on"),
    Place("tell", ("tell",), "many", choices=("roles",), begin=True),
    Place("template", ("template",), "template", begin=True),
    Place("do", ("do",), "effect", more=True),
    Place(
        "ladder",
        ("ladder",),
        "rows",
        rows=(Place("after", ("after",), "length"), Place("tell", ("tell",), "many", choices=("roles",))),
        more=True,
    ),
)
KINDS: Mapping[str, tuple[Place, ...]] = {
    "clock": CLOCK,
    "gate": GATE,
    "approval": APPROVAL,
    "form": FORM,
    "cadence": CADENCE,
    "indicator": INDICATOR,
    "consequence": CONSEQUENCE,
}
BEGIN: Mapping[str, tuple[Place, ...]] = {
    "form": (Place("paper", ("form",), "paper", must=True, begin=True),),
    "indicator": (Place("facts", ("facts",), "facts", must=True, begin=True),),
}
"""What is settled when a rule begins, and is what it is from then on."""
TIMED = ("clock", "cadence")

_WHY = texts("why", "why", kind="words", more=True)
_VALUES: Mapping[str, tuple[Place, ...]] = {
    "duration": (Place("value", ("value",), "length", must=True, begin=True),),
    "int": (Place("value", ("value",), "whole", must=True, begin=True),),
    "decimal": (Place("value", ("value",), "number", must=True, begin=True),),
    "money": (Place("value", ("value",), "money", must=True, begin=True),),
    "code": (Place("value", ("value",), "line", must=True, begin=True),),
    "text": texts("value", "value", kind="words"),
    "texts": (
        Place(
            "value",
            ("value",),
            "rows",
            rows=tuple(
                Place(code, (code,), "words", like="zh-hans" if code != "zh-hans" else "", holds=False)
                for code in TEXTS
            ),
        ),
    ),
    "list": (Place("value", ("value",), "codes", must=True),),
    "decision": (
        Place(
            "choose",
            ("value", "choose"),
            "rows",
            rows=(
                Place("when", ("when",), "condition", about="subject"),
                Place("then", ("then",), "answer"),
                *texts("why", "why", kind="words"),
            ),
        ),
        Place("otherwise", ("value", "otherwise"), "answer", must=True),
        *texts("decision", "value", "why", kind="words"),
    ),
}
BEGUN = ("duration", "int", "decimal", "money")
"""Kinds of number that a form can begin; the others need a text of several parts."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rule or a number of a clause, with the fields of its form."""

    prefix: str
    """What the names of its fields begin with: 'r2_' is the third rule of the clause."""
    kind: str
    """A kind of rule, or 'number'."""
    base: tuple[str, int]
    """Where it stands in the clause."""
    data: Content
    places: tuple[Place, ...]

    @property
    def key(self) -> str:
        """Its name among those of its kind; '' of one that is just beginning."""
        return str(self.data.get("name" if self.kind == "number" else self.kind, ""))

    def fields(self, spare: int = 1) -> list[Place]:
        return places.told(self.places, self.data, spare)

    def shown(self, speech: Speech, spare: int = 1) -> dict[str, Any]:
        """The values of its fields, by their whole names."""
        found = places.shown(self.fields(spare), self.data, speech)
        return {self.prefix + name: value for name, value in found.items()}

    def read(self, typed: Mapping[str, Any], speech: Speech, spare: int = 1) -> Read:
        own = {name.removeprefix(self.prefix): value for name, value in typed.items() if name.startswith(self.prefix)}
        return places.read(self.data, self.places, own, speech, spare)


def parts(clause: Content, shares: frozenset[str] = frozenset()) -> list[Part]:
    """The numbers and rules of a clause; `shares` are the numbers that are targets of rates."""
    numbers = [
        Part(f"p{index}_", "number", ("parameters", index), item, of_number(item, item["name"] in shares))
        for index, item in enumerate(clause.get("parameters", ()))
    ]
    rules = [
        Part(f"r{index}_", kind, ("rules", index), rule, _DATED if kind == "clock" and "due" in rule else KINDS[kind])
        for index, rule in enumerate(clause.get("rules", ()))
        for kind in (kind_of(rule),)
    ]
    return [*numbers, *rules]


def kind_of(rule: Content) -> str:
    return next(kind for kind in KINDS if kind in rule)


def of_number(item: Content, share: bool = False) -> tuple[Place, ...]:
    """The fields of a number: its value by its kind, and why it is so."""
    kind = item["kind"]
    if kind == "weights":
        weights = (Place(f"value_{name}", ("value", name), "number", must=True) for name in item["value"])
        return (*weights, *_WHY)
    if kind == "decimal" and share:
        return (Place("value", ("value",), "share", must=True), *_WHY)
    return (*_VALUES[kind], *_WHY)


def shares(content: Content) -> frozenset[str]:
    """Names of the numbers that are the target of a rate: they are read as per cent."""
    rules = (rule for clause in content["clauses"] for rule in clause.get("rules", ()))
    return frozenset(
        rule["target"]
        for rule in rules
        if "indicator" in rule and isinstance(rule.get("target"), str) and places.shares(rule)
    )


def put_together(clause: Content, found: Iterable[tuple[Part, Read]]) -> Content:
    """The clause with its rules and numbers as they were read."""
    new = dict(clause)
    for part, read in found:
        name, index = part.base
        if read.rule != part.data:
            new[name] = [*new[name][:index], read.rule, *new[name][index + 1 :]]
    return new


# -- beginning -------------------------------------------------------------------------------------------


def fresh(kind: str) -> Part:
    """A rule to begin with: what is asked of it at first."""
    every = (*BEGIN.get(kind, ()), *KINDS[kind])
    first = {place.name for place in every if place.begin}
    asked = tuple(replace(place, more=False) for place in every if place.begin or place.like in first)
    return Part("", kind, ("rules", 0), {}, asked)


def fresh_number(kind: str) -> Part:
    """A number to begin with."""
    asked = (*_VALUES[kind], *(replace(place, more=False) for place in _WHY))
    return Part("", "number", ("parameters", 0), {"kind": kind}, asked)


def begun(part: Part, read: Read, *, taken: Iterable[str], alike: Iterable[Content], paper: Iterable[str]) -> Content:
    """The new rule, under a key that is free.

    What withdraws a clock is what withdraws those of `alike` that begin as it does, and a date that is changed takes the place of the
    earlier one, for each row that those keep apart; a gate is about the facts that it asks for, a
    document has to have the fields of its `paper`.
    """
    rule = dict(read.rule)
    if part.kind == "form":
        rule["fields"] = list(paper)
    else:
        rule[part.kind] = free("limit" if part.kind == "clock" else part.kind, taken)
    if part.kind == "gate":
        known = SUBJECTS.get(rule["subject"])
        named = {token.text for token in tokens(rule["require"]) if token.kind == "name"}
        if fields := [name for name in (known.fields if known else ()) if name in named]:
            rule["fields"] = fields
    if part.kind == "clock":
        starts = set(_many(rule.get("start", ())))
        same = [other for other in alike if starts & set(_many(other["start"]))]
        taken_over = ("cancel", "per") if "due" in rule else ("cancel",)
        for name in taken_over:
            if (other := next((other for other in same if name in other), None)) is not None:
                rule[name] = other[name]
        if "due" in rule:
            rule["replace"] = True
    return rule


def free(name: str, taken: Iterable[str]) -> str:
    """'limit_1', or the next one that nothing has."""
    keys, number = set(taken), 1
    while f"{name}_{number}" in keys:
        number += 1
    return f"{name}_{number}"


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# -- whose facts a condition asks about ------------------------------------------------------------------


def subject(place: Place, part: Part, clause: Content) -> str:
    """The subject of a condition as the clause says it; '' when nothing says it."""
    data = part.data
    if place.about == "subject":
        return str(data["value"]["subject"])
    if place.about == "facts":
        return str(data.get("facts", ""))
    if place.about == "act":
        return str(data.get("subject", ""))
    if place.about == "start0" and "subject" in data:
        return str(data["subject"])
    if place.about == "on" and data.get("on") in ("missed", "warned"):
        clock = next((rule for rule in clause.get("rules", ()) if rule.get("clock") == data.get("of")), None)
        return "" if clock is None else str(clock.get("subject") or subject_of(_many(clock["start"])[0]))
    source = next((one for one in part.fields() if one.name == place.about), None)
    return "" if source is None else subject_of(str(places.get(data, source.path) or ""))
