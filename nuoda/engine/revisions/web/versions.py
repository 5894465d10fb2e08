"""One version of a regulation, two versions beside each other, and the file of a version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.access import may_draft
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import Crumb, FormPage, Page

from .. import queries
from ..access import WRITERS, supervise
from ..actions import drafts
from ..models import Draft
from . import words


class VersionPage(Page):
    """One version by its id: what it is, since when it binds, and what it changed."""

    access = STAFF
    menu = "rulebook"
    template = "revisions/version.html"
    row: PolicyVersion

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
        self.row = queries.version(self.actor, id)
        before = queries.before(self.row)
        others = [row for row in rulebook.versions(self.actor).filter(policy=self.row.policy) if row.pk != self.row.pk]
        draft = Draft.visible_to(self.actor).filter(draft_of=self.row).select_related("dossier").order_by("-begun_at")
        return self.answer(
            context={
                "row": self.row,
                "note": text(rulebook.policy_of(self.row).note, language()),
                "chip": words.status_chip(self.row, self.at),
                "before": before,
                "redline": words.shown(queries.redline(before, self.row, language())) if before else None,
                "others": others,
                "trials": self.contributed("version.trials", self.row),
                "draft": draft.first(),
                "may_draft": may_draft(self.actor),
                "supervises": supervise(self.actor),
            }
        )

    def get_title(self) -> Any:
        return f"{words.title(self.row)} {self.row.version}"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Regulations"), reverse("rulebook:regulations"))]


class Compare(Page):
    """Any two versions of one regulation as a redline, on the screen and on paper."""

    access = STAFF
    menu = "rulebook"
    title = _("Compare two versions")
    template = "revisions/compare.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        versions = list(rulebook.versions(self.actor))
        known = {str(row.pk): row for row in versions}
        asked = [request.GET.get(name, "") for name in ("old", "new")]
        if any(pk and pk not in known for pk in asked):
            raise NotYours
        old, new = (known.get(pk) for pk in asked)
        wrong = old is not None and new is not None and old.policy_id != new.policy_id
        redline = None
        if old is not None and new is not None and not wrong:
            redline = words.shown(queries.redline(old, new, language()))
        choices = [(row, words.title(row), words.status_chip(row, self.at)) for row in versions]
        sides = [("old", old), ("new", new)]
        context = {"choices": choices, "sides": sides, "old": old, "new": new, "wrong": wrong, "redline": redline}
        return self.answer(context=context)

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Regulations"), reverse("rulebook:regulations"))]


class Download(Page):
    """A version as its file: the same bytes that can be uploaded again."""

    access = STAFF

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
        row = queries.version(self.actor, id)
        response = HttpResponse(documents.export(row.content), content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{row.policy.name}-{row.version}.yaml"'
        response["X-Content-SHA256"] = row.hash
        return response


class TakeUp(FormPage):
    """Take up a version that is published and waits, to put it into force."""

    access = WRITERS
    menu = "drafts"
    title = _("Take up this version")
    submit = _("Take up")
    intro = _("The text stays as it was published. It is then submitted for adoption like any other draft.")
    row: PolicyVersion

    def load(self, **kwargs: Any) -> PolicyVersion:
        return queries.version(self.actor, kwargs["id"])

    def act(self, cleaned: dict[str, Any]) -> Draft:
        return drafts.take_up(version=self.row, actor=self.actor, at=self.at)

    def done(self, result: Draft) -> str:
        return reverse("revisions:draft", args=[result.dossier.number])

    def back(self) -> str:
        return reverse("revisions:version", args=[self.row.pk])
