"""A paper as PDF: words made here, set by typst in `typeset/form.typ` with the shipped type.

The layout engine sees one JSON string and the photos of the paper in an empty folder of its own: it can reach neither
the network nor any other file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Literal

import segno
import typst

from nuoda.foundation.base.pure.money import yuan

from .forms import Field, FormType, Text, say
from .glyphs import fit
from .seals import Stroke, drawing

LAYOUT = 1
"""Number of the layout; a change of `form.typ` or of this file that alters print raises it (printed files are cached
by it)."""

HERE = Path(__file__).parent / "typeset"
_BUSY = Lock()

_WORDS: dict[str, Text] = {
    "number": {"zh-hans": "编号", "zh-hant": "編號", "en": "No."},
    "issued": {"zh-hans": "开具", "zh-hant": "開立", "en": "Issued"},
    "edition": {"zh-hans": "第 {} 版", "zh-hant": "第 {} 版", "en": "version {}"},
    "basis": {"zh-hans": "依据条款 {}", "zh-hant": "依據條款 {}", "en": "Clauses {}"},
    "scan": {"zh-hans": "扫码验真", "zh-hant": "掃碼驗證", "en": "Scan to verify"},
    "unsigned": {"zh-hans": "（待签字）", "zh-hant": "（待簽名）", "en": "(not signed yet)"},
    "none": {"zh-hans": "无", "zh-hant": "無", "en": "none"},
    "erased": {"zh-hans": "（个人信息已删除）", "zh-hant": "（個人資料已刪除）", "en": "(personal data erased)"},
    "photos": {"zh-hans": "照片 {} 张", "zh-hant": "照片 {} 張", "en": "{} photos"},
    "proof": {
        "zh-hans": "内容摘要 SHA-256 {}\n签字与上述内容绑定，内容变更后须重新签字。",
        "zh-hant": "內容摘要 SHA-256 {}\n簽名與上述內容綁定，內容變更後須重新簽名。",
        "en": "Content SHA-256 {}\nSignatures are bound to this content; a change needs new signatures.",
    },
    "missing": {
        "zh-hans": "〓 代替了字库中没有的字：{}",
        "zh-hant": "〓 代替了字庫中沒有的字：{}",
        "en": "〓 stands for characters missing in the type: {}",
    },
    "draft": {"zh-hans": "草稿，尚未开具", "zh-hant": "草稿，尚未開立", "en": "Draft, not issued"},
    "amended": {"zh-hans": "本版已被更正，请以最新版为准", "zh-hant": "本版已被更正，請以最新版為準", "en": "Amended: a newer version exists"},
    "void": {"zh-hans": "已作废", "zh-hant": "已作廢", "en": "Void"},
}  # fmt: skip
_WEEKDAYS: Text = {"zh-hans": "周一 周二 周三 周四 周五 周六 周日", "zh-hant": "週一 週二 週三 週四 週五 週六 週日", "en": "Mon Tue Wed Thu Fri Sat Sun"}  # fmt: skip  # noqa: E501
_REGIONS = {"zh-hans": ("zh", "CN"), "zh-hant": ("zh", "TW"), "en": ("en", "US")}


@dataclass(frozen=True, slots=True)
class Hand:
    """A signature on a sheet; `strokes` None when the personal row was erased."""

    role: str
    name: str
    signed_at: datetime
    strokes: Sequence[Stroke] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a print needs to know of a paper."""

    form: FormType
    content: Mapping[str, Any]
    company: str
    number: str
    version: int
    state: Literal["draft", "issued", "signed", "amended", "void"]
    zone: tzinfo
    issued_at: datetime | None = None
    content_hash: str = ""
    verify_url: str = ""
    hands: tuple[Hand, ...] = ()
    photos: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """Photos of the content by digest: file extension ('jpg', 'png', 'webp') and bytes."""


@dataclass(frozen=True, slots=True)
class Printed:
    pdf: bytes
    missing: tuple[str, ...]
    """Characters that the type cannot draw; they stand as 〓 and are named at the end of the print."""


