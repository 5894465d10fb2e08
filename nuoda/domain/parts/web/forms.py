"""Forms of the catalogue of parts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers import queries as products
from nuoda.foundation.base.pure.actors import Actor


class PartChangeForm(forms.Form):
    name = forms.CharField(label=_("Part name"), max_length=120)
    unit = forms.CharField(label=_("Unit"), max_length=20, help_text=_("For example 个, 套, 米."))
    price = forms.DecimalField(
        label=_("Price (yuan)"), min_value=0, max_digits=12, decimal_places=2, required=False,
        help_text=_("Empty: not known."),
    )  # fmt: skip
    category: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Product category"), queryset=None, required=False, help_text=_("Fits every model of the category.")
    )
    models: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        label=_("Fits models"), queryset=None, required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = products.categories(actor)
        self.fields["models"].queryset = products.models_matching(actor, "")


class PartNewForm(PartChangeForm):
    active = None  # type: ignore[assignment]
    code = forms.CharField(label=_("Part code"), max_length=60)
    field_order = ["code"]
