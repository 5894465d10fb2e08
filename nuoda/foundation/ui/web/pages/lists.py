"""ListPage: a table of things as a declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused

from ... import queries
from ...pure.menu import EVERYONE, allowed
from . import exports, keysets, states
from .base import Page
from .columns import Column
from .filters import Filter
from .states import ListState

__all__ = ["Bulk", "Column", "Empty", "Link", "ListPage", "Tab"]

Rows = QuerySet[Any]
QUESTION = gettext_lazy("Do this for all chosen rows?")
NOTHING = gettext_lazy("Nothing here yet.")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A button that leads somewhere: `url` is an address or a function of the actor."""

    label: Any
    url: str | Callable[[Actor], str]
    icon: str = "plus"
    primary: bool = False
    roles: frozenset[str] = EVERYONE

    def address(self, actor: Actor) -> str:
        return self.url(actor) if callable(self.url) else self.url


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A view that the product ships: a name for an address such as 'state=open&sort=-opened'."""

    key: str
    label: Any
    address: str = ""
    roles: frozenset[str] = EVERYONE


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """Something that can be done to many rows: `run(id, actor, at)` is an action on one. With `danger` the person
    types the count to confirm."""

    key: str
    label: Any
    run: Callable[..., Any]
    icon: str = "check"
    question: Any = QUESTION
    danger: bool = False
    roles: frozenset[str] = EVERYONE


@dataclass(frozen=True, kw_only=True)
class Empty:
    """What an empty list says: one sentence and the next step."""

    text: Any = NOTHING
    icon: str = "inbox"
    link: Link | None = None


@dataclass(slots=True)
class Line:
    """One row as the template draws it."""

    id: Any
    cells: list[tuple[Column, Any]]
    url: str | None
    group: Any = None
    """The drawn value of a group that starts here, else None."""
    tone: str = ""

    @property
    def html(self) -> SafeString:
        """The cells; the first leads to the row when its column does not link elsewhere."""
        drawn = []
        for index, (column, cell) in enumerate(self.cells):
            if index == 0 and self.url and column.link is None:
                cell = format_html('<a href="{}">{}</a>', self.url, cell)
            drawn.append((column.cell, " nu-wide" if column.wide else "", cell))
        return format_html_join("", '<td class="nu-cell-{}{}">{}</td>', drawn)


class ListPage(Page):
    """`rows(actor)` gives the visible query set; everything else is declared. The address holds the whole state."""

    kind = "list"
    template = "ui/list.html"

    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    order: ClassVar[Sequence[str]] = ("-pk",)
    """Order when nothing else is asked for."""
    tabs: ClassVar[Sequence[Tab]] = ()
    bulk: ClassVar[Sequence[Bulk]] = ()
    links: ClassVar[Sequence[Link]] = ()
    empty: ClassVar[Empty] = Empty()
    search_hint: Any = ""
    """What the list's own search box finds; empty hides the box."""
    size: ClassVar[int] = 50
    export_limit: ClassVar[int] = 20_000
    count_limit: ClassVar[int] = 10_000
    bulk_limit: ClassVar[int] = 500
    refresh: ClassVar[int] = 0
    """Seconds after which the list reloads itself; 0: not at all."""

    def rows(self, actor: Actor) -> Rows:
        """The rows that the actor may see, with what the columns need (`select_related`)."""
        raise NotImplementedError

    def search(self, rows: Rows, text: str) -> Rows:
        """Narrows to a text; only called when `search_hint` is declared."""
        return rows

    def row_url(self, row: Any) -> str | None:
        """Where a row leads; the whole line is a target for the mouse, its first linked cell for the keyboard."""
        return None

    def row_tone(self, row: Any) -> str:
        """A tone for the line's edge ('missed', 'near', …)."""
        return ""

    @classmethod
    def key(cls) -> str:
        """The name under which saved views are kept."""
        return f"{cls.__module__}.{cls.__qualname__}".removeprefix("nuoda.")[-80:]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        saved = queries.saved_views(self.actor, self.key())
        if not request.GET and not self.fragment:
            first = next((view for view in saved if view.is_default and view.person_id == self.actor.person_id), None)
            if first and first.address:
                return HttpResponseRedirect(f"{request.path}?{first.address}&view={first.pk}")
        seen = self.visible_columns()
        state = states.read(request.GET, self.filters, seen, self.actor)
        rows = self.narrowed(state)
        if request.GET.get("export") in exports.FORMATS:
            return self.export(request.GET["export"], rows, state)
        if request.GET.get("count"):
            return self.count(rows)
        part = self.part(rows, state)
        shown = self.shown_columns(state)
        context = {
            "state": state,
            "columns": shown,
            "all_columns": self.chooser(seen, shown),
            "lines": self.lines(self.dressed(part.rows), shown, state),
            "part": part,
            "empty": self.empty,
            "exact": None if part.before or part.after or state.after or state.before else len(part.rows),
            "views": self.view_tabs(saved, state, request),
            "filters": self.filter_widgets(state),
            "chips": self.chips(state),
            "bulk": [item for item in self.bulk if allowed(item.roles, self.actor.roles)],
            "links": self.buttons(),
            "sorts": {column.key: self.sort_address(column, state) for column in shown if column.sort},
            "groupable": [
                {"column": column, "group_url": state.address(group=column.key)}
                for column in seen
                if column.grouped and column.sort
            ],
            "ungrouped": state.address(group=None),
            "without_search": state.address(q=None),
            "export_xlsx": state.address(export="xlsx"),
            "export_csv": state.address(export="csv"),
            "count_url": state.address(count=1),
            "prev_url": state.address(before=part.before),
            "next_url": state.address(after=part.after),
            "width": len(shown) + bool(self.bulk),
            "empty_url": self.empty.link.address(self.actor) if self.empty.link else "",
            "page_key": self.key(),
        }
        return self.answer("ui/_list.html" if self.fragment == "list" else "", context)

    # what the actor sees

    def visible_columns(self) -> list[Column]:
        return [column for column in self.columns if column.for_actor(self.actor)]

    def shown_columns(self, state: ListState) -> list[Column]:
        seen = {column.key: column for column in self.visible_columns()}
        if state.columns:
            return [seen[name] for name in state.columns]
        return [column for column in seen.values() if column.shown]

    @staticmethod
    def chooser(seen: list[Column], shown: list[Column]) -> list[tuple[Column, bool]]:
        """All columns for the chooser: the shown ones first, in their order."""
        rest = [column for column in seen if column not in shown]
        return [(column, True) for column in shown] + [(column, False) for column in rest]

    def narrowed(self, state: ListState) -> Rows:
        rows = self.rows(self.actor)
        for item in self.filters:
            if item.name in state.values:
                rows = item.apply(rows, state.values[item.name], self.actor, self.at)
        if state.q and self.search_hint:
            rows = self.search(rows, state.q)
        return rows

    def keys(self, state: ListState) -> list[keysets.Key]:
        """The sort keys: the group first, then what is asked for, then the list's own order."""
        by_name = {column.key: column for column in self.columns}
        texts: list[str] = []
        if state.group:
            texts += by_name[state.group].sort.split(",")
        if state.sort:
            name, descending = state.sort
            texts += [keysets.flip(text) if descending else text for text in by_name[name].sort.split(",")]
        else:
            texts += self.order
        found: dict[str, keysets.Key] = {}
        for text in texts:
            item = keysets.key(text.strip())
            found.setdefault(item.path, item)
        return list(found.values())

    def part(self, rows: Rows, state: ListState) -> keysets.Slice:
        """The rows of the page that the address asks for."""
        return keysets.take(rows, self.keys(state), self.size, after=state.after, before=state.before)

    def dress(self, rows: Sequence[Any]) -> None:
        """Give the rows of a page or of an export what their columns show beside their fields, for all of them at once."""

    def dressed(self, rows: Sequence[Any]) -> Sequence[Any]:
        self.dress(rows)
        return rows

    def lines(self, rows: Sequence[Any], shown: Sequence[Column], state: ListState) -> list[Line]:
        grouping = next((column for column in self.columns if column.key == state.group), None)
        lines, last = [], object()
        for row in rows:
            cells = [(column, column.draw(row, self.actor, self.at)) for column in shown]
            group = None
            if grouping is not None:
                value = grouping.plain(row)
                if value != last:
                    group, last = grouping.draw(row, self.actor, self.at), value
            lines.append(Line(row.pk, cells, self.row_url(row), group, self.row_tone(row)))
        return lines

    def sort_address(self, column: Column, state: ListState) -> dict[str, str]:
        """Where a click on the head leads, and how it is sorted now."""
        now = ""
        if state.sort and state.sort[0] == column.key:
            now = "descending" if state.sort[1] else "ascending"
        following = f"-{column.key}" if now == "ascending" else column.key
        return {"url": state.address(sort=following), "now": now}

    def filter_widgets(self, state: ListState) -> list[dict[str, Any]]:
        widgets = []
        for item in self.filters:
            pairs = item.pairs(self.actor) if hasattr(item, "pairs") else []
            value = state.values.get(item.name)
            chosen = set(value) if isinstance(value, list) else set()
            widgets.append(
                {
                    "filter": item,
                    "value": value,
                    "names": item.parameters(),
                    "given": [" ".join(state.parameters.get(name, [])) for name in item.parameters()],
                    "options": [(key, label, key in chosen) for key, label in pairs],
                    "count": len(chosen) or int(value is not None),
                }
            )
        return widgets

    def chips(self, state: ListState) -> list[dict[str, Any]]:
        """The active filters in words, each with the address without it."""
        found = []
        for item in self.filters:
            if item.name in state.values:
                for gone, word in item.words(state.values[item.name], self.actor):
                    found.append({"label": item.label, "word": word, "url": state.without(gone)})
        return found

    def view_tabs(self, saved: Sequence[Any], state: ListState, request: HttpRequest) -> list[dict[str, Any]]:
        """Shipped and saved views; one is lit when the address is its own."""
        here = state.saved_address
        tabs = []
        for tab in self.tabs:
            if allowed(tab.roles, self.actor.roles):
                lit = not state.view and states.canonical(tab.address) == states.canonical(here)
                tabs.append({"label": tab.label, "url": f"?{tab.address or 'view='}", "lit": lit, "own": None})
        for view in saved:
            url = f"?{view.address}&view={view.pk}" if view.address else f"?view={view.pk}"
            own = view if view.person_id == self.actor.person_id else None
            tabs.append({"label": view.name, "url": url, "lit": state.view == str(view.pk), "own": own, "view": view})
        return tabs

    def buttons(self) -> list[dict[str, Any]]:
        return [
            {"link": link, "url": link.address(self.actor)}
            for link in self.links
            if allowed(link.roles, self.actor.roles)
        ]

    # other answers

    def count(self, rows: Rows) -> HttpResponse:
        """How many rows there are, up to the limit (a small text for htmx)."""
        number = rows.order_by().values("pk")[: self.count_limit + 1].count()
        over = number > self.count_limit
        number = min(number, self.count_limit)
        said = ngettext("%(n)s row", "%(n)s rows", number) % {"n": f"{number:,}"}
        return HttpResponse(_("more than %(rows)s") % {"rows": said} if over else said)

    def export(self, form: str, rows: Rows, state: ListState) -> HttpResponse:
        """What is seen, as a file; leaves an entry in the journal."""
        shown = self.shown_columns(state)
        keys = keysets.with_tie(self.keys(state))
        ordered = rows.order_by(*(f"{'-' if item.descending else ''}{item.path}" for item in keys))
        found = list(ordered[: self.export_limit + 1])
        exports.note(self, form, min(len(found), self.export_limit), state.saved_address)
        return exports.respond(
            form,
            str(self.get_title()),
            [str(column.label) for column in shown],
            [[column.plain(row) for column in shown] for row in self.dressed(found[: self.export_limit])],
            cut=len(found) > self.export_limit,
            at=self.at,
        )

    # many rows at once

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Runs a bulk action over the chosen rows, each in its own savepoint, and says what happened."""
        chosen = next((item for item in self.bulk if item.key == request.POST.get("bulk")), None)
        if chosen is None or not allowed(chosen.roles, self.actor.roles):
            raise NotYours
        ids = self.chosen_ids(request.POST)
        if chosen.danger and request.POST.get("typed") != str(len(ids)):
            messages.error(request, _("Nothing was done: the number you typed is not the number of chosen rows."))
            return HttpResponseRedirect(self.back(request))
        done, refusals = 0, list[str]()
        with scoped(self.actor) as at:
            visible = set(self.rows(self.actor).filter(pk__in=ids).values_list("pk", flat=True))
            for row_id in ids:
                if row_id not in visible:
                    continue
                try:
                    with scoped(self.actor):
                        chosen.run(row_id, actor=self.actor, at=at)
                    done += 1
                except Refused as refusal:
                    refusals.append(str(refusal.reason))
        self.tell(request, chosen, done, refusals)
        return HttpResponseRedirect(self.back(request))

    def chosen_ids(self, data: QueryDict) -> list[Any]:
        """The chosen ids, at most `bulk_limit`; what is no id of this kind is left out."""
        found = []
        for text in dict.fromkeys(data.getlist("id")):
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return found[: self.bulk_limit]

    @staticmethod
    def tell(request: HttpRequest, chosen: Bulk, done: int, refusals: Sequence[str]) -> None:
        if done:
            said = ngettext("%(label)s: done for %(n)d row.", "%(label)s: done for %(n)d rows.", done)
            messages.success(request, said % {"label": chosen.label, "n": done})
        for reason in dict.fromkeys(refusals):
            count = refusals.count(reason)
            said = ngettext("%(n)d row refused: %(reason)s", "%(n)d rows refused: %(reason)s", count)
            messages.warning(request, said % {"n": count, "reason": reason})
        if not done and not refusals:
            messages.warning(request, _("No row was chosen."))

    @staticmethod
    def back(request: HttpRequest) -> str:
        """The same list with the state it had."""
        query = request.GET.urlencode()
        return f"{request.path}?{query}" if query else request.path
