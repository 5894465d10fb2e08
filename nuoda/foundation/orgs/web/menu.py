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
    admins = frozenset(EXCLUSIVE)
    table: tuple[tuple[str, Any, str, str, frozenset[str]], ...] = (
        ("people", _("People"), "people", "users", READERS),
        ("dealers", _("Dealers"), "dealers", "building-store", READERS),
        ("departments", _("Departments"), "departments", "sitemap", frozenset({"system_admin", "director"})),
        ("qualifications", _("Qualifications"), "qualifications", "certificate", managers),
        ("leaves", _("Leave"), "leaves", "calendar", managers),
        ("delegations", _("Delegations"), "delegations", "user-check", managers | admins),
        ("roles", _("Roles"), "roles", "shield-check", admins),
        ("company", _("Company"), "company", "building", frozenset({"system_admin"})),
        ("security", _("Security"), "security", "shield-lock", frozenset({"security_admin"})),
        ("audit", _("Audit"), "audit", "history", frozenset({"audit_admin"})),
    )
    for order, (key, label, name, icon, roles) in enumerate(table, 1):
        register(Item(key, label, f"orgs:{name}", icon, roles=roles, group="admin", order=order * 10))
    register(Item("delegate", _("Let somebody act for me"), "orgs:delegate", "user-check", roles=READERS, place="user"))
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
