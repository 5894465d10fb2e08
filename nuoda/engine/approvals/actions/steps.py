"""How a chain goes on: planning a round, opening the next step, closing what is not needed, noting who did what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Person

from .. import events, facts, queries
from ..models import Approval, Decision, Seat, Step
from ..pure.chains import Chain
from ..pure.matters import MATTERS
from ..states import APPROVAL, STEP


def plan(row: Approval, chain: Chain) -> None:
    """Write the steps of the current round; skipped ones keep their reason."""
    steps, seats = [], []
    for position, planned in enumerate(chain.steps, start=1):
        step = Step(
            company_id=row.company_id, dealer_id=row.dealer_id, approval=row, round=row.round, position=position,
            role=planned.role, mode=planned.mode, within=str(planned.within or ""), clause=planned.clause,
            why=[asdict(note) for note in planned.why],
            state=STEP.target("skip" if planned.skipped else "plan", None) or "",
        )  # fmt: skip
        steps.append(step)
        seats += [seat(step, person) for person in planned.people]
    Step.objects.bulk_create(steps)
    Seat.objects.bulk_create(seats)
    let_read(row, [item.person_id for item in seats])


def seat(step: Step, person: UUID, *, transferred_from: UUID | None = None) -> Seat:
    """An unsaved seat."""
    return Seat(
        company_id=step.company_id,
        dealer_id=step.dealer_id,
        approval_id=step.approval_id,
        step=step,
        person_id=person,
        transferred_from_id=transferred_from,
    )


def let_read(row: Approval, people: Iterable[UUID]) -> None:
    """Let further people see the approval."""
    more = [person for person in dict.fromkeys(people) if person not in row.readers]
    if more:
        row.readers = [*row.readers, *more]
        row.save(update_fields=["readers"])


def invite(row: Approval, person: UUID, at: datetime) -> None:
    """Let somebody whom a person (and not the book) named see the approval and its case; a technician sees nothing
    else of it."""
    let_read(row, [person])
    dossiers.share(row.about, person_id=person, at=at)


def advance(row: Approval, *, actor: Actor, at: datetime, happened_at: datetime | None = None) -> None:
    """Open the next step that waits; when there is none, the whole chain is through."""
    step = Step.objects.filter(approval=row, round=row.round, state="waiting").order_by("position").first()
    if step is None:
        if not Decision.objects.filter(approval=row, round=row.round, verdict="approved").exists():
            note(row, "granted", actor=actor, at=at, entry=None, nobody=True)
        decide(row, "approved", actor=actor, at=at, happened_at=happened_at)
        return
    limit = Duration.parse(step.within) if step.within else None
    due_at = queries.due_at(actor, row.dealer_id, limit, happened_at or at) if limit else None
    move_step(
        step, "open", row=row, actor=actor, at=at, happened_at=happened_at,
        event=events.ApprovalStepOpened(approval=row.pk, step=step.pk, role=step.role, due_at=due_at),
        changes={"opened_at": at, "due_at": due_at, "decided_at": None},
    )  # fmt: skip


def decide(
    row: Approval,
    verdict: Literal["approved", "rejected"],
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
) -> None:
    """End the approval and do to the subject what its app registered for the verdict."""
    verb = "approve" if verdict == "approved" else "reject"
    moves.move(
        APPROVAL, row, verb, actor=actor, at=at, happened_at=happened_at, dossier=row.dossier,
        event=events.ApprovalDecided(
            approval=row.pk, matter=row.matter, about=row.about_id, verdict=verdict, content=row.content_hash
        ),
        facts=facts.of(row) | {"state": APPROVAL.target(verb, row.state)},
        changes={"decided_at": at},
    )  # fmt: skip
    dossiers.close(row.dossier, at=at)
    matter = MATTERS[row.matter]
    effect = matter.on_approved if verdict == "approved" else matter.on_rejected
    if effect is not None:
        effect(row, actor, at)


def close_rest(row: Approval, *, reason: str, actor: Actor, at: datetime) -> None:
    """Steps of the round that nobody has to decide any more."""
    for step in Step.objects.filter(approval=row, round=row.round, state__in=["waiting", "open"]).order_by("position"):
        move_step(
            step, "close", row=row, actor=actor, at=at,
            event=events.ApprovalStepClosed(approval=row.pk, step=step.pk, reason=reason),
        )  # fmt: skip


def put_back(row: Approval, first: int, last: int, *, actor: Actor, at: datetime, forget: bool = True) -> None:
    """Steps from position `first` to `last` wait again; `forget`: what their people have said does not count any
    more."""
    chosen = Step.objects.filter(
        approval=row, round=row.round, position__gte=first, position__lte=last, state__in=["open", "approved"]
    )
    for step in chosen.order_by("-position"):
        move_step(
            step, "put_back", row=row, actor=actor, at=at,
            event=events.ApprovalStepClosed(approval=row.pk, step=step.pk, reason="returned"),
            changes={"opened_at": None, "due_at": None, "decided_at": None},
        )  # fmt: skip
        if forget:
            Seat.objects.filter(step=step).update(approved_at=None)


def move_step(
    step: Step,
    verb: str,
    *,
    row: Approval,
    actor: Actor,
    at: datetime,
    event: Event,
    changes: dict[str, object] | None = None,
    happened_at: datetime | None = None,
    remark: str = "",
) -> Entry:
    return moves.move(
        STEP, step, verb, actor=actor, at=at, happened_at=happened_at, event=event, facts=facts.of(row, step),
        changes=changes or {}, dossier=row.dossier, remark=remark,
    )  # fmt: skip


def note(
    row: Approval,
    verdict: str,
    *,
    actor: Actor,
    at: datetime,
    entry: Entry | None,
    step: Step | None = None,
    on_behalf_of: UUID | None = None,
    other: Person | None = None,
    nobody: bool = False,
) -> Decision:
    """Write who did what; `nobody`: the book itself did."""
    return Decision.objects.create(
        company_id=row.company_id, dealer_id=row.dealer_id, approval=row, round=row.round, step=step, verdict=verdict,
        person_id=None if nobody else actor.person_id, on_behalf_of_id=on_behalf_of, other=other,
        content_hash=row.content_hash, decided_at=at, entry_id=entry.id if entry else None,
    )  # fmt: skip
