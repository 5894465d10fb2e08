"""Editing one clause of a draft: its texts, numbers and rules as fields; below them the whole of it as text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.documents import Mark, PolicyError
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.policies import Clause
from nuoda.engine.rulebook.pure.telling import labels, parameter_lines
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid

from .. import queries
from ..models import Draft
from ..pure import editing, ruleforms, spelling
from ..pure.places import Fields
from ..pure.ruleforms import Part
from . import rulewords
from .edits import EditionForm, OfClause, lines
from .outcomes import of_clause
from .rulefields import MONO, roles_of
from .ruleform import RuleForm, at_fields
from .words import told

WIDE = {"rows": 3, "data_wide": "1"}
TEXTS = (
    ("zh-hans", _("Text (simplified Chinese, authoritative)")),
    ("zh-hant", _("Text (traditional Chinese)")),
    ("en", _("Text (English)")),
)
OWN = (*spelling.TEXTS, "section", "source", "binds", "informative")
"""Fields of the clause itself."""


class ClauseForm(RuleForm):
    """Texts and roles of a clause, and the fields of its numbers and rules."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in TEXTS:
            self.fields[code] = forms.CharField(label=label, widget=forms.Textarea(attrs=WIDE))
        self.fields["section"] = forms.CharField(label=_("Section"), max_length=200)
        self.fields["source"] = forms.CharField(label=_("Source"), max_length=400)
        boxes = forms.CheckboxSelectMultiple
        choices = roles_of(self.content)
        self.fields["binds"] = forms.MultipleChoiceField(
            label=_("Binds"), choices=choices, required=False, widget=boxes
        )
        self.fields["informative"] = forms.BooleanField(label=_("Informs only"), required=False)

    def main(self) -> list[Any]:
        return [self[name] for name in (*OWN, "edition")]


class ClauseEdit(OfClause):
    """One clause as a form."""

    template = "revisions/clause.html"
    form_class = ClauseForm
    submit = _("Save")

    def get_title(self) -> Any:
        return _t("Clause %(id)s") % {"id": self.clause["id"]}

    def form_kwargs(self) -> dict[str, Any]:
        return {
            "content": self.content,
            "clause": self.clause,
            "parts": ruleforms.parts(self.clause, ruleforms.shares(self.content)),
            "check": reverse("revisions:condition", args=[self.row.dossier.number]),
        }

    def initial(self) -> dict[str, Any]:
        clause = self.clause
        own = {name: clause.get(name, "") for name in ("section", "source", "binds", "informative")}
        return {**super().initial(), **clause["text"], **own}

    def show(self, form: Any, **kwargs: Any) -> Any:
        self.form = form
        return super().show(form, **kwargs)

    def more(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {}
        policy = rulebook.policy_of(version)
        found = of_clause(policy, self.clause["id"], self.actor, self.at)
        clause = policy.clause(self.clause["id"])
        blocks = (
            self.form.blocks(sentences(self.form.parts, clause, queries.teller(policy, language()))) if clause else []
        )
        return {
            "outcomes": found,
            "wrong": [outcome for outcome in found if not outcome.right],
            "clause": self.clause,
            "numbers": [block for block in blocks if block.part.kind == "number"],
            "rules": [block for block in blocks if block.part.kind != "number"],
            "adds": [(kind, rulewords.ADDS[kind]) for kind in ("number", *ruleforms.KINDS)],
            "written": editing.written(self.clause),
            "form_template": "revisions/_clause_fields.html",
        }

    def act(self, cleaned: dict[str, Any]) -> Draft:
        form = self.posted(cleaned)
        found, wrong = form.read(cleaned)
        clause = ruleforms.put_together(self.clause, found)
        clause |= {
            "text": {code: lines(cleaned[code]) for code in spelling.TEXTS},
            "section": cleaned["section"],
            "source": cleaned["source"],
            "binds": spelling.in_order(cleaned["binds"], self.clause["binds"]),
        }
        clause.pop("informative", None)
        if cleaned["informative"]:
            clause["informative"] = True
        fields = Fields()
        fields.add("", (), {name: ("text", name) if name in spelling.TEXTS else (name,) for name in OWN})
        for part, read in found:
            fields.add(part.prefix, part.base, read.paths)
        content, places = editing.put(self.content, self.clause["id"], clause, fields.marks)
        # What could not be read stands as it was while the rest is checked, so that every mistake is told at once.
        at, others = at_fields(editing.checked(content, SUBJECTS, places).problems, fields, form)
        if at or others or wrong:
            said = _t("Nothing was saved: the clause has mistakes.")
            raise Invalid("\n".join([said, *others]), fields=at | wrong)
        return self.keep(content, cleaned["edition"])

    def posted(self, cleaned: dict[str, Any]) -> ClauseForm:
        """The form whose data was cleaned."""
        return ClauseForm(self.request.POST, **self.form_kwargs())

    def done(self, result: Draft) -> str:
        """To what the draft changes, where this clause stands now."""
        return f"{super().done(result)}#c-{self.clause['id']}"


def sentences(parts: list[Part], clause: Clause, teller: Any) -> dict[str, list[str]]:
    """What each rule and number says now, in the reader's language, by its prefix."""
    called = labels(clause.rules, teller.language)
    found = {}
    for part in parts:
        index = part.base[1]
        if part.kind == "number":
            said = parameter_lines(clause.parameters[index], teller.language)
            said = said if part.data["kind"] == "decision" else said[:1]  # a list stands in its fields
        else:
            said = teller.rule(clause.rules[index], called).split("\n")
        found[part.prefix] = said
    return found


# -- the clause as text ----------------------------------------------------------------------------------


class WrittenForm(EditionForm):
    written = forms.CharField(label=_("The whole clause (YAML)"), widget=forms.Textarea(attrs={**MONO, "rows": 30}))


class Written(OfClause):
    """One clause as its text."""

    form_class = WrittenForm

    def get_title(self) -> Any:
        return _t("Clause %(id)s as text") % {"id": self.clause["id"]}

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "written": editing.written(self.clause)}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        try:
            part = editing.parsed(cleaned["written"])
            clause, marks = part.content, part.marks
        except PolicyError as error:
            raise mistaken(told(tuple(error.problems))) from error
        content, places = editing.put(self.content, self.clause["id"], clause, marks)
        places.setdefault(("clauses", editing.place(self.content, self.clause["id"])), Mark(1, 1))
        if clause.get("id") != self.clause["id"]:
            raise mistaken(_t("The number of the clause is %(id)s and stays so.") % {"id": self.clause["id"]})
        found = editing.checked(content, SUBJECTS, places)
        if found.problems:
            raise mistaken(told(found.problems))
        return self.keep(content, cleaned["edition"])

    def done(self, result: Draft) -> str:
        return f"{super().done(result)}#c-{self.clause['id']}"

    def back(self) -> str:
        return reverse("revisions:clause", args=[self.row.dossier.number, self.clause["id"]])


def mistaken(said: str) -> Invalid:
    return Invalid(_t("Nothing was saved: the clause has mistakes."), fields={"written": said})
