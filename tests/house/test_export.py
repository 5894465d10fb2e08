"""Exports that no spreadsheet can be tricked with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nuoda.cli.commands import export

ROWS: list[list[Any]] = [["=1+1", 5, None], ["@SUM(A1)", 7, '中文,"x"']]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_text_is_no_formula(text: str) -> None:
    assert export.safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["1=1", "", None, -5, 3.5, "中文"])
def test_everything_else_stays(value: Any) -> None:
    assert export.safe(value) == value


def test_csv(tmp_path: Path) -> None:
    export.WRITERS[".csv"](tmp_path / "x.csv", ["a", "b", "c"], ROWS)
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "a,b,c",
        "'=1+1,5,",
        '\'@SUM(A1),7,"中文,""x"""',
    ]


def test_json_lines_keep_texts_as_they_are(tmp_path: Path) -> None:
    export.WRITERS[".jsonl"](tmp_path / "x.jsonl", ["a", "b", "c"], ROWS)
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert lines[0] == {"a": "=1+1", "b": 5, "c": None}


def test_excel_cells_are_texts(tmp_path: Path) -> None:
    import python_calamine

    export.WRITERS[".xlsx"](tmp_path / "x.xlsx", ["a", "b", "c"], ROWS)
    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0)
    assert sheet.to_python()[1][:2] == ["=1+1", 5]


def test_every_table_can_be_named() -> None:
    known = export.tables()
    assert "orgs.person" in known
    assert not any(name.startswith(("auth.", "sessions.", "procrastinate.")) for name in known)
