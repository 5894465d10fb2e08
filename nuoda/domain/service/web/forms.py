"""Forms of the service desk. They take input apart and put it together; every rule is the actions' and the book's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers.web import forms as customer_forms
from nuoda.foundation.base.pure import money

from ..actions.closures import CANCEL_REASONS
from ..actions.records import RESOLUTIONS
from ..actions.work import DECLINE_REASONS, UNFINISHED_REASONS
from ..models.tickets import KINDS, PAUSE_REASONS, SEVERITIES
from ..models.work_orders import WORK_KINDS

REASON_WORDS = {
    "withdrawn": _("the customer withdrew it"),
    "self_solved": _("it went away by itself"),
    "not_ours": _("not our product"),
    "mistake": _("entered by mistake"),
    "unreachable": _("the customer cannot be reached"),
    "ill": _("ill"),
    "other_job": _("busy with another job"),
    "not_qualified": _("not qualified for it"),
    "too_far": _("too far away"),
    "part_missing": _("a part is missing"),
    "needs_expert": _("needs an expert"),
    "customer_stopped": _("the customer stopped the work"),
    "unsafe": _("not safe to work"),
    "taken_back": _("taken back"),
    "ticket_cancelled": _("the ticket was cancelled"),
    "nobody_home": _("nobody was there"),
    "merged": _("merged"),
    "other": _("other reason"),
}
RESOLUTION_WORDS = {
    "repaired": _("repaired on the spot"),
    "part_replaced": _("part replaced"),
    "adjusted": _("adjusted"),
    "session": _("solved in a remote session"),
    "patch": _("patch delivered"),
    "explained": _("explained to the customer"),
}
CAUSES = [
    ("", _("not known yet")),
    ("late", _("we were late")),
    ("quality", _("product quality")),
    ("attitude", _("manners")),
    ("price", _("price or invoice")),
    ("repeat", _("the same fault again")),
    ("other", _("other reason")),
]
_MOMENT = "%Y-%m-%dT%H:%M"


def reasons(codes: Iterable[str]) -> list[tuple[str, Any]]:
    return [(code, REASON_WORDS[code]) for code in codes]


def Moment(**more: Any) -> forms.DateTimeField:
    """A moment as the browser's own picker gives it, in the time zone of the page."""
    return forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
        **more,
    )


def Long(**more: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "data_wide": "1"}), **more)


