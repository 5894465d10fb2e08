"""The numbers of a whole regulation: where each stands, what names it, and its value as a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nuoda.engine.rulebook.pure.conditions import tokens
from nuoda.engine.rulebook.pure.documents import Content, Path

from . import places, ruleforms
from .places import Place, Read
from .spelling import Speech

NUMBERS = ("duration", "int", "decimal", "money", "weights")
"""Kinds that are numbers; texts, lists and tables of cases are not."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a regulation."""

    clause_id: str
    base: Path
    """Where it stands in the content."""
    data: Content
    places: tuple[Place, ...]
    uses: tuple[str, ...]
    """Clauses whose rules name it, its own among them."""

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def values(self) -> list[Place]:
        """The places of its value; the others say why."""
        return [place for place in self.places if place.path[0] == "value"]

    @property
    def share(self) -> bool:
        """Whether it is read as per cent."""
        return any(place.kind == "share" for place in self.places)

    def field(self, place: Place) -> str:
        return f"{self.name}:{place.name}"


def of(content: Content) -> list[Figure]:
    """Every number, in the order of the clauses."""
    shares, named = ruleforms.shares(content), users(content)
    return [
        Figure(
            clause["id"],
            ("clauses", number, "parameters", index),
            item,
            ruleforms.of_number(item, item["name"] in shares),
            tuple(named.get(item["name"], ())),
        )
        for number, clause in enumerate(content["clauses"])
        for index, item in enumerate(clause.get("parameters", ()))
        if item["kind"] in NUMBERS
    ]


def users(content: Content) -> dict[str, list[str]]:
    """The clauses whose rules name each number."""
    found: dict[str, list[str]] = {}
    names = {item["name"] for clause in content["clauses"] for item in clause.get("parameters", ())}
    for clause in content["clauses"]:
        words: set[str] = set()
        for value in _texts(clause.get("rules", ())):
            words |= {token.text for token in tokens(value) if token.kind == "name"} & names
        for name in words:
            found.setdefault(name, []).append(clause["id"])
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("zh-hans", "zh-hant", "en"):
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def shown(figures: Iterable[Figure], speech: Speech) -> dict[str, str]:
    """The value of every field."""
    return {figure.field(p): places.show(p, figure.data, speech) for figure in figures for p in figure.places}


def read(
    figures: Iterable[Figure], typed: Mapping[str, Any], speech: Speech
) -> tuple[list[tuple[Figure, Read]], dict[str, tuple[str, str]]]:
    """The numbers as their fields say them; and what cannot be read, by field: how it is spelled, and what was written."""
    found: list[tuple[Figure, Read]] = []
    wrong: dict[str, tuple[str, str]] = {}
    for figure in figures:
        own = {place.name: typed.get(figure.field(place)) for place in figure.places}
        part = places.read(figure.data, figure.places, own, speech)
        found.append((figure, part))
        kinds = {place.name: place.kind for place in figure.places}
        wrong |= {f"{figure.name}:{name}": (kinds[name], said) for name, said in part.wrong.items()}
    return found, wrong


def put(content: Content, figure: Figure, data: Content) -> Content:
    """The content with the number as it is now."""
    if data == figure.data:
        return content
    _clauses, number, _parameters, index = figure.base
    clauses = list(content["clauses"])
    numbers = list(clauses[int(number)]["parameters"])
    numbers[int(index)] = data
    clauses[int(number)] = {**clauses[int(number)], "parameters": numbers}
    return {**content, "clauses": clauses}
