"""RecordPage: one numbered thing, what it is, what runs on it, what can be done next, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from nuoda.foundation.base.pure.refusals import NotYours

from ...pure.menu import EVERYONE, allowed
from ...pure.tones import Chip, ClockBadge
from ...templatetags.words import show
from .base import Block, Page

__all__ = ["Do", "Event", "Fact", "Header", "Panel", "RecordPage", "Section", "Step", "facts"]


@dataclass(frozen=True, kw_only=True)
class Header:
    """The head of a record."""

    number: str
    title: Any
    chips: Sequence[Chip] = ()
    subtitle: Any = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One state on the way. `at` is when it was reached."""

    label: Any
    state: Literal["done", "now", "next", "skipped"]
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Do:
    """A next action. `url` opens its form page (in a dialog when `dialog`); with `reason` it cannot be done now: it is
    shown on request with the sentence and the clauses that ask for it."""

    label: Any
    url: str = ""
    icon: str = ""
    primary: bool = False
    danger: bool = False
    dialog: bool = True
    reason: Any = ""
    clauses: Sequence[str] = ()
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a section: a word and its value; `cell` as in columns; `url` links; `copy` adds a copy button."""

    label: Any
    value: Any
    cell: str = "text"
    url: str | None = None
    hint: Any = ""
    wide: bool = False
    copy: bool = False

    @property
    def html(self) -> SafeString:
        return show(self.value, self.cell)


def facts(*pairs: tuple[Any, Any]) -> list[Fact]:
    """Facts from (label, value) pairs; those without value are left out."""
    return [Fact(label=label, value=value) for label, value in pairs if value not in (None, "")]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A block of the left side: `facts(page)` gives Facts, or `template` draws it with the page's context and what
    `load(page)` returns (None hides the section)."""

    key: str
    label: Any
    facts: str = ""
    """Name of the page's method that gives the facts."""
    template: str = ""
    load: str = ""
    """Name of the page's method that gives the template's context."""
    roles: frozenset[str] = EVERYONE
    icon: str = ""


Panel = Section
"""A block of the rail is declared like a section."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the timeline. `happened_at` is in the world; `recorded_at` is shown when it differs by more than a
    minute."""

    happened_at: datetime
    what: Any
    who: Any = ""
    text: Any = ""
    icon: str = "circle-dot"
    tone: str = "neutral"
    recorded_at: datetime | None = None
    clauses: Sequence[str] = ()
    url: str = ""
    changes: Sequence[tuple[Any, Any, Any]] = ()
    """(word, before, after)"""

    @property
    def late(self) -> bool:
        return self.recorded_at is not None and (self.recorded_at - self.happened_at).total_seconds() > 60


class RecordPage(Page):
    """`load` finds the row (or raises NotYours / returns None: 404); the other methods say what is shown of `self.row`.

    `place` names the record for panels from higher floors: they register at '<place>.rail' and '<place>.sections'.
    """

    kind = "record"
    template = "ui/record.html"
    place: ClassVar[str] = ""
    sections: ClassVar[Sequence[Section]] = ()
    rail: ClassVar[Sequence[Panel]] = ()
    refresh: ClassVar[int] = 0
    """Seconds after which clocks and timeline reload themselves; 0: not at all."""
    beside: ClassVar[int] = 5
    """So many moves are buttons, the main ones first; the others stand in a menu behind them."""

    row: Any

    def load(self, **kwargs: Any) -> Any:
        """The row that the address names, as the actor may see it."""
        raise NotImplementedError

    def header(self) -> Header:
        raise NotImplementedError

    def steps(self) -> Sequence[Step]:
        """The states as a stepper; empty: none."""
        return ()

    def moves(self) -> Sequence[Do]:
        """What may be done next, and what may not with its reason."""
        return ()

    def clocks(self) -> Sequence[ClockBadge]:
        """The time limits of the matter, most urgent first."""
        return ()

    def timeline(self) -> Iterable[Event]:
        """What happened, newest first."""
        return ()

    def get_title(self) -> Any:
        if not hasattr(self, "row"):
            return self.title
        header = self.header()
        return f"{header.number} {header.title}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.row = self.load(**kwargs)
        if self.row is None:
            raise NotYours
        moves = list(self.moves())
        ready = sorted((move for move in moves if not move.reason), key=lambda move: not move.primary)
        if len(ready) <= self.beside + 1:
            front, later = ready, []
        else:
            front, later = ready[: self.beside], ready[self.beside :]
        return self.answer(
            context={
                "row": self.row,
                "header": self.header(),
                "steps": self.steps(),
                "moves": front,
                "later": later,
                "absent": [move for move in moves if move.reason],
                "clocks": self.clocks(),
                "sections": self.blocks(self.sections, f"{self.place}.sections"),
                "rail": self.blocks(self.rail, f"{self.place}.rail"),
                "timeline": self.timeline(),
            }
        )

    def blocks(self, declared: Sequence[Section], place: str) -> list[Block]:
        """Declared blocks, then those that higher floors put here."""
        found = []
        for section in declared:
            if not allowed(section.roles, self.actor.roles):
                continue
            body = self.body(section)
            if body is not None:
                found.append(Block(section.key, section.label, body, section.icon))
        return found + self.contributed(place, self.row)

    def body(self, section: Section) -> SafeString | None:
        known: dict[str, Any] = {"page": self, "row": self.row, "actor": self.actor, "at": self.at}
        if section.facts:
            lines = list(getattr(self, section.facts)())
            if not lines:
                return None
            known["facts"] = lines
        if section.load:
            loaded: Mapping[str, Any] | None = getattr(self, section.load)()
            if loaded is None:
                return None
            known |= loaded
        return render_to_string(section.template or "ui/_facts.html", known, self.request)
