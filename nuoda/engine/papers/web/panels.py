"""Blocks for record pages of the apps above: papers and files of a case.

An app places them from its `apps.ready()`:

    panels.register(papers_panel("ticket.rail"))
    panels.register(files_panel("ticket.rail"))

The page's subject must carry `dossier`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.panels import Panel

from .. import queries
from ..access import MAY
from ..pure.forms import say
from ..states import LABELS
from .views import language


def papers_panel(place: str, *, order: int = 60) -> Panel:
    return Panel(place, "papers", _("Papers"), "papers/_papers.html", _papers, icon="file-text", order=order)


def files_panel(place: str, *, order: int = 70) -> Panel:
    return Panel(place, "files", _("Attachments"), "papers/_files.html", _files, icon="paperclip", order=order)


def _papers(actor: Actor, at: datetime, subject: Any) -> dict[str, Any] | None:
    rows = list(queries.papers_of(actor, case_id=subject.dossier.case_id))
    if not rows:
        return None
    shown = [
        {
            "row": row,
            "title": say(row.form_type.title, language()),
            "state": LABELS[row.state],
            "signed_by": [say(row.form_type.field(given.role).label, language()) for given in row.signatures.all()],
        }
        for row in rows
    ]
    return {"papers": shown}


def _files(actor: Actor, at: datetime, subject: Any) -> dict[str, Any] | None:
    rows = list(queries.attachments_of(actor, case_id=subject.dossier.case_id))
    may = MAY["attach"](actor)
    if not rows and not may:
        return None
    return {"files": rows, "may_attach": may, "may_remove": MAY["remove"](actor), "dossier": subject.dossier}
