"""Forms about a customer: each calls one action."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.web.pages import Crumb, FormPage

from .. import queries
from ..access import LEADERS, WRITERS
from ..actions import contacts, customers, merging, sites
from ..models import Contact, Customer, Site
from . import forms, words


class OfCustomer(FormPage):
    """What the forms about one customer share: `self.row` is the customer that the address names."""

    access = WRITERS
    menu = "customers"
    row: Customer
    knows_actor: ClassVar[bool] = False

    def load(self, number: str, **kwargs: Any) -> Customer:
        return queries.customer(self.actor, number=number)

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor} if self.knows_actor else {}

    def done(self, result: Any) -> str:
        return self.back()

    def back(self) -> str:
        return reverse("customers:customer", args=[self.row.number])

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:customers")), Crumb(self.row.name, self.back())]


class New(FormPage):
    """新客户"""

    access = WRITERS
    menu = "customers"
    title = _("New customer")
    form_class = forms.CustomerForm
    done_text = _("The customer is entered. Add a contact next.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def act(self, cleaned: dict[str, Any]) -> Customer:
        cleaned.pop("seen")
        return customers.create(actor=self.actor, at=self.at, **cleaned)

    def done(self, result: Customer) -> str:
        return reverse("customers:customer", args=[result.number])

    def back(self) -> str:
        return reverse("customers:customers")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:customers"))]


class Change(OfCustomer):
    title = _("Change the customer's card")
    form_class = forms.CustomerForm
    knows_actor = True
    done_text = _("The card is changed.")

    def initial(self) -> dict[str, Any]:
        names = ("name", "kind", "level", "code", "region", "tax_no", "note")
        return {name: getattr(self.row, name) for name in names} | {"seen": self.row.changed_at.isoformat()}

    def act(self, cleaned: dict[str, Any]) -> Customer:
        seen = words.seen(cleaned.pop("seen"))
        return customers.change(self.row.pk, actor=self.actor, at=self.at, seen=seen, **cleaned)


class Deactivate(OfCustomer):
    access = LEADERS
    title = _("Deactivate the customer")
    form_class = forms.ReasonForm
    submit = _("Deactivate")
    danger = True
    done_text = _("The customer is not active any more.")

    def act(self, cleaned: dict[str, Any]) -> Customer:
        return customers.deactivate(self.row.pk, actor=self.actor, at=self.at, reason=cleaned["reason"])


class Reactivate(OfCustomer):
    access = LEADERS
    title = _("Reactivate the customer")
    submit = _("Reactivate")
    done_text = _("The customer is active again.")

    def act(self, cleaned: dict[str, Any]) -> Customer:
        return customers.reactivate(self.row.pk, actor=self.actor, at=self.at)


class Merge(OfCustomer):
    access = LEADERS
    title = _("Merge a duplicate into this card")
    form_class = forms.MergeForm
    knows_actor = True
    submit = _("Merge")
    danger = True
    done_text = _("The duplicate is merged.")

    def act(self, cleaned: dict[str, Any]) -> Customer:
        duplicate: Customer = cleaned["duplicate"]
        return merging.merge(
            self.row.pk, actor=self.actor, at=self.at, duplicate_id=duplicate.pk, reason=cleaned["reason"]
        )


class DealerAdd(OfCustomer):
    title = _("Let a dealer deal with the customer")
    form_class = forms.DealerForm
    knows_actor = True
    submit = _("Link dealer")
    done_text = _("The dealer sees the customer now.")

    def act(self, cleaned: dict[str, Any]) -> bool:
        return customers.link_dealer(self.row.pk, actor=self.actor, at=self.at, dealer_id=cleaned["dealer"].pk)


class DealerEnd(OfCustomer):
    title = _("End a dealer's dealings with the customer")
    form_class = forms.DealerEndForm
    knows_actor = True
    submit = _("Unlink dealer")
    danger = True
    done_text = _("The dealer no longer sees the customer.")

    def act(self, cleaned: dict[str, Any]) -> None:
        customers.unlink_dealer(
            self.row.pk, actor=self.actor, at=self.at, dealer_id=cleaned["dealer"].pk, reason=cleaned["reason"]
        )


class ContactAdd(OfCustomer):
    title = _("Add contact")
    form_class = forms.ContactForm
    done_text = _("The contact is added.")

    def act(self, cleaned: dict[str, Any]) -> Contact:
        cleaned["is_primary"] = cleaned["is_primary"] or None
        return contacts.add(self.row.pk, actor=self.actor, at=self.at, **cleaned)


class OfContact(OfCustomer):
    """The address names a customer and one of its contacts."""

    contact: Contact

    def load(self, number: str, id: Any = None, **kwargs: Any) -> Customer:
        found = Contact.visible_to(self.actor).filter(pk=id, customer__number=number).select_related("customer").first()
        if found is None:
            raise NotYours()
        self.contact = found
        return found.customer


class ContactChange(OfContact):
    title = _("Change contact")
    form_class = forms.ContactForm
    done_text = _("The contact is changed.")

    def initial(self) -> dict[str, Any]:
        row = self.contact
        return {
            "name": row.name,
            "phone": row.phone_shown,
            "email": row.email,
            "title": row.title,
            "is_primary": row.is_primary,
        }

    def act(self, cleaned: dict[str, Any]) -> Contact:
        return contacts.change(self.contact.pk, actor=self.actor, at=self.at, **cleaned)


class ContactEnd(OfContact):
    title = _("Remove contact")
    submit = _("Remove")
    danger = True
    intro = _("The contact is no longer offered; what happened stays.")
    done_text = _("The contact is removed.")

    def act(self, cleaned: dict[str, Any]) -> Contact:
        return contacts.deactivate(self.contact.pk, actor=self.actor, at=self.at)


class SiteAdd(OfCustomer):
    title = _("Add site")
    form_class = forms.SiteForm
    done_text = _("The site is added.")

    def act(self, cleaned: dict[str, Any]) -> Site:
        cleaned["is_default"] = cleaned["is_default"] or None
        return sites.add(self.row.pk, actor=self.actor, at=self.at, **cleaned)


class OfSite(OfCustomer):
    """The address names a customer and one of its sites."""

    site: Site

    def load(self, number: str, id: Any = None, **kwargs: Any) -> Customer:
        found = Site.visible_to(self.actor).filter(pk=id, customer__number=number).select_related("customer").first()
        if found is None:
            raise NotYours()
        self.site = found
        return found.customer


class SiteChange(OfSite):
    title = _("Change site")
    form_class = forms.SiteForm
    done_text = _("The site is changed.")

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.site, name) for name in forms.SiteForm.base_fields}

    def act(self, cleaned: dict[str, Any]) -> Site:
        return sites.change(self.site.pk, actor=self.actor, at=self.at, **cleaned)


class SiteEnd(OfSite):
    title = _("Remove site")
    submit = _("Remove")
    danger = True
    intro = _("Machines keep it as their last place.")
    done_text = _("The site is removed.")

    def act(self, cleaned: dict[str, Any]) -> Site:
        return sites.deactivate(self.site.pk, actor=self.actor, at=self.at)
