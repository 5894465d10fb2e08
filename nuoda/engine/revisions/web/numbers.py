"""Every number of a regulation on one page, to be changed in one form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid

from ..models import Draft
from ..pure import editing, figures
from ..pure.figures import Figure
from ..pure.places import Fields
from . import rulefields, rulewords
from .edits import Edit, EditionForm
from .ruleform import misspelled
from .words import plain


class NumbersForm(EditionForm):
    """One field for each number, and for each weight of a list of weights."""

    def __init__(self, *args: Any, found: list[Figure], shown: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.figures = found
        for figure in found:
            for place in figure.places:
                name = figure.field(place)
                value = place.path[0] == "value"
                self.fields[name] = forms.CharField(
                    label=rulefields.called(figure, place, language()),
                    initial=shown[name],
                    max_length=60 if value else 1000,
                    required=place.must,
                    widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control rv-figure"})
                    if value
                    else forms.Textarea(attrs={"rows": 2, "data_wide": "1", **rulefields.empty(place)}),
                )

    def rows(self) -> list[dict[str, Any]]:
        """The numbers with their fields, for the template."""
        return [
            {
                "clause": figure.clause_id,
                "name": figure.name,
                "why": text(figure.data["why"], language()),
                "kind": rulewords.NUMBERS["share" if figure.share else figure.data["kind"]],
                "uses": [id for id in figure.uses if id != figure.clause_id],
                "fields": [(self[figure.field(p)], p.name.removeprefix("value_") if p.name != "value" else "") for p in figure.values],
                "reasons": [self[figure.field(p)] for p in figure.places if p not in figure.values],
                "open": self.is_bound and any(figure.field(p) in self.errors for p in figure.places if p not in figure.values),
            }
            for figure in self.figures
        ]  # fmt: skip


class Numbers(Edit):
    """Every number of the regulation with its clause, what it is and why; all are changed in one form."""

    title = _("Numbers of the regulation")
    submit = _("Save the numbers")
    form_class = NumbersForm
    template = "revisions/numbers.html"
    intro = _(
        "A changed number changes every rule that names it. The text of a clause is changed in the clause itself."
    )

    def form_kwargs(self) -> dict[str, Any]:
        speech = rulefields.speech(self.content, "")
        self.found = figures.of(self.content)
        return {"found": self.found, "shown": figures.shown(self.found, speech)}

    def more(self) -> dict[str, Any]:
        return {"form_template": "revisions/_numbers_fields.html"}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        speech = rulefields.speech(self.content, "")
        read, wrong = figures.read(self.found, cleaned, speech)
        content, fields = self.content, Fields()
        for figure, part in read:
            content = figures.put(content, figure, part.rule)
            fields.add(f"{figure.name}:", figure.base, part.paths)
        named = {name: misspelled(kind, said) for name, (kind, said) in wrong.items()}
        others = []
        for problem in editing.checked(content, SUBJECTS, fields.marks).problems:
            place = fields.of(problem)
            if place is None:
                others.append(f"{problem.clause}: {plain(problem)}")
            else:
                named.setdefault(place[0], plain(problem))
        if named or others:
            raise Invalid("\n".join([_t("Nothing was saved: a number has a mistake."), *others]), fields=named)
        return self.keep(content, cleaned["edition"])

    def back(self) -> str:
        return reverse("revisions:draft", args=[self.row.dossier.number])
