"""What approvals announce. They are recorded in the case of the subject, so that its clocks see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("approval.requested")
class ApprovalRequested:
    """Somebody asked for an approval (or asked again: the next round)."""

    approval: UUID
    matter: str
    about: UUID
    round: int
    content: str


@event("approval.step_opened")
class ApprovalStepOpened:
    """It is the turn of a step's people to decide, until `due_at` where the book sets a time."""

    approval: UUID
    step: UUID
    role: str
    due_at: datetime | None = None


@event("approval.step_decided")
class ApprovalStepDecided:
    """A step is decided: approved, rejected or sent back."""

    approval: UUID
    step: UUID
    role: str
    verdict: str


@event("approval.agreed")
class ApprovalAgreed:
    """One of several people who must all approve a step has approved it."""

    approval: UUID
    step: UUID
    person: UUID


@event("approval.step_closed")
class ApprovalStepClosed:
    """A step is not waited for any more: the approval was withdrawn, decided elsewhere or put back."""

    approval: UUID
    step: UUID
    reason: str


@event("approval.decided")
class ApprovalDecided:
    """The whole chain is through (approved), or one said no (rejected)."""

    approval: UUID
    matter: str
    about: UUID
    verdict: str
    content: str


@event("approval.sent_back")
class ApprovalSentBack:
    """The submitter is to mend the matter and submit it again."""

    approval: UUID
    step: UUID


@event("approval.returned")
class ApprovalReturned:
    """An earlier step is to decide once more."""

    approval: UUID
    step: UUID
    to_step: UUID


@event("approval.withdrawn")
class ApprovalWithdrawn:
    """The submitter took the request back."""

    approval: UUID


@event("approval.lapsed")
class ApprovalLapsed:
    """The content was changed after it was submitted or approved: what was said about it does not hold any more."""

    approval: UUID
    matter: str
    about: UUID
    content: str


@event("approval.transferred")
class ApprovalTransferred:
    """A decision passed to another person: who was asked gave it to him, left, or lost the role."""

    approval: UUID
    step: UUID
    to_person: UUID


@event("approval.signer_added")
class ApprovalSignerAdded:
    """Somebody who was asked wants a further person to decide, before or after himself."""

    approval: UUID
    step: UUID
    person: UUID
    place: str


@event("approval.reminded")
class ApprovalReminded:
    """The submitter reminded those who have not decided yet."""

    approval: UUID
    step: UUID


@event("approval.copied")
class ApprovalCopied:
    """A person was given the approval to read."""

    approval: UUID
    person: UUID
