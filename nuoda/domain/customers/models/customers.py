from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import CaseShare, Dossier

from ..access import strange
from ..pure import phones


class CustomerKind(models.TextChoices):
    COMPANY = "company", pgettext_lazy("customer", "company")
    PERSON = "person", pgettext_lazy("customer", "person")


class CustomerLevel(models.TextChoices):
    ORDINARY = "ordinary", _("ordinary")
    KEY = "key", _("key account")


class Customer(models.Model):
    """客户: a company or person that is served. Belongs to the company; dealers see it through `CustomerDealer`."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, primary_key=True, related_name="customer")
    company_id = models.UUIDField(editable=False)
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    """The dealer that brought the customer in; who sees it is a matter of `CustomerDealer`."""
    number = models.CharField(_("number"), max_length=40, editable=False)
    """The dossier's number, kept here so that lists need no join."""
    code = models.CharField(_("own code"), max_length=40, blank=True)
    """The customer's code in another system of the company; imports recognise the customer by it."""
    name = models.CharField(_("name"), max_length=160)
    pinyin = models.CharField(max_length=120, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    kind = models.CharField(_("customer kind"), max_length=10, choices=CustomerKind, default=CustomerKind.COMPANY)
    level = models.CharField(_("customer level"), max_length=10, choices=CustomerLevel, default=CustomerLevel.ORDINARY)
    region = models.CharField(_("region"), max_length=80, blank=True)
    tax_no = models.CharField(_("tax number"), max_length=30, blank=True)
    note = models.TextField(_("note"), blank=True)
    active = models.BooleanField(_("active"), default=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "code"], condition=~Q(code=""), name="customers_customer_code"
            ),
            models.UniqueConstraint(fields=["company_id", "number"], name="customers_customer_number"),
            models.CheckConstraint(condition=Q(merged_into=None) | Q(active=False), name="customers_customer_merged"),
        ]
        indexes = [
            models.Index(fields=["company_id", "pinyin", "dossier"], name="customers_customer_pinyin"),
            models.Index(fields=["company_id", "-created_at", "-dossier"], name="customers_customer_created"),
            models.Index("company_id", OpClass("initials", "varchar_pattern_ops"), name="customers_customer_initials"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="customers_customer_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def id(self) -> UUID:
        return self.pk  # type: ignore[no-any-return]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Customer]:
        """The company's people see all; dealers what is linked to them; technicians the customers of their cases."""
        rows = Customer.objects.filter(company_id=actor.company_id)
        if strange(actor):
            return rows.none()
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer" and actor.dealer_id:
            return rows.filter(Q(dealer_id=actor.dealer_id) | Q(pk__in=linked(actor.dealer_id)))
        return rows.filter(_narrow(actor, "pk"))


class CustomerDealer(CompanyTable):
    """A dealer deals with a customer: it brought it in, has a ticket or a sale of it, or was given it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="dealers")
    dealer_id = models.UUIDField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dealer_id", "customer"], name="customers_customerdealer_once")]


def linked(dealer_id: UUID) -> models.QuerySet[CustomerDealer, UUID]:
    """Customer ids that a dealer deals with."""
    return CustomerDealer.objects.filter(dealer_id=dealer_id).values_list("customer_id", flat=True)


def _narrow(actor: Actor, column: str) -> Q:
    """Rows about customers that the actor may know; `column` is their customer's id."""
    if actor.reach == "customer" and actor.customer_id:
        return Q(**{column: actor.customer_id})
    known = known_to(actor)
    return Q(pk__in=[]) if known is None else Q(**{f"{column}__in": known})


def known_to(actor: Actor) -> Any:
    """Ids of the customers that a dealer deals with, or that a technician has a case of; None for any other reach."""
    if actor.reach == "dealer" and actor.dealer_id:
        return linked(actor.dealer_id)
    if actor.reach == "technician" and actor.person_id:
        return CaseShare.objects.filter(person_id=actor.person_id).values("customer_id")
    return None


def of_visible_customers(actor: Actor, column: str = "customer_id") -> Q:
    """The scope of rows that belong to a customer (contacts, sites, installed products)."""
    rows = Q(company_id=actor.company_id)
    if strange(actor):
        return Q(pk__in=[])
    return rows if actor.reach in ("company", "system") else rows & _narrow(actor, column)


class Contact(CompanyTable):
    """联系人: a person at a customer whom the company speaks with."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    """The dealer whose people added the contact, if a dealer's people did."""
    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=120, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    """Normalised: +86…, +852…, +886…, extension after 'x' (`pure.phones`)."""
    phone_tail = models.CharField(max_length=4, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    title = models.CharField(_("position"), max_length=60, blank=True)
    is_primary = models.BooleanField(_("main contact"), default=False)
    person = models.OneToOneField(
        "orgs.Person", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="contact"
    )
    active = models.BooleanField(_("active"), default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_primary=True, active=True), name="customers_contact_primary"
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "phone"], name="customers_contact_phone"),
            models.Index(fields=["company_id", "phone_tail"], name="customers_contact_tail"),
            models.Index("company_id", OpClass("initials", "varchar_pattern_ops"), name="customers_contact_initials"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_shown(self) -> str:
        return phones.shown(self.phone) if self.phone else ""

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Contact]:
        return Contact.objects.filter(of_visible_customers(actor))


class Site(CompanyTable):
    """地点: where a customer's machines stand and visits go to."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=200, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=40, blank=True)
    district = models.CharField(_("district"), max_length=40, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    """Degrees, WGS 84."""
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("active"), default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True, active=True), name="customers_site_default"
            ),
            models.UniqueConstraint(fields=["customer", "name"], condition=Q(active=True), name="customers_site_name"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="customers_site_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_address(self) -> str:
        return "".join(part for part in (self.province, self.city, self.district, self.address) if part)

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Site]:
        return Site.objects.filter(of_visible_customers(actor))
