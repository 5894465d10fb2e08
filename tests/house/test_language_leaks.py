"""No English on Chinese pages: every page that opens without an object, for every role, and the objects they link to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import trans_real

from nuoda.config import texts
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures
from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.web.pages import every_page

KNOWN = frozenset(
    re.findall(
        r"\w+",
        """API CSV Excel HTML HTTP HTTPS ID IP JSON Nuoda PDF PNG QR URL UTF Webhook webhook XLSX
        App English KPI MB KB GB GPS SN VIN SLA OpenAPI Idempotency Key next Word OCEL YAML""",
    )
)
"""Latin words that a Chinese page may show."""
CODES = re.compile(
    r"https?://\S+|[\w.+-]+@[\w.-]+|"  # addresses
    r"\b[\w./:-]*\d[\w./:-]*|"  # whatever has a digit: numbers of dossiers, clauses, serial numbers, user names
    r"\b(?:Africa|America|Asia|Europe|Pacific)/\w+|"  # time zones
    r"\.(?:xlsx|csv|pdf|png|jpe?g|ya?ml|docx|txt)\b|"  # kinds of files
    r"\bnuoda(?: [a-z-]+)+\b"  # commands
)
WORD = re.compile(r"[A-Za-z]{2,}")
SHOWN = ("alt", "aria-label", "placeholder", "title", "aria-description")
QUIET = frozenset({"script", "style", "code", "kbd", "pre", "samp"})
VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
NOT_PAGES = re.compile(r"^/(api|static|media|health|styleguide)\b")
"""Doors of programs, and the page that shows developers the parts of pages."""


class Visible(HTMLParser):
    """Texts that a reader or a screen reader meets, and the links of the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.links: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        foreign = not known.get("lang", "zh").startswith("zh")
        hushed = tag in QUIET or foreign or known.get("translate") == "no"
        if not hushed and not self.hushed:
            self.texts += [known[name] for name in SHOWN if name in known]
            if tag == "input" and known.get("type") in ("submit", "button"):
                self.texts.append(known.get("value", ""))
        if tag == "a" and "href" in known and "download" not in known:
            self.links.append(known["href"])
        if tag not in VOID:
            self.open.append((tag, hushed))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place][0] == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        if not self.hushed:
            self.texts.append(data)

    @property
    def hushed(self) -> bool:
        return any(hushed for _tag, hushed in self.open)


def leaks(html: str, known: Iterable[str] = KNOWN) -> list[str]:
    """Texts of a page with Latin words that it should not show."""
    page = Visible()
    page.feed(html)
    return [
        " ".join(text.split())
        for text in page.texts
        if any(word not in known for word in WORD.findall(CODES.sub(" ", text)))
    ]


def links(html: str) -> Iterator[str]:
    page = Visible()
    page.feed(html)
    for link in page.links:
        parts = urlsplit(link)
        if not parts.netloc and not parts.scheme and parts.path.startswith("/"):
            yield parts.path


def told() -> Stage:
    """A company in the middle of its day: a case closed, one under way, a complaint, and a customer who logs in."""
    stage = Stage.set()
    done = stage.report()
    job = stage.dispatch(done, stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(minutes=60)
    stage.work(job, "arrive")
    stage.note(job)
    stage.sign(job)
    stage.work(job, "complete")
    with stage.acting(stage.cast.wang) as (actor, at):
        closures.close(queries.hold(actor, id=done.pk), customer_confirmed=True, actor=actor, at=at)
    stage.dispatch(stage.report(subject="压力不稳"), stage.cast.zhao)
    stage.report(kind="complaint", subject="等了两天", problem="无人上门", apologised=True)
    stage.tick()
    return stage


def everybody(stage: Stage) -> list[Person]:
    customer = people.person(
        "王芳", "customer_contact", of=stage.cast.company, customer_id=stage.kit.customer.pk, language="zh-hans"
    )
    return [*stage.cast.everybody(), customer]


@dataclass
class Walk:
    """Who opened what, and what he read that is not Chinese."""

    found: dict[str, str] = field(default_factory=dict)
    opened: dict[str, set[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """Names of addresses with an object, each looked at once."""

    def read(self, client: Client, path: str, name: str, who: str) -> list[str]:
        """Open a page; its links. Nothing when it does not open for him or is no page."""
        response: HttpResponse = client.get(path, headers={"accept-language": "zh-hans"})
        if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
            return []
        html = response.content.decode()
        self.opened.setdefault(name, set()).add(who)
        for text in leaks(html):
            self.found.setdefault(text, f"{path} ({who})")
        return list(links(html))

    def follow(self, client: Client, paths: Iterable[str], who: str) -> None:
        """One object of each kind that the pages link to."""
        queue = list(paths)
        for path in queue:
            try:
                match = resolve(path)
            except Resolver404:
                continue
            if (not match.kwargs and not match.args) or match.view_name in self.seen or NOT_PAGES.match(path):
                continue
            self.seen.add(match.view_name)
            more = self.read(client, path, match.view_name, who)
            if not more and match.view_name not in self.opened:
                self.seen.discard(match.view_name)  # somebody else may open it
            queue += [link for link in more if link not in queue]


def plain_addresses() -> dict[str, str]:
    """Our own pages that need no object, by name."""
    return {row.name: reverse(row.name) for row in every_page() if row.name and not row.parameters and row.kind}


@pytest.mark.django_db
def test_chinese_pages_show_no_english() -> None:
    texts.compile_all()
    trans_real._translations.clear()  # type: ignore[attr-defined]
    trans_real._default = None  # type: ignore[attr-defined]
    walk, addresses = Walk(), plain_addresses()
    for person in everybody(told()):
        client = people.login(Client(), person)
        queue = [
            link
            for name, path in addresses.items()
            if not NOT_PAGES.match(path)
            for link in walk.read(client, path, name, person.name)
        ]
        walk.follow(client, dict.fromkeys(queue), person.name)
    assert {"service:tickets", "service:caller", "service:ticket", "service:work_order", "portal:home"} <= set(
        walk.opened
    )
    assert len(walk.opened) > 40
    assert not walk.found, "\n".join(f"{place}: {text}" for text, place in sorted(walk.found.items()))


def test_leaks_are_found() -> None:
    html = """<html lang="zh-hans"><title>服务请求</title><script>var state = "open";</script><h1>TK-2026-000123 导出 PDF</h1>
    <button aria-label="Close">×</button><p>Nothing is due 没有</p><code>nuoda run</code><p translate="no">kind == fault</p><a lang="en">English</a>
    <input placeholder="编号"><p>lin@example.test</p><br><p>MN-3.2.1b</p></html>"""
    assert leaks(html) == ["Close", "Nothing is due 没有"]


def test_links_are_found() -> None:
    html = '<a href="/a?x=1">a</a><a href="https://elsewhere.invalid/b">b</a><a href="tel:1">c</a><a href="/d" download>d</a>'
    assert list(links(html)) == ["/a"]
