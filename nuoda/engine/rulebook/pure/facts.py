"""Typed facts: what an application tells the rulebook about its subjects.

An app declares a `Subject` in its `facts.py` and registers it; conditions in policies are type-checked against
it when they are loaded, and the facts of every event are checked against it when they are evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

FactKind = Literal["text", "int", "decimal", "bool", "moment", "texts"]
FactValue = str | int | float | bool | datetime | list[str] | tuple[str, ...] | None


class WrongFact(ValueError):
    """A fact has a value its declaration does not allow."""


@dataclass(frozen=True, slots=True)
class FactType:
    """The type of one fact; `choices` closes a text to the named codes, `names` says what a code is called. Money is an int of fen."""

    kind: FactKind
    label: Mapping[str, str]
    choices: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    money: bool = False

    def check(self, name: str, value: object) -> FactValue:
        """The value as conditions see it; raises WrongFact. Moments may come as ISO text with an offset."""
        if value is None:
            return None
        kind = self.kind
        if kind == "bool":
            if isinstance(value, bool):
                return value
        elif kind == "int":
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        elif kind == "decimal":
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
        elif kind == "moment":
            return _moment(name, value)
        elif kind == "texts":
            if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
                return tuple(value)
        elif isinstance(value, str):
            if self.choices and value not in self.choices:
                raise WrongFact(f"{name} is {value!r}, not one of {', '.join(self.choices)}")
            return value
        raise WrongFact(f"{name} is {value!r}, not of type {kind}")


def _moment(name: str, value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise WrongFact(f"{name} is {value!r}, not a moment") from error
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise WrongFact(f"{name} is {value!r}, not a moment with a time zone")
    return moment


@dataclass(frozen=True)
class Subject:
    """A thing that rules speak about (a ticket, a work order), with the facts that conditions may use."""

    name: str
    label: Mapping[str, str]
    fields: Mapping[str, FactType]
    verbs: tuple[str, ...] = ()
    """Transitions of its state machine that gates, approvals and forms may name."""
    verb_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the transitions are called where a rule is told in words."""
    moments: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Moments to come that its events announce, by event and field of the payload, with what they are called: a clock may be due by
    them, or so long before."""

    def announces(self, event: str) -> dict[str, Mapping[str, str]]:
        """What a clock that the event starts may be due by: announced moments and moments among the facts, with their names."""
        facts = {name: kind.label for name, kind in self.fields.items() if kind.kind == "moment"}
        return facts | dict(self.moments.get(event, {}))

    def check(self, facts: Mapping[str, object]) -> dict[str, FactValue]:
        """The declared facts among `facts`, typed; unknown names and wrong types raise WrongFact."""
        checked: dict[str, FactValue] = {}
        for name, value in facts.items():
            field = self.fields.get(name)
            if field is None:
                raise WrongFact(f"{self.name} has no fact {name!r}")
            checked[name] = field.check(name, value)
        return checked


SUBJECTS: dict[str, Subject] = {}
"""Subjects by name, filled by the apps' `ready()`."""


def register(subject: Subject) -> Subject:
    """Make a subject known; a second, different declaration of the name is a bug."""
    known = SUBJECTS.setdefault(subject.name, subject)
    if known != subject:
        raise ValueError(f"subject {subject.name!r} is declared twice")
    return subject


def subject_of(event_type: str) -> str:
    """The subject an event's facts belong to: 'work_order' of 'work_order.arrived'."""
    return event_type.partition(".")[0]
