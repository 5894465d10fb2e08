from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable, Table
from nuoda.foundation.base.pure.actors import Actor


class Company(Table):
    """The company that keeps the regulations; its id is the cell key of every table."""

    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    phone = models.CharField(_("service phone"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    book_revision = models.IntegerField(default=0, editable=False)
    """Raised whenever the rulebook in force changes, so that processes know when to compile anew."""
    admins_need_mfa = models.BooleanField(_("administrators log in with a second factor"), default=False)
    idle_minutes = models.IntegerField(_("minutes without use after which a session ends"), default=480)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idle_minutes__gte=5, idle_minutes__lte=20160), name="orgs_company_idle"
            )
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class Dealer(CompanyTable):
    """经销商: an organisation inside the company's cell with people of its own."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "code"], name="orgs_dealer_code")]

    def __str__(self) -> str:
        return self.short_name or self.name

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Dealer]:
        rows = Dealer.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        return rows.filter(pk=actor.dealer_id) if actor.dealer_id else rows.none()


class Outlet(CompanyTable):
    """网点: a place from which a dealer (or the company) serves."""

    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, null=True, blank=True, related_name="outlets")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Department(CompanyTable):
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    head = models.ForeignKey("orgs.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="heads")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "name"], name="orgs_department_name")]

    def __str__(self) -> str:
        return self.name


class Team(CompanyTable):
    """班组: people who share work, in a department or at a dealer."""

    name = models.CharField(_("name"), max_length=80)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="teams")
    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, null=True, blank=True, related_name="teams")
    lead = models.ForeignKey("orgs.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="leads")

    def __str__(self) -> str:
        return self.name