class Chosen(forms.Form):
    """A form whose choices depend on the actor: `choices` maps a field to (id, label) pairs."""

    def __init__(self, *args: Any, choices: dict[str, list[tuple[Any, Any]]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, pairs in (choices or {}).items():
            field = self.fields[name]
            blank = [] if field.required else [("", "—")]
            field.choices = [*blank, *((str(key), label) for key, label in pairs)]


def _id(value: str) -> UUID | None:
    return UUID(value) if value else None


def Pick(**more: Any) -> forms.TypedChoiceField:
    """A choice of one id, given by `Chosen`."""
    return forms.TypedChoiceField(coerce=_id, empty_value=None, choices=[], **more)


class ReportForm(Chosen):
    contact = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()), initial="fault", widget=forms.RadioSelect)
    caller_name = forms.CharField(label=_("Caller"), max_length=60, required=False)
    caller_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    customer = Pick(label=_("Customer"), required=False)
    site = Pick(label=_("Place"), required=False)
    product = Pick(label=_("Machine"), required=False)
    model_text = forms.CharField(label=_("Product model as told"), max_length=80, required=False)
    serial_text = forms.CharField(label=_("Serial number as told"), max_length=60, required=False)
    purchase_date = forms.DateField(
        label=_("Purchase date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    purchase_date_unknown = forms.BooleanField(label=_("The customer does not know the purchase date"), required=False)
    subject = forms.CharField(label=_("Subject"), max_length=120, widget=forms.TextInput(attrs={"data_wide": "1"}))
    problem = Long(label=_("Problem"), required=False)
    production_stopped = forms.BooleanField(label=_("Production has stopped"), required=False)
    safety_risk = forms.BooleanField(label=_("There is a danger to people"), required=False)
    machines_down = forms.IntegerField(label=_("Machines standing still"), min_value=0, required=False, initial=0)
    apologised = forms.BooleanField(label=_("I apologised to the customer"), required=False)
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=[("", _("as the book proposes")), *SEVERITIES.items()],
        required=False,
    )
    severity_reason = forms.CharField(label=_("Reason for another severity"), max_length=200, required=False)
    dealer = Pick(label=_("Responsible dealer"), required=False)
    solution = Long(
        label=_("Answer given at once"),
        required=False,
        help_text=_("Filled in, the matter is solved with this call; left empty, it stays open."),
    )

    fact_fields = {
        "has_name": "caller_name",
        "has_contact": "caller_phone",
        "has_model": "model_text",
        "has_purchase_date": "purchase_date",
        "has_problem": "problem",
    }
    """Facts that refusals name → fields of this form."""

    def clean_machines_down(self) -> int:
        return self.cleaned_data["machines_down"] or 0


class CustomerReportForm(Chosen):
    """What a customer tells himself: few words, no codes."""

    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=list(KINDS.items()), initial="fault", widget=forms.RadioSelect
    )
    product = Pick(label=_("Machine"), required=False)
    model_text = forms.CharField(label=_("Product model"), max_length=80, required=False)
    purchase_date = forms.DateField(
        label=_("Purchase date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    purchase_date_unknown = forms.BooleanField(label=_("I do not know the purchase date"), required=False)
    subject = forms.CharField(
        label=_("In a few words"), max_length=120, widget=forms.TextInput(attrs={"data_wide": "1"})
    )
    problem = Long(label=_("What happened?"))
    production_stopped = forms.BooleanField(label=_("Production has stopped"), required=False)
    safety_risk = forms.BooleanField(label=_("There is a danger to people"), required=False)
    caller_phone = forms.CharField(
        label=_("Phone for questions"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )

    fact_fields = {
        "has_contact": "caller_phone",
        "has_model": "model_text",
        "has_purchase_date": "purchase_date",
        "has_problem": "problem",
    }


class NoteForm(forms.Form):
    """A form whose last field is a note."""

    remark = Long(label=_("Note"), required=False)

    def order_fields(self, field_order: Any) -> None:
        super().order_fields(field_order)
        self.fields["remark"] = self.fields.pop("remark")


class AnswerForm(NoteForm):
    apologised = forms.BooleanField(label=_("I apologised to the customer"), required=False)
    happened_at = Moment(label=_("When"), required=False, help_text=_("Empty: now."))


class PromiseForm(NoteForm):
    due_at = Moment(label=_("Promised until"))


class HandOverForm(Chosen, NoteForm):
    to_person = Pick(label=_("To a person"), required=False)
    to_dealer = Pick(label=_("To a dealer"), required=False)


class RespondForm(NoteForm):
    happened_at = Moment(label=_("When"), required=False, help_text=_("Empty: now."))


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(label=_("Severity"), choices=list(SEVERITIES.items()))
    reason = Long(label=_("Reason"), max_length=200)


class SolveForm(forms.Form):
    solution = Long(label=_("Solution"))
    cause_code = forms.ChoiceField(label=_("Cause of the complaint"), choices=CAUSES, required=False)
    customer_confirmed = forms.BooleanField(label=_("The customer confirmed it"), required=False)


class CloseForm(NoteForm):
    customer_confirmed = forms.BooleanField(label=_("The customer confirmed that it is solved"), required=False)


class ReasonForm(forms.Form):
    reason = Long(label=_("Reason"))


class CancelForm(NoteForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons(CANCEL_REASONS))


class MergeForm(NoteForm):
    into = forms.CharField(label=_("Number of the ticket that goes on"), max_length=40)


class PauseForm(NoteForm):
    reason = forms.ChoiceField(label=_("What is waited for"), choices=list(PAUSE_REASONS.items()))
    until = Moment(label=_("Expected until"), required=False)


class ReassignForm(Chosen, ReasonForm):
    to_person = Pick(label=_("To"))


class CustomerForm(customer_forms.ActorForm, ReasonForm):
    customer = customer_forms.PickField(label=_("The right customer"), help_text=_("Type its name or number."))
    field_order = ("customer", "reason")


class SettlementForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount (yuan)"), min_value=0, max_digits=12, decimal_places=2)
    text = Long(label=_("What is offered, and why"))

    def clean_amount(self) -> int:
        return money.fen(self.cleaned_data["amount"])


class RateForm(NoteForm):
    score = forms.TypedChoiceField(
        label=_("Rating"),
        coerce=int,
        choices=[(str(n), str(n)) for n in range(1, 6)],
        widget=forms.RadioSelect(attrs={"data-stars": "1"}),
    )


class DispatchForm(Chosen, NoteForm):
    technician = Pick(label=_("Technician"))
    kind = forms.ChoiceField(label=_("Kind of work"), choices=list(WORK_KINDS.items()))
    task = forms.CharField(label=_("Task"), max_length=400, widget=forms.TextInput(attrs={"data_wide": "1"}))
    place = forms.CharField(
        label=_("Place"), max_length=300, required=False, widget=forms.TextInput(attrs={"data_wide": "1"})
    )
    starts_at = Moment(label=_("Begins at"))
    ends_at = Moment(label=_("Ends at"))
    appointed = forms.BooleanField(label=_("The customer agreed to this time"), required=False)

    fact_fields = {"has_technician": "technician", "has_place": "place", "has_task": "task", "has_time": "starts_at"}


class DeclineForm(NoteForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons(DECLINE_REASONS))


class UnfinishedForm(NoteForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=reasons(UNFINISHED_REASONS))


class AppointForm(NoteForm):
    starts_at = Moment(label=_("Begins at"))
    ends_at = Moment(label=_("Ends at"))


class ArriveForm(NoteForm):
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput(attrs={"data-latitude": "1"}))
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput(attrs={"data-longitude": "1"}))


class RecordForm(forms.Form):
    symptom = Long(label=_("Symptom"))
    cause = Long(label=_("Cause"))
    measure = Long(label=_("Repair action"))
    resolution = forms.ChoiceField(
        label=_("Resolution"), choices=[(code, RESOLUTION_WORDS[code]) for code in RESOLUTIONS]
    )
    explained = forms.BooleanField(label=_("Explained fault and measure to the customer"), required=False)
    tested = forms.BooleanField(label=_("Tested, runs well"), required=False)
    site_cleaned = forms.BooleanField(label=_("Site cleaned"), required=False)
    customer_confirmed = forms.BooleanField(label=_("The customer confirmed that it works"), required=False)
    no_parts = forms.BooleanField(label=_("No part was replaced"), required=False)


class SignForm(NoteForm):
    score = forms.TypedChoiceField(
        label=_("Rating"),
        coerce=int,
        choices=[(str(n), str(n)) for n in range(1, 6)],
        widget=forms.RadioSelect(attrs={"data-stars": "1"}),
    )
    name = forms.CharField(label=_("Name of whoever signs"), max_length=60)
    signature = forms.JSONField(label=_("Signature"), widget=forms.HiddenInput)
