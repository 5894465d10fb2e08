"""A form over the rules and numbers of a clause: its fields, how they stand together, and where a mistake is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _t

from nuoda.engine.rulebook.pure.documents import Content, Problem
from nuoda.engine.rulebook.pure.loading import constants

from ..pure import ruleforms
from ..pure.places import Fields, Place, Read
from ..pure.ruleforms import Part
from . import rulefields, rulewords
from .conditions import Aloud, aloud
from .edits import EditionForm
from .words import plain


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together: the languages of one text, a row of a list, or neighbours."""

    look: str
    """'langs', 'row' or ''."""
    title: Any
    fields: list[tuple[Any, Aloud | None, str]]
    """The bound field, and of a condition how it reads and the id of the place where that is said."""


@dataclass(frozen=True, slots=True)
class Block:
    """A rule or a number as the page shows it."""

    part: Part
    kind: Any
    name: str
    said: list[str]
    """What it says now, in sentences."""
    groups: list[Group]
    more: list[Group]
    open: bool
    """Whether what is seldom needed is shown: a mistake stands there."""
    unit: Any = ""

    @property
    def anchor(self) -> str:
        return f"{self.part.kind}-{self.part.key}"


class RuleForm(EditionForm):
    """Fields for `parts` of a clause."""

    spare = 1
    """Empty rows behind each list."""

    def __init__(
        self, *args: Any, content: Content, clause: Content, parts: list[Part], check: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.content, self.clause, self.parts = content, clause, parts
        self.places: dict[str, tuple[Part, Place]] = {}
        offers = rulefields.Offers(content, clause)
        for part in parts:
            speech = rulefields.speech_of(content, part)
            shown = part.shown(speech, self.spare)
            for place in part.fields(self.spare):
                name = part.prefix + place.name
                asking = rulefields.checking(check, part, place, clause) if place.kind == "condition" else {}
                made = rulefields.field(place, part, offers, shown[name], asking)
                made.initial = shown[name]
                self.fields[name] = made
                self.places[name] = (part, place)

    def read(self, typed: Mapping[str, Any]) -> tuple[list[tuple[Part, Read]], dict[str, str]]:
        """The parts as their fields say them, and what cannot be read, by field."""
        found, wrong = [], {}
        for part in self.parts:
            read = part.read(typed, rulefields.speech_of(self.content, part), self.spare)
            found.append((part, read))
            for name, said in read.wrong.items():
                wrong[part.prefix + name] = self.misspelled(part.prefix + name, said)
        return found, wrong

    def misspelled(self, name: str, said: str) -> str:
        """What is wrong with a value that cannot be read, and what to do."""
        return misspelled(self.places[name][1].kind, said)

    def blocks(self, sentences: Mapping[str, list[str]]) -> list[Block]:
        """The parts for the page; `sentences` by prefix."""
        known = constants(self.content)
        return [self._block(part, sentences.get(part.prefix, []), known) for part in self.parts]

    def _block(self, part: Part, said: list[str], known: Mapping[str, Any]) -> Block:
        fields = part.fields(self.spare)
        near, far = [p for p in fields if not p.more], [p for p in fields if p.more]
        wrong = any(part.prefix + place.name in self.errors for place in far) if self.is_bound else False
        name = part.key if part.kind == "number" else ""
        return Block(
            part,
            rulewords.KINDS[part.kind],
            name,
            said,
            self._groups(part, near, known),
            self._groups(part, far, known),
            wrong,
            rulewords.NUMBERS.get(part.data.get("kind", ""), "") if part.kind == "number" else "",
        )

    def _groups(self, part: Part, places: list[Place], known: Mapping[str, Any]) -> list[Group]:
        return [self._group(part, look, row, list(group), known) for (look, row), group in groupby(places, _together)]

    def _group(self, part: Part, look: str, row: str, places: list[Place], known: Mapping[str, Any]) -> Group:
        title: Any = ""
        if look == "row":
            name, number = _split(row)
            rows = {place.row for place in part.fields(self.spare) if place.row and _split(place.row)[0] == name}
            one, another = rulewords.ROWS[name]
            asked = not places[0].must and number >= len(rows) - self.spare
            title = another if asked else str(one) % {"number": number + 1}
        names = [(part.prefix + place.name, place) for place in places]
        return Group(
            look, title, [(self[name], self._aloud(part, place, known), f"{name}-said") for name, place in names]
        )

    def _aloud(self, part: Part, place: Place, known: Mapping[str, Any]) -> Aloud | None:
        if place.kind != "condition":
            return None
        typed = str(self[part.prefix + place.name].value() or "")
        return aloud(typed, ruleforms.subject(place, part, self.clause), known) if typed.strip() else Aloud()


def misspelled(kind: str, said: str) -> str:
    """What is wrong with a value that cannot be read, by how it is spelled, and what to do."""
    if not said:
        return str(rulewords.EMPTY)
    words = rulewords.WRONG.get(kind)
    return str(words).format(text=said) if words else _t("Not understood: %(text)s") % {"text": said}


def _together(place: Place) -> tuple[str, str]:
    """Neighbours with the same key stand in one group."""
    if place.row and place.name != place.row:
        return "row", place.row
    if place.name.endswith(("_zh-hans", "_zh-hant", "_en")):
        return "langs", place.name.rpartition("_")[0]
    return "", ""


def _split(row: str) -> tuple[str, int]:
    """'steps0' → ('steps', 0)."""
    name = row.rstrip("0123456789")
    return name, int(row.removeprefix(name))


def at_fields(problems: Iterable[Problem], fields: Fields, form: RuleForm) -> tuple[dict[str, str], list[str]]:
    """Each problem at its field, with its place in a condition; and what stands in no field."""
    found: dict[str, list[str]] = {}
    others = []
    for problem in problems:
        place = fields.of(problem)
        if place is None:
            others.append(f"{problem.clause}: {plain(problem)}" if problem.clause else plain(problem))
            continue
        name, line, column = place
        said = plain(problem)
        if name in form.places and form.places[name][1].kind == "condition":
            words = _t("Line %(line)d, column %(column)d: %(reason)s") if line > 1 else _t("Column %(column)d: %(reason)s")  # fmt: skip
            said = words % {"line": line, "column": column, "reason": said}
        found.setdefault(name, []).append(said)
    return {name: "\n".join(lines) for name, lines in found.items()}, others
