"""Lists as files: formula-safe CSV and XLSX, with an entry in the journal."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from ...actions import exports

if TYPE_CHECKING:
    from .lists import ListPage

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""First characters that a spreadsheet may take for a formula."""


def note(page: ListPage, form: str, rows: int, address: str) -> None:
    """Records that a list left the house."""
    exports.record(page=page.key(), form=form, rows=rows, address=address, actor=page.actor, at=page.at)


def respond(
    form: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], *, cut: bool, at: datetime
) -> HttpResponse:
    """The file as a download; `cut` adds a last line that says that there is more."""
    lines: list[Sequence[Any]] = [*rows]
    if cut:
        lines.append([_("There are more rows than one file takes; narrow the list and export again.")])
    body = as_csv(heads, lines) if form == "csv" else as_xlsx(title, heads, lines)
    response = HttpResponse(body, content_type=FORMATS[form])
    name = f"{title} {timezone.localtime(at):%Y-%m-%d %H%M}.{form}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """UTF-8 with BOM (spreadsheets guess otherwise); texts that could be formulas get a leading apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe(head) for head in heads])
    writer.writerows([[safe(as_text(value)) for value in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook whose texts are written as texts, never as formulas or links."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [len(str(head)) for head in heads]
        for index, head in enumerate(heads):
            sheet.write_string(0, index, str(head), bold)
        for number, row in enumerate(rows, start=1):
            for index, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, index, timezone.make_naive(value) if value.tzinfo else value, moment)
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, index, value)
                else:
                    text = as_text(value)
                    sheet.write_string(number, index, text[:32_000])
                if index < len(widths):
                    widths[index] = max(widths[index], min(len(str(as_text(value))), 40))
        for index, width in enumerate(widths):
            sheet.set_column(index, index, width * 1.6 + 2)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def as_text(value: Any) -> Any:
    """Moments in local time, None as nothing; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if value.tzinfo else value
        return f"{local:%Y-%m-%d %H:%M}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return str(value)


def safe(value: Any) -> Any:
    """A text that a spreadsheet will not run; numbers pass."""
    if isinstance(value, str) and value.lstrip(" \u3000").startswith(RISKY):
        return f"'{value}"
    return value


def sheet_name(title: str) -> str:
    """A worksheet's name: at most 31 characters, none of []:*?/\\."""
    return "".join(" " if char in "[]:*?/\\'" else char for char in title)[:31].strip() or "1"
