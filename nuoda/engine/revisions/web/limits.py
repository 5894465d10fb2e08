"""Adding a time limit to a clause of a draft."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.pure.documents import Content
from nuoda.engine.rulebook.pure.facts import SUBJECTS, subject_of
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.base.pure.refusals import Invalid

from .. import queries
from ..models import Draft
from ..pure import clockforms, editing
from .clauses import HINTS, LABELS, EditionForm, OfClause, clocks_of, roles_of, speech, subject_name
from .words import plain

Group = tuple[str, str | list[tuple[str, str]]]


def events(content: Content) -> list[Group]:
    """Every event that a time limit can begin or end with, by what it happens to; first what the regulation's other limits are about."""
    usual = [subject_name(clock) for clause in content["clauses"] for clock in clocks_of(clause)]
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in REGISTRY:
        if subject_of(name) in SUBJECTS:
            found[subject_of(name)].append((name, queries.called(name)))
    known = sorted(found, key=lambda name: -usual.count(name))
    labels = {name: SUBJECTS[name].label for name in known}
    return [("", "—"), *((labels[name].get(language()) or labels[name]["zh-hans"], found[name]) for name in known)]


class LimitForm(EditionForm):
    label = forms.CharField(label=LABELS["label"], max_length=200)
    within = forms.CharField(label=LABELS["within"], help_text=HINTS["within"], max_length=60)
    start = forms.ChoiceField(label=_("Begins when"))
    end = forms.ChoiceField(label=_("Done when"))
    owner = forms.ChoiceField(label=LABELS["owner"])
    missed = forms.MultipleChoiceField(
        label=LABELS["missed"], required=False, widget=forms.CheckboxSelectMultiple(attrs={"data_wide": "1"})
    )

    def __init__(self, *args: Any, roles: list[tuple[str, str]], offered: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("start", offered), ("end", offered), ("owner", roles), ("missed", roles)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class AddLimit(OfClause):
    """Add a time limit: from what to what, within which time, owed by whom."""

    title = _("Add a time limit")
    submit = _("Add the time limit")
    intro = _("Warnings, pauses and a condition can be set afterwards, in the form of the clause.")
    form_class = LimitForm
    wide = False

    def form_kwargs(self) -> dict[str, Any]:
        return {"roles": roles_of(self.content), "offered": events(self.content)}

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "owner": next(iter(self.clause["binds"]), "")}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        known = [clock for clause in self.content["clauses"] for clock in clocks_of(clause)]
        said = speech(self.content, subject_of(cleaned["start"]))
        clock = clockforms.fresh(cleaned, said, alike=known, taken=[c["clock"] for c in clocks_of(self.clause)])
        clause = {name: value for name, value in self.clause.items() if name != "informative"}
        clause["rules"] = [*clause.get("rules", ()), clock]
        number = len(clocks_of(clause)) - 1
        content, places = editing.put(self.content, self.clause["id"], clause, clockforms.marks(clause["rules"]))
        found = editing.checked(content, SUBJECTS, places)
        if found.problems:
            fields: dict[str, str] = {}
            for problem in found.problems:
                place = clockforms.field_of(problem)
                name = place[1] if place is not None and place[0] == number else "label"
                fields[name] = f"{fields[name]}\n{plain(problem)}" if name in fields else plain(problem)
            raise Invalid(_t("Nothing was saved: the time limit has mistakes."), fields=fields)
        return self.keep(content, cleaned["edition"])

    def back(self) -> str:
        return reverse("revisions:clause", args=[self.row.dossier.number, self.clause["id"]])
