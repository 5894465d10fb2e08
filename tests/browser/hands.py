"""Hands that open pages in a browser, and look at each."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from nuoda.domain.service.tests.stage import SHANGHAI
from nuoda.foundation.ui.tests.test_browser import findings, small

FRIDAY_MORNING = datetime(2026, 3, 6, 9, 30, tzinfo=SHANGHAI)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESK, NARROW, PHONE = (1440, 900), (768, 1024), (360, 640)
WATCH = """addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"""
EXPECTED = ("status of 409", "status of 422", "status of 404")
"""What a browser writes about an answer that refuses; the page itself says why."""


@dataclass
class Hand:
    """One person at one browser."""

    page: Any
    url: str
    least: int
    """Smallest side of a control, in px."""
    wrongs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    weight: dict[str, int] = field(default_factory=dict)
    """Bytes of each answer as sent compressed, by address, since the last `go`."""
    checked: set[str] = field(default_factory=set)
    taps: int = 0

    def go(self, path: str) -> None:
        """Open an address, and look at the page."""
        self.weight.clear()
        self.page.goto(self.url + path)
        self.look()

    def look(self, name: str = "") -> None:
        """Nothing of the page may be wrong: axe, width, size of controls, console, policy, foreign requests."""
        self.page.wait_for_load_state("networkidle")
        found = [f"axe {line}" for line in findings(self.page)] + [
            f"small {line}" for line in small(self.page, self.least)
        ]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the window")
        found += self.wrongs + [f"foreign {address}" for address in self.foreign]
        assert not found, f"{name or urlsplit(self.page.url).path}: {found}"

    def tap(self, role: str, name: str, **more: Any) -> None:
        """Press a button or follow a link, and count it."""
        self.taps += 1
        self.page.get_by_role(role, name=name, **more).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def says(self, text: str) -> None:
        """The page shows the text (waits for it)."""
        try:
            self.page.get_by_text(text).first.wait_for()
        except Exception as error:
            shown = self.page.locator("main").inner_text()[:600]
            raise AssertionError(f"{text!r} is not on {self.page.url}: {shown}") from error


Hands = Callable[..., Hand]


def watch(one: Hand) -> None:
    """Write down what the page complains about, and what it loads from elsewhere."""

    def told(message: Any) -> None:
        if message.type == "error" and not any(part in message.text for part in EXPECTED):
            one.wrongs.append(message.text)

    def asked(request: Any) -> None:
        if not request.url.startswith((one.url, "data:", "blob:")):
            one.foreign.append(request.url)

    def answered(response: Any) -> None:
        if response.request.method == "GET" and response.status == 200 and response.url.startswith(one.url):
            address = urlsplit(response.url).path
            if address not in one.weight and not address.endswith(".pdf"):
                one.weight[address] = len(gzip.compress(response.body(), 6))

    one.page.on("console", told)
    one.page.on("pageerror", lambda error: one.wrongs.append(str(error)))
    one.page.on("request", asked)
    one.weigh = lambda: one.page.on("response", answered)  # type: ignore[attr-defined]
