"""Whose duties they are: what somebody leaves behind, time limits and duties, and who takes it over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from nuoda.engine.clocks.actions import handing as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.notices.actions.notices import tell
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Stale
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.orgs.models import Membership, Person
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.orgs.queries import people_in_role, roles_of

from .. import access, queries
from ..events import DutyHandedOver, DutyReleased, OwedLeftBehind
from ..models import Obligation


def defer(company_id: UUID, person_id: UUID) -> None:
    """Have it looked at once the change of staff is committed: whoever is at a case at that moment holds what this would wait for."""
    app.configure_task("duties.pass_on", allow_unknown=True).defer(company=str(company_id), person=str(person_id))


def pass_on(company_id: UUID, person_id: UUID, *, at: datetime | None = None) -> tuple[int, int]:
    """Let the role owe what a person still owes who has left or holds it no more; how many time limits and duties.

    Those who may give it to somebody else are told once. Opens its own transactions; may be repeated. Emits deadline.released,
    duty.released, owed.left_behind.
    """
    deadlines = clocks.release(company_id, person_id, at=at)
    actor, duties = system(company_id), 0
    with scoped(actor) as now:
        moment = at or now
        rows = _orphaned(company_id).filter(owner_person_id=person_id).select_for_update(of=("self",), no_key=True)
        for row in rows.select_related("dossier").order_by("pk"):
            Obligation.objects.filter(pk=row.pk).update(owner_person_id=None, left_by_id=person_id)
            event = DutyReleased(
                obligation=row.pk, ref=row.ref, clause=row.clause_id, left=person_id, owner_role=row.owner_role
            )
            speaker = actor.as_origin(row.origin)  # type: ignore[arg-type]
            journal.record(event, dossier=row.dossier, actor=speaker, at=moment, clauses=[row.clause_id])
            duties += 1
        if deadlines or duties:
            said = OwedLeftBehind(left=person_id, deadlines=deadlines, duties=duties)
            entry = journal.record(said, dossier=None, actor=actor, at=moment)
            tell(entry, template="owed_left_behind", persons=_managers(actor, person_id))
    return deadlines, duties


def left_behind(company_id: UUID) -> list[UUID]:
    """People who owe something in person although they have left or hold the role no more; what `pass_on` is for."""
    found = set(clocks.orphaned(company_id).values_list("owner_person_id", flat=True))
    found |= set(_orphaned(company_id).values_list("owner_person_id", flat=True))
    return sorted(person for person in found if person is not None)


def hand_over(
    *,
    giver: UUID,
    taker: UUID,
    deadlines: Sequence[UUID] = (),
    duties: Sequence[UUID] = (),
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """A manager gives what somebody owes, or owed when he left, to a colleague; returns how much it was.

    Asks: who answers for the giver's organisation. Emits: deadline.handed_over, duty.handed_over. Refuses nothing chosen, a colleague
    who is not there or does not hold the role that owes it, and (stale) what is done or given to somebody meanwhile.
    """
    person = _person(giver, actor)
    if not access.hand_over(actor, person.dealer_id):
        raise NotYours()
    if not deadlines and not duties:
        raise Invalid(_("Choose at least one."), fields={"items": _("Choose at least one.")})
    colleague = _person(taker, actor)
    limits = Deadline.visible_to(actor).filter(pk__in=list(deadlines))
    owed = queries.owed_in_person(actor, giver).filter(pk__in=list(duties))
    _fits(colleague, person, {*limits.values_list("owner_role", flat=True), *owed.values_list("owner_role", flat=True)})
    narrow = roles_of(colleague) <= {"technician"}
    # The entries and rows of a dealer's case are written as the fold writes them, whoever of its managers gives them away.
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        done = clocks.hand_over(
            deadlines, giver=giver, taker=colleague, reason=reason.strip(), narrow=narrow, actor=actor, at=at
        )
        for number in sorted(duties):
            _give(number, giver=giver, taker=colleague, reason=reason.strip(), narrow=narrow, actor=actor, at=at)
    return len(done) + len(duties)


def takers(actor: Actor, giver: Person) -> list[Person]:
    """Colleagues of the same organisation who are there, in the order of their names."""
    rows = Person.visible_to(actor).filter(active=True, customer_id=None, dealer=giver.dealer_id).exclude(pk=giver.pk)
    return list(rows.filter(memberships__until=None).distinct().order_by("pinyin", "pk"))


def _give(pk: UUID, *, giver: UUID, taker: Person, reason: str, narrow: bool, actor: Actor, at: datetime) -> Obligation:
    rows = Obligation.objects.select_for_update(of=("self",), no_key=True).select_related("dossier")
    row = rows.filter(pk__in=queries.owed_in_person(actor, giver).values("pk"), pk=pk).first()
    if row is None:
        raise Stale(_("Some of this was done or given to somebody meanwhile. Load the page again."))
    row.owner_person_id, row.left_by_id = taker.pk, None
    row.save(update_fields=["owner_person_id", "left_by_id"])
    if narrow:
        dossiers.share(row.dossier, person_id=taker.pk, at=at)
    event = DutyHandedOver(
        obligation=row.pk, ref=row.ref, clause=row.clause_id, giver=giver, taker=taker.pk, owner_role=row.owner_role,
        due_at=row.due_at,
    )  # fmt: skip
    journal.record(event, dossier=row.dossier, actor=actor, at=at, clauses=[row.clause_id], remark=reason)
    return row


def _fits(taker: Person, giver: Person, owed: set[str]) -> None:
    """Refuses a taker who could not owe it: not there, the giver himself, of another organisation, or without the role."""
    if not taker.active or taker.pk == giver.pk or taker.dealer_id != giver.dealer_id:
        reason = _("Choose a colleague of the same organisation who is still there.")
        raise Invalid(reason, fields={"taker": reason})
    held = set(roles_of(taker))
    if "dealer_manager" in held:
        held.add("service_manager")
    missing = sorted(owed - held)
    if missing:
        named = ", ".join(str(ROLES[role].label) if role in ROLES else role for role in missing)
        reason = _("%(name)s does not hold the role that owes this: %(roles)s.") % {"name": taker.name, "roles": named}
        raise Invalid(reason, fields={"taker": reason})


def _person(pk: UUID, actor: Actor) -> Person:
    row = Person.visible_to(actor).filter(pk=pk, customer_id=None).first()
    if row is None:
        raise NotYours()
    return row


def _orphaned(company_id: UUID) -> QuerySet[Obligation]:
    """Open duties of people who have left or do not hold the role any more by which they owe them."""
    held = Membership.objects.filter(
        person_id=OuterRef("owner_person_id"), role=OuterRef("owner_role"), until=None, person__active=True
    )
    rows = Obligation.objects.filter(queries.OWED, company_id=company_id, owner_person_id__isnull=False)
    return rows.exclude(Exists(held))


def _managers(actor: Actor, person_id: UUID) -> list[UUID]:
    """Who may give it to somebody else: those nearest, the dealer's own managers before the company's."""
    dealer_id = Person.objects.filter(pk=person_id).values_list("dealer_id", flat=True).first()
    for roles, place in (
        (("service_manager", "dealer_manager"), dealer_id),
        (("service_manager",), None),
        (("director",), None),
    ):
        found = people_in_role(actor, roles, dealer_id=place).exclude(pk=person_id).values_list("pk", flat=True)
        if found:
            return list(found)
    return []
