"""What people can do and when they are there: qualifications, leave, delegation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from ..access import runs_staff
from ..events import (
    DelegationGiven,
    DelegationRevoked,
    LeaveCancelled,
    LeavePlanned,
    QualificationRecorded,
    QualificationWithdrawn,
)
from ..models import Delegation, Leave, Membership, Person, Qualification
from ..pure.roles import EXCLUSIVE, ROLES
from .recording import note


def qualify(
    *,
    person_id: UUID,
    skill: str,
    valid_from: date,
    valid_until: date | None = None,
    certificate_no: str = "",
    actor: Actor,
    at: datetime,
) -> Qualification:
    """Enter a qualification; the same skill again is a renewal with validity of its own. Emits qualification.recorded.

    Refuses an end before the beginning, and whoever does not run the person's organisation.
    """
    person = _staff(person_id, actor)
    if not skill.strip():
        reason = _("A skill is needed.")
        raise Invalid(reason, fields={"skill": reason})
    if valid_until is not None and valid_until < valid_from:
        reason = _("The end lies before the beginning.")
        raise Invalid(reason, fields={"valid_until": reason})
    row = Qualification.objects.create(
        company_id=actor.company_id,
        person=person,
        skill=skill.strip(),
        certificate_no=certificate_no.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    note(QualificationRecorded(person=person.pk, skill=row.skill, valid_until=valid_until), actor=actor, at=at)
    return row


def withdraw(*, id: UUID, day: date, actor: Actor, at: datetime) -> None:  # noqa: A002
    """Withdraw a qualification: it counts up to the day before `day`. Emits qualification.withdrawn."""
    row = Qualification.objects.filter(pk=id, company_id=actor.company_id).first()
    if row is None:
        raise NotYours
    _staff(row.person_id, actor)
    last = day - timedelta(days=1)
    if row.valid_from > last:
        row.delete()
    else:
        Qualification.objects.filter(pk=row.pk).update(valid_until=last)
    note(QualificationWithdrawn(person=row.person_id, skill=row.skill), actor=actor, at=at)


def plan_leave(
    *, person_id: UUID, starts_at: datetime, ends_at: datetime, reason: str = "", actor: Actor, at: datetime
) -> Leave:
    """Say that a person will be away; everybody does so for himself, managers for their people. Emits leave.planned."""
    person = _staff(person_id, actor, own=True)
    _period(starts_at, ends_at)
    if Leave.objects.filter(person=person, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise Refused(_("This person is away in that time already."))
    row = Leave.objects.create(
        company_id=actor.company_id, person=person, reason=reason.strip(), starts_at=starts_at, ends_at=ends_at
    )
    note(LeavePlanned(person=person.pk, starts_at=starts_at, ends_at=ends_at), actor=actor, at=at)
    return row


def cancel_leave(*, id: UUID, actor: Actor, at: datetime) -> None:  # noqa: A002
    """Take a leave back, or end one that has begun. Emits leave.cancelled. Refuses one that is over."""
    row = Leave.objects.filter(pk=id, company_id=actor.company_id).first()
    if row is None:
        raise NotYours
    _staff(row.person_id, actor, own=True)
    if row.ends_at <= at:
        raise Refused(_("This leave is over."))
    begun = row.starts_at < at
    if begun:
        Leave.objects.filter(pk=row.pk).update(ends_at=at)
    else:
        row.delete()
    note(LeaveCancelled(person=row.person_id, ends_at=at if begun else None), actor=actor, at=at)


def delegate(
    *,
    giver_id: UUID,
    taker_id: UUID,
    role: str = "",
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    at: datetime,
) -> Delegation:
    """Let somebody act for another between two moments, with one role or (role '') all that can be lent.

    Emits delegation.given. Only the giver himself, or the security administrator for somebody who cannot. Refuses people of different
    organisations, roles that the giver does not hold, and the administrators' roles, which are never lent.
    """
    giver, taker = _person(giver_id, actor), _person(taker_id, actor)
    if giver.pk != actor.person_id and not actor.has("security_admin"):
        raise NotYours
    if giver.pk == taker.pk:
        raise Invalid(_("Choose somebody else."), fields={"taker": _("Choose somebody else.")})
    if giver.customer_id or taker.customer_id or giver.dealer_id != taker.dealer_id:
        reason = _("Only a colleague of the same organisation can act for somebody.")
        raise Invalid(reason, fields={"taker": reason})
    if not giver.active or not taker.active:
        raise Refused(_("This person is deactivated."))
    held = set(Membership.objects.filter(person=giver, until=None).values_list("role", flat=True))
    if role in EXCLUSIVE or not held - set(EXCLUSIVE):
        raise Refused(_("Administrators' roles are never lent: appoint a second administrator."))
    if role and role not in held:
        raise Refused(_("Only a role that one holds can be lent."))
    _period(starts_at, ends_at)
    if ends_at <= at:
        raise Invalid(_("This time is over."), fields={"ends_at": _("This time is over.")})
    row = Delegation.objects.create(
        company_id=actor.company_id, giver=giver, taker=taker, role=role, starts_at=starts_at, ends_at=ends_at
    )
    note(
        DelegationGiven(giver=giver.pk, taker=taker.pk, role=role, starts_at=starts_at, ends_at=ends_at),
        actor=actor,
        at=at,
    )
    return row


def revoke_delegation(*, id: UUID, actor: Actor, at: datetime) -> None:  # noqa: A002
    """Take a delegation back; the taker no longer has the roles from his next request on. Emits delegation.revoked.

    Giver, taker, or the security administrator. Refuses one that is over.
    """
    row = Delegation.objects.filter(pk=id, company_id=actor.company_id).first()
    if row is None or not (actor.person_id in (row.giver_id, row.taker_id) or actor.has("security_admin")):
        raise NotYours
    if not Delegation.objects.filter(pk=row.pk, revoked_at=None, ends_at__gt=at).update(revoked_at=at):
        raise Refused(_("This delegation is over."))
    note(DelegationRevoked(giver=row.giver_id, taker=row.taker_id, role=row.role), actor=actor, at=at)


def _period(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        reason = _("The end lies before the beginning.")
        raise Invalid(reason, fields={"ends_at": reason})


def _person(person_id: UUID, actor: Actor) -> Person:
    rows = Person.objects.filter(company_id=actor.company_id, pk=person_id)
    if actor.reach not in ("company", "system"):
        rows = rows.filter(Q(dealer_id=actor.dealer_id), Q(customer_id=actor.customer_id))
    row = rows.first()
    if row is None:
        raise NotYours
    return row


def _staff(person_id: UUID, actor: Actor, *, own: bool = False) -> Person:
    row = _person(person_id, actor)
    if not (own and row.pk == actor.person_id) and not runs_staff(actor, dealer_id=row.dealer_id):
        raise NotYours
    return row


def lendable(roles: frozenset[str]) -> list[tuple[str, str]]:
    """Choices of roles that can be lent: (code, label)."""
    return [(code, str(ROLES[code].label)) for code in ROLES if code in roles and code not in EXCLUSIVE]
