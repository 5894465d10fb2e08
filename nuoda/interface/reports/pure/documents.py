"""A document as plain values, written as PDF or Word: headings, paragraphs, facts and tables, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from nuoda.engine.papers.pure.print import fitted, typeset

LAYOUT = Path(__file__).parent / "typeset" / "document.typ"
REGIONS = {"zh-hans": ("zh", "CN"), "zh-hant": ("zh", "TW"), "en": ("en", "US")}


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: Literal[1, 2] = 1
    mark: str = ""
    """A short word beside it, such as a status."""
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    quiet: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Points:
    """A bulleted list."""

    items: tuple[str, ...]
    kind: str = "points"


@dataclass(frozen=True, slots=True)
class Table:
    """`right`: columns of numbers; `narrow`: columns as wide as their content."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    narrow: tuple[int, ...] = ()
    kind: str = "table"


Part = Heading | Paragraph | Points | Table


@dataclass(frozen=True, slots=True)
class Document:
    """`made_at` is the document's date; `head` are facts under the title; `foot` stands at the bottom of each page."""

    title: str
    company: str
    language: str
    made_at: datetime
    parts: Sequence[Part]
    head: tuple[tuple[str, str], ...] = ()
    foot: str = ""
    missing_words: str = "〓 = {}"
    """Says which characters could not be drawn; '{}' is their place."""


def as_pdf(document: Document) -> bytes:
    """The document as PDF; equal documents give equal bytes."""
    lang, region = REGIONS.get(document.language, REGIONS["zh-hans"])
    data: dict[str, Any] = {
        "lang": lang,
        "region": region,
        "title": document.title,
        "company": document.company,
        "head": [list(pair) for pair in document.head],
        "foot": document.foot,
        "parts": [asdict(part) for part in document.parts],
        "missing": "",
    }
    data, missing = fitted(data)
    if missing:
        names = "、".join(f"U+{ord(character):04X}" for character in missing)
        data["missing"] = document.missing_words.format(names)
    return typeset(LAYOUT, data, files={}, moment=document.made_at)
