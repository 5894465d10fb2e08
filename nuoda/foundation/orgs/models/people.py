from __future__ import annotations

from datetime import date, datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor

from ..pure.roles import EXCLUSIVE, ROLES
from .companies import Dealer, Department, Team


class Person(CompanyTable):
    """A person of the company, of a dealer, or a customer's contact who may log in. The login is a separate thing (User)."""

    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=120, blank=True, editable=False)
    """Sort key: pinyin of the name (the database carries no Chinese collation)."""
    employee_no = models.CharField(_("employee number"), max_length=20, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    title = models.CharField(_("position"), max_length=60, blank=True)
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    customer_id = models.UUIDField(null=True, blank=True, editable=False)
    """For a customer's contact: the customer (its dossier id)."""
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    """Where a technician usually starts from, for distance in dispatch; never a live position."""
    active = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["company_id", "pinyin"], name="orgs_person_pinyin"),
            models.Index(fields=["customer_id"], name="orgs_person_customer", condition=Q(customer_id__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(dealer=None) | Q(customer_id=None), name="orgs_person_dealer_or_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Person]:
        """Colleagues: the company's people see all, a dealer's people their dealer's, a customer's contacts their own."""
        rows = Person.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "customer":
            return rows.filter(customer_id=actor.customer_id)
        return rows.filter(models.Q(dealer_id=actor.dealer_id), customer_id=None)


class Membership(CompanyTable):
    """A role that a person holds, from a day on, until taken away."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=[(code, role.label) for code, role in ROLES.items()])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role"], condition=Q(until=None), name="orgs_membership_once"),
            ExclusionConstraint(
                name="orgs_membership_three_administrators",
                expressions=[(F("person"), "="), (F("role"), "<>")],
                condition=Q(until=None, role__in=EXCLUSIVE),
                violation_error_message=_(
                    "System, security and audit administrator exclude each other: give the role to somebody else."
                ),
            ),
        ]
        indexes = [models.Index(fields=["company_id", "role"], name="orgs_membership_role", condition=Q(until=None))]


class Qualification(CompanyTable):
    """资质: what a technician may work on, and how long the certificate is valid."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="qualifications")
    skill = models.CharField(_("skill"), max_length=40)
    """Code of a product category or of a skill of its own (for example 'high_voltage')."""
    certificate_no = models.CharField(_("certificate number"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["company_id", "skill"], name="orgs_qualification_skill")]

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Leave(CompanyTable):
    """Time away: nothing is dispatched into it, and delegations step in."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leaves")
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="orgs_leave_order")]
        indexes = [models.Index(fields=["person", "ends_at"], name="orgs_leave_person")]


class Delegation(CompanyTable):
    """委托: one person acts for another between two moments, with all or one of the other's roles."""

    giver = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="delegations_given")
    taker = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="delegations_taken")
    role = models.CharField(_("role"), max_length=30, blank=True)
    """Empty: every role of the giver."""
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="orgs_delegation_order"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="orgs_delegation_other"),
            models.CheckConstraint(condition=~Q(role__in=EXCLUSIVE), name="orgs_delegation_no_administrator"),
        ]

    @property
    def role_label(self) -> str:
        return str(ROLES[self.role].label) if self.role in ROLES else str(_("all roles"))

    def in_force(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at and (self.revoked_at is None or moment < self.revoked_at)
