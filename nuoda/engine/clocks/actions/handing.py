"""Whose deadlines they are: what somebody owed who has left is owed by his role, until a manager gives it to somebody.

Who owes a deadline is no part of its time: nothing here moves a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Stale
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Membership, Person

from ..events import DeadlineHandedOver, DeadlineReleased
from ..models import Deadline


def orphaned(company_id: UUID) -> QuerySet[Deadline]:
    """Open deadlines of people who have left or do not hold the role any more by which they owe them."""
    held = Membership.objects.filter(
        person_id=OuterRef("owner_person_id"), role=OuterRef("owner_role"), until=None, person__active=True
    )
    rows = Deadline.objects.filter(company_id=company_id, done_at=None, owner_person_id__isnull=False)
    return rows.exclude(origin="import").exclude(Exists(held))


def release(company_id: UUID, person_id: UUID, *, at: datetime | None = None) -> int:
    """Let the role owe what a person owed who has left or holds it no more; how many deadlines.

    Case by case, each in a transaction of its own; may be repeated. Emits deadline.released.
    """
    actor, done = system(company_id), 0
    with scoped(actor):
        cases = sorted(set(orphaned(company_id).filter(owner_person_id=person_id).values_list("case_id", flat=True)))
    for case_id in cases:
        with scoped(actor) as now:
            root = _held(case_id)
            rows = orphaned(company_id).filter(owner_person_id=person_id, case_id=case_id)
            for row in rows.order_by("due_at", "id"):
                Deadline.objects.filter(pk=row.pk).update(owner_person_id=None, left_by_id=person_id)
                event = DeadlineReleased(
                    deadline=row.pk, ref=row.ref, clause=row.clause_id, left=person_id, owner_role=row.owner_role
                )
                speaker = actor.as_origin(root.origin)  # type: ignore[arg-type]
                journal.record(event, dossier=root, actor=speaker, at=at or now, clauses=[row.clause_id])
                done += 1
    return done


def owed_by(actor: Actor, person_id: UUID) -> QuerySet[Deadline]:
    """What a person still owes, or owed when he left and nobody has taken over, as far as the actor sees it."""
    theirs = Q(owner_person_id=person_id) | Q(owner_person_id=None, left_by_id=person_id)
    rows = Deadline.visible_to(actor).filter(theirs, done_at=None).exclude(origin="import")
    return rows.select_related("dossier").order_by("due_at", "id")


def hand_over(
    ids: Iterable[UUID], *, giver: UUID, taker: Person, reason: str, narrow: bool, actor: Actor, at: datetime
) -> list[Deadline]:
    """Give open deadlines of one person to another; the caller has asked who may. Emits deadline.handed_over.

    `narrow`: the taker sees only cases that are shared with him. Refuses (stale) what is done or somebody else's meanwhile.
    """
    wanted = set(ids)
    rows = list(owed_by(actor, giver).filter(pk__in=wanted).order_by("case_id", "pk"))
    if not wanted <= set(Deadline.visible_to(actor).filter(pk__in=wanted).values_list("pk", flat=True)):
        raise NotYours()
    roots = {case_id: _held(case_id) for case_id in dict.fromkeys(row.case_id for row in rows)}
    open_still = owed_by(actor, giver).filter(pk__in=wanted)
    if len(rows) < len(wanted) or open_still.count() < len(wanted):
        raise Stale(_("Some of this was done or given to somebody meanwhile. Load the page again."))
    for row in rows:
        root = roots[row.case_id]
        Deadline.objects.filter(pk=row.pk).update(owner_person_id=taker.pk, left_by_id=None)
        if narrow:
            dossiers.share(root, person_id=taker.pk, at=at)
        event = DeadlineHandedOver(
            deadline=row.pk, ref=row.ref, clause=row.clause_id, giver=giver, taker=taker.pk, owner_role=row.owner_role,
            due_at=row.due_at,
        )  # fmt: skip
        journal.record(event, dossier=root, actor=actor, at=at, clauses=[row.clause_id], remark=reason)
    return rows


def _held(case_id: UUID) -> Dossier:
    """The root of the case, locked as the fold locks it."""
    return Dossier.objects.select_for_update(no_key=True).get(pk=case_id)
