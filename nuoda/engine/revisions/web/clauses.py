"""Editing one clause of a draft: texts, roles and clocks as fields, everything else as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.documents import Content, PolicyError, Problem
from nuoda.engine.rulebook.pure.facts import SUBJECTS, subject_of
from nuoda.engine.rulebook.pure.telling import person
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.orgs.pure.roles import ROLES

from .. import queries
from ..actions import drafts
from ..models import Draft
from ..pure import clockforms, editing
from . import words
from .drafts import Deed
from .outcomes import of_clause
from .words import plain, told

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
    "warnings": _("A share of the time or the time left, then who is told: 50%; 1 h → Service manager"),
    "pauses": _(
        "A reason and the longest it may last; several are parted by semicolons: Waiting for the customer ≤ 2 days"
    ),
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


# -- one clause ------------------------------------------------------------------------------------------


class ClauseForm(EditionForm):
    """Texts, roles and clocks as fields, everything else as text. The clocks are those of the clause as it is."""

    def __init__(self, *args: Any, clause: Content, roles: list[tuple[str, str]], check: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clocks = clocks_of(clause)
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
        for name in clockforms.CLOCK:
            key = f"c{number}_{name}"
            if name == "transition":
                field: forms.Field = forms.ChoiceField(choices=list(words.WAYS.items()))
            elif name == "owner":
                field = forms.ChoiceField(choices=_with(roles, [clock["owner"]]))
            elif name == "missed":
                boxes = forms.CheckboxSelectMultiple(attrs={"data_wide": "1"})
                choices = _with(roles, clock.get("missed", ()))
                field = forms.MultipleChoiceField(choices=choices, required=False, widget=boxes)
            elif name == "when":
                field = condition_field(check, subject_name(clock), key)
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
                "when": f"c{number}_when",
                "subject": subject_name(clock),
            }
            for number, clock in enumerate(self.clocks)
        ]

    def main(self) -> list[Any]:
        return [self[name] for name in (*clockforms.CLAUSE, "edition")]


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _with(roles: list[tuple[str, str]], codes: Iterable[str]) -> list[tuple[str, str]]:
    """The roles to choose from, with the words beside them that stand there already."""
    known = dict(roles)
    return [*roles, *((code, person(code, language())) for code in codes if code not in known)]


def clocks_of(clause: Content) -> list[Content]:
    return [rule for rule in clause.get("rules", ()) if "clock" in rule]


def subject_name(clock: Content) -> str:
    """Whose facts the clock's condition asks about."""
    return str(clock.get("subject") or subject_of(_many(clock["start"])[0]))


def condition_field(check: str, subject: str, key: str) -> forms.CharField:
    """A condition that is read back in words, or told where it is wrong, as it is typed."""
    htmx = {
        "hx-get": f"{check}?{urlencode({'subject': subject, 'field': key})}",
        "hx-trigger": "load, input changed delay:400ms",
        "hx-target": f"#{key}-said",
        "hx-include": "this",
    }
    return forms.CharField(required=False, widget=forms.Textarea(attrs={**MONO, **htmx, "rows": 2}))


def roles_of(content: Content) -> list[tuple[str, str]]:
    """Codes and names of the roles that a clause can bind: those of the policy, then those of the program."""
    names = {role["code"]: role["name"].get(language()) or role["name"]["zh-hans"] for role in content["roles"]}
    names |= {code: str(role.label) for code, role in ROLES.items() if code not in names}
    return list(names.items())


def speech(content: Content, subject: str) -> clockforms.Speech:
    """The reader's words for the codes of a clock of this subject."""
    known = SUBJECTS.get(subject)
    reason = known.fields.get("reason") if known else None
    reasons = {code: text.get(language()) or text["zh-hans"] for code, text in reason.names.items()} if reason else {}
    lengths = {
        item["name"]: item["value"]
        for clause in content["clauses"]
        for item in clause.get("parameters", ())
        if item["kind"] == "duration"
    }
    return clockforms.Speech(language(), dict(roles_of(content)), reasons, lengths)


class OfClause(Edit):
    """A form about one clause of a draft."""

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