def render(sheet: Sheet, *, language: str = "zh-hans") -> Printed:
    """The sheet as a PDF. Deterministic: equal sheets give equal bytes. typst.TypstError only for a broken photo or
    layout."""
    words = _Words(language, sheet.zone)
    data = _data(sheet, words)
    data, missing = fitted(data)
    if missing:
        names = "、".join(f"U+{ord(character):04X}" for character in missing)
        data["proof"] = "\n".join(filter(None, [data["proof"], words("missing", names)]))
    photos = {f"{digest}.{extension}": content for digest, (extension, content) in sheet.photos.items()}
    return Printed(typeset(HERE / "form.typ", data, files=photos, moment=sheet.issued_at or _EPOCH), missing)


def typeset(layout: Path, data: Mapping[str, Any], *, files: Mapping[str, bytes], moment: datetime) -> bytes:
    """A layout file with its data (JSON values, `sys.inputs.sheet`) and pictures as PDF, in the shipped type.

    `moment` becomes the document's date, so that equal data give equal bytes. typst.TypstError for what cannot be set.
    """
    with TemporaryDirectory(prefix="nuoda-print-") as folder:
        place = Path(folder)
        (place / "form.typ").write_bytes(layout.read_bytes())
        for name, content in files.items():
            (place / name).write_bytes(content)
        with _BUSY:
            compiler = typst.Compiler(
                str(place / "form.typ"),
                root=str(place),
                font_paths=_type(),
                ignore_system_fonts=True,
                sys_inputs={"sheet": json.dumps(data, ensure_ascii=False)},
                package_path=str(place),
                package_cache_path=str(place),
            )
            pdf = compiler.compile(format="pdf", timestamp=int(moment.timestamp()))
    if not isinstance(pdf, bytes):
        raise TypeError("typst returned no single document")
    return pdf


