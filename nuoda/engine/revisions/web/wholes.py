"""Editing a draft as a whole: its clauses' order, its head, its file; and checking a condition as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.pure import documents
from nuoda.engine.rulebook.pure.conditions import Condition as Compiled
from nuoda.engine.rulebook.pure.conditions import ConditionError
from nuoda.engine.rulebook.pure.documents import PolicyError
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.loading import constants
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.ui.web.pages import Page

from .. import queries
from ..access import WRITERS
from ..models import Draft
from ..pure import clockforms, editing
from . import words
from .clauses import MONO, Edit, EditionForm, lines, told


class AddForm(EditionForm):
    clause = forms.RegexField(
        r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?$", label=_("Number of the clause"), help_text=_("For example MN-3.2.1e")
    )


class Add(Edit):
    """Add a clause; its text is written next."""

    title = _("Add a clause")
    submit = _("Add")
    form_class = AddForm
    wide = False

    def act(self, cleaned: dict[str, Any]) -> Draft:
        self.added = cleaned["clause"]
        content, places = editing.put(self.content, "", editing.fresh(self.content, self.added))
        found = editing.checked(content, SUBJECTS, places)
        if found.problems:
            raise Invalid(told(found.problems), fields={"clause": told(found.problems)})
        return self.keep(content, cleaned["edition"])

    def done(self, result: Draft) -> str:
        return reverse("revisions:clause", args=[result.dossier.number, self.added])


class RemoveForm(EditionForm):
    withdraw = forms.BooleanField(
        label=_("Withdraw what its time limits have open when the new version takes effect"), required=False
    )


class Remove(Edit):
    """Remove a clause from the draft."""

    title = _("Remove the clause")
    submit = _("Remove")
    form_class = RemoveForm
    danger = True
    wide = False

    def act(self, cleaned: dict[str, Any]) -> Draft:
        try:
            content = editing.remove(self.content, self.kwargs["clause"], withdraw=cleaned["withdraw"])
        except KeyError as error:
            raise NotYours from error
        found = editing.checked(content, SUBJECTS)
        if found.problems:
            raise Invalid(
                _t("Nothing was removed: %(problems)s") % {"problems": "; ".join(p.reason for p in found.problems)}
            )
        return self.keep(content, cleaned["edition"])


class MoveForm(EditionForm):
    by = forms.IntegerField(label=_("Places down (up: negative)"), initial=1)


class Move(Edit):
    """Move a clause up or down."""

    title = _("Move the clause")
    submit = _("Move")
    form_class = MoveForm
    wide = False

    def act(self, cleaned: dict[str, Any]) -> Draft:
        try:
            content = editing.move(self.content, self.kwargs["clause"], cleaned["by"])
        except KeyError as error:
            raise NotYours from error
        return self.keep(content, cleaned["edition"])


# -- the head, and the whole -----------------------------------------------------------------------------


class HeadForm(EditionForm):
    version = forms.RegexField(r"^\d+(\.\d+)*$", label=_("Version number"))
    effective = forms.DateField(
        label=_("Binds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "department", "scope", "note"):
            for code, label in (("zh-hans", _("simplified")), ("zh-hant", _("traditional")), ("en", _("English"))):
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=f"{words.WHATS[name]} · {label}", widget=forms.Textarea(attrs={"rows": 2, "data_wide": "1"})
                )


class Head(Edit):
    """Version number, effective date, title, scope and revision note."""

    title = _("Number, date and revision note")
    form_class = HeadForm

    def initial(self) -> dict[str, Any]:
        content = self.content
        first = {**super().initial(), "version": content["version"], "effective": content["effective"]}
        for name in ("title", "department", "scope", "note"):
            first |= {f"{name}_{code}": text for code, text in content[name].items()}
        return first

    def act(self, cleaned: dict[str, Any]) -> Draft:
        content = {**self.content, "version": cleaned["version"], "effective": cleaned["effective"].isoformat()}
        for name in ("title", "department", "scope", "note"):
            content[name] = {code: lines(cleaned[f"{name}_{code}"]) for code in clockforms.TEXTS}
        return self.keep(content, cleaned["edition"])


class TextForm(EditionForm):
    text = forms.CharField(label=_("The whole regulation (YAML)"), widget=forms.Textarea(attrs={**MONO, "rows": 36}))


class Text(Edit):
    """The whole draft as its file."""

    title = _("The whole text")
    form_class = TextForm

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "text": documents.export(self.content)}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        try:
            found = editing.whole(cleaned["text"], SUBJECTS)
        except PolicyError as error:
            found = editing.Checked({}, tuple(error.problems))
        if found.problems:
            raise Invalid(_t("Nothing was saved: the text has mistakes."), fields={"text": told(found.problems)})
        return self.keep(found.content, cleaned["edition"])


# -- a condition as it is typed --------------------------------------------------------------------------


class Condition(Page):
    """Check a condition against the facts of its subject, with the place of a mistake; a fragment for the form."""

    access = WRITERS
    template = "revisions/_condition.html"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        row = queries.draft(self.actor, number=number)
        if row.draft_of is None:
            raise NotYours
        subject = SUBJECTS.get(request.GET.get("subject", ""))
        text = request.GET.get(request.GET.get("field", ""), request.GET.get("condition", ""))
        context: dict[str, Any] = {"text": text.strip(), "facts": sorted(subject.fields) if subject else []}
        if subject is None:
            context["unknown"] = request.GET.get("subject", "")
        elif text.strip():
            try:
                context["uses"] = Compiled.compile(text, subject, constants(row.draft_of.content)).uses
            except ConditionError as error:
                context |= {"error": error, "marked": marked(text, error.line, error.column)}
        return self.answer(context=context)


def marked(text: str, line: int, column: int) -> tuple[str, str, str]:
    """The line of a mistake: before its place, the character there, after it."""
    lines = text.splitlines() or [""]
    found = lines[min(line, len(lines)) - 1]
    at = min(column, len(found) + 1) - 1
    return found[:at], found[at : at + 1] or " ", found[at + 1 :]
