"""Every role's home and main pages: sound in both themes and three widths, light enough, and never empty without a word."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.domain.service.tests.stage import Stage

from .hands import DESK, NARROW, PHONE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VARIANTS = [(DESK, "light"), (PHONE, "dark"), (NARROW, "light"), (DESK, "dark"), (PHONE, "light"), (NARROW, "dark")]
HOMES = ["lin", "wang", "ma", "chen", "shen", "zhou", "system", "security", "audit"]
LIGHT = 200_000
"""Bytes of a page with everything that it loads, compressed (docs: under 200 KB)."""


def test_every_role_finds_something_at_home(stage: Stage, hand: Hands) -> None:
    stage.report()
    for turn, name in enumerate(HOMES):
        size, theme = VARIANTS[turn % len(VARIANTS)]
        one = hand(getattr(stage.cast, name), size, theme)
        one.least = 24
        one.go("/")
        assert one.page.locator("main .nu-home > .nu-card").count() >= 1, f"the home of {name} is empty"
        one.page.context.close()


def test_empty_lists_say_what_to_do_next(stage: Stage, hand: Hands) -> None:
    wang = hand(stage.cast.wang)
    for path in ("/tickets/", "/work-orders/", "/follow-ups/", "/follow-ups/dissatisfied/", "/search/?q=不存在的词"):
        wang.go(path)
        assert wang.page.locator(".nu-empty p").first.inner_text().strip(), path
    wang.go("/service/call/?q=00000")
    assert wang.page.get_by_role("link", name="新建服务请求").first.is_visible()


def test_main_pages_are_light_and_load_nothing_foreign(stage: Stage, hand: Hands) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    heavy: dict[str, Any] = {}
    for person, paths in (
        (stage.cast.lin, ["/", "/service/call/?q=5678", "/service/report/", "/tickets/", f"/tickets/{ticket.number}/"]),
        (stage.cast.wang, ["/dispatch/", f"/work-orders/{job.number}/", "/search/?q=压力", "/rulebook/"]),
        (stage.cast.zhao, ["/jobs/", f"/work-orders/{job.number}/", f"/work-orders/{job.number}/sign/"]),
    ):
        for path in paths:
            one = hand(person)
            one.weigh()
            one.page.goto(one.url + path)
            one.page.wait_for_load_state("networkidle")
            total = sum(one.weight.values())
            assert one.foreign == []
            assert total > 10_000, f"{path} was not weighed"
            if total > LIGHT:
                heavy[path] = sorted(one.weight.items(), key=lambda pair: -pair[1])[:5]
            one.page.context.close()
    assert heavy == {}