class ClauseEdit(OfClause):
    """One clause as a form."""

    template = "revisions/clause.html"
    form_class = ClauseForm
    submit = _("Save")

    def get_title(self) -> Any:
        return _t("Clause %(id)s") % {"id": self.clause["id"]}

    def form_kwargs(self) -> dict[str, Any]:
        check = reverse("revisions:condition", args=[self.row.dossier.number])
        return {"clause": self.clause, "roles": roles_of(self.content), "check": check}

    def speech(self, clock: Content) -> clockforms.Speech:
        return speech(self.content, subject_name(clock))

    def initial(self) -> dict[str, Any]:
        clause = self.clause
        first = {**super().initial(), **clause["text"], "rules": editing.ruled(clause)}
        first |= {name: clause.get(name, "") for name in ("section", "source", "binds", "informative")}
        for number, clock in enumerate(clocks_of(clause)):
            values = clockforms.shown(clock, self.speech(clock))
            first |= {f"c{number}_{name}": value for name, value in values.items()}
        return first

    def more(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {}
        found = of_clause(rulebook.policy_of(version), self.clause["id"], self.actor, self.at)
        return {
            "outcomes": found,
            "wrong": [outcome for outcome in found if not outcome.right],
            "clause": self.clause,
            "form_template": "revisions/_clause_fields.html",
        }

    def act(self, cleaned: dict[str, Any]) -> Draft:
        wrong: dict[str, str] = {}
        clause, marks = self._clause(cleaned, wrong)
        content, places = editing.put(self.content, self.clause["id"], clause, marks)
        found = editing.checked(content, SUBJECTS, places)
        # What could not be read stands as it was while the rest is checked, so that every mistake is told at once.
        wrong = self._fields(found.problems) | wrong
        if wrong:
            raise Invalid(_t("Nothing was saved: the clause has mistakes."), fields=wrong)
        return self.keep(content, cleaned["edition"])

    def _clause(self, cleaned: dict[str, Any], wrong: dict[str, str]) -> tuple[Content, Any]:
        """The clause as it was written, with the places of its values; what cannot be read goes into `wrong`, by field."""
        clocks: list[Content | None] = []
        for number, clock in enumerate(clocks_of(self.clause)):
            fields = {name: cleaned[f"c{number}_{name}"] for name in clockforms.CLOCK}
            try:
                read = clockforms.read(clock, fields, self.speech(clock))
                clocks.append(None if cleaned[f"c{number}_remove"] else read)
            except clockforms.Misspelled as error:
                clocks.append(error.args[1])
                wrong |= {f"c{number}_{name}": _t("Not understood: %(text)s") % {"text": text} for name, text in error.args[0].items()}  # fmt: skip
        try:
            part = editing.parsed(cleaned["rules"])
        except PolicyError as error:
            part = editing.parsed(editing.ruled(self.clause))
            wrong["rules"] = told(tuple(error.problems))
        written, marks = editing.with_clocks(part, self.clause, clocks)
        clause: Content = {
            **{name: self.clause[name] for name in self.clause if name not in (*editing.RULED, "informative")},
            "text": {code: lines(cleaned[code]) for code in clockforms.TEXTS},
            "section": cleaned["section"],
            "source": cleaned["source"],
            "binds": clockforms.in_order(cleaned["binds"], self.clause["binds"]),
            **written,
        }
        if cleaned["informative"]:
            clause["informative"] = True
        return clause, marks | clockforms.marks(clause.get("rules", []))

    def _fields(self, problems: tuple[Problem, ...]) -> dict[str, str]:
        """Each problem at its field; what stands in the text below with its line and column, the rest on top of it."""
        kept = [
            number for number in range(len(clocks_of(self.clause))) if not self.request.POST.get(f"c{number}_remove")
        ]
        found: dict[str, list[str]] = {}
        for problem in problems:
            place = clockforms.field_of(problem)
            if place is None:
                found.setdefault("rules", []).append(told((problem,)))
            elif place[0] is None:
                found.setdefault(place[1], []).append(plain(problem))
            else:
                at = {"column": problem.column, "reason": plain(problem)}
                said = _t("Column %(column)d: %(reason)s") % at if place[1] == "when" else at["reason"]
                found.setdefault(f"c{kept[place[0]]}_{place[1]}", []).append(str(said))
        return {name: "\n".join(lines) for name, lines in found.items()}

    def done(self, result: Draft) -> str:
        """To what the draft changes, where this clause stands now."""
        return f"{super().done(result)}#c-{self.clause['id']}"


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
