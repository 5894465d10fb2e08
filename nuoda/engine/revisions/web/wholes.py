"""Editing a draft as a whole: its clauses' order, its head, its file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.pure import documents
from nuoda.engine.rulebook.pure.documents import PolicyError
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.foundation.base.pure.refusals import Invalid, NotYours

from ..models import Draft
from ..pure import editing
from ..pure.spelling import TEXTS
from . import words
from .edits import Edit, EditionForm, lines
from .rulefields import MONO
from .words import plain, told


class AddForm(EditionForm):
    clause = forms.RegexField(
        r"^[A-Z]{2}-[0-9]+(\.[0-9]+)*[a-z]?$", label=_("Number of the clause"), help_text=_("For example MN-3.2.1e")
    )
    after = forms.ChoiceField(label=_("Stands after"))

    def __init__(self, *args: Any, clauses: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].choices = [(id, id) for id in clauses]  # type: ignore[attr-defined]


class Add(Edit):
    """Add a clause; its text is written next."""

    title = _("Add a clause")
    submit = _("Add and write it")
    form_class = AddForm
    wide = False

    def form_kwargs(self) -> dict[str, Any]:
        return {"clauses": [clause["id"] for clause in self.content["clauses"]]}

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "after": self.content["clauses"][-1]["id"]}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        self.added = cleaned["clause"]
        last = len(self.content["clauses"]) - 1
        content, _places = editing.put(self.content, "", editing.fresh(self.content, self.added))
        found = editing.checked(content, SUBJECTS)
        if found.problems:
            said = " ".join(plain(problem) for problem in found.problems)
            raise Invalid(_t("Nothing was added."), fields={"clause": said})
        content = editing.move(content, self.added, editing.place(content, cleaned["after"]) - last)
        return self.keep(content, cleaned["edition"])

    def done(self, result: Draft) -> str:
        return reverse("revisions:clause", args=[result.dossier.number, self.added])


class RemoveForm(EditionForm):
    withdraw = forms.BooleanField(
        label=_("Withdraw what its time limits and duties have open when the new version takes effect"), required=False
    )


class Remove(Edit):
    """Remove a clause from the draft."""

    submit = _("Remove")
    intro = _("It is taken out of this draft; the version in force keeps it until the draft takes effect.")
    form_class = RemoveForm
    danger = True
    wide = False

    def get_title(self) -> Any:
        return _t("Remove clause %(id)s") % {"id": self.kwargs["clause"]}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        try:
            content = editing.remove(self.content, self.kwargs["clause"], withdraw=cleaned["withdraw"])
        except KeyError as error:
            raise NotYours from error
        found = editing.checked(content, SUBJECTS)
        if found.problems:
            raise Invalid(_t("Nothing was removed: %(problems)s") % {"problems": "; ".join(map(plain, found.problems))})
        return self.keep(content, cleaned["edition"])


class MoveForm(EditionForm):
    by = forms.IntegerField(label=_("Places down (up: negative)"), initial=1)


class Move(Edit):
    """Move a clause up or down."""

    submit = _("Move")
    form_class = MoveForm
    wide = False

    def get_title(self) -> Any:
        return _t("Move clause %(id)s") % {"id": self.kwargs["clause"]}

    def done(self, result: Draft) -> str:
        return f"{super().done(result)}#{self.kwargs['clause']}"

    def act(self, cleaned: dict[str, Any]) -> Draft:
        try:
            content = editing.move(self.content, self.kwargs["clause"], cleaned["by"])
        except KeyError as error:
            raise NotYours from error
        return self.keep(content, cleaned["edition"])


# -- the head, and the whole -----------------------------------------------------------------------------


HEAD = {"note": 2, "title": 1, "department": 1, "scope": 2}
"""The texts of the head, what changes with every version first, and how many lines they take."""


class HeadForm(EditionForm):
    version = forms.RegexField(r"^\d+(\.\d+)*$", label=_("Version number"))
    effective = forms.DateField(
        label=_("Binds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in HEAD.items():
            for code, label in (("zh-hans", _("simplified")), ("zh-hant", _("traditional")), ("en", _("English"))):
                widget = forms.Textarea(attrs={"rows": rows, "data_wide": "1"})
                self.fields[f"{name}_{code}"] = forms.CharField(label=label, widget=widget)

    def main(self) -> list[Any]:
        return [self[name] for name in ("version", "effective", "edition")]

    def parts(self) -> list[tuple[Any, list[Any]]]:
        """The texts, each with its three languages."""
        return [(words.WHATS[name], [self[f"{name}_{code}"] for code in TEXTS]) for name in HEAD]


class Head(Edit):
    """Version number, effective date, title, scope and revision note."""

    title = _("Number, date and revision note")
    form_class = HeadForm
    template = "revisions/head.html"

    def more(self) -> dict[str, Any]:
        return {"form_template": "revisions/_head_fields.html"}

    def initial(self) -> dict[str, Any]:
        content = self.content
        first = {**super().initial(), "version": content["version"], "effective": content["effective"]}
        for name in HEAD:
            first |= {f"{name}_{code}": text for code, text in content[name].items()}
        return first

    def act(self, cleaned: dict[str, Any]) -> Draft:
        content = {**self.content, "version": cleaned["version"], "effective": cleaned["effective"].isoformat()}
        for name in HEAD:
            content[name] = {code: lines(cleaned[f"{name}_{code}"]) for code in TEXTS}
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
