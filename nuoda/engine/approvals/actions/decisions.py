"""What those who are asked can do: approve, reject, send back, pass on, ask for one more signer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.journal.models import Entry

from .. import access, events, facts, queries
from ..models import Approval, Seat, Step
from ..pure.chains import finished
from ..pure.contents import digest
from ..pure.matters import MATTERS
from ..states import APPROVAL
from . import steps
from .approvals import held, reachable


def approve(
    *,
    approval_id: UUID,
    actor: Actor,
    at: datetime,
    comment: str = "",
    step_id: UUID | None = None,
    happened_at: datetime | None = None,
) -> Approval:
    """Somebody who is asked says yes to the content that was submitted.

    `step_id` is the step he was looking at. Emits approval.step_decided (or approval.agreed while others must still
    say yes), then
    approval.step_opened of the next step, or approval.decided and what the subject's app does on it. Refuses people
    who are not asked,
    the submitter, a step that was decided meanwhile, and a content that has changed since it was submitted.
    """
    row, seat, step = _asked(approval_id, actor, at, step_id)
    if digest(MATTERS[row.matter].content(row.about_id, actor).snapshot()) != row.content_hash:
        raise Stale(_("The content was changed after it was submitted. It has to be submitted again."))
    Seat.objects.filter(pk=seat.pk).update(approved_at=at)
    people = Seat.objects.filter(step=step)
    if not finished(step.mode, people.count(), people.exclude(approved_at=None).count()):  # type: ignore[arg-type]
        entry = entries.record(
            events.ApprovalAgreed(approval=row.pk, step=step.pk, person=seat.person_id), dossier=row.dossier,
            actor=actor, at=at, happened_at=happened_at, facts=facts.of(row, step), remark=comment,
        )  # fmt: skip
        _note(row, "approved", seat, actor, at, entry)
        return row
    _decide_step(row, step, seat, "approve", "approved", comment, actor, at, happened_at)
    steps.advance(row, actor=actor, at=at, happened_at=happened_at)
    return row


def reject(
    *,
    approval_id: UUID,
    actor: Actor,
    at: datetime,
    comment: str,
    step_id: UUID | None = None,
    happened_at: datetime | None = None,
) -> Approval:
    """Somebody who is asked says no, with a reason: the approval is over.

    Emits approval.step_decided, approval.step_closed of the steps behind, approval.decided. Refuses like `approve`,
    and without a reason.
    """
    _reason(comment)
    row, seat, step = _asked(approval_id, actor, at, step_id)
    _decide_step(row, step, seat, "reject", "rejected", comment, actor, at, happened_at)
    steps.close_rest(row, reason="rejected", actor=actor, at=at)
    steps.decide(row, "rejected", actor=actor, at=at, happened_at=happened_at)
    return row


def send_back(
    *, approval_id: UUID, actor: Actor, at: datetime, comment: str, to: int | None = None, step_id: UUID | None = None
) -> Approval:
    """Somebody who is asked sends the request back: to the submitter (`to` None), or to an earlier step by its
    position.

    Emits approval.sent_back, or approval.returned and approval.step_opened of the earlier step. Refuses like
    `approve`, without a reason,
    and a position that is no earlier step somebody has decided.
    """
    _reason(comment)
    row, seat, step = _asked(approval_id, actor, at, step_id)
    if to is not None:
        return _return_to(row, seat, step, to, comment, actor, at)
    _decide_step(row, step, seat, "send_back", "sent_back", comment, actor, at, None)
    steps.close_rest(row, reason="sent_back", actor=actor, at=at)
    moves.move(
        APPROVAL, row, "send_back", actor=actor, at=at, dossier=row.dossier,
        event=events.ApprovalSentBack(approval=row.pk, step=step.pk), facts=facts.of(row) | {"state": "sent_back"},
    )  # fmt: skip
    return row


def transfer(
    *, approval_id: UUID, person: UUID, actor: Actor, at: datetime, comment: str = "", step_id: UUID | None = None
) -> Approval:
    """Somebody who is asked passes the decision to another person, who decides in his place.

    Emits approval.transferred. Refuses like `approve`, and people who may not see the matter, submitted it, or are
    asked already.
    """
    row, seat, step = _asked(approval_id, actor, at, step_id)
    taker = reachable(row, person)
    _free(row, step, taker.pk, actor)
    Seat.objects.filter(pk=seat.pk).update(person=taker, transferred_from_id=seat.person_id)
    steps.invite(row, taker.pk, at)
    entry = entries.record(
        events.ApprovalTransferred(approval=row.pk, step=step.pk, to_person=taker.pk), dossier=row.dossier, actor=actor,
        at=at, facts=facts.of(row, step), remark=comment,
    )  # fmt: skip
    steps.note(
        row, "transferred", actor=actor, at=at, entry=entry, step=step, on_behalf_of=_for(seat, actor), other=taker
    )
    return row


def add_signer(
    *,
    approval_id: UUID,
    person: UUID,
    place: Literal["before", "after"],
    actor: Actor,
    at: datetime,
    comment: str = "",
    step_id: UUID | None = None,
) -> Approval:
    """Somebody who is asked wants a further person to decide: before him (he waits), or after him.

    Emits approval.signer_added, and for `before` approval.step_opened of the signer's step. Refuses like `transfer`.
    """
    row, seat, step = _asked(approval_id, actor, at, step_id)
    signer = reachable(row, person)
    _free(row, step, signer.pk, actor)
    entry = entries.record(
        events.ApprovalSignerAdded(approval=row.pk, step=step.pk, person=signer.pk, place=place), dossier=row.dossier,
        actor=actor, at=at, facts=facts.of(row, step), remark=comment,
    )  # fmt: skip
    steps.note(
        row, "signer_added", actor=actor, at=at, entry=entry, step=step, on_behalf_of=_for(seat, actor), other=signer
    )
    position = step.position if place == "before" else step.position + 1
    if place == "before":
        steps.put_back(row, step.position, step.position, actor=actor, at=at, forget=False)
    # Positions are unique at the end of the transaction only, so that a whole tail may move by one.
    Step.objects.filter(approval=row, round=row.round, position__gte=position).update(position=F("position") + 1)
    added = Step.objects.create(
        company_id=row.company_id, dealer_id=row.dealer_id, approval=row, round=row.round, position=position,
        mode="any", within=step.within, clause=step.clause, state="waiting", added_by_id=actor.person_id,
    )  # fmt: skip
    steps.seat(added, signer.pk).save(force_insert=True)
    steps.invite(row, signer.pk, at)
    if place == "before":
        steps.advance(row, actor=actor, at=at)
    return row


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of many approvals: those approved, and the refusal of each other one by its id."""

    approved: tuple[UUID, ...]
    refused: Mapping[UUID, Refused]


