"""Reading tables in: try a file without effect, then take its rows, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure import imports, sheets
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.imports import Options, Problem, Report, Table
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.base.pure.sheets import Cell, Unreadable

from ..access import require
from ..models import ImportRun
from ..models.imports import ImportState
from ..pure import cells

CHUNK = 200
"""Rows that are committed together; a run that was killed goes on after the last chunk."""
TRIED = 500
"""Rows that a preview really takes (and takes back); further ones are only read."""
KEPT = 2_000
"""Problems that are kept of a run."""


class _TakenBack(Exception):
    """Ends a preview's transaction without effect."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A file whose head was understood. `columns` maps a field's key to the cell's place; `unknown` are heads nobody
    knows."""

    rows: list[tuple[int, list[Cell]]]
    columns: Mapping[str, int]
    titles: list[str]
    unknown: list[str]


def preview(*, actor: Actor, at: datetime, type: str, file_name: str, content: bytes) -> ImportRun:
    """Try a file without effect and keep it for the run.

    Asks: import.run and the table's own right. Refuses: a file that cannot be read, a head that is not understood.
    The preview's row
    holds what would happen and the problems.
    """
    table = _table(type, actor)
    ready = read(table, file_name, content)
    report = Report(total=len(ready.rows))
    try:
        with transaction.atomic():
            _take(table, ready, ready.rows[:TRIED], actor, at, report)
            raise _TakenBack
    except _TakenBack:
        pass
    for number, line in ready.rows[TRIED:]:
        _values(table, ready, number, line, report)
    row = ImportRun(
        id=new_id(), company_id=actor.company_id, type=type, file_name=file_name[-200:], content=content,
        person_id=actor.person_id, language=actor.language, started_at=at, total=report.total,
    )  # fmt: skip
    _keep(row, report)
    row.save(force_insert=True)
    return row


def start(run_id: UUID, *, actor: Actor, at: datetime) -> ImportRun:
    """Take the rows of a tried file: a small one at once, a large one as a job.

    Asks: import.run. Refuses: a run that was started already.
    """
    row = _hold(run_id, actor)
    table = _table(row.type, actor)
    if row.state != ImportState.PREVIEWED:
        raise Refused(_("This import was started already."), code="started")
    row.state, row.started_at = ImportState.WAITING, at
    row.done = row.created = row.updated = row.unchanged = row.failed = 0
    row.problems = []
    row.save()
    if row.total > CHUNK:
        app.configure_task("customers.import").defer(run_id=str(row.pk), actor=_actor_words(actor))
        return row
    with transaction.atomic():
        _chunk(row, table, read(table, row.file_name, bytes(row.content)), actor, at)
    return row


def carry_on(run_id: UUID, *, actor: Actor) -> ImportRun:
    """Take the rows that are still to be taken, chunk by chunk, each in a transaction of its own (jobs; opens its own
    scopes)."""
    ready: Ready | None = None
    while True:
        with scoped(actor) as at:
            row = _hold(run_id, actor)
            if row.state in (ImportState.DONE, ImportState.FAILED):
                return row
            table = _table(row.type, actor)
            if ready is None:
                ready = read(table, row.file_name, bytes(row.content))
            _chunk(row, table, ready, actor, at)


def failed_file(run_id: UUID, *, actor: Actor) -> tuple[bytes, str]:
    """The rows of a run that were not taken, as a workbook with its name.

    Asks: import.run. Refuses: a run whose rows were all taken, one that is not there.
    """
    require(actor, "import.run")
    row = ImportRun.visible_to(actor).filter(pk=run_id).first()
    if row is None or not row.problems or not row.content:
        raise NotYours()
    table = _table(row.type, actor)
    ready = read(table, row.file_name, bytes(row.content))
    return failed_rows(table, ready, row.problems), f"{row.file_name.rpartition('.')[0]} ({_('not taken')}).xlsx"


def source(table: Table) -> imports.Source:
    """The table as a source of `nuoda import`."""

    def run(path: Path, actor: Actor, options: Options) -> Report:
        content = path.read_bytes()
        with translation.override(actor.language):
            ready = read(table, path.name, content)
        report = Report(total=len(ready.rows))
        for place in range(0, len(ready.rows), CHUNK):
            part = ready.rows[place : place + CHUNK]
            try:
                with scoped(actor) as at:
                    _table(table.type, actor)
                    _take(table, ready, part, actor, at, report)
                    if options.dry_run:
                        raise _TakenBack
            except _TakenBack:
                pass
            options.progress(place + len(part), len(ready.rows))
        if options.failed is not None and report.problems:
            with translation.override(actor.language):
                options.failed.write_bytes(failed_rows(table, ready, report.problems))
        return report

    return imports.Source(table.type, table.label, run)


def register(table: Table) -> None:
    """Declare a table for the pages and for the command line."""
    if table.type not in imports.TABLES:
        imports.table(table)
        imports.register(source(table))


def template(table: Table, *, language: str) -> bytes:
    """An empty workbook with heads, drop-downs, and a second sheet that explains and shows an example."""
    with translation.override(language):
        columns = [
            sheets.Out(
                title=str(item.label), required=item.required, hint=str(item.hint), date=item.kind == "date",
                choices=[str(label) for _code, label in item.choices],
            )
            for item in table.fields
        ]  # fmt: skip
        guide = [[_("Column"), _("Needed"), _("Example"), _("Values"), _("Remark")]]
        for item in table.fields:
            values = ", ".join(str(label) for _code, label in item.choices)
            guide.append([str(item.label), _("yes") if item.required else "", item.example, values, str(item.hint)])
        return sheets.write(str(table.label), columns, guide=guide, guide_title=_("How to fill in"), room=2_000)


def failed_rows(table: Table, ready: Ready, problems: Sequence[Problem | Mapping[str, Any]]) -> bytes:
    """A workbook of the rows that were not taken, with cause and fix; corrected, it can be imported as it is."""
    said: dict[int, list[str]] = {}
    for problem in problems:
        item = asdict(problem) if isinstance(problem, Problem) else problem
        said.setdefault(item["row"], []).append(f"{item['column']}: {item['cause']} {item['fix']}".strip(": "))
    columns = [sheets.Out(title=title) for title in ready.titles]
    columns += [sheets.Out(title=_("Row"), width=8), sheets.Out(title=_("Not taken because"), width=80)]
    width = len(ready.titles)
    lines = [
        [*(list(line) + [""] * width)[:width], number, "\n".join(said[number])]
        for number, line in ready.rows
        if number in said
    ]
    return sheets.write(str(table.label), columns, lines)


def read(table: Table, file_name: str, content: bytes) -> Ready:
    """Understand a file: its head is the first of ten rows that names all needed columns. Refuses with what is wrong
    and what to do."""
    known = cells.heads(table.fields)
    needed = {item.key for item in table.fields if item.required}

    def is_head(line: Sequence[Cell]) -> bool:
        return needed <= {known.get(cells.plain(cells.shown(cell)), "") for cell in line}

    try:
        sheet = sheets.read(file_name, content, known=is_head)
    except Unreadable as problem:
        raise _unreadable(problem.code) from None
    place = next((index for index, (_number, line) in enumerate(sheet.rows[:10]) if is_head(line)), None)
    if place is None:
        missing = ", ".join(str(item.label) for item in table.fields if item.required)
        sentence = _("No row names all needed columns: %(columns)s. Download the template and keep its head.")
        raise Invalid(sentence % {"columns": missing}, fields={"file": sentence % {"columns": missing}})
    titles = [cells.shown(cell) for cell in sheet.rows[place][1]]
    columns: dict[str, int] = {}
    unknown = []
    for index, title in enumerate(titles):
        key = known.get(cells.plain(title))
        if key is None:
            if title:
                unknown.append(title)
        else:
            columns.setdefault(key, index)
    return Ready(sheet.rows[place + 1 :], columns, titles, unknown)


def _unreadable(code: str) -> Invalid:
    sentence = {
        "kind": _("This kind of file cannot be read. Save it as .xlsx or .csv."),
        "size": _("The file is too large (at most 10 MB). Split it."),
        "rows": _("The file has more than 50,000 rows. Split it."),
        "damaged": _("The file is damaged or no real workbook. Open it and save it again as .xlsx."),
        "encoding": _("The text's encoding is not known. Save the file as CSV UTF-8."),
        "empty": _("The file is empty."),
    }[code]
    return Invalid(sentence, fields={"file": sentence})


def _table(type_: str, actor: Actor) -> Table:
    require(actor, "import.run")
    table = imports.TABLES.get(type_)
    if table is None or not table.may(actor):
        raise NotYours()
    return table


def _hold(run_id: UUID, actor: Actor) -> ImportRun:
    require(actor, "import.run")
    row = ImportRun.visible_to(actor).select_for_update().filter(pk=run_id).first()
    if row is None:
        raise NotYours()
    return row


def _chunk(row: ImportRun, table: Table, ready: Ready, actor: Actor, at: datetime) -> None:
    """Take the next rows and note how far it came, in the caller's transaction."""
    report = Report(created=row.created, updated=row.updated, unchanged=row.unchanged, failed=row.failed)
    report.problems = [Problem(**item) for item in row.problems]
    part = ready.rows[row.done : row.done + CHUNK]
    with translation.override(row.language):
        _take(table, ready, part, actor, at, report)
    row.done += len(part)
    row.state = ImportState.RUNNING
    if row.done >= len(ready.rows):
        row.state, row.finished_at = ImportState.DONE, at
        if not report.failed:
            row.content = b""
    _keep(row, report)
    row.save()


