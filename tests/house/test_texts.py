"""Every text that the program shows exists in simplified and traditional Chinese, with one meaning per text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

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
LITERAL = r"u?'(?:\\.|[^'])*'|u?\"(?:\\.|[^\"])*\""
CALL = re.compile(rf"\b(n?p?gettext|_)\(((?:[^()'\"]|{LITERAL})*)\)")


class Message(NamedTuple):
    """A text as gettext looks it up; texts of one context are one text wherever they stand."""

    text: str
    context: str = ""


def messages(package: Path) -> dict[Message, str]:
    """Every message of code and templates, with the place where it stands."""
    found: dict[Message, str] = {}
    for path in sorted(package.rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for message, line in in_code(path.read_text(encoding="utf-8")):
            found.setdefault(message, f"{path.relative_to(package)}:{line}")
    for path in sorted(package.rglob("templates/**/*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            for message in in_template(path.read_text(encoding="utf-8")):
                found.setdefault(message, str(path.relative_to(package)))
    return found


def in_code(source: str) -> Iterator[tuple[Message, int]]:
    tree = ast.parse(source)
    names = {name: name for name in SINGLE | PLURAL}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("translation"):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname and alias.name in names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in names:
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            yield from ((message, node.lineno) for message in of_call(names[called], texts))


def of_call(name: str, texts: list[str]) -> list[Message]:
    """The messages of a call of gettext, by its name and its literal arguments."""
    context = ""
    if name.startswith(("pgettext", "npgettext")):
        context, *texts = texts or [""]
    return [Message(text, context) for text in texts[: 2 if name in PLURAL else 1]]


def in_template(source: str) -> Iterator[Message]:
    """Django turns a template into calls of gettext; those are read like code."""
    for call in CALL.finditer(templatize(source)):
        yield from of_call(call[1], [ast.literal_eval(part) for part in re.findall(LITERAL, call[2])])


def files(package: Path, language: str) -> dict[str, polib.POFile]:
    """The catalogues by the folder of their app."""
    paths = sorted(package.rglob(f"locale/{language}/LC_MESSAGES/*.po"))
    return {str(path.relative_to(package).parents[3]): polib.pofile(str(path), encoding="utf-8") for path in paths}


def catalogue(package: Path, language: str) -> dict[Message, polib.POEntry]:
    """All apps' entries; Django merges them in the same way."""
    found: dict[Message, polib.POEntry] = {}
    for file in files(package, language).values():
        for entry in file:
            if not entry.obsolete:
                found[Message(entry.msgid, entry.msgctxt or "")] = entry
                if entry.msgid_plural:
                    found[Message(entry.msgid_plural, entry.msgctxt or "")] = entry
    return found


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def faults(wanted: dict[Message, str], entries: dict[Message, polib.POEntry]) -> Iterator[str]:
    for message, place in sorted(wanted.items(), key=lambda item: item[1]):
        text = message.text
        if SAME.fullmatch(PLACES.sub("", text)):
            continue
        shown = f"{text!r} ({message.context})" if message.context else repr(text)
        entry = entries.get(message)
        if entry is None:
            yield f"{place}: {shown} is missing"
        elif entry.fuzzy:
            yield f"{place}: {shown} is fuzzy"
        elif not all(translations(entry)):
            yield f"{place}: {shown} is empty"
        elif not entry.msgid_plural and sorted(PLACES.findall(text)) != sorted(PLACES.findall(entry.msgstr)):
            yield f"{place}: {shown} and its translation have other placeholders"


