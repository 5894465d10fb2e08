"""What the reader hands on: proposals, each with its place in the original text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ..durations import Duration
from .outline import Item, Sentence
from .quantities import Quantity

Kind = Literal["clock", "open_clock", "approval", "form", "cadence", "indicator", "gate", "consequence"]
KINDS: tuple[Kind, ...] = (
    "clock", "open_clock", "approval", "form", "cadence", "indicator", "gate", "consequence",
)  # fmt: skip
Period = Literal["day", "week", "month", "quarter", "half_year", "year", "regular"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One rule that the text seems to ask for. Which of the fields count depends on the kind."""

    kind: Kind
    start: int
    end: int
    """Place of the words that say it, half-open, in characters of the original."""
    sentence: tuple[int, int]
    item: Item
    roles: tuple[str, ...] = ()
    """Clock, cadence, gate: who is bound; approval: the chain in order."""
    people: tuple[str, ...] = ()
    """Approval: who is named in the text but is none of the known roles."""
    within: Duration | None = None
    """Clock: the limit; cadence: so long after the end of the period."""
    ahead: bool = False
    """Clock: the time runs before the event, not after it."""
    due: str = ""
    """Clock whose time runs before: the field of the starting event with the moment before which; '' where the text names no date."""
    least: float | None = None
    """Clock: the lower end of a range, in the unit of `within`; the upper one is the limit."""
    starts: str = ""
    inferred: bool = False
    """Clock: the starting event is not said in the sentence but was taken from what stands before it."""
    ends: str = ""
    given: tuple[int, int] | None = None
    """Place of the words that say under what circumstances it holds."""
    circumstance: str = ""
    """Those words."""
    when: str = ""
    """They as a condition over the facts of the case, where facts say the same."""
    every: Period | Literal[""] = ""
    name: str = ""
    """Form: its title; indicator: its name."""
    formula: str = ""
    target: float | None = None
    direction: Literal["up", "down"] = "up"
    word: str = ""
    """The words on which the reader acted, in plain letters."""

    @property
    def key(self) -> str:
        """What must agree with a gold list besides kind and place."""
        if self.kind == "clock":
            return "" if self.within is None else str(self.within)
        if self.kind == "cadence":
            return str(self.every)
        if self.kind == "form":
            return self.name
        if self.kind == "indicator":
            return "" if self.target is None else f"{self.target:g}"
        return "+".join(self.roles) if self.kind == "approval" else ""


def made(kind: Kind, sentence: Sentence, start: int, end: int, **fields: Any) -> Proposal:
    """A proposal whose words stand from `start` to `end` of the sentence."""
    return Proposal(kind, sentence.start + start, sentence.start + end, sentence.whole, sentence.item, **fields)


@dataclass(frozen=True, slots=True)
class Vague:
    """A word that binds nobody until somebody defines it."""

    word: str
    start: int
    end: int
    item: Item


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in one text, in the order of the text."""

    text: str
    items: tuple[Item, ...]
    proposals: tuple[Proposal, ...]
    quantities: tuple[Quantity, ...]
    vague: tuple[Vague, ...]
    roles: tuple[str, ...] = field(default=())

    def count(self) -> dict[Kind, int]:
        return {kind: sum(found.kind == kind for found in self.proposals) for kind in KINDS}
