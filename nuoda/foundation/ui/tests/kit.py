"""What every page can be asked in a test, whatever app it belongs to.

    kit.same_queries(client, "/tickets", make=lambda: factories.ticket())     # as many statements for 1 row as for 3
    kit.page_is_sound(client.get("/tickets"))                                 # HTML, names, no inline style or script
    kit.who_opens(rows)                                                       # rows of the access matrix

Each check raises AssertionError with what is wrong and where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ..web.pages.base import PageRow, every_page

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    | {"path", "use", "rect", "circle"}
)
LABELLED = frozenset({"input", "select", "textarea"})


def same_queries(client: Client, url: str, make: Callable[[], Any], **headers: Any) -> int:
    """The statements of a list with one row, which must be those with three; `make` adds one visible row."""
    make()
    client.get(url, **headers)  # warm: caches, content types
    one = _statements(client, url, headers)
    make()
    make()
    three = _statements(client, url, headers)
    extra = list((Counter(_shape(sql) for sql in three) - Counter(_shape(sql) for sql in one)).items())
    assert len(one) == len(three), f"{url}: {len(one)} statements for one row, {len(three)} for three; more of {extra}"
    return len(one)


def _statements(client: Client, url: str, headers: dict[str, Any]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        response = client.get(url, **headers)
    assert response.status_code == 200, f"{url} answered {response.status_code}"
    marks = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO", "BEGIN", "COMMIT")
    return [query["sql"] for query in seen if not query["sql"].startswith(marks)]


def _shape(sql: str) -> str:
    return sql.split(" WHERE ")[0][:160]


class Sound(HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: Counter[str] = Counter()
        self.labels: set[str] = set()
        self.fields: list[tuple[dict[str, str | None], bool]] = []
        self.refers: set[str] = set()
        self.headings = 0
        self.mains = 0
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        where = f"<{tag}> line {self.getpos()[0]}"
        for name, value in attrs:
            if name == "style":
                self.wrong.append(f"inline style in {where}")
            if name.startswith("on") and name not in ("one",):
                self.wrong.append(f"inline handler {name} in {where}")
            if name in ("href", "src", "action") and (value or "").lower().lstrip().startswith("javascript:"):
                self.wrong.append(f"javascript: address in {where}")
            if name in ("aria-labelledby", "aria-describedby", "aria-controls"):
                self.refers |= set((value or "").split())
        if tag in ("style",) or (tag == "script" and not known.get("src") and known.get("type") != "application/json"):
            self.wrong.append(f"inline {where}")
        if tag == "img" and "alt" not in known:
            self.wrong.append(f"no alt in {where}")
        if tag == "html" and not known.get("lang"):
            self.wrong.append("no language")
        self.headings += tag == "h1"
        self.mains += tag == "main"
        if known.get("id"):
            self.ids[str(known["id"])] += 1
        if tag == "label" and known.get("for"):
            self.labels.add(str(known["for"]))
        if tag in LABELLED and known.get("type") not in ("hidden", "submit") and "hidden" not in known:
            self.fields.append((known, any(name == "label" for name, _attrs in self.open)))
        if tag == "a" and any(name == "a" for name, _attrs in self.open):
            self.wrong.append(f"link inside a link: {where}")
        if tag == "form" and any(name == "form" for name, _attrs in self.open):
            self.wrong.append(f"form inside a form: {where}")
        if tag not in VOID:
            self.open.append((tag, known))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            inside = self.open[-1][0] if self.open else "nothing"
            self.wrong.append(f"</{tag}> closes {inside}, line {self.getpos()[0]}")
            names = [name for name, _attrs in self.open]
            if tag in names:
                del self.open[len(names) - 1 - names[::-1].index(tag) :]
            return
        self.open.pop()

    def finish(self, *, whole: bool) -> list[str]:
        self.close()
        wrong = [*self.wrong, *(f"<{tag}> is never closed" for tag, _attrs in self.open)]
        wrong += [f"id {name} stands {count} times" for name, count in self.ids.items() if count > 1]
        for known, inside in self.fields:
            named = inside or known.get("aria-label") or known.get("aria-labelledby") or known.get("id") in self.labels
            if not named:
                wrong.append(f"field {known.get('name') or known.get('id')} has no label")
        if whole:
            wrong += [f"nothing has the id {name}" for name in sorted(self.refers - set(self.ids))]
            if self.headings != 1:
                wrong.append(f"{self.headings} <h1>")
            if self.mains != 1:
                wrong.append(f"{self.mains} <main>")
        return wrong


def wrongs(html: str, *, whole: bool = True) -> list[str]:
    """What is wrong with a page's HTML (`whole`) or with a fragment of it."""
    parser = Sound()
    parser.feed(html)
    return parser.finish(whole=whole)


def page_is_sound(response: HttpResponse, *, whole: bool = True) -> str:
    """The page's HTML, which must be well formed, named for screen readers, and free of inline style and script."""
    html = response.content.decode()
    found = wrongs(html, whole=whole)
    assert not found, "\n".join(found)
    assert "Traceback" not in html and "{%" not in html and "{{" not in html
    return html


def opens(client: Client, url: str) -> int:
    """The status of a page for this client."""
    return client.get(url).status_code


def who_opens(names: set[str] | None = None) -> Iterator[PageRow]:
    """Rows of the access matrix: our own pages (those with a kind), or those named."""
    for row in every_page():
        if row.name in names if names is not None else row.kind:
            yield row
