"""Confirming that one has read what changed, and who has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.engine.rulebook.web.views import language, said
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.web.pages import Column, Crumb, Empty, Flag, FormPage, Link, ListPage, Page

from .. import access as rights
from .. import queries
from ..actions import readings
from ..models import Reading
from . import words


class ConfirmForm(forms.Form):
    content_hash = forms.CharField(widget=forms.HiddenInput)
    read = forms.BooleanField(label=_("I have read these clauses and know what they ask of me."))


class Confirm(FormPage):
    """The changed clauses that bind me, and the confirmation that I read them."""

    access = STAFF
    title = _("Changed clauses that bind you")
    template = "revisions/reading.html"
    form_class = ConfirmForm
    submit = _("Confirm")
    done_text = _("Your confirmation is recorded.")
    row: Reading

    def load(self, **kwargs: Any) -> Reading:
        return queries.reading(self.actor, kwargs["id"])

    def initial(self) -> dict[str, Any]:
        return {"content_hash": self.row.version.hash}

    def more(self) -> dict[str, Any]:
        version = self.row.version
        before, policy = queries.before(version), rulebook.policy_of(version)
        redline = queries.redline(before, version, language())
        wanted = set(self.row.clauses)
        changed = [words.changed(change) for change in redline.changes if before and change.clause_id in wanted]
        shown = {item.change.clause_id for item in changed}
        whole = [said(policy, clause) for clause in policy.clauses if clause.id in wanted - shown]
        return {
            "form_template": "revisions/_reading_fields.html",
            "version": version,
            "name": words.title(version),
            "changed": changed,
            "whole": whole,
        }

    def act(self, cleaned: dict[str, Any]) -> Reading:
        return readings.confirm(
            reading_id=self.row.pk, content_hash=cleaned["content_hash"], actor=self.actor, at=self.at
        )

    def done(self, result: Reading) -> str:
        return reverse("desk:home")

    def back(self) -> str:
        return reverse("rulebook:policy", args=[self.row.version.policy.name])


class Readings(Page):
    """Of every version that people were asked to read: how many have."""

    access = rights.SUPERVISORS
    menu = "readings"
    title = _("Read confirmations")
    template = "revisions/readings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = [(item, words.title(item.version)) for item in queries.read_so_far(self.actor, self.at)]
        return self.answer(context={"found": found})


class Readers(ListPage):
    """Who has confirmed a version, and who has not."""

    access = rights.SUPERVISORS
    menu = "readings"
    order = ("person__pinyin",)
    columns = (
        Column(key="person", label=_("Person"), value="person.name", sort="person__pinyin", wide=True),
        Column(
            key="dealer",
            label=_("Dealer"),
            value=lambda row: row.person.dealer.short_name if row.person.dealer else "—",
        ),
        Column(key="clauses", label=_("Clauses"), value=lambda row: ", ".join(row.clauses), wide=True),
        Column(key="asked", label=_("Asked"), value="asked_at", cell="moment", sort="asked_at"),
        Column(key="due", label=_("Until"), value="due_at", cell="moment"),
        Column(key="reminded", label=_("Reminded"), value="reminded_at", cell="moment"),
        Column(
            key="confirmed",
            label=_("Confirmed"),
            value=lambda row: Chip(_("read"), "kept") if row.confirmed_at else Chip(_("not yet"), "near"),
        ),
        Column(key="when", label=_("When"), value="confirmed_at", cell="moment"),
    )
    filters = (Flag(name="open", label=_("Not confirmed"), where=lambda actor, at: Q(confirmed_at=None)),)
    empty = Empty(text=_("Nobody was asked to read this version."))

    def buttons(self) -> list[dict[str, Any]]:
        url = reverse("revisions:remind", args=[self.kwargs["policy"], self.kwargs["version"]])
        mine = (
            [{"link": Link(label=_("Remind"), url=url, icon="bell"), "url": url}] if rights.remind(self.actor) else []
        )
        return [*super().buttons(), *mine]

    def rows(self, actor: Actor) -> Any:
        version = queries.version_called(actor, self.kwargs["policy"], self.kwargs["version"])
        return queries.readers(actor, version.pk).order_by()

    def get_title(self) -> Any:
        version = queries.version_called(self.actor, self.kwargs["policy"], self.kwargs["version"])
        return _("Who has read %(title)s %(version)s") % {"title": words.title(version), "version": version.version}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Read confirmations"), reverse("revisions:readings"))]


class Remind(FormPage):
    """Remind everybody who has not yet confirmed."""

    access = rights.SUPERVISORS
    menu = "readings"
    title = _("Remind those who have not confirmed")
    submit = _("Remind")
    done_text = _("They are reminded.")
    row: PolicyVersion

    def load(self, **kwargs: Any) -> PolicyVersion:
        if not rights.remind(self.actor):
            raise NotYours
        return queries.version_called(self.actor, kwargs["policy"], kwargs["version"])

    def act(self, cleaned: dict[str, Any]) -> int:
        return readings.remind(version_id=self.row.pk, actor=self.actor, at=self.at)

    def done(self, result: int) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("revisions:readers", args=[self.row.policy.name, self.row.version])
