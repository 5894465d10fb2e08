"""A regulation as a file to hand on: PDF, or Word."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.engine.rulebook.web.views import STATUSES, language
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.ui.web.pages import Page

from ..pure import regulation
from ..pure.documents import Document, as_pdf
from ..pure.word import as_docx
from . import lines

FORMS = {
    "pdf": ("application/pdf", as_pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_docx),
}


class Download(Page):
    """The text of one version of a regulation, in the reader's language."""

    access = STAFF

    def get(self, request: HttpRequest, name: str, form: str) -> HttpResponse:
        if form not in FORMS:
            raise NotYours()
        rows = rulebook.versions(self.actor).filter(policy__name=name)
        asked = request.GET.get("version")
        current = {row.pk for row in rulebook.in_force(self.actor, self.at)}
        row = next((row for row in rows if (row.version == asked if asked else row.pk in current)), None)
        if row is None:
            raise NotYours()
        content_type, write = FORMS[form]
        policy = rulebook.policy_of(row)
        company = Company.objects.filter(pk=self.actor.company_id).values_list("name", flat=True).get()
        document: Document = regulation.document(
            policy,
            language=language(),
            company=company,
            content_hash=row.hash,
            in_force_from=timezone.localdate(row.in_force_from) if row.in_force_from else None,
            made_at=row.published_at or row.made_at,
            says=said,
            statuses={key: str(chip.label) for key, chip in STATUSES.items()},
            roles=lines.role_names([policy]) | {"assignee": _("the person it was given to")},
            called=lambda event_type: str(word(event_type).label),
        )
        response = HttpResponse(write(document), content_type=content_type)
        file = f"{document.title} {policy.version}.{form}"
        response["Content-Disposition"] = content_disposition_header(True, file) or "attachment"
        return response


def said(key: str) -> str:
    """The fixed words of a printed regulation."""
    known: dict[str, Any] = {
        "words": _("Words"),
        "word": _("Word"),
        "means": _("Means"),
        "clauses": _("Clauses"),
        "binds": _("Binds:"),
        "version": _("Version"),
        "department": _("Issued by"),
        "scope": _("Scope"),
        "note": _("Revision note"),
        "in_force": _("In force since"),
        "hash": "SHA-256",
        "missing": _("〓 stands for characters that the type lacks: {}"),
    }
    return str(known[key])
