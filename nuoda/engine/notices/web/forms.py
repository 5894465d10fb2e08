"""Forms of preferences and channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.orgs.pure.roles import ROLES

from ..models.channels import KINDS
from ..pure.templates import TOPICS


def topic_choices() -> list[tuple[str, str]]:
    """Topics in the language of the request."""
    language = (get_language() or "zh-hans").lower()
    return [(code, label.get(language) or label["zh-hans"]) for code, label in TOPICS.items()]


class PreferencesForm(forms.Form):
    inapp = forms.MultipleChoiceField(
        label=_("Show in the product"), choices=topic_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    mail = forms.MultipleChoiceField(
        label=_("Send by e-mail"), choices=topic_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    digest_at = forms.TimeField(
        label=_("One mail a day at"),
        required=False,
        help_text=_("Leave empty to get each mail at once."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    urgent_anyway = forms.BooleanField(label=_("Urgent notices at any time"), required=False)


class ChannelForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    url = forms.CharField(
        label=_("Web address"),
        required=False,
        max_length=500,
        help_text=_(
            "The robot's webhook address. It is kept encrypted and never shown again; empty keeps the present one."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        help_text=_("Signing secret of the robot or webhook; empty keeps the present one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    dealer = forms.ChoiceField(label=_("Only cases of this dealer"), required=False)
    topics = forms.MultipleChoiceField(
        label=_("Topics (none: all)"), choices=topic_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(
        label=_("Only what these roles are told (none: all)"),
        choices=lambda: [(code, role.label) for code, role in ROLES.items() if code != "customer_contact"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
    )
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(self, *args: Any, dealers: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dealer"].choices = [("", _("all cases")), *dealers]  # type: ignore[attr-defined]
