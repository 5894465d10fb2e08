"""The content security policy allows no inline style, script or handler; neither do the sources need any."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

import nuoda

ROOT = Path(nuoda.__file__).parent
TEMPLATES = sorted(path for path in ROOT.rglob("templates/**/*.html") if "papers" not in path.parts[-2:])
RULES = {
    "inline style": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I),
    "inline handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "style element": re.compile(r"<style[\s>]", re.I),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>", re.I),
    "javascript: address": re.compile(r"=\s*[\"']\s*javascript:", re.I),
    "htmx handler": re.compile(r"\shx-on", re.I),
}


def inline(text: str) -> list[str]:
    """What in a template the policy would refuse. Template tags are taken out first: their `>` is no end of an
    element."""
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", text, flags=re.S)
    return [name for name, rule in RULES.items() if rule.search(plain)]


def test_no_template_needs_what_the_policy_refuses() -> None:
    assert len(TEMPLATES) > 40
    found = {str(path.relative_to(ROOT)): inline(path.read_text("utf-8")) for path in TEMPLATES}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<p style="color:red">', "inline style"),
        ('<b class="{% if a > b %}x{% endif %}" onclick="x()">', "inline handler"),
        ("<style>p{}</style>", "style element"),
        ("<script>x()</script>", "inline script"),
        ('<a href="javascript:x()">', "javascript: address"),
        ('<a hx-on:click="x()">', "htmx handler"),
    ],
)
def test_each_kind_would_be_noticed(html: str, what: str) -> None:
    assert inline(html) == [what]
    assert inline('<p class="a"><script src="a.js" defer></script></p>') == []


def test_scripts_evaluate_no_text() -> None:
    for path in sorted((ROOT / "foundation/ui/static/ui").glob("*.js")):
        assert not re.search(
            r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write", path.read_text("utf-8")
        ), path


def test_the_policy_names_no_unsafe_source() -> None:
    directives: dict[str, Any] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    everything = " ".join(str(value) for values in directives.values() for value in values)
    assert "unsafe" not in everything
    assert "http" not in everything


@pytest.mark.django_db
def test_pages_carry_the_policy() -> None:
    policy = Client().get("/accounts/login/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
