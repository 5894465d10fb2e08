"""The frame around pages: language, theme, errors, and the styleguide that shows every piece."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from nuoda.config import texts
from nuoda.foundation.orgs.tests import factories
from nuoda.foundation.ui.tests import kit
from nuoda.foundation.ui.web.styleguide import PIECES

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    texts.compile_all()


@pytest.fixture
def admin(client: Client) -> Client:
    return factories.login(client, factories.cast().system)


def test_chinese_until_somebody_chooses(client: Client) -> None:
    page = client.get("/nothing-here", headers={"Accept-Language": "en-US"})
    assert page.status_code == 404
    html = kit.page_is_sound(page)
    assert '<html lang="zh-Hans"' in html
    assert "这里什么也没有" in html


@pytest.mark.parametrize(
    ("code", "tag", "text"), [("zh-hant", "zh-Hant", "這裡沒有內容"), ("en", "en", "This is not here")]
)
def test_the_language_switch_keeps_the_page(client: Client, code: str, tag: str, text: str) -> None:
    answer = client.post("/ui/language", {"language": code, "next": "/nothing-here?a=1"})
    assert answer["Location"] == "/nothing-here?a=1"
    html = client.get("/nothing-here").content.decode()
    assert f'<html lang="{tag}"' in html
    assert text in html


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", "javascript:alert(1)", ""])
def test_switches_lead_nowhere_else(client: Client, elsewhere: str) -> None:
    assert client.post("/ui/theme", {"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_the_theme_is_kept_and_drawn_by_the_server(client: Client) -> None:
    assert 'data-bs-theme="' not in client.get("/nothing-here").content.decode()
    client.post("/ui/theme", {"theme": "dark", "next": "/"})
    assert 'data-bs-theme="dark"' in client.get("/nothing-here").content.decode()
    client.post("/ui/theme", {"theme": "pink", "next": "/"})
    assert 'data-bs-theme="dark"' in client.get("/nothing-here").content.decode()


def test_switches_need_a_token_and_a_post() -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/ui/theme", {"theme": "dark"})
    assert refused.status_code == 403
    assert "表单已过期" in kit.page_is_sound(refused)
    assert strict.get("/ui/theme").status_code == 405


@pytest.mark.parametrize("piece", ["", *PIECES])
def test_every_piece_is_sound(admin: Client, piece: str) -> None:
    html = kit.page_is_sound(admin.get(f"/styleguide/{piece}".rstrip("/")))
    assert "诺达" in html


def test_the_styleguide_is_for_the_system_administrator(client: Client) -> None:
    someone = factories.login(client, factories.cast().lin)
    assert kit.opens(someone, "/styleguide") == 404
    assert kit.opens(someone, "/styleguide/list") == 404


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_no_english_leaks_into_chinese_pages(admin: Client, language: str) -> None:
    """Every word of the frame and the page kinds is translated; what stays Latin is ids, codes and sample data."""
    import re

    admin.post("/ui/language", {"language": language})
    allowed = {"Excel", "CSV", "English", "bar", "min", "Nuoda", "TK", "WO", "SO", "HT", "MN", "DL", "LC", "REC"}
    leaks: dict[str, Any] = {}
    for piece in PIECES:
        html = admin.get(f"/styleguide/{piece}").content.decode()
        body = html.split("<body", 1)[1].split(">", 1)[1]
        # Other rooms' words in the menus are tested with them.
        body = re.sub(r'<nav class="nu-side".*?</nav>|<summary class="nu-user">.*?</details>', "", body, flags=re.S)
        spoken = re.findall(r'(?:aria-label|title|placeholder|data-[a-z]+)="([^"]*)"', body)
        text = " ".join(
            [re.sub(r"<[^>]+>", " ", body), *(value for value in spoken if not value.startswith(("/", "{")))]
        )
        found = {word for word in re.findall(r"\b[A-Z][a-z]{2,}\b", text) if word not in allowed}
        if found:
            leaks[piece] = found
    assert leaks == {}
