"""Columns of lists: how a row's value is read, shown, sorted, grouped and exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from nuoda.foundation.base.pure.actors import Actor

from ...pure.menu import EVERYONE, allowed
from ...pure.tones import Chip, ClockBadge
from ...templatetags import words
from ...templatetags.words import show

Cell = Literal["text", "number", "money", "date", "moment", "due", "chip", "clock", "yes"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    `key` names it in the address; `value` is an attribute path ('dossier.number'; default: the key) or a function of
    the row; `cell` says how it is shown (money is in fen; chip expects a `Chip`, a (label, tone) pair or text; clock
    a `ClockBadge`); `template` draws it instead, with `row`, `value`, `actor`, `at`; `sort` is the order ('opened_at'
    or '-priority,opened_at'); `link` is a function row → address; `wide` columns take the room that is left;
    `shown=False` columns wait in the chooser; `roles` limits who sees it at all; `export` replaces the value in
    files; `grouped` allows to group by it.
    """

    key: str
    label: Any
    value: str | Callable[[Any], Any] = ""
    cell: Cell = "text"
    template: str = ""
    sort: str = ""
    link: Callable[[Any], str | None] | None = None
    wide: bool = False
    shown: bool = True
    roles: frozenset[str] = EVERYONE
    export: Callable[[Any], Any] | None = None
    grouped: bool = False
    hint: Any = ""

    def for_actor(self, actor: Actor) -> bool:
        return allowed(self.roles, actor.roles)

    def read(self, row: Any) -> Any:
        """The value of a row; a None on the way gives None."""
        if callable(self.value):
            return self.value(row)
        return follow(row, self.value or self.key)

    def draw(self, row: Any, actor: Actor, at: datetime) -> SafeString:
        """The cell's HTML."""
        value = self.read(row) if self.value or not self.template else None
        if self.template:
            context = {"row": row, "value": value, "actor": actor, "at": at, "column": self}
            inner = render_to_string(self.template, context)
        else:
            inner = show(value, self.cell, at)
        url = self.link(row) if self.link else None
        return format_html('<a href="{}">{}</a>', url, inner) if url else inner

    def plain(self, row: Any) -> Any:
        """The value for a file: text, number, date or moment."""
        value = self.export(row) if self.export else self.read(row)
        if self.cell == "money" and isinstance(value, int):
            return value / 100
        return plain(value)


def follow(row: Any, path: str) -> Any:
    """'dossier.number' of a row; methods without arguments are called; choices speak by their label."""
    here = row
    for name in path.split("."):
        if here is None:
            return None
        here = here.get(name) if isinstance(here, Mapping) else getattr(here, name)
        if callable(here):
            here = here()
    return here


def plain(value: Any) -> Any:
    """A value as a spreadsheet takes it."""
    if isinstance(value, Chip):
        return str(value.label)
    if isinstance(value, ClockBadge):
        return f"{value.label} {words.moment(value.due) if value.due else ''}".strip()
    if isinstance(value, tuple) and len(value) == 2:
        return str(value[0])
    if isinstance(value, bool):
        return words.yes(value)
    if value is None or isinstance(value, int | float | datetime | date):
        return value
    return str(value)
