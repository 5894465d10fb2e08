"""`nuoda export`: rows of a table as CSV, JSON lines or Excel; one company's, as that company sees them."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from nuoda.cli import console
from nuoda.cli.commands.user import company
from nuoda.cli.texts import N_, _

help = N_("write rows of a table to a file: CSV, JSON lines or Excel")
examples = [
    "nuoda export customers.customer customers.xlsx",
    "nuoda export service.ticket tickets.csv",
    "nuoda export --list",
    "nuoda export ocel events.jsonocel --from 2026-01-01 --to 2026-03-31",
    "nuoda export events events.csv",
]
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)
"""How a text begins that a spreadsheet would take for a formula (also full-width)."""
HIDDEN = {"password", "token", "token_hash", "secret", "salt"}
BATCH = 2000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", nargs="?", help=_("what to export; --list names what is possible"))
    parser.add_argument("file", nargs="?", type=Path, help=_("the file (.csv, .jsonl or .xlsx)"))
    parser.add_argument("--list", action="store_true", help=_("name what can be exported"))
    parser.add_argument("--from", dest="since", type=date.fromisoformat, help=_("first day of an event log"))
    parser.add_argument("--to", dest="until", type=date.fromisoformat, help=_("last day of an event log"))
    parser.add_argument("--company", help=_("name of the company, when there are several"))


def handle(args: argparse.Namespace) -> int:
    from nuoda.foundation.base.access import scoped, system

    known = tables()
    if args.list:
        names = sorted([*known, *LOGS])
        console.emit(names, names)
        return console.DONE
    if args.table in LOGS:
        return _log(args)
    if not args.table or not args.file:
        raise console.CommandError(_("Say what to export and to which file: nuoda export TABLE FILE"), console.USAGE)
    if args.table not in known:
        text = _("There is no table {name}. nuoda export --list names them.")
        raise console.CommandError(text.format(name=args.table), console.USAGE)
    write = WRITERS.get(args.file.suffix.lower())
    if write is None:
        raise console.CommandError(_("The file's name must end in .csv, .jsonl or .xlsx."), console.USAGE)
    if args.file.exists():
        raise console.CommandError(_("{file} exists already and is not overwritten.").format(file=args.file))
    model = known[args.table]
    names = [field.attname for field in model._meta.concrete_fields if field.name not in HIDDEN]
    actor = system(company(args.company))
    part = args.file.with_name(f".{args.file.name}.part")
    try:
        with scoped(actor), console.Progress(args.table) as progress:
            rows = model.visible_to(actor).order_by("pk").values_list(*names).iterator(chunk_size=BATCH)
            write(part, names, _counted(rows, progress))
            count = progress.done
        part.replace(args.file)
    finally:
        part.unlink(missing_ok=True)
    console.emit(
        {"table": args.table, "file": str(args.file), "rows": count},
        [_("{file}: {count} rows").format(file=args.file, count=count)],
    )
    return console.DONE


LOGS = {"ocel": ".jsonocel", "events": ".csv"}
"""Event logs of the journal for process mining, by how their file must end: OCEL 2.0 (JSON), and one line per event."""


def _log(args: argparse.Namespace) -> int:
    """Write an event log; memory stays flat, whatever its length."""

    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.orgs import queries as orgs
    from nuoda.interface.reports.actions import eventlogs

    if not args.file or not args.file.name.lower().endswith((LOGS[args.table], ".json")[: 1 + (args.table == "ocel")]):
        text = _("Name a file that ends in {ending}.").format(ending=LOGS[args.table])
        raise console.CommandError(text, console.USAGE)
    if args.file.exists():
        raise console.CommandError(_("{file} exists already and is not overwritten.").format(file=args.file))
    actor = system(company(args.company))
    part = args.file.with_name(f".{args.file.name}.part")
    size = 0
    try:
        with scoped(actor) as at, part.open("wb") as file:
            zone = orgs.zone(actor)
            since = datetime.combine(args.since or date(2000, 1, 1), time.min, zone)
            last = args.until or at.astimezone(zone).date()
            until = datetime.combine(last, time.min, zone) + timedelta(days=1)
            write = eventlogs.as_ocel if args.table == "ocel" else eventlogs.as_csv
            for piece in write(actor, since, until):
                size += file.write(piece)
        part.replace(args.file)
    finally:
        part.unlink(missing_ok=True)
    console.emit(
        {"log": args.table, "file": str(args.file), "bytes": size},
        [_("{file}: {size} bytes").format(file=args.file, size=size)],
    )
    return console.DONE


def tables() -> dict[str, Any]:
    """Models of our rooms whose rows an actor may be shown, by `app.model`."""
    from django.apps import apps
    from django.conf import settings

    rooms = {room.rsplit(".", 1)[1] for room in settings.ROOMS}
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if model._meta.app_label in rooms and hasattr(model, "visible_to")
    }


def _counted(rows: Iterable[tuple[Any, ...]], progress: console.Progress) -> Iterator[list[Any]]:
    for row in rows:
        progress.step()
        yield [plain(value) for value in row]


def plain(value: Any) -> Any:
    """A value as a file keeps it: numbers and texts; moments in ISO 8601 with offset, structures as JSON."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def safe(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula: an apostrophe before it says that it is text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _csv(path: Path, names: list[str], rows: Iterable[list[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark, so that Excel reads Chinese
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([safe(value) for value in row] for row in rows)


def _jsonl(path: Path, names: list[str], rows: Iterable[list[Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")


def _xlsx(path: Path, names: list[str], rows: Iterable[list[Any]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for column, name in enumerate(names):
            sheet.write_string(0, column, name)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, column, value)  # a string cell is never a formula
                elif value is not None:
                    sheet.write(line, column, value)


WRITERS: dict[str, Callable[[Path, list[str], Iterable[list[Any]]], None]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".xlsx": _xlsx,
}