def fitted(data: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The same data with every text as the shipped type can draw it, and the characters that it cannot draw."""
    missing: dict[str, None] = {}
    shown = {key: _fitted(item, missing) for key, item in data.items()}
    return shown, tuple(missing)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@cache
def _type() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])


class _Words:
    """Fixed words and formats of one language and time zone."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        self.language = language if language in _REGIONS else "zh-hans"
        self.zone = zone

    def __call__(self, key: str, *values: object) -> str:
        return say(_WORDS[key], self.language).format(*values)

    def day(self, value: date) -> str:
        return f"{value.isoformat()} {say(_WEEKDAYS, self.language).split()[value.weekday()]}"

    def moment(self, value: datetime) -> str:
        local = value.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def value(self, item: Field, value: Any) -> str:
        """A plain value as it is printed; an empty one as a dash."""
        if value is None or value == "":
            return "—"
        match item.type:
            case "money":
                return yuan(value)
            case "date":
                return self.day(date.fromisoformat(value))
            case "moment":
                return self.moment(datetime.fromisoformat(value))
            case "choice":
                return say(item.choices.get(value, {}), self.language) or str(value)
        return str(value)


def _data(sheet: Sheet, words: _Words) -> dict[str, Any]:
    form, language = sheet.form, words.language
    lang, region = _REGIONS[language]
    head = [{"label": words("number"), "text": sheet.number}]
    if sheet.version > 1:
        head.append({"label": "", "text": words("edition", sheet.version)})
    if sheet.issued_at is not None:
        head.append({"label": words("issued"), "text": words.moment(sheet.issued_at)})
    return {
        "lang": lang,
        "region": region,
        "size": form.size,
        "title": say(form.title, language),
        "company": sheet.company,
        "number": sheet.number,
        "edition": f" · {words('edition', sheet.version)}" if sheet.version > 1 else "",
        "head": head,
        "banner": words(sheet.state) if sheet.state in ("draft", "amended", "void") else "",
        "qr": _qr(sheet.verify_url),
        "qr-label": words("scan"),
        "qr-alt": words("scan"),
        "sections": [_section(sheet, words, number) for number in range(len(form.sections))],
        "declaration": say(form.declaration, language),
        "signatures": [_signature(sheet, words, key) for key in form.signatures],
        "basis": words("basis", " ".join(form.clauses)) if form.clauses else "",
        "proof": words("proof", sheet.content_hash) if sheet.content_hash else "",
    }


def _section(sheet: Sheet, words: _Words, number: int) -> dict[str, Any]:
    section = sheet.form.sections[number]
    runs: list[dict[str, Any]] = []
    cells: list[dict[str, Any]] = []

    def close() -> None:
        if cells:
            runs.append({"kind": "grid", "cells": _spans(cells)})
            cells.clear()

    for key in section.fields:
        item = sheet.form.field(key)
        value = sheet.content.get(key)
        label = say(item.label, words.language)
        if item.type == "table":
            close()
            runs.append({"kind": "table", "label": label, "none": words("none"), **_table(item, value or [], words)})
        else:
            cells.append(
                {"label": label, "wide": item.wide or item.type in ("long", "checklist", "photo")}
                | _cell(sheet, item, value, words)
            )
    close()
    return {"title": say(section.title, words.language), "note": say(section.note, words.language), "runs": runs}  # fmt: skip


def _cell(sheet: Sheet, item: Field, value: Any, words: _Words) -> dict[str, Any]:
    if item.type == "checklist":
        ticks = value or {}
        items = [
            {"label": say(text, words.language), "ticked": bool(ticks.get(code))} for code, text in item.choices.items()
        ]
        return {"kind": "marks", "items": items}
    if item.type == "photo":
        digests = value or []
        files = [f"{digest}.{sheet.photos[digest][0]}" for digest in digests if digest in sheet.photos]
        return {"kind": "photos", "photos": files, "text": words("photos", len(digests)) if digests else "—"}
    return {"kind": "text", "text": words.value(item, value)}


def _spans(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cells with the columns that each takes: a narrow one stands beside another narrow one, else takes the line."""
    placed: list[dict[str, Any]] = []
    waiting: dict[str, Any] | None = None
    for cell in cells:
        if cell["wide"]:
            if waiting is not None:
                waiting["span"] = 3
                waiting = None
            placed.append(cell | {"span": 3})
            continue
        placed.append(cell | {"span": 1})
        waiting = None if waiting is not None else placed[-1]
    if waiting is not None:
        waiting["span"] = 3
    return placed


def _table(item: Field, rows: Sequence[Mapping[str, Any]], words: _Words) -> dict[str, Any]:
    right = ("int", "money")
    columns = [
        {
            "label": say(column.label, words.language),
            "right": column.type in right,
            "narrow": not column.wide and column.type in (*right, "date", "moment", "choice"),
        }
        for column in item.columns
    ]
    return {
        "columns": columns,
        "rows": [[words.value(column, row.get(column.key)) for column in item.columns] for row in rows],
    }


def _signature(sheet: Sheet, words: _Words, role: str) -> dict[str, Any]:
    given = next((hand for hand in sheet.hands if hand.role == role), None)
    entry = {
        "label": say(sheet.form.field(role).label, words.language),
        "drawing": "",
        "empty": "",
        "name": "",
        "signed": "",
    }
    if given is None:
        return entry | {"empty": words("unsigned")}
    drawn = drawing(given.strokes) if given.strokes is not None else ""
    return entry | {
        "drawing": drawn,
        "empty": "" if drawn else words("erased"),
        "name": given.name,
        "signed": words.moment(given.signed_at),
    }


def _qr(url: str) -> str:
    if not url:
        return ""
    picture = BytesIO()
    segno.make(url, error="m", micro=False).save(
        picture, kind="svg", xmldecl=False, nl=False, border=2, omitsize=True, dark="#101828"
    )
    return picture.getvalue().decode()


def _fitted(value: Any, missing: dict[str, None]) -> Any:
    """The same data with every string as the type can draw it; pictures (SVG made here) stay as they are."""
    if isinstance(value, str):
        if value.startswith("<svg"):
            return value
        shown, lost = fit(value)
        missing.update(dict.fromkeys(lost))
        return shown
    if isinstance(value, dict):
        return {key: _fitted(item, missing) for key, item in value.items()}
    if isinstance(value, list):
        return [_fitted(item, missing) for item in value]
    return value
