"""What a real case would look like under a draft, beside what it looks like now. Reads only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.pure.explaining import Explanation
from nuoda.engine.clocks.web import words as clocks
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.ui.web.pages import Crumb, Page

from .. import queries
from ..access import WRITERS
from ..models import Draft

LOOKED_AT, OFFERED = 60, 8
"""Deadlines that are looked through for cases to offer, and cases offered."""


class Preview(Page):
    """Choose a case by its number; every time limit of it under the live book and under the draft."""

    access = WRITERS
    menu = "drafts"
    title = gettext_lazy("Try it on a case")
    template = "revisions/preview.html"
    row: Draft

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        self.row = queries.draft(self.actor, number=number)
        case, wrong, tried = request.GET.get("case", "").strip(), "", []
        if case:
            try:
                tried = queries.preview(self.actor, self.row, case, self.at)
            except NotYours:
                wrong = _("No case with the number %(number)s.") % {"number": case}
        shown = [
            {
                "ref": item.ref,
                "clause": item.ref.partition("/")[0],
                "label": _label(item.live or item.draft),
                "differs": item.differs,
                "sides": _sides(item),
            }
            for item in tried
        ]
        context = {
            "row": self.row,
            "case": case,
            "wrong": wrong,
            "tried": [item for item in shown if item["differs"]],
            "same": [item for item in shown if not item["differs"]],
            "recent": self.recent(),
        }
        return self.answer(context=context, status=404 if wrong else 200)

    def recent(self) -> list[str]:
        """Numbers of the latest cases with a time limit of a clause that the draft changes."""
        version = self.row.draft_of
        if version is None:
            return []
        changed = [change.clause_id for change in queries.redline(queries.before(version), version, language()).changes]
        rows = Deadline.visible_to(self.actor).filter(clause_id__in=changed).order_by("-started_at")[:LOOKED_AT]
        cases = list(dict.fromkeys(rows.values_list("case_id", flat=True)))[:OFFERED]
        return sorted((dossier.number for dossier in Dossier.visible_to(self.actor).filter(pk__in=cases)), reverse=True)

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(gettext_lazy("Revisions"), reverse("revisions:drafts")),
            Crumb(self.row.dossier.title, reverse("revisions:draft", args=[self.row.dossier.number])),
        ]


def _label(known: Explanation | None) -> str:
    return clocks.label(dict(known.label), known.ref) if known else ""


def _sides(item: queries.Tried) -> list[tuple[str, Any]]:
    return [
        (_("In force now"), clocks.derived(item.live) if item.live else None),
        (_("Under the draft"), clocks.derived(item.draft) if item.draft else None),
    ]