def quarrels(catalogues: dict[str, Iterable[polib.POEntry]]) -> Iterator[str]:
    """Texts that two apps translate differently: which one is shown would hang on the order of the apps."""
    said: dict[Message, dict[str, set[str]]] = {}
    for app, entries in catalogues.items():
        for entry in entries:
            if not entry.obsolete and entry.msgid:
                by_words = said.setdefault(Message(entry.msgid, entry.msgctxt or ""), {})
                by_words.setdefault(translations(entry)[0], set()).add(app)
    for message, words in sorted(said.items()):
        if len(words) > 1:
            told = "; ".join(f"{word} ({', '.join(sorted(apps))})" for word, apps in sorted(words.items()))
            yield f"{message.text!r}: {told}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    wanted = messages(PACKAGE)
    assert len(wanted) > 100
    assert list(faults(wanted, catalogue(PACKAGE, language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_one_translation(language: str) -> None:
    """Where one English word has two senses, `pgettext` tells them apart."""
    assert list(quarrels(dict(files(PACKAGE, language)))) == []


def test_traditional_is_not_simplified() -> None:
    """Characters that exist only in the simplified script do not stand in traditional texts."""
    simplified = set("们这说时为发电话国东车门问间长见应员动务单报")
    wrong = [
        f"{entry.msgid!r}: {entry.msgstr}"
        for entry in catalogue(PACKAGE, "zh_Hant").values()
        if simplified & set("".join(translations(entry)))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_punctuation_is_chinese(language: str) -> None:
    """No half-width comma after a Chinese character, and the quotation marks of the script."""
    assert list(ill_pointed(catalogue(PACKAGE, language).values(), language)) == []


def ill_pointed(entries: Iterable[polib.POEntry], language: str) -> Iterator[str]:
    foreign = "「」" if language == "zh_Hans" else "“”"
    wrong = re.compile(rf"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]|[{foreign}]")
    for entry in entries:
        yield from (f"{entry.msgid!r}: {text}" for text in translations(entry) if wrong.search(text))


def test_faults_are_found() -> None:
    texts = ["Save", "Open %(name)s", "Close", "Send", "%(x)s"]
    wanted = {Message(text): f"a.py:{line}" for line, text in enumerate(texts, 1)}
    wanted[Message("Close", "road")] = "a.py:6"
    entries = {
        Message("Open %(name)s"): polib.POEntry(msgid="Open %(name)s", msgstr="打开"),
        Message("Close"): polib.POEntry(msgid="Close", msgstr="关闭", flags=["fuzzy"]),
        Message("Send"): polib.POEntry(msgid="Send", msgstr=""),
    }
    found = list(faults(wanted, entries))
    assert [line.split(": ", 1)[0] for line in found] == ["a.py:1", "a.py:2", "a.py:3", "a.py:4", "a.py:6"]


def test_quarrels_are_found() -> None:
    open_ = polib.POEntry(msgid="Open", msgstr="打开")
    other = polib.POEntry(msgid="Open", msgstr="未结")
    apart = polib.POEntry(msgid="Open", msgctxt="tickets", msgstr="未结")
    assert list(quarrels({"a": [open_], "b": [apart], "c": [open_]})) == []
    assert list(quarrels({"a": [open_], "b": [other]})) == ["'Open': 打开 (a); 未结 (b)"]


def test_ill_pointed_texts_are_found() -> None:
    entry = polib.POEntry(msgid="x", msgstr="不行,再试「一次」")
    fine = polib.POEntry(msgid="x", msgstr="不行，再试“一次”：%(a)s, %(b)s")
    assert len(list(ill_pointed([entry, fine], "zh_Hans"))) == 1
    assert len(list(ill_pointed([entry, fine], "zh_Hant"))) == 2


def test_texts_are_found_in_code_and_templates() -> None:
    code = (
        "from django.utils.translation import gettext as _t\n"
        'x = _("a"); y = ngettext("b", "c", 2); z = pgettext("k", "d"); w = _t("e"); v = other("f")'
    )
    assert [message for message, _line in in_code(code)] == [
        Message("a"),
        Message("b"),
        Message("c"),
        Message("d", "k"),
        Message("e"),
    ]
    template = (
        '{% load i18n %}{% translate "It\'s" %}{{ _("b") }}{% translate "c" context "k" %}'
        "{% blocktranslate count n=x %}one {{ n }}{% plural %}many {{ n }}{% endblocktranslate %}"
    )
    assert set(in_template(template)) == {
        Message("It's"),
        Message("b"),
        Message("c", "k"),
        Message("one %(n)s"),
        Message("many %(n)s"),
    }
