"""Every text that the program shows exists in simplified and traditional Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from . import rules

PACKAGE = rules.ROOT / "nuoda"
SINGLE = {"_", "N_", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "pgettext_lazy"}
PLURAL = {"ngettext", "ngettext_lazy", "npgettext", "npgettext_lazy"}
LANGUAGES = ("zh_Hans", "zh_Hant")
SAME = re.compile(r"[\W\d_]*")  # nothing to translate
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def messages(package: Path) -> dict[str, str]:
    """Every message of code and templates, with the place where it stands."""
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for text, line in in_code(path.read_text(encoding="utf-8")):
            found.setdefault(text, f"{path.relative_to(package)}:{line}")
    for path in sorted(package.rglob("templates/**/*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            for text in in_template(path.read_text(encoding="utf-8")):
                found.setdefault(text, str(path.relative_to(package)))
    return found


def in_code(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in SINGLE | PLURAL:
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name.startswith(("pgettext", "npgettext")):
            texts = texts[1:]
        yield from ((text, node.lineno) for text in texts[: 2 if name in PLURAL else 1])


def in_template(source: str) -> Iterator[str]:
    """Django turns a template into calls of gettext; those are read like code."""
    for call in re.finditer(
        r"\b(n?p?gettext|_)\(((?:[^()'\"]|'(?:\\.|[^'])*'|\"(?:\\.|[^\"])*\")*)\)", templatize(source)
    ):
        texts = [ast.literal_eval(part) for part in re.findall(r"u?'(?:\\.|[^'])*'|u?\"(?:\\.|[^\"])*\"", call[2])]
        if "p" in call[1].removesuffix("gettext"):
            texts = texts[1:]
        yield from texts[: 2 if call[1].startswith("n") else 1]


def catalogue(package: Path, language: str) -> dict[str, polib.POEntry]:
    """All apps' entries; Django merges them in the same way."""
    found: dict[str, polib.POEntry] = {}
    for path in sorted(package.rglob(f"locale/{language}/LC_MESSAGES/*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if not entry.obsolete:
                found[entry.msgid] = entry
                if entry.msgid_plural:
                    found[entry.msgid_plural] = entry
    return found


def faults(wanted: dict[str, str], entries: dict[str, polib.POEntry]) -> Iterator[str]:
    for text, place in sorted(wanted.items(), key=lambda item: item[1]):
        if SAME.fullmatch(PLACES.sub("", text)):
            continue
        entry = entries.get(text)
        if entry is None:
            yield f"{place}: {text!r} is missing"
            continue
        translations = [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())
        if entry.fuzzy:
            yield f"{place}: {text!r} is fuzzy"
        elif not all(translations):
            yield f"{place}: {text!r} is empty"
        elif not entry.msgid_plural and sorted(PLACES.findall(text)) != sorted(PLACES.findall(entry.msgstr)):
            yield f"{place}: {text!r} and its translation have other placeholders"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    wanted = messages(PACKAGE)
    assert len(wanted) > 100
    assert list(faults(wanted, catalogue(PACKAGE, language))) == []


def test_traditional_is_not_simplified() -> None:
    """Characters that exist only in the simplified script do not stand in traditional texts."""
    simplified = set("们这说时为发电话国东车门问间长见应员动务单报")
    wrong = [
        f"{entry.msgid!r}: {entry.msgstr}"
        for entry in catalogue(PACKAGE, "zh_Hant").values()
        if simplified & set(entry.msgstr)
    ]
    assert wrong == []


def test_faults_are_found() -> None:
    wanted = {"Save": "a.py:1", "Open %(name)s": "a.py:2", "Close": "a.py:3", "Send": "a.py:4", "%(x)s": "a.py:5"}
    entries = {
        "Open %(name)s": polib.POEntry(msgid="Open %(name)s", msgstr="打开"),
        "Close": polib.POEntry(msgid="Close", msgstr="关闭", flags=["fuzzy"]),
        "Send": polib.POEntry(msgid="Send", msgstr=""),
    }
    found = list(faults(wanted, entries))
    assert [line.split(": ", 1)[0] for line in found] == ["a.py:1", "a.py:2", "a.py:3", "a.py:4"]


def test_texts_are_found_in_code_and_templates() -> None:
    assert [t for t, _line in in_code('x = _("a"); y = ngettext("b", "c", 2); z = pgettext("k", "d")')] == [
        "a",
        "b",
        "c",
        "d",
    ]
    template = (
        '{% load i18n %}{% translate "It\'s" %}{{ _("b") }}'
        "{% blocktranslate count n=x %}one {{ n }}{% plural %}many {{ n }}{% endblocktranslate %}"
    )
    assert list(in_template(template)) == ["It's", "b", "one %(n)s", "many %(n)s"]
