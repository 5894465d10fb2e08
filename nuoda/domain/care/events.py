"""What care announces; recorded in the case of the ticket."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("follow_up.planned")
class FollowUpPlanned:
    """A call after closing is due, from `due_at` on."""

    follow_up: UUID
    ticket: UUID
    due_at: datetime


@event("follow_up.attempted")
class FollowUpAttempted:
    """Somebody tried to reach the customer, in vain; the next try is due from `due_at` on."""

    follow_up: UUID
    ticket: UUID
    attempt: int
    due_at: datetime | None = None


@event("follow_up.recorded")
class FollowUpRecorded:
    """The follow-up has its result."""

    follow_up: UUID
    ticket: UUID
    result: str
    score: int | None = None


@event("follow_up.unreachable")
class FollowUpUnreachable:
    """Given up after the declared number of attempts."""

    follow_up: UUID
    ticket: UUID
    attempt: int


@event("follow_up.dissatisfied")
class FollowUpDissatisfied:
    """The customer is dissatisfied: he says so, or scores at or below the declared limit."""

    follow_up: UUID
    ticket: UUID
    score: int | None = None


@event("follow_up.cancelled")
class FollowUpCancelled:
    """The call is not needed any more: the matter was opened again or ended otherwise."""

    follow_up: UUID
    ticket: UUID
    reason: str


@event("follow_up.contact_asked")
class FollowUpContactAsked:
    """The book wants the dissatisfied customer to be contacted."""

    follow_up: UUID
    ticket: UUID


@event("customer.contacted_after_dissatisfaction")
class CustomerContactedAfterDissatisfaction:
    """Somebody has spoken with the dissatisfied customer and agreed what will be done."""

    follow_up: UUID
    ticket: UUID
