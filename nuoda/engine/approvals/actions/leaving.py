"""Somebody who is asked leaves, or loses the role by which he is asked: others decide in his place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.orgs.models import Person

from .. import events, facts, queries
from ..models import Approval, Seat, Step
from ..pure.chains import successors
from ..pure.matters import MATTERS
from . import steps
from .approvals import held


def defer(company_id: UUID, person_id: UUID, role: str) -> None:
    """Have his seats passed on once the change of staff is committed: a decision under way holds what that would wait for."""
    app.configure_task("approvals.pass_on", allow_unknown=True).defer(
        company=str(company_id), person=str(person_id), role=role
    )


def pass_on(company_id: UUID, person_id: UUID, *, role: str = "", at: datetime | None = None) -> int:
    """Free every seat that a person has in steps still to be decided (those of one role, or all); how many.

    Where others of the step have still to decide, they do. Else his seat passes to those who hold the role now, or the next
    higher one; they are told, of a later step when it opens. Opens its own transactions; may be repeated. Emits
    approval.transferred for a step that is open.
    """
    actor, done = system(company_id), 0
    with scoped(actor):
        ids = sorted(set(_seats(person_id, role).values_list("approval_id", flat=True)))
    for approval_id in ids:
        with scoped(actor) as now:
            moment = at or now
            row = held(approval_id, actor, moment)
            seats = (
                _seats(person_id, role).filter(approval=row).select_related("step", "person").order_by("step__position")
            )
            for seat in seats:
                done += _free(row, seat, actor, moment)
    return done


def _seats(person_id: UUID, role: str) -> QuerySet[Seat]:
    rows = Seat.objects.filter(
        person_id=person_id, approved_at=None, approval__state="pending", step__state__in=["waiting", "open"],
        step__round=F("approval__round"),
    )  # fmt: skip
    # Whom a colleague named decides as the person he is, whatever his roles.
    return rows.filter(step__role=role, transferred_from=None) if role else rows


def _free(row: Approval, seat: Seat, actor: Actor, at: datetime) -> bool:
    step = seat.step
    others = Seat.objects.filter(step=step).exclude(pk=seat.pk)
    if others.filter(approved_at=None, person__active=True).exists():
        seat.delete()
        return True
    taken = {row.submitter_id, seat.person_id, *others.values_list("person_id", flat=True)}
    taken |= MATTERS[row.matter].shut_out(row.about_id, actor) or frozenset()
    staff = queries.staff_of(row.company_id, row.dealer_id, at)
    people = successors(
        step.role, staff, besides=taken, dealer=seat.person.dealer_id, ladder=queries.ladder(actor, at)
    )  # fmt: skip
    if not people:
        return False
    seat.delete()
    Seat.objects.bulk_create(steps.seat(step, person, transferred_from=seat.person_id) for person in people)
    steps.let_read(row, people)
    for person in Person.objects.filter(pk__in=people).order_by("pinyin", "pk"):
        _tell(row, step, seat.person_id, person, actor, at)
    return True


def _tell(row: Approval, step: Step, giver: UUID, taker: Person, actor: Actor, at: datetime) -> None:
    entry = None
    if step.state == "open":
        event = events.ApprovalTransferred(approval=row.pk, step=step.pk, to_person=taker.pk)
        entry = entries.record(event, dossier=row.dossier, actor=actor, at=at, facts=facts.of(row, step))
    steps.note(
        row, "transferred", actor=actor, at=at, entry=entry, step=step, on_behalf_of=giver, other=taker, nobody=True
    )  # fmt: skip
