"""What a real case would look like under a draft, beside what it looks like now. Reads only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.engine.clocks.pure.explaining import Explanation
from nuoda.engine.clocks.web import words as clocks
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import Crumb, Page

from .. import queries
from ..access import WRITERS
from ..models import Draft


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
            {"ref": item.ref, "label": _label(item.live or item.draft), "differs": item.differs, "sides": _sides(item)}
            for item in tried
        ]
        differ = sum(item.differs for item in tried)
        return self.answer(
            context={"row": self.row, "case": case, "wrong": wrong, "tried": shown, "differ": differ},
            status=404 if wrong else 200,
        )

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
