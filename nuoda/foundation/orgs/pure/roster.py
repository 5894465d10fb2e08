"""People as a table that somebody pasted or kept in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "name"),
    "roles": ("角色", "岗位", "崗位", "roles", "role"),
    "email": ("邮箱", "郵箱", "电子邮件", "電子郵件", "email", "e-mail"),
    "phone": ("电话", "電話", "手机", "手機", "phone"),
    "dealer": ("经销商", "經銷商", "dealer"),
    "department": ("部门", "部門", "department"),
    "employee_no": ("工号", "工號", "employee number"),
    "title": ("职位", "職位", "职务", "position"),
}
ORDER = ("name", "roles", "email", "phone", "dealer")
"""Columns of a table without heading."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the table; `number` counts lines as the spreadsheet does, from 1."""

    number: int
    values: Mapping[str, str]


def split(text: str) -> list[list[str]]:
    """Pasted text as rows: cells separated by tabs (from a spreadsheet), else by commas; Chinese commas count."""
    if "\t" in text:
        return [[cell.strip() for cell in line.split("\t")] for line in text.splitlines()]
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.replace("，", ",")))]


def read(rows: Iterable[Sequence[Any]]) -> list[Line]:
    """Rows as lines with named values; a first row that holds a heading for the name tells which column is which.

    Empty rows are left out. Raises ValueError when a heading is there and the column of names is not, or nothing is there at all.
    """
    table = [[_text(cell) for cell in row] for row in rows]
    heads = [_column(cell) for cell in table[0]] if table else []
    numbered = list(enumerate(table, 1))
    if sum(head is not None for head in heads) >= 2 or heads == ["name"]:
        if "name" not in heads:
            raise ValueError("no column of names")
        numbered = numbered[1:]
    else:
        heads = list(ORDER)
    found = []
    for number, row in numbered:
        values = {head: cell for head, cell in zip(heads, row, strict=False) if head is not None and cell}
        if values:
            found.append(Line(number, values))
    if not found:
        raise ValueError("nothing to read")
    return found


def _column(text: str) -> str | None:
    return next((key for key, words in COLUMNS.items() if text.strip().lower() in words), None)


def _text(cell: Any) -> str:
    # A spreadsheet keeps a phone number as 13800001111.0
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def role_codes(text: str, known: Mapping[str, Sequence[str]]) -> list[str] | None:
    """'技术员、客服' as role codes; `known` gives each code's words in all languages. None when a word is unknown."""
    words = [word for word in text.replace("、", ",").replace("，", ",").replace(";", ",").split(",") if word.strip()]
    found = []
    for word in words:
        code = next((code for code, names in known.items() if word.strip().lower() in names), None)
        if code is None:
            return None
        found.append(code)
    return found
