"""Bytes → text: plain text in UTF-8, UTF-16, GB18030 or Big5, and .docx with the numbers that Word counts by itself."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree

from .lines import unwrapped
from .numbering import Counter, Lists

MOST_BYTES = 10 << 20
MOST_LETTERS = 500_000
_ENTRIES_MOST = 2_000
_PART_MOST = 40 << 20
_RATIO = 200
_COLUMNS_MOST = 60
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = re.compile(r"word/document\d*\.xml")
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_USUAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_COMMON = frozenset(
    "的一是不在有人以及和与為为對对应應于於客户戶服务務產产品公司員员時时間间理管制度规規定責责經经部門门售后後"
    "第章條条項项個个日工作提供進进行并並可由中上下要求質质量內内信息合同報报修訂订單单者其他各等須须得"
)
Why = Literal["empty", "large", "bomb", "active", "locked", "broken", "type"]


class Unreadable(Exception):
    """The bytes are no regulation that can be read; `code` says why."""

    def __init__(self, code: Why) -> None:
        super().__init__(code)
        self.code: Why = code


def text_of(content: bytes) -> str:
    """The text of a file, recognised by its content; raises Unreadable."""
    if not content.strip():
        raise Unreadable("empty")
    if len(content) > MOST_BYTES:
        raise Unreadable("large")
    text = _docx(content) if content.startswith(b"PK\x03\x04") else _plain(content)
    if not text.strip():
        raise Unreadable("empty")
    if len(text) > MOST_LETTERS:
        raise Unreadable("large")
    return unwrapped(text.replace("\r\n", "\n").replace("\r", "\n"))


def _plain(content: bytes) -> str:
    for sign, code in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(sign):
            return _strict(content, code)
    if b"\x00" in content or content.startswith((b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("type")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = [text for code in ("gb18030", "big5") if (text := _tried(content, code)) is not None]
    if not found:
        raise Unreadable("type")
    return max(found, key=_common)


def _strict(content: bytes, code: str) -> str:
    try:
        return content.decode(code)
    except UnicodeDecodeError:
        raise Unreadable("broken") from None


def _tried(content: bytes, code: str) -> str | None:
    try:
        return content.decode(code)
    except UnicodeDecodeError:
        return None


def _common(text: str) -> int:
    """How many frequent letters a text has: a wrong code page yields rare ones."""
    return sum(letter in _COMMON for letter in text)


# -- Word


def _docx(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > _ENTRIES_MOST:
                raise Unreadable("bomb")
            names = set(archive.namelist())
            main = next((name for name in sorted(names) if _MAIN.fullmatch(name)), None)
            if main is None:
                raise Unreadable("type")
            parts = {
                name: _part(archive, place) if place in names else None
                for name, place in (
                    ("document", main), ("numbering", "word/numbering.xml"), ("styles", "word/styles.xml"),
                )
            }  # fmt: skip
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError, ElementTree.ParseError):
        raise Unreadable("broken") from None
    except RecursionError:
        raise Unreadable("bomb") from None
    document = parts["document"]
    body = document.find(f"{_W}body") if document is not None else None
    if body is None:
        raise Unreadable("broken")
    counter = Counter(Lists(parts["numbering"], parts["styles"]))
    try:
        return "\n".join(_lines(body, counter))
    except RecursionError:
        raise Unreadable("bomb") from None


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """One part as a tree. The size that the directory claims may lie: what counts is what comes out."""
    entry = archive.getinfo(name)
    if entry.flag_bits & 1:
        raise Unreadable("locked")
    most = min(_PART_MOST, max(entry.compress_size, 1) * _RATIO + (1 << 20))
    with archive.open(entry) as inner:
        found = inner.read(most + 1)
    if len(found) > most:
        raise Unreadable("bomb")
    if b"\x00" in found:  # another coding than UTF-8, in which a document type could hide
        raise Unreadable("broken")
    if b"<!DOCTYPE" in found or b"<!ENTITY" in found:
        raise Unreadable("active")
    return ElementTree.fromstring(found.replace(_STRICT, _USUAL))  # noqa: S314 - no document type, no entities: refused above


def _lines(body: ElementTree.Element, counter: Counter) -> Iterator[str]:
    for block in body:
        if block.tag == f"{_W}p":
            words = _words(block)
            if words.strip() or not _deleted(block):
                yield counter.number(block) + words
        elif block.tag == f"{_W}tbl":
            yield from _rows(block)
        elif block.tag in (f"{_W}sdt", f"{_W}ins", f"{_W}customXml"):
            inside = block.find(f"{_W}sdtContent")
            yield from _lines(block if inside is None else inside, counter)


def _deleted(paragraph: ElementTree.Element) -> bool:
    """Whether a paragraph was taken away by a tracked change: it leaves no line and no number."""
    return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None or paragraph.find(f"{_W}del") is not None


def _rows(table: ElementTree.Element) -> Iterator[str]:
    """The rows of a table with a `|` between cells; merged cells keep the columns in their places, and a cell that goes
    on below repeats its words."""
    above: dict[int, str] = {}
    for row in _inner(table, f"{_W}tr"):
        if row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        cells: list[str] = []
        for cell in _inner(row, f"{_W}tc"):
            words = " ".join(" ".join(_words(line).split()) for line in cell.iter(f"{_W}p")).strip()
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart":
                words = words or above.get(len(cells), "")
            above[len(cells)] = words
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = span.get(f"{_W}val", "1") if span is not None else "1"
            cells += [words.replace("|", "/")] + [""] * (min(int(width), _COLUMNS_MOST) - 1 if width.isdigit() else 0)
        yield "| " + " | ".join(cells) + " |" if len(cells) > 1 else "".join(cells)


def _inner(node: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    """Children of a kind, also those inside content controls and tracked insertions, but none of a table within."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _inner(child, tag)


def _words(node: ElementTree.Element) -> str:
    """The text of a paragraph as it reads: insertions taken, deletions left out."""
    if node.tag == f"{_W}t":
        return node.text or ""
    if node.tag == f"{_W}tab":
        return " "
    if node.tag in (f"{_W}br", f"{_W}cr"):
        return "\n"
    if node.tag in (f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", _FALLBACK):
        return ""
    return "".join(_words(child) for child in node)
