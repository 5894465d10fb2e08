"""What the service announces. Work orders' events lie in the case of their ticket and name the `work_order`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("ticket.reported")
class TicketReported:
    """A customer (or somebody for him) reported a matter, on any channel."""

    ticket: UUID
    kind: str
    severity: str
    channel: str


@event("ticket.answered")
class TicketAnswered:
    """A person answered the customer for the first time since the report, on any channel."""

    ticket: UUID
    channel: str


@event("ticket.promised")
class TicketPromised:
    """The customer was promised an answer by a moment; a later promise replaces the earlier one."""

    ticket: UUID
    due_at: datetime


@event("ticket.handed_over")
class TicketHandedOver:
    """The matter was passed to a person or to a dealer who answers for it from now on."""

    ticket: UUID
    to_person: UUID | None = None
    to_dealer: UUID | None = None
    reason: str = ""


@event("ticket.severity_changed")
class TicketSeverityChanged:
    """The severity was set anew, by hand, with a reason; its clocks are computed anew from the report."""

    ticket: UUID
    before: str
    severity: str
    reason: str


@event("ticket.responded")
class TicketResponded:
    """A technician or qualified person spoke with the customer about the fault itself."""

    ticket: UUID
    work_order: UUID | None = None
    channel: str = ""


@event("ticket.dispatched")
class TicketDispatched:
    """A work order was given out for the ticket."""

    ticket: UUID
    work_order: UUID


@event("ticket.dispatch_withdrawn")
class TicketDispatchWithdrawn:
    """No work order is under way any more, and the matter is not solved: it waits for dispatch again."""

    ticket: UUID
    work_order: UUID | None = None


@event("ticket.work_started")
class TicketWorkStarted:
    """Work on the ticket began: on site or in a remote session."""

    ticket: UUID
    work_order: UUID


@event("ticket.solved")
class TicketSolved:
    """The work is complete, or the customer has a solution that he can use."""

    ticket: UUID
    how: str
    work_order: UUID | None = None


@event("ticket.closed")
class TicketClosed:
    """The customer confirmed, or did not object in time: the matter is closed."""

    ticket: UUID
    kind: str
    severity: str


@event("ticket.reopened")
class TicketReopened:
    """A solved or closed matter came back; the clocks begin their next round."""

    ticket: UUID
    round: int
    reason: str


@event("ticket.cancelled")
class TicketCancelled:
    """The matter ended without work, for a reason."""

    ticket: UUID
    reason: str


@event("ticket.merged")
class TicketMerged:
    """The matter was the same as another; that one goes on."""

    ticket: UUID
    into: UUID


@event("ticket.absorbed")
class TicketAbsorbed:
    """Another report of the same matter was merged into this one."""

    ticket: UUID
    duplicate: UUID


@event("ticket.paused")
class TicketPaused:
    """Work waits for a reason. Only reasons that a clause lists stop its clock."""

    ticket: UUID
    reason: str
    until: datetime | None = None


@event("ticket.resumed")
class TicketResumed:
    """What was waited for has come."""

    ticket: UUID
    reason: str


@event("ticket.reassigned")
class TicketReassigned:
    """Another person looks after the ticket."""

    ticket: UUID
    to_person: UUID
    reason: str


@event("ticket.customer_corrected")
class TicketCustomerCorrected:
    """The ticket had been filed under the wrong customer."""

    ticket: UUID
    before: UUID | None = None
    customer: UUID | None = None
    reason: str = ""


@event("ticket.rated")
class TicketRated:
    """The customer rated the service."""

    ticket: UUID
    score: int
    channel: str


@event("complaint.settlement_proposed")
class SettlementProposed:
    """A settlement was worked out for a complaint; above the limit it waits for approval."""

    ticket: UUID
    amount_fen: int


@event("complaint.settlement_approved")
class SettlementApproved:
    """The settlement may be offered to the customer."""

    ticket: UUID
    amount_fen: int
    approval: UUID | None = None


@event("complaint.settlement_rejected")
class SettlementRejected:
    """The settlement was not approved."""

    ticket: UUID
    amount_fen: int
    approval: UUID | None = None


@event("work_order.dispatched")
class WorkOrderDispatched:
    """A technician was given a job: task, place, time."""

    ticket: UUID
    work_order: UUID
    technician: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime


@event("work_order.declined")
class WorkOrderDeclined:
    """The technician cannot take the job, for a reason."""

    ticket: UUID
    work_order: UUID
    technician: UUID
    reason: str


@event("work_order.contacted")
class WorkOrderContacted:
    """The technician spoke with the customer about the job."""

    ticket: UUID
    work_order: UUID


@event("work_order.appointed")
class WorkOrderAppointed:
    """The customer agreed to a time."""

    ticket: UUID
    work_order: UUID
    starts_at: datetime
    ends_at: datetime


@event("work_order.prepared")
class WorkOrderPrepared:
    """Tools and parts for the job were made ready."""

    ticket: UUID
    work_order: UUID


@event("work_order.arrived")
class WorkOrderArrived:
    """The technician checked in at the customer's place."""

    ticket: UUID
    work_order: UUID
    metres: int | None = None


@event("work_order.session_started")
class WorkOrderSessionStarted:
    """A remote session, or the delivery of a patch, began."""

    ticket: UUID
    work_order: UUID


@event("work_order.noted")
class WorkOrderNoted:
    """Fault, cause, measure, checks or parts were written down."""

    ticket: UUID
    work_order: UUID


@event("work_order.signed")
class WorkOrderSigned:
    """The customer rated the service and signed its record."""

    ticket: UUID
    work_order: UUID
    score: int
    paper: UUID | None = None


@event("work_order.completed")
class WorkOrderCompleted:
    """The job is done, tested and recorded."""

    ticket: UUID
    work_order: UUID
    kind: str
    solved: bool


@event("work_order.nobody_home")
class WorkOrderNobodyHome:
    """The technician was there at the agreed time, and nobody let him in."""

    ticket: UUID
    work_order: UUID


@event("work_order.left_unfinished")
class WorkOrderLeftUnfinished:
    """The visit ended without a solution; another is needed."""

    ticket: UUID
    work_order: UUID
    reason: str


@event("work_order.cancelled")
class WorkOrderCancelled:
    """The job is not needed any more, or goes to somebody else."""

    ticket: UUID
    work_order: UUID
    reason: str
