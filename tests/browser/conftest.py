"""The stage of the browser: a company at work behind the live server, and hands that open its pages.

The product's clock is moved to the stage's time (a Friday morning) and runs on from there, so that no test depends on
the hour at which it is run. What needs Django is imported inside: this file is read before Django is set up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium for one file of tests. While it runs, Playwright keeps an event loop in the main thread; other tests must not run under it."""
    from playwright.sync_api import sync_playwright

    from nuoda.config import texts
    from nuoda.foundation.ui.tests.test_browser import chromium

    from .hands import FLAGS

    texts.compile_all()
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def stage(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The company of the stories on Friday morning; every door reads this time from now on."""
    from nuoda.domain.service.tests.stage import Stage
    from nuoda.foundation.base import access

    from .hands import FRIDAY_MORNING

    shift = FRIDAY_MORNING.astimezone(UTC) - datetime.now(UTC)
    enter, now = access._enter, access.now
    monkeypatch.setattr(access, "_enter", lambda actor: enter(actor) + shift)
    monkeypatch.setattr(access, "now", lambda: now() + shift)
    return Stage.set(FRIDAY_MORNING)


@pytest.fixture
def hand(browser: Any, live_server: Any, stage: Any) -> Iterator[Any]:
    """`hand(person, size, theme)`: that person logged in at a window of that size."""
    from nuoda.foundation.orgs.models import User
    from nuoda.foundation.orgs.tests import factories

    from .hands import DESK, FRIDAY_MORNING, PHONE, WATCH, Hand, watch

    opened = []

    def at(person: Any, size: tuple[int, int] = DESK, theme: str = "light", **more: Any) -> Any:
        User.objects.filter(person=person).update(language="zh-hans")
        session = factories.login(Client(), person).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai",
            reduced_motion="reduce", accept_downloads=True, **more,
        )  # fmt: skip
        opened.append(context)
        cookies = {settings.SESSION_COOKIE_NAME: session, "nuoda_theme": theme, "nuoda_language": "zh-hans"}
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.clock.set_system_time(FRIDAY_MORNING)
        one = Hand(page, live_server.url, 44 if size == PHONE else 24)
        watch(one)
        return one

    yield at
    for context in opened:
        context.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo as a phone takes it: a large JPEG."""
    from PIL import Image

    made = Image.effect_noise((2400, 1800), 60).convert("RGB")
    path = tmp_path / "现场.jpg"
    made.save(path, quality=92)
    return path
