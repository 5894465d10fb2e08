"""The company and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from ..access import manages_company
from ..events import CompanyChanged, CompanyCreated, DepartmentKept, TeamKept
from ..models import Company, Dealer, Department, Person, Team
from .recording import note

CARD = frozenset({"name", "short_name", "phone", "time_zone"})
SAFEGUARDS = frozenset({"admins_need_mfa", "idle_minutes"})


def create(
    *,
    name: str,
    short_name: str = "",
    phone: str = "",
    time_zone: str = "Asia/Shanghai",
    is_demo: bool = False,
    actor: Actor,
    at: datetime,
) -> Company:
    """A company begins; its id is the actor's `company_id` (`access.system(new_id())`).

    Emits company.created. Refuses an empty name, an unknown time zone, and whoever is not the system.
    """
    if actor.reach != "system":
        raise NotYours
    values = {"name": name, "short_name": short_name, "phone": phone, "time_zone": time_zone}
    row = Company.objects.create(pk=actor.company_id, is_demo=is_demo, created_at=at, **_checked(values))
    note(CompanyCreated(company=row.pk), actor=actor, at=at)
    return row


def change(*, values: Mapping[str, Any], actor: Actor, at: datetime) -> Company:
    """Change the company's card (system administrator) or what it asks of logins (security administrator).

    Emits company.changed. Refuses unknown fields and whoever may not.
    """
    names = set(values)
    if not names <= CARD | SAFEGUARDS:
        raise KeyError(sorted(names - CARD - SAFEGUARDS))
    if (names & CARD and not manages_company(actor)) or (names & SAFEGUARDS and not actor.has("security_admin")):
        raise NotYours
    row = Company.objects.select_for_update().get(pk=actor.company_id)
    if not 5 <= int(values.get("idle_minutes", row.idle_minutes)) <= 20160:
        reason = _("Between 5 minutes and 14 days (20160 minutes).")
        raise Invalid(reason, fields={"idle_minutes": reason})
    changed = assign(row, _checked(values))
    if changed:
        row.save(update_fields=changed)
        note(CompanyChanged(company=row.pk, fields=changed), actor=actor, at=at)
    return row


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    if not found.get("name", "x"):
        reason = _("A name is needed.")
        raise Invalid(reason, fields={"name": reason})
    if found.get("time_zone", "Asia/Shanghai") not in available_timezones():
        reason = _("There is no such time zone.")
        raise Invalid(reason, fields={"time_zone": reason})
    return found


def assign(row: Model, values: Mapping[str, Any]) -> list[str]:
    """Set what differs; returns the names of the changed fields, sorted."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    return changed


def department(
    *,
    name: str,
    parent_id: UUID | None = None,
    head_id: UUID | None = None,
    id: UUID | None = None,  # noqa: A002
    actor: Actor,
    at: datetime,
) -> Department:
    """Make a department, or (with `id`) change one. Emits department.kept. Refuses a name twice and a department inside itself."""
    _may(actor)
    row = _one(Department, id, actor) if id else Department(company_id=actor.company_id)
    above = _one(Department, parent_id, actor) if parent_id else None
    step = above
    while step is not None:
        if step.pk == row.pk:
            raise Refused(_("A department cannot lie inside itself."))
        step = step.parent
    row.name, row.parent, row.head = _name(name), above, _one(Person, head_id, actor) if head_id else None
    _save(row)
    note(DepartmentKept(department=row.pk, head=head_id), actor=actor, at=at)
    return row


def team(
    *,
    name: str,
    department_id: UUID | None = None,
    dealer_id: UUID | None = None,
    lead_id: UUID | None = None,
    id: UUID | None = None,  # noqa: A002
    actor: Actor,
    at: datetime,
) -> Team:
    """Make a team, or (with `id`) change one. Emits team.kept. Refuses a team of both a department and a dealer."""
    _may(actor)
    if department_id and dealer_id:
        raise Refused(_("A team belongs to a department or to a dealer, not to both."))
    row = _one(Team, id, actor) if id else Team(company_id=actor.company_id)
    row.name = _name(name)
    row.department = _one(Department, department_id, actor) if department_id else None
    row.dealer = _one(Dealer, dealer_id, actor) if dealer_id else None
    row.lead = _one(Person, lead_id, actor) if lead_id else None
    _save(row)
    note(TeamKept(team=row.pk, lead=lead_id), actor=actor, at=at)
    return row


def _may(actor: Actor) -> None:
    if not manages_company(actor):
        raise NotYours


def _name(name: str) -> str:
    if not name.strip():
        reason = _("A name is needed.")
        raise Invalid(reason, fields={"name": reason})
    return name.strip()


def _one(model: Any, row_id: UUID | None, actor: Actor) -> Any:
    row = model.objects.filter(pk=row_id, company_id=actor.company_id).first()
    if row is None:
        raise NotYours
    return row


def _save(row: Model) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        reason = _("This name is taken.")
        raise Invalid(reason, fields={"name": reason}) from error
