"""Examples of a draft that come out otherwise: the writer says of each whether the new result is what he means."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.engine.rulebook.pure.policies import ExpectedDeadline
from nuoda.engine.rulebook.pure.telling import text
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.refusals import Invalid

from .. import queries
from ..models import Draft
from ..pure import editing, takeovers
from ..pure.takeovers import Other
from . import words
from .clauses import TEXTS
from .edits import Edit, EditionForm
from .words import told


class TakeOverForm(EditionForm):
    """For each example: whether its new result is meant, and what it is called from now on."""

    def __init__(self, *args: Any, others: list[Other], limits: dict[tuple[str, str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others, self.limits = others, limits
        for other in others:
            self.fields[f"{other.key}:take"] = forms.BooleanField(label=_("This is meant"), required=False)
            for code, _label in TEXTS:
                label = words.EXAMPLE_NAMES[code]
                self.fields[f"{other.key}:{code}"] = forms.CharField(
                    label=label, max_length=300, initial=other.name.get(code, "")
                )

    def cases(self) -> list[dict[str, Any]]:
        """What a writer sees of each example."""
        return [
            {
                "other": other,
                "name": text(other.name, language()),
                "lines": [
                    (self.limits.get((other.clause_id, old.clock), old.clock), _told(old), _told(new), old == new)
                    for old, new in zip(other.expected, other.found, strict=True)
                ],
                "take": self[f"{other.key}:take"],
                "names": [self[f"{other.key}:{code}"] for code, _label in TEXTS],
            }
            for other in self.others
        ]


def _told(one: ExpectedDeadline) -> dict[str, Any]:
    return {"chip": words.deadline_chip(one.state), "due": one.due}


class TakeOver(Edit):
    """Take new results of examples over."""

    title = _("Examples that come out otherwise")
    submit = _("Take over what is ticked")
    template = "revisions/takeover.html"
    form_class = TakeOverForm

    def form_kwargs(self) -> dict[str, Any]:
        version = self.row.draft_of
        if version is None:
            return {"others": [], "limits": {}}
        policy = rulebook.policy_of(version)
        self.others = queries.other_outcomes(policy, self.actor, self.at)
        limits = {
            (clause.id, rule.key): text(rule.label, language()) for clause in policy.clauses for rule in clause.clocks()
        }
        return {"others": self.others, "limits": limits}

    def more(self) -> dict[str, Any]:
        return {"form_template": "revisions/_takeover_fields.html"}

    def act(self, cleaned: dict[str, Any]) -> Draft:
        chosen = [
            (other, {code: cleaned[f"{other.key}:{code}"] for code, _label in TEXTS})
            for other in self.others
            if cleaned[f"{other.key}:take"]
        ]
        if not chosen:
            raise Invalid(_t("Nothing is ticked: tick the examples whose new result is what you mean."))
        content = takeovers.taken_over(self.content, chosen)
        found = editing.checked(content, SUBJECTS)
        if found.problems:
            raise Invalid(told(found.problems))
        return self.keep(content, cleaned["edition"])

    def done(self, result: Draft) -> str:
        return reverse("revisions:draft", args=[result.dossier.number])
