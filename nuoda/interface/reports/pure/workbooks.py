"""Several tables as one workbook; texts are written as texts, never as formulas or links."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from xlsxwriter import Workbook

from nuoda.foundation.base.pure.rates import Share

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_xlsx(sheets: Sequence[Sheet], zone: tzinfo) -> bytes:
    """The workbook; moments stand in local time."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(buffer, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - equal contents give equal bytes
        bold = book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        percent = book.add_format({"num_format": "0.0%"})
        for sheet in sheets:
            page = book.add_worksheet(_name(sheet.title))
            widths = [len(head) for head in sheet.heads]
            for column, head in enumerate(sheet.heads):
                page.write_string(0, column, head, bold)
            for line, row in enumerate(sheet.rows, 1):
                for column, value in enumerate(row):
                    if isinstance(value, datetime):
                        local = value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
                        page.write_datetime(line, column, local, moment)
                    elif isinstance(value, Share):
                        page.write_number(line, column, value, percent)
                    elif isinstance(value, int | float):
                        page.write_number(line, column, value)
                    elif value is not None:
                        page.write_string(line, column, value[:32_000])
                    widths[column] = max(widths[column], min(len(str(value or "")), 40))
            for column, width in enumerate(widths):
                page.set_column(column, column, width * 1.5 + 2)
            page.freeze_panes(1, 0)
    return buffer.getvalue()


def _name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "1"
