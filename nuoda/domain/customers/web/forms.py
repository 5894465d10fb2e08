"""Forms of the pages about customers: shapes of input only; what is right is the actions' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.pure import imports
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Dealer

from .. import queries
from ..models import Customer
from ..models.customers import CustomerKind, CustomerLevel
from ..models.products import WarrantyFrom


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class PickWidget(forms.TextInput):
    """A text field with a data list that htmx fills while somebody types."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        drawn = super().render(name, value, attrs, renderer)
        return format_html('{}<datalist id="pick-customer"></datalist>', drawn)


class PickField(forms.CharField):
    """A customer by number or name: typed, or chosen from what htmx offers meanwhile."""

    widget = PickWidget

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=200, **more)
        self.actor: Actor | None = None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {
            "list": "pick-customer",
            "autocomplete": "off",
            "hx-get": reverse_lazy("customers:pick"),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#pick-customer",
            "hx-vals": '{"what": "customer"}',
        }

    def clean(self, value: str) -> Customer | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        if self.actor is None:
            raise TypeError("a PickField stands in an ActorForm")
        rows = Customer.visible_to(self.actor).filter(active=True)
        word = text.split()[0]
        found = list(rows.filter(number__iexact=word)[:1]) or list(rows.filter(name=text)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("No single customer is meant. Choose one from the list, or write its number.")
            )
        return found[0]


class ActorForm(forms.Form):
    """A form that knows for whom it is."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        for field in self.fields.values():
            if isinstance(field, PickField):
                field.actor = actor
        self.choose()

    def choose(self) -> None:
        """Fill the choices that depend on the actor."""


class CustomerForm(ActorForm):
    name = forms.CharField(label=_("Customer name"), max_length=160)
    kind = forms.ChoiceField(label=_("Customer kind"), choices=CustomerKind.choices, initial="company")
    level = forms.ChoiceField(label=_("Customer level"), choices=CustomerLevel.choices, initial="ordinary")
    code = forms.CharField(
        label=_("Own code"), max_length=40, required=False, help_text=_("The customer's code in another system.")
    )
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    tax_no = forms.CharField(label=_("Tax number"), max_length=30, required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PossibleReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class MergeForm(ActorForm):
    duplicate = PickField(
        label=_("Duplicate card"), help_text=_("Everything of this card moves here; the card is closed.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class DealerForm(ActorForm):
    dealer = forms.ModelChoiceField(label=_("Dealer"), queryset=Dealer.objects.none())

    def choose(self) -> None:
        field = self.fields["dealer"]
        field.queryset = Dealer.visible_to(self.actor).filter(active=True).order_by("code")


class DealerEndForm(DealerForm):
    reason = forms.CharField(label=_("Reason"), max_length=500)


class ContactForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("With area code, for example 138 1234 5678 or 0512-65551234."),
    )  # fmt: skip
    email = forms.EmailField(label=_("E-mail"), required=False)
    title = forms.CharField(label=_("Position"), max_length=60, required=False)
    is_primary = forms.BooleanField(label=_("Main contact"), required=False)


class SiteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    province = forms.CharField(label=_("Province"), max_length=40, required=False)
    city = forms.CharField(label=_("City"), max_length=40, required=False)
    district = forms.CharField(label=_("District"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    latitude = forms.FloatField(
        label=_("Latitude"), required=False, help_text=_("Degrees; dispatch ranks by distance.")
    )
    longitude = forms.FloatField(label=_("Longitude"), required=False)
    is_default = forms.BooleanField(label=_("Default site"), required=False)


class InstalledForm(ActorForm):
    serial = forms.CharField(label=_("Serial number"), max_length=60)
    model: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Product model"), queryset=None)
    site: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Site"), queryset=None, required=False)
    purchase_date = day_field(_("Purchase date"), required=False)
    installed_date = day_field(_("Installation date"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, customer: Customer | None = None, **kwargs: Any) -> None:
        self.customer = customer
        super().__init__(*args, **kwargs)

    def choose(self) -> None:
        self.fields["model"].queryset = queries.models_matching(self.actor, "")
        sites = queries.sites_of(self.actor, self.customer)
        self.fields["site"].queryset = sites


class WarrantyForm(forms.Form):
    until = day_field(
        _("Agreed until"), required=False, help_text=_("Empty: back to the warranty that the model's months give.")
    )
    because = forms.CharField(
        label=_("Agreed because"), max_length=120, required=False, help_text=_("For example the contract's number.")
    )


class HandOverForm(ActorForm):
    customer = PickField(label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class CategoryChangeForm(forms.Form):
    name_zh_hans = forms.CharField(label=_("Name (Simplified Chinese)"), max_length=80)
    name_zh_hant = forms.CharField(label=_("Name (Traditional Chinese)"), max_length=80, required=False)
    name_en = forms.CharField(label=_("Name (English)"), max_length=80, required=False)
    active = forms.BooleanField(label=_("Active"), required=False)


class CategoryNewForm(CategoryChangeForm):
    active = None  # type: ignore[assignment]
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Qualifications of technicians name it; it stays as it is.")
    )
    field_order = ["code"]


class ModelChangeForm(ActorForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    category: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Product category"), queryset=None)
    warranty_months = forms.IntegerField(label=_("Warranty (months)"), min_value=0, max_value=600, initial=12)
    warranty_from = forms.ChoiceField(label=_("Warranty counts from"), choices=WarrantyFrom.choices)
    active = forms.BooleanField(label=_("Active"), required=False)

    def choose(self) -> None:
        self.fields["category"].queryset = queries.categories(self.actor)


class ModelNewForm(ModelChangeForm):
    active = None  # type: ignore[assignment]
    code = forms.CharField(label=_("Model"), max_length=60)
    field_order = ["code"]


class UploadForm(ActorForm):
    type = forms.ChoiceField(label=_("What does the file hold?"))
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
        help_text=_(".xlsx or .csv, at most 10 MB and 50,000 rows. Nothing changes before you have seen the preview."),
    )  # fmt: skip

    def choose(self) -> None:
        known = [(row.type, row.label) for row in imports.tables(self.actor)]
        self.fields["type"].choices = known
