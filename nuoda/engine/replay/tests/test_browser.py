"""The pages of replays and shadow runs in a real browser: no accessibility finding, nothing wider than the window."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.foundation.ui.tests.test_browser import Visit, browser, findings, small  # noqa: F401 — a fixture

from .trying import arrived, asked, carried_out, drafted, in_shadow, shadowed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VARIANTS = [("light", 1440, "zh-hans"), ("dark", 360, "zh-hant")]


def test_every_page_is_sound(browser: Any, live_server: Any) -> None:  # noqa: F811
    stage = Stage.set(local(3, 9))
    arrived(stage, 3)
    row = carried_out(stage, asked(stage, drafted(stage)))
    with stage.acting(stage.cast.shen):
        change = row.changes.get()
    in_shadow(stage)
    shadow = shadowed(stage)
    pages = [
        reverse("replay:replays"),
        reverse("replay:ask"),
        reverse("replay:upload"),
        reverse("replay:replay", args=[row.pk]),
        reverse("replay:changes", args=[row.pk]),
        reverse("replay:change", args=[row.pk, change.pk]),
        reverse("replay:cancel", args=[row.pk]),
        reverse("replay:shadows"),
        reverse("replay:shadow-start"),
        reverse("replay:shadow", args=[shadow.pk]),
        reverse("replay:shadow-stop", args=[shadow.pk]),
        reverse("replay:shadow-deadlines", args=[shadow.pk]),
        reverse("clocks:explanation", args=[change.number]),
    ]
    visit = Visit(browser, live_server, stage.cast.shen)
    wrong: list[str] = []
    for theme, width, language in VARIANTS:
        page = visit.page(theme, width, language)
        for path in pages:
            page.goto(f"{visit.url}{path}")
            found = findings(page) + [f"too small: {control}" for control in small(page, 24)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("wider than the window")
            wrong += [f"{path} {theme} {width}: {text}" for text in found]
        wrong += page.wrongs
        page.context.close()
    assert not wrong, "\n".join(wrong)
