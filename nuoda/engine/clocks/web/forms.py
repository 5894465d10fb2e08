"""Forms of the clocks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..pure import spelling
from ..pure.calendars import Period

WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


class Times(forms.CharField):
    """Working times of a day as people write them."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=120, **more)

    def clean(self, value: Any) -> tuple[Period, ...]:
        try:
            return spelling.read(super().clean(value))
        except ValueError as problem:
            raise forms.ValidationError(
                _("“%(part)s” is not a stretch of time. Write 9:00-12:00, 13:30-18:00."), params={"part": str(problem)}
            ) from problem


class WeekForm(forms.Form):
    """When is worked in a week, and where."""

    name = forms.CharField(label=_("Name"), max_length=80)
    time_zone = forms.CharField(label=_("Time zone"), max_length=40)
    note = forms.CharField(label=_("Revision note"), max_length=200, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number, day in enumerate(WEEKDAYS):
            hint = _("Empty: a day off. Example: 9:00-12:00, 13:30-18:00") if number == 0 else ""
            self.fields[f"day{number}"] = Times(label=day, help_text=hint)
        self.order_fields(["name", "time_zone", *(f"day{n}" for n in range(7)), "note"])


class DayForm(forms.Form):
    """One date that differs from its weekday."""

    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("off", _("day off")), ("work", _("make-up working day")), ("plain", _("like its weekday again"))],
    )
    like_weekday = forms.TypedChoiceField(
        label=_("Worked like a"),
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        initial=0,
        required=False,
        empty_value="",
    )
    name = forms.CharField(label=_("Name"), max_length=80, required=False)


class YearForm(forms.Form):
    """Whether the official days of a year are known."""

    year = forms.IntegerField(label=_("Year"), min_value=2015, max_value=2099)
    known = forms.BooleanField(
        label=_("All official days and make-up days of this year are entered"), required=False, initial=True
    )


class WaiveForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
