"""Filters of lists: a closed grammar. Each filter reads its own parameters, maps to fields named in the declaration,
and says in words what it filters; request data never names a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor

Rows = QuerySet[Any]
Options = Sequence[tuple[Any, Any]] | Callable[[Actor], Iterable[tuple[Any, Any]]]


class Unreadable(ValueError):
    """A parameter in the address that the filter does not understand."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """`name` is its parameter in the address; `more` filters hide behind 'more filters' until used."""

    name: str
    label: Any
    more: bool = False
    widget = "ui/filters/_choice.html"

    def parameters(self) -> tuple[str, ...]:
        """The address parameters that belong to this filter."""
        return (self.name,)

    def read(self, data: QueryDict, actor: Actor) -> Any:
        """The value asked for, or None; raises Unreadable."""
        raise NotImplementedError

    def apply(self, rows: Rows, value: Any, actor: Actor, at: datetime) -> Rows:
        raise NotImplementedError

    def words(self, value: Any, actor: Actor) -> list[tuple[dict[str, str], str]]:
        """What is filtered, as ({parameter: value} that one chip takes away, its word)."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Choice(Filter):
    """One or several of a few values: `?state=new&state=open`.

    `options` are (value, label) pairs or a function of the actor; `field` is compared with `in`. With `where` an
    option's value maps to a Q (or a function of `at`) instead: `where={"late": lambda at: Q(due_at__lt=at)}`.
    """

    options: Options
    field: str = ""
    where: Mapping[str, Q | Callable[[datetime], Q]] = made(default_factory=dict)
    many: bool = True

    def pairs(self, actor: Actor) -> list[tuple[str, Any]]:
        found = self.options(actor) if callable(self.options) else self.options
        return [(str(value), label) for value, label in found]

    def read(self, data: QueryDict, actor: Actor) -> list[str] | None:
        wanted = [value for value in data.getlist(self.name) if value]
        if not wanted:
            return None
        known = {value for value, _label in self.pairs(actor)}
        if not known.issuperset(wanted):
            raise Unreadable(wanted)
        chosen = list(dict.fromkeys(wanted))
        return chosen if self.many else chosen[-1:]

    def apply(self, rows: Rows, value: list[str], actor: Actor, at: datetime) -> Rows:
        if not self.where:
            return rows.filter(**{f"{self.field}__in": value})
        either = Q()
        for key in value:
            condition = self.where[key]
            either |= condition(at) if callable(condition) else condition
        return rows.filter(either)

    def words(self, value: list[str], actor: Actor) -> list[tuple[dict[str, str], str]]:
        labels = dict(self.pairs(actor))
        return [({self.name: key}, str(labels.get(key, key))) for key in value]


@dataclass(frozen=True, kw_only=True)
class Flag(Filter):
    """On or not: `?mine=1`. `where` is a Q or a function (actor, at) → Q."""

    where: Q | Callable[[Actor, datetime], Q]
    widget = "ui/filters/_flag.html"

    def read(self, data: QueryDict, actor: Actor) -> bool | None:
        value = data.get(self.name, "")
        if value not in ("", "1"):
            raise Unreadable(value)
        return True if value else None

    def apply(self, rows: Rows, value: bool, actor: Actor, at: datetime) -> Rows:
        return rows.filter(self.where(actor, at) if callable(self.where) else self.where)

    def words(self, value: bool, actor: Actor) -> list[tuple[dict[str, str], str]]:
        return [({self.name: "1"}, str(self.label))]


@dataclass(frozen=True, kw_only=True)
class Days(Filter):
    """From a day to a day, both included: `?opened.from=2026-01-01&opened.to=2026-01-31`. `moment` says that the
    field is a moment (compared in local time) and not a date."""

    field: str
    moment: bool = True
    widget = "ui/filters/_days.html"

    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}.from", f"{self.name}.to")

    def read(self, data: QueryDict, actor: Actor) -> tuple[date | None, date | None] | None:
        start, end = (self._day(data.get(name, "")) for name in self.parameters())
        if start is None and end is None:
            return None
        if start and end and end < start:
            raise Unreadable((start, end))
        return start, end

    @staticmethod
    def _day(text: str) -> date | None:
        if not text:
            return None
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year <= 2999:
            raise Unreadable(text)
        return day

    def apply(self, rows: Rows, value: tuple[date | None, date | None], actor: Actor, at: datetime) -> Rows:
        start, end = value
        after = end + timedelta(days=1) if end else None
        if start:
            rows = rows.filter(**{f"{self.field}__gte": self._edge(start)})
        if after:
            rows = rows.filter(**{f"{self.field}__lt": self._edge(after)})
        return rows

    def _edge(self, day: date) -> Any:
        return timezone.make_aware(datetime.combine(day, time.min)) if self.moment else day

    def words(self, value: tuple[date | None, date | None], actor: Actor) -> list[tuple[dict[str, str], str]]:
        start, end = value
        first, last = self.parameters()
        said = []
        if start:
            said.append(({first: start.isoformat()}, _("from %(day)s") % {"day": start.isoformat()}))
        if end:
            said.append(({last: end.isoformat()}, _("until %(day)s") % {"day": end.isoformat()}))
        return said


@dataclass(frozen=True, kw_only=True)
class Number(Filter):
    """Between two whole numbers, both included: `?score.min=1&score.max=2`. `scale` multiplies what the person typed
    (100 for yuan over a column of fen)."""

    field: str
    scale: int = 1
    widget = "ui/filters/_number.html"

    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}.min", f"{self.name}.max")

    def read(self, data: QueryDict, actor: Actor) -> tuple[int | None, int | None] | None:
        least, most = (self._number(data.get(name, "")) for name in self.parameters())
        return None if least is None and most is None else (least, most)

    @staticmethod
    def _number(text: str) -> int | None:
        if not text:
            return None
        if len(text) > 12 or not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
            raise Unreadable(text)
        return int(text)

    def apply(self, rows: Rows, value: tuple[int | None, int | None], actor: Actor, at: datetime) -> Rows:
        least, most = value
        if least is not None:
            rows = rows.filter(**{f"{self.field}__gte": least * self.scale})
        if most is not None:
            rows = rows.filter(**{f"{self.field}__lte": most * self.scale})
        return rows

    def words(self, value: tuple[int | None, int | None], actor: Actor) -> list[tuple[dict[str, str], str]]:
        least, most = value
        first, last = self.parameters()
        said = []
        if least is not None:
            said.append(({first: str(least)}, _("at least %(number)s") % {"number": least}))
        if most is not None:
            said.append(({last: str(most)}, _("at most %(number)s") % {"number": most}))
        return said
