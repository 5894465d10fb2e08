"""One form for each thing that can be done with an approval."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.ui.web.pages import FormPage

from .. import queries
from ..access import STAFF, SUBMITTERS
from ..actions import approvals, decisions
from ..models import Approval
from ..pure.matters import MATTERS
from . import words
from .record import place_of

WIDE = {"rows": 3, "data_wide": "1"}


class CommentForm(forms.Form):
    step_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    comment = forms.CharField(label=_("Comment"), required=False, max_length=1000, widget=forms.Textarea(attrs=WIDE))


class ReasonForm(CommentForm):
    comment = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs=WIDE))


class SendBackForm(ReasonForm):
    to = forms.TypedChoiceField(
        label=_("Send back to"), coerce=lambda text: int(text) if text else None, empty_value=None, required=False
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = places  # type: ignore[attr-defined]


class PersonForm(CommentForm):
    person = forms.TypedChoiceField(label=_("Person"), coerce=UUID)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "—"), *people]  # type: ignore[attr-defined]


class SignerForm(PersonForm):
    place = forms.ChoiceField(
        label=_("When"),
        choices=[("before", _("before me: I decide after that")), ("after", _("after me: I decide first"))],
        widget=forms.RadioSelect,
    )


class CopyForm(PersonForm):
    comment = None  # type: ignore[assignment]


class NothingForm(forms.Form):
    pass


class SubmitForm(forms.Form):
    comment = forms.CharField(
        label=_("Why it is needed"), required=False, max_length=1000, widget=forms.Textarea(attrs=WIDE)
    )
    copies = forms.TypedMultipleChoiceField(
        label=_("Copies to"), coerce=UUID, required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["copies"].choices = people  # type: ignore[attr-defined]


class Deed(FormPage):
    """A form about one approval."""

    access = STAFF
    menu = "approvals"
    form_class: ClassVar[type[forms.Form]] = CommentForm
    row: Approval

    def load(self, **kwargs: Any) -> Approval:
        return queries.approval(self.actor, kwargs["number"], at=self.at)

    def initial(self) -> dict[str, Any]:
        seat = queries.seat_of(self.row, self.actor, self.at)
        return {"step_id": seat.step_id if seat else None}

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("approvals:approval", args=[self.row.dossier.number])

    def act(self, cleaned: dict[str, Any]) -> Any:
        return self.deed(approval_id=self.row.pk, actor=self.actor, at=self.at, **cleaned)

    def deed(self, **arguments: Any) -> Any:
        raise NotImplementedError

    def people(self) -> list[tuple[str, str]]:
        return people(self.row.company_id, self.row.dealer_id, self.at, without=self.row.submitter_id)


class Approve(Deed):
    title = _("Approve")
    submit = _("Approve")
    icon = "check"
    done_text = _("Your approval is recorded.")

    def deed(self, **arguments: Any) -> Approval:
        return decisions.approve(**arguments)


class Reject(Deed):
    title = _("Reject")
    submit = _("Reject")
    danger = True
    form_class = ReasonForm
    done_text = _("The request is rejected.")

    def deed(self, **arguments: Any) -> Approval:
        return decisions.reject(**arguments)


class SendBack(Deed):
    title = _("Send back")
    submit = _("Send back")
    form_class = SendBackForm
    done_text = _("The request is sent back.")

    def form_kwargs(self) -> dict[str, Any]:
        steps = [step for step in queries.steps(self.row) if step.state == "approved"]
        places = [(str(step.position), f"{step.position}. {words.role(step.role)}") for step in steps]
        return {"places": [("", gettext("the submitter, %(name)s") % {"name": self.row.submitter.name}), *places]}

    def deed(self, **arguments: Any) -> Approval:
        return decisions.send_back(**arguments)


class Transfer(Deed):
    title = _("Transfer to another person")
    submit = _("Transfer")
    form_class = PersonForm
    done_text = _("The request is transferred.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"people": self.people()}

    def deed(self, **arguments: Any) -> Approval:
        return decisions.transfer(**arguments)


class AddSigner(Deed):
    title = _("Add a signer")
    submit = _("Add")
    form_class = SignerForm
    done_text = _("The signer is added.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"people": self.people()}

    def deed(self, **arguments: Any) -> Approval:
        return decisions.add_signer(**arguments)


class Withdraw(Deed):
    title = _("Withdraw the request")
    submit = _("Withdraw")
    danger = True
    done_text = _("The request is withdrawn.")

    def deed(self, **arguments: Any) -> Approval:
        arguments.pop("step_id", None)
        return approvals.withdraw(**arguments)


class Remind(Deed):
    title = _("Remind those who have not decided")
    submit = _("Remind")
    form_class = NothingForm
    intro = _("At most once an hour.")
    done_text = _("They are reminded.")

    def deed(self, **arguments: Any) -> Approval:
        return approvals.remind(**arguments)


class GiveCopy(Deed):
    title = _("Send a copy")
    submit = _("Send")
    form_class = CopyForm
    done_text = _("The copy is sent.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"people": self.people()}

    def deed(self, **arguments: Any) -> Approval:
        arguments.pop("step_id", None)
        return approvals.copy(**arguments)


class Submit(FormPage):
    """Ask for an approval of a thing as it is now; shows before who would approve it, and why."""

    access = SUBMITTERS
    menu = "approvals"
    title = _("Submit for approval")
    submit = _("Submit")
    form_class = SubmitForm
    done_text = _("The request is submitted.")
    row: Dossier

    def load(self, **kwargs: Any) -> Dossier:
        if kwargs["matter"] not in MATTERS:
            raise NotYours
        row = journal.dossier(self.actor, number=kwargs["about"])
        if not MATTERS[kwargs["matter"]].may_ask(row.pk, self.actor):
            raise NotYours
        return row

    def form_kwargs(self) -> dict[str, Any]:
        without = self.actor.person_id
        return {"people": people(self.row.company_id, self.row.dealer_id, self.at, without=without)}

    def more(self) -> dict[str, Any]:
        return {
            "form_template": "approvals/_submit.html",
            "matter": MATTERS[self.kwargs["matter"]],
            **words.asked(queries.explain(self.actor, self.kwargs["matter"], self.row, self.at), self.kwargs["matter"]),
        }

    def act(self, cleaned: dict[str, Any]) -> Approval:
        return approvals.submit(matter=self.kwargs["matter"], about=self.row, actor=self.actor, at=self.at, **cleaned)

    def done(self, result: Approval) -> str:
        return reverse("approvals:approval", args=[result.dossier.number])

    def back(self) -> str:
        return place_of(self.row) or reverse("approvals:mine")


def people(company_id: UUID, dealer_id: UUID | None, at: Any, *, without: UUID | None) -> list[tuple[str, str]]:
    """Who can be named: id and name with roles."""
    staff = queries.staff_of(company_id, dealer_id, at).people
    return [
        (str(person.id), f"{person.name} · {'、'.join(words.role(code) for code in sorted(person.roles))}")
        for person in staff
        if person.id != without
    ]
