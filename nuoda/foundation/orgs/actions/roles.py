"""Roles: given and taken."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from ..access import grants
from ..events import RoleGranted, RoleRevoked
from ..models import Membership, Person
from ..pure.roles import EXCLUSIVE, ROLES
from .recording import note


def grant(*, person_id: UUID, role: str, actor: Actor, at: datetime) -> Membership:
    """Give a person a role.

    Emits role.granted. Refuses oneself; a second of the three administrators' roles; a company role for a dealer's or customer's person;
    a role held already; whoever may not give this role.
    """
    person = _hold(person_id, actor)
    if role not in ROLES:
        raise Invalid(_("There is no such role."), fields={"role": _("There is no such role.")})
    _may(person, role, actor)
    if not person.active:
        raise Refused(_("This person is deactivated."))
    if (person.customer_id is not None) != (role == "customer_contact"):
        raise Refused(_("The role of a customer's contact is for people of customers, and the only one for them."))
    if person.dealer_id is not None and not ROLES[role].at_dealer:
        raise Refused(_("A dealer's people cannot hold this role: it is a role of the company itself."))
    if person.dealer_id is None and role == "dealer_manager":
        raise Refused(_("A dealer's manager belongs to a dealer: enter the dealer on the person's card first."))
    held = set(Membership.objects.filter(person=person, until=None).values_list("role", flat=True))
    if role in held:
        raise Refused(_("This person holds the role already."))
    if role in EXCLUSIVE and held & set(EXCLUSIVE):
        raise _excluded()
    try:
        with transaction.atomic():
            row = Membership.objects.create(company_id=actor.company_id, person=person, role=role, since=at)
    except IntegrityError as error:
        # Two grants at once: the constraint let one through.
        raise (_excluded() if role in EXCLUSIVE else Refused(_("This person holds the role already."))) from error
    note(RoleGranted(person=person.pk, role=role), actor=actor, at=at)
    return row


def revoke(*, person_id: UUID, role: str, actor: Actor, at: datetime) -> None:
    """Take a role away; it no longer counts from the person's next request on.

    Emits role.revoked. Refuses oneself, the last of an administrator's role, and a role that is not held.
    """
    person = _hold(person_id, actor)
    if role not in ROLES:
        raise NotYours
    _may(person, role, actor)
    if role in EXCLUSIVE:
        keep_one(role=role, but=person.pk, actor=actor)
    if not Membership.objects.filter(person=person, role=role, until=None).update(until=at):
        raise Refused(_("This person does not hold the role."))
    note(RoleRevoked(person=person.pk, role=role), actor=actor, at=at)


def keep_one(*, role: str, but: UUID, actor: Actor) -> None:
    """Raise Refused when nobody but `but` holds an administrator's role. The rows are locked, so that two cannot leave at once."""
    others = Membership.objects.select_for_update(of=("self",)).filter(
        company_id=actor.company_id, role=role, until=None, person__active=True
    )
    if not [row for row in others if row.person_id != but]:
        raise Refused(_("This is the last %(role)s: appoint another one first.") % {"role": ROLES[role].label})


def _excluded() -> Refused:
    return Refused(
        _("System, security and audit administrator exclude each other: give the role to somebody else."),
        code="three_administrators",
    )


def _may(person: Person, role: str, actor: Actor) -> None:
    first = (
        role == "security_admin"
        and not Membership.objects.filter(
            company_id=actor.company_id, role="security_admin", until=None, person__active=True
        ).exists()
    )
    if not grants(actor, role, dealer_id=person.dealer_id, first_security=first):
        raise NotYours
    if person.pk == actor.person_id:
        raise Refused(_("Nobody gives or takes roles of his own: ask a colleague."))


def _hold(person_id: UUID, actor: Actor) -> Person:
    row = Person.visible_to(actor).select_for_update(of=("self",)).filter(pk=person_id).first()
    if row is None:
        raise NotYours
    return row
