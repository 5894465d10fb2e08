"""The pages of revisions in a real browser: no accessibility finding, nothing wider than the window, conditions as typed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.urls import reverse

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.ui.tests.test_browser import Visit, browser, findings, small  # noqa: F401 — a fixture

from ..models import Reading
from ..pure import ruleforms
from . import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VARIANTS = [("light", 1440, "zh-hans"), ("dark", 360, "zh-hant")]


def test_every_page_is_sound_and_a_condition_is_checked_while_it_is_typed(browser: Any, live_server: Any) -> None:  # noqa: F811
    own = cast.company()
    version = cast.adopted(own, cast.ready(own, transition="convert"))
    row = cast.begun(own)
    base = cast.manual(own)
    with scoped(system(own.company.pk)):
        reading = Reading.objects.get(version=version, person=own.zhao)
    number = row.dossier.number
    pages = [
        reverse("rulebook:regulations"),
        reverse("rulebook:policy", args=["manual"]),
        reverse("rulebook:clause", args=[cast.ON_SITE]),
        reverse("revisions:drafts"),
        reverse("revisions:begin"),
        reverse("revisions:upload"),
        reverse("revisions:add", args=[number]),
        reverse("revisions:numbers", args=[number]),
        reverse("revisions:clause_text", args=[number, cast.ON_SITE]),
        reverse("revisions:add_number", args=[number, cast.ON_SITE]),
        *(reverse("revisions:add_rule", args=[number, cast.ON_SITE, kind]) for kind in ruleforms.KINDS),
        reverse("revisions:remove_rule", args=[number, cast.ON_SITE, "clock", "on_site"]),
        reverse("revisions:move", args=[number, cast.ON_SITE]),
        reverse("revisions:remove", args=[number, cast.ON_SITE]),
        reverse("revisions:take_over", args=[number]),
        reverse("revisions:discard", args=[number]),
        reverse("revisions:draft", args=[number]),
        reverse("revisions:clause", args=[number, cast.ON_SITE]),
        reverse("revisions:clause", args=[number, "MN-3.3"]),
        reverse("revisions:head", args=[number]),
        reverse("revisions:text", args=[number]),
        reverse("revisions:preview", args=[number]),
        reverse("revisions:submit", args=[number]),
        reverse("revisions:version", args=[version.pk]),
        reverse("revisions:compare") + f"?old={base.pk}&new={row.draft_of_id}",
        reverse("revisions:readings"),
        reverse("revisions:readers", args=["manual", version.version]),
        reverse("revisions:lint"),
    ]
    visit = Visit(browser, live_server, own.shen)
    reader = Visit(browser, live_server, own.zhao)
    seen = [(visit, pages), (reader, [reverse("revisions:reading", args=[reading.pk])])]
    wrong: list[str] = []
    for (theme, width, language), (who, paths) in itertools.product(VARIANTS, seen):
        page = who.page(theme, width, language)
        for path in paths:
            page.goto(f"{visit.url}{path}")
            found = findings(page) + [f"too small: {control}" for control in small(page, 24)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("wider than the window")
            wrong += [f"{path} {theme} {width}: {text}" for text in found]
        wrong += page.wrongs
        page.context.close()
    assert not wrong, "\n".join(wrong)

    page = visit.page()
    page.goto(visit.url + reverse("revisions:clause", args=[number, cast.ON_SITE]))
    box = page.locator("textarea[name$=_when]").first
    box.fill('severity == "urgend"')
    said = page.locator("[id$=_when-said]").first
    said.locator("mark").wait_for()
    assert "urgent" in said.inner_text()
    box.fill('severity == "urgent"')
    said.locator("mark").wait_for(state="detached")
    assert not page.wrongs
