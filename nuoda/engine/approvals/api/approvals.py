"""Approvals: what waits, asking, and deciding."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from nuoda.foundation.base.pure.operations import (
    Call,
    Line,
    Listing,
    Made,
    Name,
    Paging,
    Ref,
    Sent,
    Shape,
    Text,
    named,
    read,
    write,
)
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import STAFF, SUBMITTERS
from ..actions import approvals, decisions
from ..models import Approval
from ..pure.matters import MATTERS


class ApprovalOut(Shape):
    """An approval: `about` is what it is about, `state` where it stands."""

    id: UUID
    number: str
    title: str
    matter: str
    about: Ref
    state: str
    round: int
    submitter: Ref
    submitted_at: datetime
    decided_at: datetime | None
    clauses: list[str]

    @classmethod
    def of(cls, row: Approval) -> ApprovalOut:
        return cls(**_told(row))


class StepOut(Shape):
    id: UUID
    position: int
    role: str
    mode: str
    state: str
    clause: str
    due_at: datetime | None
    people: list[Ref]


class ApprovalWhole(ApprovalOut):
    """An approval with its chain; `mine` says whether the caller is asked now."""

    steps: list[StepOut]
    mine: bool


class ApprovalFilter(Paging):
    box: Literal["waiting", "submitted", "decided", "copies", "all"] = "waiting"


@read("/approvals", scope="approvals:read", roles=STAFF)
def list_approvals(call: Call, query: ApprovalFilter) -> Listing[ApprovalOut]:
    """List approvals: those that wait for the caller (default), that he submitted, decided, or may read."""
    if query.box == "waiting":
        rows = queries.waiting_for(call.actor, call.at)
    elif query.box == "submitted":
        rows = queries.submitted_by(call.actor)
    elif query.box == "decided":
        rows = queries.decided_by(call.actor)
    elif query.box == "copies":
        rows = queries.copied_to(call.actor)
    else:
        rows = queries.all_visible(call.actor, call.at)
    return paged(rows, ("-submitted_at",), query, ApprovalOut.of)


@read("/approvals/{approval}", scope="approvals:read", roles=STAFF)
def get_approval(call: Call, approval: Name) -> ApprovalWhole:
    """Show an approval with its chain."""
    return _whole(call, _row(call, approval))


class Submit(Made, Sent):
    matter: str = Field(max_length=60, pattern=r"^[a-z_]+$", description="What is asked for: 'complaint_settlement'.")
    about: Name = Field(description="Number or id of what it is about.")
    comment: Text = ""
    copies: list[UUID] = Field([], max_length=20)


@write("/approvals", scope="approvals:write", roles=SUBMITTERS, status=201)
def submit_approval(call: Call, body: Submit) -> ApprovalWhole:
    """Ask those whom the regulation names to approve a thing as it is now."""
    dossier = journal.dossier(call.actor, **named(body.about))
    _matter(body.matter)
    row = approvals.submit(
        matter=body.matter,
        about=dossier,
        comment=body.comment,
        copies=body.copies,
        happened_at=call.happened_at,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return _whole(call, _row(call, str(row.pk)))


class Decide(Sent):
    verdict: Literal["approve", "reject", "send_back"]
    comment: Text = Field("", description="Needed for a no and for sending back.")
    step: UUID | None = Field(None, description="The step that was seen; refused when it was decided meanwhile.")


@write("/approvals/{approval}/decide", scope="approvals:write", roles=STAFF)
def decide_approval(call: Call, approval: Name, body: Decide) -> ApprovalWhole:
    """Decide as somebody who is asked: approve, reject, or send back to the submitter."""
    row = _row(call, approval)
    if body.verdict == "approve":
        decisions.approve(
            approval_id=row.pk, comment=body.comment, step_id=body.step, happened_at=call.happened_at, actor=call.actor,
            at=call.at,
        )  # fmt: skip
    elif body.verdict == "reject":
        decisions.reject(
            approval_id=row.pk, comment=body.comment, step_id=body.step, happened_at=call.happened_at, actor=call.actor,
            at=call.at,
        )  # fmt: skip
    else:
        decisions.send_back(approval_id=row.pk, comment=body.comment, step_id=body.step, actor=call.actor, at=call.at)
    return _whole(call, _row(call, str(row.pk)))


class Withdraw(Shape):
    comment: Line = ""


@write("/approvals/{approval}/withdraw", scope="approvals:write", roles=STAFF)
def withdraw_approval(call: Call, approval: Name, body: Withdraw) -> ApprovalWhole:
    """Take one's own request back while it is not decided."""
    row = _row(call, approval)
    approvals.withdraw(approval_id=row.pk, comment=body.comment, actor=call.actor, at=call.at)
    return _whole(call, _row(call, str(row.pk)))


def _matter(code: str) -> None:
    if code not in MATTERS:
        reason = _("There is nothing of this kind to approve.")
        raise Invalid(reason, fields={"matter": reason})


def _row(call: Call, approval: str) -> Approval:
    wanted = named(approval)
    number = wanted.get("number")
    if number is None:
        number = journal.dossier(call.actor, id=wanted["id"]).number
    return queries.approval(call.actor, number, at=call.at)


def _told(row: Approval) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "title": row.dossier.title,
        "matter": row.matter,
        "about": Ref(id=row.about_id, number=row.about.number, name=row.about.title),
        "state": row.state,
        "round": row.round,
        "submitter": Ref(id=row.submitter.pk, name=row.submitter.name),
        "submitted_at": row.submitted_at,
        "decided_at": row.decided_at,
        "clauses": list(row.clauses),
    }


def _whole(call: Call, row: Approval) -> ApprovalWhole:
    steps = [
        StepOut(
            id=step.pk,
            position=step.position,
            role=step.role,
            mode=step.mode,
            state=step.state,
            clause=step.clause,
            due_at=step.due_at,
            people=[Ref(id=seat.person_id, name=seat.person.name) for seat in step.seats.all()],
        )
        for step in queries.steps(row)
    ]
    return ApprovalWhole(**_told(row), steps=steps, mine=queries.seat_of(row, call.actor, call.at) is not None)
