"""Changes to the text of a regulation, as plain values: content in, content out; and where a mistake stands.

What an editor sees is a part of the whole (one clause, its rules); mistakes are told at their place in that part.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nuoda.engine.rulebook.pure import checking, documents, loading, schema
from nuoda.engine.rulebook.pure.documents import Content, Document, Path, PolicyError, Problem
from nuoda.engine.rulebook.pure.facts import Subject

_MARKS = Mapping[Path, documents.Mark]


@dataclass(frozen=True, slots=True)
class Checked:
    """A content with what is wrong with it; sound when nothing is."""

    content: Content
    problems: tuple[Problem, ...] = ()


def checked(content: Content, subjects: Mapping[str, Subject], marks: _MARKS | None = None) -> Checked:
    """Everything that is wrong with a content; `marks` are the places of the values that somebody has just written."""
    document = Document(content, marks or {})
    try:
        problems = documents.validate(document) or checking.check(document, subjects)
        if not problems:
            loading.build(document)
    except PolicyError as error:
        problems = error.problems
    return Checked(content, tuple(sorted(problems)))


def marked(value: Any) -> dict[Path, documents.Mark]:
    """Places for the values of data that were never a text: each value has a stretch of line numbers of its own."""
    return {path: documents.Mark(number * _STRETCH + 1, 1) for number, path in enumerate(_paths(value))}


def placed(problem: Problem, value: Any) -> dict[str, Any]:
    """A problem found in data marked so, at its path ('rules.0.when') and its line and column in the text there."""
    number, line = divmod(problem.line - 1, _STRETCH)
    paths = list(_paths(value))
    if problem.line < 1 or number >= len(paths):
        return problem.place()
    return replace(problem, line=line + 1).place(".".join(map(str, paths[number])))


_STRETCH = 100_000
"""Lines that a single text may have: more than the longest request."""


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if len(path) > documents.DEEPEST:
        return
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, item in items:
        yield from _paths(item, (*path, key))


def whole(text: str, subjects: Mapping[str, Subject]) -> Checked:
    """The content of a whole file. Raises PolicyError for what is no YAML."""
    document = documents.parse(text)
    return checked(document.content, subjects, document.marks)


# -- one clause ------------------------------------------------------------------------------------------


def place(content: Content, clause_id: str) -> int:
    """Where the clause stands; raises KeyError."""
    for index, clause in enumerate(content["clauses"]):
        if clause["id"] == clause_id:
            return index
    raise KeyError(clause_id)


def written(clause: Content) -> str:
    """The whole clause as text."""
    return documents.part(clause, schema.CLAUSE_SHAPE)


def parsed(text: str) -> Document:
    """What somebody wrote below the form; nothing at all is an empty mapping. Raises PolicyError."""
    return documents.parse(text) if text.strip() else Document({})


def put(
    content: Content, clause_id: str, clause: Content, marks: _MARKS | None = None
) -> tuple[Content, dict[Path, Any]]:
    """The content with the clause replaced, or added at the end when `clause_id` is ''; and the places of its values."""
    new = {**content, "clauses": list(content["clauses"])}
    if clause_id:
        index = place(content, clause_id)
        new["clauses"][index] = clause
    else:
        index = len(new["clauses"])
        new["clauses"].append(clause)
    return new, {("clauses", index, *path): mark for path, mark in (marks or {}).items()}


def with_limits(clause: Content, clocks: Mapping[str, Mapping[str, str]]) -> Content:
    """The clause with some values of its clocks and cadences replaced, by their key; an empty value takes it out. Raises KeyError
    for one that it does not have."""
    new = copy.deepcopy(clause)
    known = {rule[kind]: rule for rule in new.get("rules", ()) for kind in ("clock", "cadence") if kind in rule}
    for key, values in clocks.items():
        clock = known[key]
        for name, value in values.items():
            if value:
                clock[name] = value
            else:
                clock.pop(name, None)
    return new


def with_transitions(content: Content, ways: Mapping[str, str]) -> Content:
    """The content with what becomes of what is open of these clocks and cadences ('MN-3.2.1b/on_site'); raises KeyError."""
    new = content
    for ref, way in ways.items():
        clause_id, _, key = ref.partition("/")
        clause = new["clauses"][place(new, clause_id)]
        new, _marks = put(new, clause_id, with_limits(clause, {key: {"transition": "" if way == "keep" else way}}))
    return new


def remove(content: Content, clause_id: str, *, withdraw: bool = False) -> Content:
    """The content without the clause; `withdraw` ends what its clocks and cadences have open when the version takes effect."""
    index = place(content, clause_id)
    gone = content["clauses"][index]
    new = {**content, "clauses": [*content["clauses"][:index], *content["clauses"][index + 1 :]]}
    kinds = ("clock", "cadence")
    refs = [f"{clause_id}/{rule[kind]}" for rule in gone.get("rules", ()) for kind in kinds if kind in rule]
    if withdraw and refs:
        new["withdraws"] = sorted({*content.get("withdraws", ()), *refs})
    return new


def hanging(clause: Content, kind: str, key: str) -> tuple[list[int], list[int]]:
    """What hangs on a rule (or 'number') of a clause: the places of the rules and of the examples that name it."""
    rules = clause.get("rules", ())
    followed = [i for i, rule in enumerate(rules) if kind in ("clock", "cadence") and rule.get("of") == key]
    gone = {(kind, key)} | {("consequence", rules[index]["consequence"]) for index in followed}
    acts = [(r["subject"], r["verb"]) for r in rules if kind == "approval" and r.get("approval") == key]

    def names(example: Content) -> bool:
        said = {("gate", name) for name in example.get("refused", ())}
        said |= {("consequence", name) for name in example.get("follows", ())}
        said |= {("clock", wanted["clock"]) for wanted in example.get("expect", ())}
        said |= {(one, example[one]) for one in ("cadence", "indicator") if one in example}
        said |= {("number", example["decide"])} if "decide" in example else set()
        return bool(said & gone) or ("steps" in example and (example["subject"], example["verb"]) in acts)

    return followed, [index for index, example in enumerate(clause.get("examples", ())) if names(example)]


def without(content: Content, clause_id: str, kind: str, key: str, *, withdraw: bool = False) -> Content:
    """The content without a rule (or 'number') of a clause, and without what hangs on it; `withdraw` ends what it has open when
    the version takes effect."""
    index = place(content, clause_id)
    clause = dict(content["clauses"][index])
    followed, examples = hanging(clause, kind, key)
    if kind == "number":
        kept = [item for item in clause["parameters"] if item["name"] != key]
        parts = {"parameters": kept, "rules": clause.get("rules", [])}
    else:
        kept = [r for i, r in enumerate(clause["rules"]) if r.get(kind) != key and i not in followed]
        parts = {"parameters": clause.get("parameters", []), "rules": kept}
    parts["examples"] = [item for i, item in enumerate(clause.get("examples", ())) if i not in examples]
    for name, items in parts.items():
        if items:
            clause[name] = items
        else:
            clause.pop(name, None)
    new = {**content, "clauses": [*content["clauses"][:index], clause, *content["clauses"][index + 1 :]]}
    if withdraw and kind in ("clock", "cadence"):
        new["withdraws"] = sorted({*content.get("withdraws", ()), f"{clause_id}/{key}"})
    return new


def move(content: Content, clause_id: str, by: int) -> Content:
    """The content with the clause that many places further down (or up)."""
    index = place(content, clause_id)
    clauses = list(content["clauses"])
    clause = clauses.pop(index)
    clauses.insert(max(0, min(len(clauses), index + by)), clause)
    return {**content, "clauses": clauses}


def fresh(content: Content, clause_id: str) -> Content:
    """A clause to begin with: texts still to be written."""
    return {
        "id": clause_id,
        "section": "—",
        "text": {"zh-hans": "（待写）", "zh-hant": "（待寫）", "en": "(to be written)"},
        "source": "—",
        "binds": [role["code"] for role in content["roles"][:1]],
        "informative": True,
    }


def emptied(content: Content) -> Content:
    """The content with nothing but its head and one clause still to be written."""
    kept = {name: value for name, value in content.items() if name not in ("definitions", "withdraws")}
    return kept | {"clauses": [fresh(content, f"{content['code']}-1")]}


def renumbered(content: Content, version: str, effective: str) -> Content:
    """The content as another version, which withdraws nothing yet and whose clocks and cadences say anew what becomes of what
    is open."""
    new = copy.deepcopy(content) | {"version": version, "effective": effective}
    new.pop("withdraws", None)
    for clause in new["clauses"]:
        for rule in clause.get("rules", ()):
            if "clock" in rule or "cadence" in rule:
                rule.pop("transition", None)
    return new


def next_number(version: str, taken: set[str]) -> str:
    """'2.0' → '2.1', or the next one that is free."""
    parts = [int(number) for number in re.findall(r"\d+", version)] or [0]
    if len(parts) == 1:
        parts.append(0)
    while (found := ".".join(map(str, parts))) in taken or found == version:
        parts[-1] += 1
    return found
