"""Spreadsheets in and out: .xlsx, .xls, .ods and .csv as rows of plain values; no formula is ever run or written."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook

Cell = str | float | int | bool | date | datetime | time | timedelta | None
LIMIT_ROWS = 50_000
LIMIT_BYTES = 10 * 1024 * 1024
_LIMIT_UNPACKED = 200 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030", "big5")
_BROKEN = re.compile(rb'<c\b[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)


class Unreadable(Exception):
    """The file cannot be read at all; `code`: kind, size, rows, damaged, encoding, empty."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Broken(str):
    """A cell whose formula has no result (an error, or never calculated); the text is '' or the error."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` are (number in the file, from 1; cells). Rows without any value are left out."""

    rows: list[tuple[int, list[Cell]]]
    encoding: str = ""
    """Of a text file."""


def read(name: str, content: bytes, *, known: Callable[[Sequence[Cell]], bool] | None = None) -> Sheet:
    """The first sheet of a workbook, or a text table; raises Unreadable.

    `known` says whether a row is the expected head; for text files it chooses between encodings that all could be meant
    (UTF-8, GBK / GB 18030, Big5).
    """
    if len(content) > LIMIT_BYTES:
        raise Unreadable("size")
    ending = name.rpartition(".")[2].lower()
    if ending in ("csv", "txt", "tsv"):
        sheet = _text(content, known)
    elif ending in ("xlsx", "xlsm", "xls", "ods"):
        sheet = Sheet(_rows(_workbook(content, ending)))
    else:
        raise Unreadable("kind")
    if not sheet.rows:
        raise Unreadable("empty")
    if len(sheet.rows) > LIMIT_ROWS + 1:
        raise Unreadable("rows")
    return sheet


def _text(content: bytes, known: Callable[[Sequence[Cell]], bool] | None) -> Sheet:
    found: Sheet | None = None
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        sheet = Sheet(_rows(_lines(text)), encoding)
        if known is None or any(known(cells) for _number, cells in sheet.rows[:10]):
            return sheet
        found = found or sheet
    if found is None:
        raise Unreadable("encoding")
    return found


def _lines(text: str) -> Iterable[Sequence[Cell]]:
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise Unreadable("damaged") from error


def _rows(lines: Iterable[Sequence[Cell]]) -> list[tuple[int, list[Cell]]]:
    found = []
    for number, line in enumerate(lines, 1):
        cells = [_tidy(cell) for cell in line]
        if any(cell not in ("", None) or isinstance(cell, Broken) for cell in cells):
            found.append((number, cells))
    return found


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, Broken):
        return cell
    if isinstance(cell, str):
        return cell.replace("\x00", "").strip()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _workbook(content: bytes, ending: str) -> list[list[Cell]]:
    broken: dict[tuple[int, int], str] = {}
    if ending in ("xlsx", "xlsm"):
        broken = _broken_cells(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        lines: list[list[Cell]] = [list(line) for line in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise Unreadable("damaged") from error
    for (row, column), text in broken.items():
        if row < len(lines) and column < len(lines[row]):
            lines[row][column] = Broken(text)
    return lines


def _broken_cells(content: bytes) -> dict[tuple[int, int], str]:
    """Places of cells whose formula gave an error or was never calculated: read as values they would look empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > _LIMIT_UNPACKED:
                raise Unreadable("size")
            sheet = archive.read(_first_sheet(archive))
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise Unreadable("damaged") from error
    found = {}
    for match in _BROKEN.finditer(sheet):
        inside = match[3] or b""
        head = match[0][: match[0].index(b">")]
        value = re.search(rb"<v>(.*?)</v>", inside, re.DOTALL)
        text = value[1].decode("utf-8", "replace") if value else ""
        if b't="e"' in head or (b"<f" in inside and not text and b't="str"' not in head):
            found[int(match[2]) - 1, _column(match[1].decode())] = text
    return found


def _first_sheet(archive: zipfile.ZipFile) -> str:
    book = archive.read("xl/workbook.xml")
    wanted = re.search(rb'<sheet\b[^>]*\br:id="([^"]+)"', book)
    relations = archive.read("xl/_rels/workbook.xml.rels")
    for item in re.findall(rb"<Relationship\b[^>]*>", relations):
        if wanted and b'Id="' + wanted[1] + b'"' in item:
            target = re.search(rb'Target="([^"]+)"', item)
            if target:
                path = target[1].decode()
                return path.removeprefix("/") if path.startswith("/") else f"xl/{path}"
    return "xl/worksheets/sheet1.xml"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


@dataclass(frozen=True, kw_only=True)
class Out:
    """A column of a workbook to write."""

    title: str
    required: bool = False
    hint: str = ""
    choices: Sequence[str] = ()
    width: int = 18
    date: bool = False


def write(
    title: str, columns: Sequence[Out], rows: Iterable[Sequence[Any]] = (), *, guide: Iterable[Sequence[str]] = (),
    guide_title: str = "Guide", room: int = 0,
) -> bytes:  # fmt: skip
    """A workbook of one table: frozen head, drop-downs for `choices` over the rows and `room` more; `guide` is a
    second sheet of texts.

    Texts that begin with '=' stay texts.
    """
    buffer = io.BytesIO()
    book = Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "top"})
    must = book.add_format({"bold": True, "bg_color": "#FCE8D2", "border": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(_sheet_name(title))
    lines = [list(row) for row in rows]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, day if column.date else text)
        sheet.write_string(
            0, place, f"{column.title} *" if column.required else column.title, must if column.required else head
        )
        if column.hint:
            sheet.write_comment(0, place, column.hint)
        last = len(lines) + room
        if column.choices and last and sum(map(len, column.choices)) + len(column.choices) < 255:
            sheet.data_validation(1, place, last, place, {"validate": "list", "source": list(column.choices)})
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            if isinstance(value, datetime) and value.tzinfo is not None:
                value = value.replace(tzinfo=None)
            if value is not None and value != "":
                sheet.write(number, place, value)
    sheet.freeze_panes(1, 0)
    texts = [list(line) for line in guide]
    if texts:
        second = book.add_worksheet(_sheet_name(guide_title))
        second.set_column(0, 8, 24)
        for number, line in enumerate(texts):
            for place, value in enumerate(line):
                second.write_string(number, place, value, head if number == 0 else None)
    book.close()
    return buffer.getvalue()


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip()[:31] or "1"
