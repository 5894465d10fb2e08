"""Bytes → text: plain text in UTF-8, UTF-16, GB18030 or Big5, and .docx with the numbers that Word counts by itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree

from .numbering import Counter, Lists

MOST_BYTES = 10 << 20
MOST_LETTERS = 500_000
_ENTRIES_MOST = 2_000
_PART_MOST = 40 << 20
_RATIO = 200
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
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
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
            if "word/document.xml" not in names:
                raise Unreadable("type")
            parts = {
                name: _part(archive, f"word/{name}.xml") if f"word/{name}.xml" in names else None
                for name in ("document", "numbering", "styles")
            }
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, ElementTree.ParseError):
        raise Unreadable("broken") from None
    document = parts["document"]
    body = document.find(f"{_W}body") if document is not None else None
    if body is None:
        raise Unreadable("broken")
    counter = Counter(Lists(parts["numbering"], parts["styles"]))
    return "\n".join(_lines(body, counter))


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
    if b"<!DOCTYPE" in found or b"<!ENTITY" in found:
        raise Unreadable("active")
    return ElementTree.fromstring(found)  # noqa: S314 - no document type, no entities: refused above


def _lines(body: ElementTree.Element, counter: Counter) -> Iterator[str]:
    for block in body:
        if block.tag == f"{_W}p":
            yield counter.number(block) + _words(block)
        elif block.tag == f"{_W}tbl":
            for row in block.iter(f"{_W}tr"):
                cells = (" ".join(_words(line) for line in cell.iter(f"{_W}p")) for cell in row.findall(f"{_W}tc"))
                yield " | ".join(cells)
        elif block.tag == f"{_W}sdt":
            inside = block.find(f"{_W}sdtContent")
            if inside is not None:
                yield from _lines(inside, counter)


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
