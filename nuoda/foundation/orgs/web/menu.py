"""What this room puts into the frame: menu entries, slots, first steps, the panel of the home page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels
from nuoda.foundation.ui.pure.menu import Item, register
from nuoda.foundation.ui.pure.shell import shell

from ..actions import accounts
from ..models import Company, Dealer, Membership, Person
from ..pure import onboarding
from ..pure.roles import EXCLUSIVE
from .people import READERS
from .setup import checklist


def fill() -> None:
    """Called once, when the app is ready."""
    managers = frozenset({"service_manager", "hq_support", "dealer_manager", "system_admin"})
    for item in (
        Item(key="people", label=_("People"), url_name="orgs:people", icon="users", roles=READERS, group="admin", order=10),
        Item(key="dealers", label=_("Dealers"), url_name="orgs:dealers", icon="building-store", roles=READERS, group="admin", order=20),
        Item(key="departments", label=_("Departments"), url_name="orgs:departments", icon="sitemap", roles=frozenset({"system_admin", "director"}), group="admin", order=30),
        Item(key="qualifications", label=_("Qualifications"), url_name="orgs:qualifications", icon="certificate", roles=managers, group="admin", order=40),
        Item(key="leaves", label=_("Leave"), url_name="orgs:leaves", icon="calendar", roles=managers, group="admin", order=50),
        Item(key="delegations", label=_("Delegations"), url_name="orgs:delegations", icon="user-check", roles=managers | frozenset(EXCLUSIVE), group="admin", order=60),
        Item(key="roles", label=_("Roles"), url_name="orgs:roles", icon="shield-check", roles=frozenset(EXCLUSIVE), group="admin", order=70),
        Item(key="company", label=_("Company"), url_name="orgs:company", icon="building", roles=frozenset({"system_admin"}), group="admin", order=80),
        Item(key="security", label=_("Security"), url_name="orgs:security", icon="shield-lock", roles=frozenset({"security_admin"}), group="admin", order=90),
        Item(key="audit", label=_("Audit"), url_name="orgs:audit", icon="history", roles=frozenset({"audit_admin"}), group="admin", order=95),
        Item(key="delegate", label=_("Let somebody act for me"), url_name="orgs:delegate", icon="user-check", roles=READERS, place="user"),
    ):  # fmt: skip
        register(item)
    shell.profile = "orgs:account"
    shell.set_language = accounts.set_language
    steps()
    panels.register(
        panels.Panel(
            place="home",
            key="onboarding",
            label=_("First steps"),
            template="orgs/_onboarding.html",
            load=first_steps_panel,
            roles=frozenset({"system_admin"}),
            icon="checklist",
            order=1,
            wide=True,
        )
    )


def steps() -> None:
    """The first steps that this room knows of."""
    for step in (
        onboarding.FirstStep(
            "company", _("The company's card"), _("Service phone and time zone, as customers see them."), "orgs:company",
            lambda actor: Company.objects.filter(pk=actor.company_id).exclude(phone="").exists(), 10,
        ),
        onboarding.FirstStep(
            "security", _("A security administrator"), _("Another person, who gives administrators' roles."), "orgs:people",
            lambda actor: _held(actor, "security_admin"), 20,
        ),
        onboarding.FirstStep(
            "audit", _("An audit administrator"), _("A third person, who reads what was recorded."), "orgs:people",
            lambda actor: _held(actor, "audit_admin"), 30,
        ),
        onboarding.FirstStep(
            "people", _("Agents, managers, technicians"), _("Invite them one by one or paste a list."), "orgs:invite-many",
            lambda actor: _held(actor, "agent") and _held(actor, "service_manager") and _held(actor, "technician"), 50,
        ),
        onboarding.FirstStep(
            "dealers", _("Dealers"), _("Those who serve in your name, with their people."), "orgs:dealers",
            lambda actor: Dealer.objects.filter(company_id=actor.company_id).exists(), 60,
        ),
    ):  # fmt: skip
        onboarding.register(step)


def _held(actor: Actor, role: str) -> bool:
    rows = Membership.objects.filter(company_id=actor.company_id, role=role, until=None)
    return rows.filter(person__in=Person.objects.filter(active=True)).exists()


def first_steps_panel(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """The checklist on the administrator's home page, until everything is done."""
    found = checklist(actor)
    left = [item for item in found if not item["done"]]
    return {"steps": found, "left": len(left)} if left else None