def _keep(row: ImportRun, report: Report) -> None:
    row.created, row.updated, row.unchanged, row.failed = (
        report.created, report.updated, report.unchanged, report.failed,
    )  # fmt: skip
    row.problems = [asdict(problem) for problem in report.problems[:KEPT]]


def _take(
    table: Table, ready: Ready, rows: Sequence[tuple[int, list[Cell]]], actor: Actor, at: datetime, report: Report
) -> None:
    labels = {item.key: str(item.label) for item in table.fields}
    for number, line in rows:
        values = _values(table, ready, number, line, report)
        if values is None:
            continue
        try:
            with transaction.atomic():
                report.count(table.take(actor, at, values))
        except Refused as refusal:
            report.failed += 1
            report.problems += list(_refused(refusal, number, values, labels))
        except (DataError, IntegrityError):
            report.failed += 1
            cause = _("The database did not take this row.")
            report.problems.append(Problem(number, "", "", cause, _("Check the row for unusual values.")))


def _values(table: Table, ready: Ready, number: int, line: Sequence[Cell], report: Report) -> dict[str, Any] | None:
    """The row's values by key, or None with its problems noted."""
    found: dict[str, Any] = {}
    wrong: list[Problem] = []
    for item in table.fields:
        place = ready.columns.get(item.key)
        if place is None:
            continue
        cell = line[place] if place < len(line) else None
        try:
            found[item.key] = cells.value(item, cell)
        except cells.Wrong as problem:
            wrong.append(Problem(number, str(item.label), cells.shown(cell)[:80], problem.cause, problem.fix))
    if not wrong:
        return found
    report.failed += 1
    report.problems += wrong
    return None


def _refused(refusal: Refused, number: int, values: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Problem]:
    if not refusal.fields:
        yield Problem(number, "", "", str(refusal.reason), "")
    for key, sentence in refusal.fields.items():
        value = cells.shown(values.get(key)) if key in values else ""
        yield Problem(
            number, labels.get(key, key), value[:80], str(sentence), _("Correct this cell and import the row again.")
        )


def _actor_words(actor: Actor) -> dict[str, Any]:
    """What a job needs to act as the person who asked for it."""
    return {
        "company_id": str(actor.company_id),
        "person_id": str(actor.person_id) if actor.person_id else None,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "reach": actor.reach,
        "language": actor.language,
        "origin": actor.origin,
    }


def actor_from(words: Mapping[str, Any]) -> Actor:
    """The actor of `_actor_words`."""
    return Actor(
        company_id=UUID(words["company_id"]),
        person_id=UUID(words["person_id"]) if words["person_id"] else None,
        name=words["name"],
        roles=frozenset(words["roles"]),
        reach=words["reach"],
        language=words["language"],
        origin=words["origin"],
    )
