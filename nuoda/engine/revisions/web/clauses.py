"""Editing one clause of a draft: texts, roles and clocks as fields, everything else as text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.documents import Content, PolicyError, Problem
from nuoda.engine.rulebook.pure.facts import SUBJECTS, subject_of
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.orgs.pure.roles import ROLES

from .. import queries
from ..actions import drafts
from ..models import Draft
from ..pure import clockforms, editing
from . import words
from .drafts import Deed, tried

MONO = {"data_wide": "1", "class": "rv-mono", "spellcheck": "false", "autocomplete": "off", "translate": "no"}
WIDE = {"rows": 3, "data_wide": "1"}
TEXTS = (
    ("zh-hans", _("Text (simplified Chinese, authoritative)")),
    ("zh-hant", _("Text (traditional Chinese)")),
    ("en", _("Text (English)")),
)
LABELS: dict[str, Any] = {
    "label": _("Name of the time limit"),
    "within": _("Time limit"),
    "when": _("Condition"),
    "owner": _("Owed by"),
    "warnings": _("Warnings"),
    "pauses": _("Pauses"),
    "missed": _("Told when missed"),
    "transition": _("Open time limits"),
}
HINTS: dict[str, Any] = {
    "within": _("10 min, 4 h, 2 working hours, 3 working days, 1 calendar month, or the name of a number"),
    "warnings": _("50%; 1 h → owner, service_manager"),
    "pauses": _("waiting_customer ≤ 2 d; waiting_parts"),
    "missed": _("Role codes, separated by commas"),
}


class Edit(Deed):
    """A form that changes the text of a draft, as it was in the edition that is looked at."""

    wide = True

    def initial(self) -> dict[str, Any]:
        return {"edition": self.row.edition}

    @property
    def content(self) -> Content:
        version = self.row.draft_of
        if version is None:
            raise NotYours
        return version.content  # type: ignore[no-any-return]

    def keep(self, content: Content, edition: int) -> Draft:
        return drafts.edit(draft=self.row, content=content, edition=edition, actor=self.actor, at=self.at)


class EditionForm(forms.Form):
    edition = forms.IntegerField(widget=forms.HiddenInput)


def told(problems: tuple[Problem, ...]) -> str:
    """Problems as the lines that a form shows."""
    return "\n".join(str(problem) for problem in problems)


# -- one clause ------------------------------------------------------------------------------------------


class ClauseForm(EditionForm):
    """Texts, roles and clocks as fields, everything else as text. The clocks are those of the clause as it is."""

    def __init__(self, *args: Any, clause: Content, roles: list[tuple[str, str]], check: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clocks = [rule for rule in clause.get("rules", ()) if "clock" in rule]
        for code, label in TEXTS:
            self.fields[code] = forms.CharField(label=label, widget=forms.Textarea(attrs=WIDE))
        self.fields["section"] = forms.CharField(label=_("Section"), max_length=200)
        self.fields["source"] = forms.CharField(label=_("Source"), max_length=400)
        self.fields["binds"] = forms.MultipleChoiceField(
            label=_("Binds"), choices=roles, required=False, widget=forms.CheckboxSelectMultiple
        )
        self.fields["informative"] = forms.BooleanField(label=_("Informs only"), required=False)
        for number, clock in enumerate(self.clocks):
            self._clock(number, clock, roles, check)
        self.fields["rules"] = forms.CharField(
            label=_("Other rules, numbers, checklist and examples (YAML)"),
            required=False,
            widget=forms.Textarea(attrs={**MONO, "rows": 22}),
        )

    def _clock(self, number: int, clock: Content, roles: list[tuple[str, str]], check: str) -> None:
        start = clock["start"] if isinstance(clock["start"], str) else clock["start"][0]
        subject = clock.get("subject", subject_of(start))
        for name in clockforms.CLOCK:
            key = f"c{number}_{name}"
            if name == "transition":
                field: forms.Field = forms.ChoiceField(choices=list(words.WAYS.items()))
            elif name == "owner":
                known = dict(roles)
                field = forms.ChoiceField(
                    choices=[*roles, *([] if clock["owner"] in known else [(clock["owner"],) * 2])]
                )
            elif name == "when":
                htmx = {
                    "hx-get": f"{check}?subject={subject}&field={key}",
                    "hx-trigger": "input changed delay:400ms",
                    "hx-target": f"#{key}-said",
                    "hx-include": "this",
                }
                field = forms.CharField(required=False, widget=forms.Textarea(attrs={**MONO, **htmx, "rows": 2}))
            else:
                field = forms.CharField(required=name in ("label",), max_length=400)
            field.label, field.help_text = LABELS[name], HINTS.get(name, "")
            self.fields[key] = field
        self.fields[f"c{number}_remove"] = forms.BooleanField(label=_("Remove this time limit"), required=False)

    def parts(self) -> list[dict[str, Any]]:
        """The fields of each clock together, for the template."""
        return [
            {
                "key": clock["clock"],
                "name": clock["label"].get(language()) or clock["label"]["zh-hans"],
                "start": ", ".join(queries.called(e) for e in _many(clock["start"])),
                "end": ", ".join(queries.called(e) for e in _many(clock["end"])),
                "fields": [self[f"c{number}_{name}"] for name in (*clockforms.CLOCK, "remove")],
                "said": f"c{number}_when-said",
            }
            for number, clock in enumerate(self.clocks)
        ]

    def main(self) -> list[Any]:
        return [self[name] for name in (*clockforms.CLAUSE, "edition")]


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


class ClauseEdit(Edit):
    """One clause as a form."""

    template = "revisions/clause.html"
    form_class = ClauseForm
    submit = _("Save")
    clause: Content

    def load(self, **kwargs: Any) -> Draft:
        row = super().load(**kwargs)
        if row.draft_of is None:
            raise NotYours
        try:
            self.clause = row.draft_of.content["clauses"][editing.place(row.draft_of.content, kwargs["clause"])]
        except KeyError as error:
            raise NotYours from error
        return row

    def get_title(self) -> Any:
        return _t("Clause %(id)s") % {"id": self.clause["id"]}

    def form_kwargs(self) -> dict[str, Any]:
        names = {
            role["code"]: role["name"].get(language()) or role["name"]["zh-hans"] for role in self.content["roles"]
        }
        names |= {code: str(role.label) for code, role in ROLES.items() if code not in names}
        check = reverse("revisions:condition", args=[self.row.dossier.number])
        return {"clause": self.clause, "roles": list(names.items()), "check": check}

    def initial(self) -> dict[str, Any]:
        clause = self.clause
        first = {**super().initial(), **clause["text"], "rules": editing.ruled(clause)}
        first |= {name: clause.get(name, "") for name in ("section", "source", "binds", "informative")}
        clocks = [rule for rule in clause.get("rules", ()) if "clock" in rule]
        for number, clock in enumerate(clocks):
            first |= {f"c{number}_{name}": value for name, value in clockforms.shown(clock).items()}
        return first

    def more(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {}
        policy = rulebook.policy_of(version)
        found = tried(policy, self.actor, self.at).get(self.clause["id"], [])
        return {"outcomes": found, "clause": self.clause, "form_template": "revisions/_clause_fields.html"}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        clause, marks = self._clause(cleaned)
        content, places = editing.put(self.content, self.clause["id"], clause, marks)
        found = editing.checked(content, SUBJECTS, places)
        if found.problems:
            raise Invalid(_t("Nothing was saved: the clause has mistakes."), fields=self._fields(found.problems))
        return self.keep(content, cleaned["edition"])

    def _clause(self, cleaned: dict[str, Any]) -> tuple[Content, Any]:
        wrong: dict[str, str] = {}
        clocks: list[Content | None] = []
        number = 0
        for rule in self.clause.get("rules", ()):
            if "clock" not in rule:
                continue
            fields = {name: cleaned[f"c{number}_{name}"] for name in clockforms.CLOCK}
            try:
                clocks.append(None if cleaned[f"c{number}_remove"] else clockforms.read(rule, fields))
            except clockforms.Misspelled as error:
                wrong |= {f"c{number}_{name}": _t("Not understood: %(text)s") % {"text": text} for name, text in error.args[0].items()}  # fmt: skip
            number += 1
        try:
            part = editing.parsed(cleaned["rules"])
        except PolicyError as error:
            wrong["rules"] = told(tuple(error.problems))
        if wrong:
            raise Invalid(_t("Nothing was saved: something is not understood."), fields=wrong)
        written, marks = editing.with_clocks(part, self.clause, clocks)
        clause: Content = {
            **{name: self.clause[name] for name in self.clause if name not in (*editing.RULED, "informative")},
            "text": {code: lines(cleaned[code]) for code in clockforms.TEXTS},
            "section": cleaned["section"],
            "source": cleaned["source"],
            "binds": cleaned["binds"],
            **written,
        }
        if cleaned["informative"]:
            clause["informative"] = True
        return clause, marks | clockforms.marks(clause.get("rules", []))

    def _fields(self, problems: tuple[Problem, ...]) -> dict[str, str]:
        """Each problem at its field; what stands in the text below with its line and column, the rest on top of it."""
        kept = [
            number for number in range(len(self.form_class_clocks())) if not self.request.POST.get(f"c{number}_remove")
        ]
        found: dict[str, list[str]] = {}
        for problem in problems:
            place = clockforms.field_of(problem)
            if place is None:
                found.setdefault("rules", []).append(str(problem))
            elif place[0] is None:
                found.setdefault(place[1], []).append(problem.reason)
            else:
                said = f"{problem.column}: {problem.reason}" if place[1] == "when" else problem.reason
                found.setdefault(f"c{kept[place[0]]}_{place[1]}", []).append(said)
        return {name: "\n".join(lines) for name, lines in found.items()}

    def form_class_clocks(self) -> list[Content]:
        return [rule for rule in self.clause.get("rules", ()) if "clock" in rule]

    def done(self, result: Draft) -> str:
        return reverse("revisions:clause", args=[result.dossier.number, self.clause["id"]])


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
