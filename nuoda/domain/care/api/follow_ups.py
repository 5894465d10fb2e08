"""Follow-ups: the calls that are due, their results, and the dissatisfied customer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from nuoda.foundation.base.pure.operations import (
    Call,
    Listing,
    Moment,
    Name,
    Paging,
    Shape,
    Text,
    Told,
    named,
    read,
    write,
)
from nuoda.foundation.ui.api.paging import paged

from .. import access, queries
from ..actions import followups
from ..models import FollowUp

State = Literal["planned", "done", "unreachable", "cancelled"]


class FollowUpOut(Shape):
    """A call after closing. `script` holds the questions by language, `answers` in their order."""

    id: UUID
    number: str
    version: int
    ticket: str
    ticket_id: UUID
    state: State
    due_at: datetime
    attempts: int
    last_attempt_at: datetime | None
    script: list[dict[str, str]]
    answers: list[str]
    result: str
    score: int | None
    satisfied: bool | None
    comment: str
    recorded_at: datetime | None
    owes_contact: bool
    contacted_at: datetime | None
    agreed: str

    @classmethod
    def of(cls, row: FollowUp) -> FollowUpOut:
        return cls(
            id=row.pk,
            number=row.number,
            version=row.version,
            ticket=row.ticket.number,
            ticket_id=row.ticket_id,
            state=row.state,
            due_at=row.due_at,
            attempts=row.attempts,
            last_attempt_at=row.last_attempt_at,
            script=row.script,
            answers=row.answers,
            result=row.result,
            score=row.score,
            satisfied=row.satisfied,
            comment=row.comment,
            recorded_at=row.recorded_at,
            owes_contact=row.owes_contact,
            contacted_at=row.contacted_at,
            agreed=row.agreed,
        )


class FollowUpFilter(Paging):
    state: list[State] = Field([], max_length=4)
    due_until: Moment | None = None
    owes_contact: bool | None = Field(None, description="Dissatisfied customers with whom nobody has spoken yet.")
    ticket: UUID | None = None


@read("/follow-ups", scope="care:read", roles=access.READERS)
def list_follow_ups(call: Call, query: FollowUpFilter) -> Listing[FollowUpOut]:
    """List follow-ups, the longest due first."""
    rows = queries.follow_ups(call.actor)
    if query.state:
        rows = rows.filter(state__in=query.state)
    if query.due_until is not None:
        rows = rows.filter(due_at__lt=query.due_until)
    if query.owes_contact is not None:
        owed = {"contact_asked_at__isnull": False, "contacted_at": None}
        rows = rows.filter(**owed) if query.owes_contact else rows.exclude(**owed)
    if query.ticket is not None:
        rows = rows.filter(ticket_id=query.ticket)
    return paged(rows, ("due_at",), query, FollowUpOut.of)


@read("/follow-ups/{follow_up}", scope="care:read", roles=access.READERS)
def get_follow_up(call: Call, follow_up: Name) -> FollowUpOut:
    """Show a follow-up with its questions."""
    return FollowUpOut.of(queries.follow_up(call.actor, **named(follow_up)))


@write("/follow-ups/{follow_up}/attempt", scope="care:write", roles=access.VERBS["attempt"])
def attempt_follow_up(call: Call, follow_up: Name, body: Told) -> FollowUpOut:
    """Note that the customer was called and not reached (LC-4.3.4a)."""
    row = queries.hold(call.actor, **named(follow_up), version=body.version)
    followups.attempt(row, note=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return FollowUpOut.of(row)


class CallRecord(Told):
    score: int | None = Field(None, ge=1, le=5)
    satisfied: bool | None = None
    answers: list[Text] = Field([], max_length=50)
    comment: Text = ""
    declined: bool = Field(False, description="The customer did not want to answer.")
    reopen: Text = Field("", description="What is still wrong: opens the ticket again.")


@write("/follow-ups/{follow_up}/record", scope="care:write", roles=access.VERBS["record"])
def record_follow_up(call: Call, follow_up: Name, body: CallRecord) -> FollowUpOut:
    """Record what the customer said; a low score asks for a contact within the set time."""
    row = queries.hold(call.actor, **named(follow_up), version=body.version)
    followups.record(
        row,
        score=body.score,
        satisfied=body.satisfied,
        answers=body.answers,
        comment=body.comment,
        declined=body.declined,
        reopen=body.reopen,
        happened_at=call.happened_at,
        actor=call.actor,
        at=call.at,
    )
    return FollowUpOut.of(row)


class Contacted(Told):
    agreed: Text = Field(min_length=1)
    reopen: Text = ""


@write("/follow-ups/{follow_up}/contacted", scope="care:write", roles=access.VERBS["contact"])
def contact_dissatisfied(call: Call, follow_up: Name, body: Contacted) -> FollowUpOut:
    """Record that somebody spoke with the dissatisfied customer, and what was agreed (LC-5.3.3b)."""
    row = queries.hold(call.actor, **named(follow_up), version=body.version)
    followups.contact_dissatisfied(
        row, agreed=body.agreed, reopen=body.reopen, happened_at=call.happened_at, actor=call.actor, at=call.at
    )
    return FollowUpOut.of(row)


class CancelCall(Shape):
    version: int | None = Field(None, ge=0, le=2**31 - 1)
    reason: Literal["not_wanted", "mistake"]


@write("/follow-ups/{follow_up}/cancel", scope="care:write", roles=access.VERBS["cancel"])
def cancel_follow_up(call: Call, follow_up: Name, body: CancelCall) -> FollowUpOut:
    """Cancel a planned call that is not needed any more."""
    row = queries.hold(call.actor, **named(follow_up), version=body.version)
    followups.cancel(row, reason=body.reason, actor=call.actor, at=call.at)
    return FollowUpOut.of(row)
