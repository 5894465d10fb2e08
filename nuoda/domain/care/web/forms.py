"""The call itself, and the other things that can be done with a follow-up."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.domain.service.web.acts import Act
from nuoda.domain.service.web.words import case_timeline

from .. import access, queries
from ..actions import followups
from ..models import FollowUp
from ..models.follow_ups import CANCEL_REASONS
from . import words
from .record import person, story

WIDE = {"rows": 2, "data_wide": "1"}
ANSWER = "answer_"


class CallForm(forms.Form):
    """One field for each question of the script, then the score and what follows from it."""

    fact_fields: ClassVar[dict[str, str]] = {"script_done": f"{ANSWER}0"}
    score = forms.TypedChoiceField(
        label=_("Score"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(str(n), str(n)) for n in range(1, 6)],
        widget=forms.RadioSelect(attrs={"data-stars": "1"}),
    )
    satisfied = forms.TypedChoiceField(
        label=_("Is the customer satisfied?"),
        required=False,
        coerce=lambda text: text == "yes",
        empty_value=None,
        choices=[("", _("judge by the score")), ("yes", _("yes")), ("no", _("no"))],
    )
    comment = forms.CharField(
        label=_("What the customer said"), required=False, max_length=2000, widget=forms.Textarea(attrs=WIDE)
    )
    declined = forms.BooleanField(label=_("The customer did not want to answer"), required=False)
    reopen = forms.CharField(
        label=_("Open the ticket again because"), required=False, max_length=500, widget=forms.Textarea(attrs=WIDE)
    )

    def __init__(self, *args: Any, script: list[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        questions = {
            f"{ANSWER}{place}": forms.CharField(
                label=f"{place + 1}. {words.said(text)}",
                required=False,
                max_length=500,
                widget=forms.TextInput(attrs={"data_wide": "1"}),
            )
            for place, text in enumerate(script)
        }
        self.fields = {**questions, **self.fields}


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs=WIDE))


class ContactForm(forms.Form):
    agreed = forms.CharField(label=_("What was agreed"), max_length=2000, widget=forms.Textarea(attrs=WIDE))
    reopen = forms.CharField(
        label=_("Open the ticket again because"), required=False, max_length=500, widget=forms.Textarea(attrs=WIDE)
    )


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[(code, CANCEL_REASONS[code]) for code in ("not_wanted", "mistake")]
    )


class FollowUpAct(Act):
    """A form about one follow-up, locked while the action runs."""

    menu = "follow_ups"
    verb: ClassVar[str] = ""
    row: FollowUp

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.verb:
            cls.access = access.VERBS[cls.verb]
        super().__init_subclass__(**kwargs)

    def load(self, **kwargs: Any) -> FollowUp:
        if self.request.method == "POST":
            return queries.hold(self.actor, number=kwargs["number"])
        return queries.follow_up(self.actor, number=kwargs["number"])

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("care:follow_up", args=[self.row.number])


class Call(FollowUpAct):
    """The call page: the number to dial, the ticket's story beside the questions, the result below."""

    verb = "record"
    title = _("Follow-up call")
    submit = _("Record the call")
    form_class = CallForm
    wide = True
    clauses = ("LC-4.3.4a",)
    done_text = _("The call is recorded.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"script": self.row.script}

    def more(self) -> dict[str, Any]:
        return {
            "form_template": "care/_call.html",
            "person": list(person(self.row)),
            "story": list(story(self.row)),
            "timeline": list(case_timeline(self.actor, self.row.ticket.dossier, limit=20)),
        }

    def do(self, cleaned: dict[str, Any]) -> None:
        answers = [cleaned[f"{ANSWER}{place}"] for place in range(len(self.row.script))]
        followups.record(
            self.row,
            score=cleaned["score"],
            satisfied=cleaned["satisfied"],
            answers=answers,
            comment=cleaned["comment"],
            declined=cleaned["declined"],
            reopen=cleaned["reopen"],
            actor=self.actor,
            at=self.at,
        )


class NotReached(FollowUpAct):
    verb = "attempt"
    title = _("Customer not reached")
    submit = _("Not reached")
    form_class = NoteForm
    clauses = ("LC-4.3.4a",)
    done_text = _("The attempt is recorded.")

    def do(self, cleaned: dict[str, Any]) -> None:
        followups.attempt(self.row, note=cleaned["note"], actor=self.actor, at=self.at)


class Contacted(FollowUpAct):
    verb = "contact"
    title = _("Spoke with the dissatisfied customer")
    submit = _("Record the contact")
    form_class = ContactForm
    clauses = ("LC-5.3.3b",)
    done_text = _("The contact is recorded.")

    def do(self, cleaned: dict[str, Any]) -> None:
        followups.contact_dissatisfied(
            self.row, agreed=cleaned["agreed"], reopen=cleaned["reopen"], actor=self.actor, at=self.at
        )


class Cancel(FollowUpAct):
    verb = "cancel"
    title = _("Cancel the call")
    submit = _("Cancel the call")
    form_class = CancelForm
    danger = True
    done_text = _("The call is cancelled.")

    def do(self, cleaned: dict[str, Any]) -> None:
        followups.cancel(self.row, reason=cleaned["reason"], actor=self.actor, at=self.at)
