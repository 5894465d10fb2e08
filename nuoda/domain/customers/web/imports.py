"""Imports: a file is uploaded, tried, looked at, then run; what was not taken comes back as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure import imports
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.imports import Table
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import (
    Choice,
    Column,
    Crumb,
    Do,
    Empty,
    Fact,
    FormPage,
    Header,
    Link,
    ListPage,
    Page,
    RecordPage,
    Section,
)

from ..access import KEEPERS
from ..actions import imports as engine
from ..models import ImportRun
from ..models.imports import ImportState
from . import forms

_TONES = {"previewed": "info", "waiting": "near", "running": "near", "done": "kept", "failed": "missed"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


def _label(type_: str) -> Any:
    table = imports.TABLES.get(type_)
    return table.label if table else type_


def _state(row: ImportRun) -> Chip:
    return Chip(row.get_state_display(), _TONES[row.state])


def _types(actor: Actor) -> list[tuple[str, Any]]:
    return [(row.type, row.label) for row in imports.tables(actor)]


def _table(type_: str, actor: Actor) -> Table:
    table = imports.TABLES.get(type_)
    if table is None or not table.may(actor):
        raise NotYours()
    return table


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


class ImportList(ListPage):
    """导入记录"""

    access = KEEPERS
    title = _("Imports")
    menu = "imports"
    order = ("-started_at",)
    columns = (
        Column(key="started", label=_("Started"), value="started_at", cell="moment", sort="started_at"),
        Column(key="type", label=_("Kind"), value=lambda row: _label(row.type)),
        Column(key="file", label=_("File"), value="file_name", wide=True),
        Column(key="state", label=_("Status"), value=_state, cell="chip", sort="state"),
        Column(key="total", label=_("Rows"), cell="number"),
        Column(key="created", label=_("New"), cell="number"),
        Column(key="updated", label=_("Changed"), cell="number"),
        Column(key="failed", label=_("Not taken"), cell="number"),
    )
    filters = (Choice(name="type", label=_("Kind"), field="type", options=_types),)
    links = (
        Link(label=_("Import a file"), url=lambda actor: reverse("customers:import"), icon="upload", primary=True),
    )
    empty = Empty(
        text=_("Nothing was imported yet."),
        icon="file-spreadsheet",
        link=Link(label=_("Import a file"), url=lambda actor: reverse("customers:import"), icon="upload"),
    )

    def rows(self, actor: Actor) -> Any:
        return ImportRun.visible_to(actor).defer("content", "problems")

    def row_url(self, row: ImportRun) -> str:
        return reverse("customers:import_run", args=[row.pk])


class Upload(FormPage):
    """导入文件"""

    access = KEEPERS
    menu = "imports"
    title = _("Import a file")
    icon = "upload"
    template = "customers/upload.html"
    form_class = forms.UploadForm
    submit = _("Preview")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("customers:imports"))]

    def more(self) -> dict[str, Any]:
        return {"tables": imports.tables(self.actor)}

    def act(self, cleaned: dict[str, Any]) -> ImportRun:
        file = cleaned["file"]
        return engine.preview(
            actor=self.actor, at=self.at, type=cleaned["type"], file_name=file.name, content=file.read()
        )

    def done(self, result: ImportRun) -> str:
        return reverse("customers:import_run", args=[result.pk])

    def back(self) -> str:
        return reverse("customers:imports")


class RunPage(RecordPage):
    """One import: what would happen, or what did."""

    access = KEEPERS
    menu = "imports"
    place = "import"
    sections = (
        Section(
            key="figures",
            label=_("Figures"),
            template="customers/_figures.html",
            load="figures",
            icon="file-spreadsheet",
        ),
        Section(
            key="problems",
            label=_("Rows not taken"),
            template="customers/_problems.html",
            load="problems",
            icon="alert-triangle",
        ),
    )
    row: ImportRun

    def load(self, id: Any = None, **kwargs: Any) -> ImportRun:
        found = ImportRun.visible_to(self.actor).defer("content").filter(pk=id).first()
        if found is None:
            raise NotYours()
        return found

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Imports"), reverse("customers:imports"))]

    def header(self) -> Header:
        return Header(number=str(_label(self.row.type)), title=self.row.file_name, chips=[_state(self.row)])

    def moves(self) -> Sequence[Do]:
        found = []
        if self.row.state == ImportState.PREVIEWED:
            url = reverse("customers:import_start", args=[self.row.pk])
            found.append(Do(label=_("Import these rows"), url=url, icon="upload", primary=True))
        if self.row.failed:
            url = reverse("customers:import_failed", args=[self.row.pk])
            found.append(Do(label=_("Download the rows not taken"), url=url, icon="download", dialog=False))
        found.append(Do(label=_("Another file"), url=reverse("customers:import"), icon="plus", dialog=False))
        return found

    def figures(self) -> dict[str, Any]:
        row = self.row
        preview = row.state == ImportState.PREVIEWED
        done = row.total if preview else row.done
        found = [
            Fact(label=_("Rows"), value=row.total, cell="number"),
            Fact(label=_("Looked at") if preview else pgettext("import", "Done"), value=f"{done:,} / {row.total:,}"),
            Fact(label=_("Would be new") if preview else _("New"), value=row.created, cell="number"),
            Fact(label=_("Would be changed") if preview else _("Changed"), value=row.updated, cell="number"),
            Fact(label=_("As before"), value=row.unchanged, cell="number"),
            Fact(label=_("Not taken"), value=row.failed, cell="number"),
            Fact(label=_("Started"), value=row.started_at, cell="moment"),
            Fact(label=_("Finished"), value=row.finished_at, cell="moment"),
        ]
        if preview and row.total > engine.TRIED:
            hint = _("The first %(n)d rows were tried in full, the others only read.") % {"n": engine.TRIED}
            found.append(Fact(label=_("Preview"), value=hint, wide=True))
        running = row.state in (ImportState.WAITING, ImportState.RUNNING)
        return {"facts": [fact for fact in found if fact.value is not None], "running": running}

    def problems(self) -> dict[str, Any] | None:
        if not self.row.problems:
            return None
        return {"problems": self.row.problems[:SHOWN], "more": max(0, len(self.row.problems) - SHOWN)}


class Start(FormPage):
    access = KEEPERS
    menu = "imports"
    title = _("Import these rows?")
    submit = _("Import")
    intro = _("Rows that cannot be taken are left out and listed; a second import of the same file doubles nothing.")
    done_text = _("The import has begun.")
    row: ImportRun

    def load(self, id: Any = None, **kwargs: Any) -> ImportRun:
        found = ImportRun.visible_to(self.actor).defer("content").filter(pk=id).first()
        if found is None:
            raise NotYours()
        return found

    def act(self, cleaned: dict[str, Any]) -> ImportRun:
        return engine.start(self.row.pk, actor=self.actor, at=self.at)

    def done(self, result: ImportRun) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("customers:import_run", args=[self.row.pk])


class Template(Page):
    """The empty workbook of a table, in the person's language."""

    access = KEEPERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        table = _table(str(kwargs["type"]), self.actor)
        return _file(engine.template(table, language=get_language() or "zh-hans"), f"{table.label}.xlsx")


class Failed(Page):
    """The rows of a run that were not taken, with cause and fix."""

    access = KEEPERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _file(*engine.failed_file(kwargs["id"], actor=self.actor))
