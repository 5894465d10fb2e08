"""What somebody leaves behind: on his card, on the home of those who answer for it, and the form that gives it to somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from nuoda.engine.clocks.actions.handing import owed_by
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.web import words as clock_words
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.ui.templatetags import words as cells
from nuoda.foundation.ui.web.pages import Crumb, FormPage

from .. import access, queries
from ..access import HANDERS
from ..actions import handing
from . import words

MOST = 200
"""Lines of a card and of a form (presentation only)."""


def on_card(actor: Actor, at: datetime, person: Person) -> Mapping[str, Any] | None:
    """What a person owes in person, or owed when he left, for those who may give it to somebody else."""
    if not access.hand_over(actor, person.dealer_id):
        return None
    deadlines, duties = owed_by(actor, person.pk), queries.owed_in_person(actor, person.pk)
    lines = [(row.dossier.number, clock_words.badge(row)) for row in deadlines[:MOST]]
    lines += [(row.dossier.number, words.badge(row)) for row in duties[:MOST]]
    if not lines:
        return None
    return {"lines": lines, "left": not person.active, "url": reverse("duties:hand_over", args=[person.pk])}


def leaving(actor: Actor, at: datetime, person: Person) -> Mapping[str, Any] | None:
    """How much a person still owes in person who is about to leave: numbers only, whoever administers sees no matter itself."""
    deadlines, duties = owed_by(actor, person.pk).count(), queries.owed_in_person(actor, person.pk).count()
    return {"deadlines": deadlines, "duties": duties} if deadlines or duties else None


def waiting(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """Those who have left, or lost their role, and what waits for a successor."""
    found = queries.left_behind(actor)
    if not found:
        return None
    people = orgs.people(actor).filter(pk__in=found).order_by("pinyin", "pk")
    return {
        "lines": [
            {"person": row, "count": found[row.pk], "url": reverse("duties:hand_over", args=[row.pk])} for row in people
        ]
    }


def of_deadline(actor: Actor, at: datetime, row: Deadline) -> Mapping[str, Any] | None:
    """Who left a time limit behind, and the way to give it to somebody."""
    person = orgs.people(actor).filter(pk=row.left_by_id).first() if row.left_by_id is not None else None
    if person is None or not access.hand_over(actor, person.dealer_id):
        return None
    url = f"{reverse('duties:hand_over', args=[person.pk])}?only=deadline-{row.pk}"
    return {"person": person, "role": words.role(row.owner_role), "url": url}


class HandOverForm(forms.Form):
    items = forms.MultipleChoiceField(
        label=_("What is handed over"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Some of this was done or given to somebody meanwhile. Load the page again.")
        },
    )
    taker = forms.TypedChoiceField(label=_("Who takes it over"), coerce=UUID)
    reason = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "data_wide": "1"})
    )

    def __init__(self, *args: Any, owed: list[tuple[str, str]], takers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = owed  # type: ignore[attr-defined]
        self.fields["taker"].choices = [("", "—"), *takers]  # type: ignore[attr-defined]


class HandOver(FormPage):
    """Give what somebody owes, or owed when he left, to a colleague."""

    access = HANDERS
    menu = "people"
    title = _("Hand over what is still owed")
    submit = pgettext_lazy("duty", "Hand over")
    icon = "transfer"
    form_class = HandOverForm
    done_text = _("It is handed over.")
    row: Person

    def load(self, **kwargs: Any) -> Person:
        row = orgs.people(self.actor).filter(pk=kwargs["id"]).first()
        if row is None or not access.hand_over(self.actor, row.dealer_id):
            raise NotYours()
        return row

    @property
    def intro(self) -> Any:
        if not self.form_kwargs()["owed"]:
            return gettext("Nothing is owed in person by %(name)s: there is nothing to hand over.") % {
                "name": self.row.name
            }
        return gettext("The due times stay as they are. Who took it over stands in the journal, and he is told.")

    def get_title(self) -> Any:
        return gettext("Hand over what %(name)s still owes") % {"name": self.row.name}

    def form_kwargs(self) -> dict[str, Any]:
        deadlines = [
            (f"deadline-{row.pk}", self.line(row.dossier.number, clock_words.label(row.label, row.ref), row.owner_role, row.due_at))
            for row in owed_by(self.actor, self.row.pk)[:MOST]
        ]  # fmt: skip
        duties = [
            (
                f"duty-{row.pk}",
                self.line(row.dossier.number, words.text(row.label, row.ref), row.owner_role, row.due_at),
            )
            for row in queries.owed_in_person(self.actor, self.row.pk)[:MOST]
        ]
        takers = [
            (str(row.pk), f"{row.name} · {'、'.join(str(ROLES[code].label) for code in sorted(orgs.roles_of(row)) if code in ROLES)}")
            for row in handing.takers(self.actor, self.row)
        ]  # fmt: skip
        return {"owed": deadlines + duties, "takers": takers}

    @staticmethod
    def line(number: str, label: str, role: str, due: datetime | None) -> str:
        """One item as the form offers it."""
        said = [number, label, words.role(role)]
        return " · ".join(said + ([cells.due(due)] if due is not None else []))

    def initial(self) -> dict[str, Any]:
        only = self.request.GET.get("only")
        return {"items": [only] if only else [value for value, _label in self.form_kwargs()["owed"]]}

    def act(self, cleaned: dict[str, Any]) -> int:
        chosen = [item.partition("-") for item in cleaned["items"]]
        return handing.hand_over(
            giver=self.row.pk,
            taker=cleaned["taker"],
            deadlines=[UUID(pk) for kind, _dash, pk in chosen if kind == "deadline"],
            duties=[UUID(pk) for kind, _dash, pk in chosen if kind == "duty"],
            reason=cleaned["reason"],
            actor=self.actor,
            at=self.at,
        )

    def done(self, result: int) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("orgs:person", args=[self.row.pk])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(self.row.name, self.back())]
