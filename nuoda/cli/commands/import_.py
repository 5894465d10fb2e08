"""`nuoda import`: read a file of customers, machines, parts or another kind that rooms have registered."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuoda.cli import console
from nuoda.cli.texts import N_, _

if TYPE_CHECKING:
    from nuoda.foundation.base.pure.actors import Actor
    from nuoda.foundation.base.pure.imports import Report

help = N_("read customers, machines, parts and other things from a file")
examples = [
    "nuoda import customers customers.xlsx --dry-run",
    "nuoda import installed machines.csv --failed not-taken.xlsx",
    "nuoda import --list",
]
SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", nargs="?", help=_("what the file holds; --list names what is possible"))
    parser.add_argument("file", nargs="?", type=Path, help=_("the file (.xlsx or .csv)"))
    parser.add_argument("--list", action="store_true", help=_("name what can be imported"))
    parser.add_argument("--dry-run", action="store_true", help=_("try it and change nothing"))
    parser.add_argument("--mapping", type=Path, help=_("which column means what, for kinds that need it"))
    parser.add_argument(
        "--failed", type=Path, metavar="FILE", help=_("write the rows that were not taken there (.xlsx)")
    )
    parser.add_argument("--company", help=_("name of the company, when there are several"))


def handle(args: argparse.Namespace) -> int:
    from nuoda.foundation.base.pure import imports

    if args.list:
        console.emit(
            sorted(imports.SOURCES), [f"{name:<14} {imports.SOURCES[name].label}" for name in sorted(imports.SOURCES)]
        )
        return console.DONE
    if not args.type or not args.file:
        raise console.CommandError(_("Say what to import and from which file: nuoda import TYPE FILE"), console.USAGE)
    source = imports.SOURCES.get(args.type)
    if source is None:
        known = ", ".join(sorted(imports.SOURCES))
        raise console.CommandError(
            _("There is no kind {type}. Known are: {known}").format(type=args.type, known=known), console.USAGE
        )
    for path in (args.file, args.mapping):
        if path is not None and not path.is_file():
            raise console.CommandError(_("There is no file {path}.").format(path=path))
    with console.Progress(_("rows")) as line:

        def progress(done: int, total: int) -> None:
            line.total = total
            line.step(done - line.done)

        options = imports.Options(dry_run=args.dry_run, mapping=args.mapping, failed=args.failed, progress=progress)
        report = source.run(args.file, _actor(args.company), options)
    console.emit(_data(report, args.dry_run), _lines(report, args.dry_run))
    return console.REFUSED if report.failed else console.DONE


def _actor(name: str | None) -> Actor:
    """The system in the one company, or in the one that is named."""
    from nuoda.config import env
    from nuoda.foundation.base.access import system
    from nuoda.foundation.orgs.models import Company

    rows = Company.objects.order_by("created_at")
    found = list(rows.filter(name=name) | rows.filter(short_name=name) if name else rows)
    if len(found) != 1:
        raise console.CommandError(
            _("Which company? Use --company with one of: {names}").format(names=", ".join(row.name for row in rows))
            if found or name
            else _("There is no company yet. Start with: nuoda init")
        )
    from dataclasses import replace

    return replace(system(found[0].pk, book_revision=found[0].book_revision), language=env.language())


def _data(report: Report, dry_run: bool) -> dict[str, Any]:
    return {"dry_run": dry_run} | asdict(report)


def _lines(report: Report, dry_run: bool) -> list[str]:
    found = [_("Tried only; nothing was changed.")] if dry_run else []
    found.append(
        _("{total} rows: {created} new, {updated} changed, {unchanged} as before, {failed} not taken").format(
            total=report.total,
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            failed=report.failed,
        )
    )
    found += console.table((f"  {report.words.get(code, code)}", figure) for code, figure in report.more.items())
    for problem in report.problems[:SHOWN]:
        place = _("row {row}").format(row=problem.row) + (f", {problem.column}" if problem.column else "")
        found.append(f"  {place}: {problem.cause} {problem.fix}".rstrip())
    if len(report.problems) > SHOWN:
        found.append(
            _("  … and {count} more; --failed FILE writes them all").format(count=len(report.problems) - SHOWN)
        )
    return found
