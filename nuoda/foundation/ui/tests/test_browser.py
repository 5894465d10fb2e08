"""The look in a real browser: no accessibility finding, nothing cut off, targets large enough, dialogs and menus by
keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

import nuoda
from nuoda.config import texts
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.web.styleguide import PIECES

AXE = Path(nuoda.__file__).parents[1] / "vendor/tests/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = ["", *PIECES]
VARIANTS = [("light", 1440, "zh-hans"), ("dark", 1440, "en"), ("dark", 360, "zh-hant"), ("light", 360, "zh-hans")]
"""Theme, width, language. Each page is seen in the first and third or in the second and fourth: both themes, both
widths."""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def chromium() -> str:
    found = os.environ.get("NUODA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no Chromium: `make test` provides one"
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    texts.compile_all()
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield one
        one.close()


class Visit:
    """A logged-in person's browser at the live server."""

    def __init__(self, browser: Any, server: Any, person: Any) -> None:
        client = factories.login(Client(), person)
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.person = person
        self.browser, self.url = browser, server.url

    def page(self, theme: str = "light", width: int = 1440, language: str = "zh-hans") -> Any:
        from nuoda.foundation.orgs.models import User

        User.objects.filter(person=self.person).update(language=language)
        context = self.browser.new_context(viewport={"width": width, "height": 800 if width > 500 else 640})
        cookies = {settings.SESSION_COOKIE_NAME: self.session, "nuoda_theme": theme, "nuoda_language": language}
        context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies.items()])
        page = context.new_page()
        page.wrongs = []
        page.on("console", lambda message: page.wrongs.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.wrongs.append(str(error)))
        return page


@pytest.fixture
def visit(browser: Any, live_server: Any) -> Visit:
    return Visit(browser, live_server, factories.cast().system)


def findings(page: Any) -> list[str]:
    """What axe finds, in words."""
    page.evaluate(AXE.read_text("utf-8") + ";0")
    result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [f"{item['id']}: {node['html'][:120]}" for item in result["violations"] for node in item["nodes"]]


def small(page: Any, least: int) -> list[str]:
    """Visible controls smaller than `least` px either way; links inside a sentence are exempt (2.5.8)."""
    return page.evaluate(  # type: ignore[no-any-return]
        """least => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
          .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: false}))
          .map(e => { const label = e.closest('label'); return [e, (label && e.matches('input') ? label : e).getBoundingClientRect()]; })
          .filter(([e, r]) => r.width > 1 && r.height > 1 && (r.width < least - .5 || r.height < least - .5))
          .filter(([e]) => !(e.matches('a') && e.parentElement.matches('p, dd, span') && !e.matches('.btn, .nu-clause')))
          .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${Math.round(r.width)}x${Math.round(r.height)}`)""",
        least,
    )


def test_every_piece_in_both_themes_has_no_finding(visit: Visit) -> None:
    wrong: list[str] = []
    for turn, (theme, width, language) in enumerate(VARIANTS):
        page = visit.page(theme, width, language)
        for name in PAGES[turn % 2 :: 2]:
            page.goto(f"{visit.url}/styleguide/{name}".rstrip("/"))
            least = 44 if name.startswith("phone") and width == 360 else 24
            found = findings(page) + [f"too small: {control}" for control in small(page, least)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("wider than the window")
            wrong += [f"{name or 'all'} {theme} {width} {language}: {text}" for text in found]
        wrong += page.wrongs
        page.context.close()
    assert not wrong, "\n".join(wrong)


def test_the_checks_notice_what_is_wrong(visit: Visit) -> None:
    page = visit.page()
    page.goto(f"{visit.url}/styleguide/form")
    assert findings(page) == []
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<button class=\"nu-iconbtn nu-small\"></button>')"
    )
    page.evaluate("document.querySelector('.nu-help').className = 'nu-none nu-faint'")
    found = findings(page)
    assert any(item.startswith("button-name") for item in found)
    assert small(page, 24) == []
    page.evaluate(
        "document.querySelector('.btn-primary').parentElement.insertAdjacentHTML('beforeend', '<button>x</button>')"
    )
    page.evaluate(
        "const b = [...document.querySelectorAll('button')].at(-1); b.style.cssText = 'width:10px;height:10px;padding:0;min-height:0'"
    )
    assert small(page, 24)


def test_the_policy_blocks_inline_script(visit: Visit) -> None:
    page = visit.page()
    page.goto(f"{visit.url}/styleguide/form")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in page.wrongs)


def test_a_move_opens_in_a_dialog_and_the_refusal_shows_there(visit: Visit) -> None:
    page = visit.page()
    page.goto(f"{visit.url}/styleguide/record")
    page.get_by_role("link", name="完工", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("类别").select_option("complaint")
    dialog.get_by_label("来电号码").fill("13805123344")
    dialog.get_by_label("标题").fill("停机")
    dialog.get_by_text("已告知客户").click()
    dialog.get_by_role("button", name="登记").click()
    dialog.get_by_role("alert").wait_for()
    assert "尚未签字" in dialog.get_by_role("alert").inner_text()
    assert dialog.get_by_label("标题").input_value() == "停机"
    assert findings(page) == []
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.wrongs == []


def test_absent_moves_explain_themselves_by_keyboard(visit: Visit) -> None:
    page = visit.page()
    page.goto(f"{visit.url}/styleguide/record")
    why = page.locator("summary", has_text="为什么不能")
    why.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("客户尚未签字，回访也还没有做。").is_visible()
    assert page.get_by_role("link", name="MN-3.2.4").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_text("客户尚未签字，回访也还没有做。").is_visible()
    assert why.evaluate("e => e === document.activeElement")


def test_the_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit.page()
    page.goto(f"{visit.url}/styleguide/list")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "nu-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_filters_change_the_address_and_dangerous_bulk_asks_for_the_count(visit: Visit) -> None:
    page = visit.page()
    page.goto(f"{visit.url}/styleguide/list")
    page.locator("summary", has_text="状态").click()
    page.get_by_label("处理中").check()
    page.wait_for_url("**/styleguide/list?state=working")
    assert page.locator(".nu-token").count() == 1
    boxes = page.locator("input[name=id]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="取消", exact=True).first.click()
    confirm = page.get_by_role("dialog")
    go = confirm.get_by_role("button", name="确定")
    assert go.is_disabled()
    confirm.get_by_role("textbox").fill("2")
    assert go.is_enabled()
    assert page.wrongs == []


def test_a_signature_becomes_strokes(visit: Visit) -> None:
    page = visit.page(width=360)
    page.goto(f"{visit.url}/styleguide/phone-form")
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 80)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 20 + step * 15, box["y"] + 80 + (step % 3) * 10)
    page.mouse.up()
    assert "points" in page.locator("input[name=signature]").input_value()
    page.get_by_role("button", name="清除").click()
    assert page.locator("input[name=signature]").input_value() == ""