def approve_many(*, approval_ids: Iterable[UUID], actor: Actor, at: datetime, comment: str = "") -> Batch:
    """Somebody says yes to many requests at once; each stands or falls by itself.

    Emits and refuses per approval like `approve`.
    """
    done: list[UUID] = []
    refused: dict[UUID, Refused] = {}
    # One order for everybody: two batches over the same approvals cannot wait for each other.
    for approval_id in sorted(set(approval_ids)):
        try:
            with transaction.atomic():
                approve(approval_id=approval_id, actor=actor, at=at, comment=comment)
            done.append(approval_id)
        except Refused as refusal:
            refused[approval_id] = refusal
    return Batch(tuple(done), refused)


# -- what these share


def _asked(approval_id: UUID, actor: Actor, at: datetime, step_id: UUID | None) -> tuple[Approval, Seat, Step]:
    """The locked approval with the actor's seat in the open step; raises NotYours, Stale, Refused."""
    if not access.decide(actor):
        raise NotYours
    row = held(approval_id, actor, at)
    if row.state != "pending":
        said = _("This was decided or taken back meanwhile; it is “%(state)s”.")
        raise Stale(said % {"state": APPROVAL.label(row.state)})
    if actor.person_id == row.submitter_id:
        raise Refused(_("Nobody may decide on his own request."), clauses=row.clauses, code="own_request")
    if queries.had_a_part(row, actor):
        raise Refused(words_of_barred(), clauses=row.clauses, code="own_work")
    seat = queries.seat_of(row, actor, at)
    if seat is None or (step_id is not None and seat.step_id != step_id):
        if (
            Seat.objects.filter(approval=row, step__round=row.round, person=actor.person_id).exists()
            or step_id is not None
        ):
            raise Stale(_("This step was decided meanwhile, or it is not your turn any more."))
        raise Refused(_("You are not asked to decide here now."), clauses=row.clauses, code="not_asked")
    return row, seat, seat.step


def _decide_step(
    row: Approval,
    step: Step,
    seat: Seat,
    verb: str,
    verdict: str,
    comment: str,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None,
) -> None:
    entry = steps.move_step(
        step, verb, row=row, actor=actor, at=at, happened_at=happened_at, remark=comment, changes={"decided_at": at},
        event=events.ApprovalStepDecided(approval=row.pk, step=step.pk, role=step.role, verdict=verdict),
    )  # fmt: skip
    _note(row, verdict, seat, actor, at, entry)


def _return_to(row: Approval, seat: Seat, step: Step, to: int, comment: str, actor: Actor, at: datetime) -> Approval:
    target = Step.objects.filter(approval=row, round=row.round, position=to, state="approved").first()
    if target is None or target.position >= step.position:
        reason = _("Choose an earlier step that was approved.")
        raise Invalid(reason, fields={"to": reason})
    entry = entries.record(
        events.ApprovalReturned(approval=row.pk, step=step.pk, to_step=target.pk), dossier=row.dossier, actor=actor,
        at=at,
        facts=facts.of(row, step), remark=comment,
    )  # fmt: skip
    _note(row, "returned", seat, actor, at, entry)
    steps.put_back(row, target.position, step.position, actor=actor, at=at)
    steps.advance(row, actor=actor, at=at)
    return row


def _note(row: Approval, verdict: str, seat: Seat, actor: Actor, at: datetime, entry: Entry) -> None:
    steps.note(row, verdict, actor=actor, at=at, entry=entry, step=seat.step, on_behalf_of=_for(seat, actor))


def _for(seat: Seat, actor: Actor) -> UUID | None:
    """The person for whom a delegate acts."""
    return seat.person_id if seat.person_id != actor.person_id else None


def words_of_barred() -> str:
    """Why somebody who wrote part of a thing does not decide about it."""
    return _("You wrote part of this, and nobody approves his own work. Let somebody else decide.")


def _free(row: Approval, step: Step, person: UUID, actor: Actor) -> None:
    if person == row.submitter_id:
        reason = _("The person who submitted it cannot decide it.")
    elif person in (MATTERS[row.matter].shut_out(row.about_id, actor) or ()):
        reason = _("That person wrote part of it and cannot decide it.")
    elif Seat.objects.filter(step=step, person_id=person).exists():
        reason = _("That person is asked in this step already.")
    else:
        return
    raise Invalid(reason, fields={"person": reason})


def _reason(comment: str) -> None:
    if not comment.strip():
        reason = _("Say why, so that the submitter knows what to do.")
        raise Invalid(reason, fields={"comment": reason})
