"""What the API says about tickets and work orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from nuoda.domain.customers.models import Customer, InstalledProduct
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.states.actions.moves import Possible
from nuoda.foundation.base.pure.operations import Ref, Shape
from nuoda.foundation.orgs.models import Person

from ..models import Ticket, WorkOrder
from ..pure.ranking import Suggestion

Kind = Literal["consultation", "fault", "complaint", "suggestion"]
Severity = Literal["urgent", "general", "none"]
Channel = Literal["phone", "web", "api"]
TicketState = Literal["reported", "answered", "dispatched", "working", "solved", "closed", "cancelled", "merged"]
PauseReason = Literal["waiting_customer", "waiting_parts", "waiting_vendor", "waiting_evidence", "other"]
CancelReason = Literal["withdrawn", "self_solved", "not_ours", "mistake", "unreachable", "other"]
WorkKind = Literal["onsite", "remote", "software"]
WorkState = Literal["assigned", "contacted", "appointed", "on_site", "completed", "unfinished", "declined", "cancelled"]
DeclineReason = Literal["ill", "other_job", "not_qualified", "too_far", "other"]
UnfinishedReason = Literal["part_missing", "needs_expert", "customer_stopped", "unsafe", "other"]
Resolution = Literal["", "repaired", "part_replaced", "adjusted", "session", "patch", "explained"]
Cause = Literal["", "late", "quality", "attitude", "price", "repeat", "other"]
Settlement = Literal["", "proposed", "approved", "rejected"]


class ClockOut(Shape):
    """A time limit of a case. `state`: open, paused, kept, missed, withdrawn, waived; `done_at` also for what was done late."""

    id: UUID
    clause: str
    label: dict[str, str]
    round: int
    state: Literal["open", "paused", "kept", "missed", "withdrawn", "waived"]
    owner_role: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    done_at: datetime | None

    @classmethod
    def of(cls, row: Deadline) -> ClockOut:
        return cls(
            id=row.id,
            clause=row.clause_id,
            label=row.label,
            round=row.round,
            state=row.state,
            owner_role=row.owner_role,
            started_at=row.started_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
            done_at=row.done_at,
        )


class VerbOut(Shape):
    """Something that the caller's roles may do here; where the book does not allow it now, why."""

    verb: str
    allowed: bool
    reason: str = ""
    clauses: list[str] = []

    @classmethod
    def of(cls, found: Possible) -> VerbOut:
        return cls(verb=found.verb, allowed=found.allowed, reason=str(found.reason), clauses=list(found.clauses))


class TicketShort(Shape):
    """A ticket in a list."""

    id: UUID
    number: str
    version: int
    state: TicketState
    kind: Kind
    severity: Severity
    channel: Channel
    subject: str
    customer: Ref | None
    dealer_id: UUID | None
    keeper_id: UUID | None
    reported_at: datetime
    answered_at: datetime | None
    promised_at: datetime | None
    responded_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    paused_at: datetime | None
    pause_reason: str
    reopened: int
    score: int | None

    @classmethod
    def of(cls, row: Ticket) -> TicketShort:
        return cls(**_short(row))


class Machine(Shape):
    id: UUID
    number: str
    serial: str
    model: str
    in_warranty: bool | None

    @classmethod
    def of(cls, row: InstalledProduct, in_warranty: bool | None) -> Machine:
        return cls(id=row.pk, number=row.number, serial=row.serial, model=str(row.model), in_warranty=in_warranty)


class WorkShort(Shape):
    """A work order in a list."""

    id: UUID
    number: str
    version: int
    ticket_id: UUID
    visit: int
    state: WorkState
    kind: WorkKind
    technician: Ref
    task: str
    place: str
    starts_at: datetime
    ends_at: datetime
    appointed: bool
    contacted_at: datetime | None
    prepared_at: datetime | None
    arrived_at: datetime | None
    signed_at: datetime | None
    finished_at: datetime | None
    end_reason: str

    @classmethod
    def of(cls, row: WorkOrder) -> WorkShort:
        return cls(**_work(row))


class TicketOut(TicketShort):
    """A ticket with everything that its page shows. `severity_clause` is the clause whose rule proposed the severity."""

    proposed_severity: Severity
    severity_clause: str
    severity_reason: str
    problem: str
    caller_name: str
    caller_phone: str
    contact: Ref | None
    site: Ref | None
    product: Machine | None
    model_text: str
    serial_text: str
    purchase_date: date | None
    production_stopped: bool
    safety_risk: bool
    machines_down: int
    solution: str
    cause_code: str
    customer_confirmed: bool
    merged_into_id: UUID | None
    settlement_fen: int | None
    settlement_state: Settlement

    @classmethod
    def of(cls, row: Ticket) -> TicketOut:
        return cls(**_short(row), **_long(row))


class TicketWhole(TicketOut):
    """A ticket with its jobs, its time limits (what is owed first) and what the caller may do with it."""

    work_orders: list[WorkShort]
    clocks: list[ClockOut]
    verbs: list[VerbOut]

    @classmethod
    def whole(cls, row: Ticket, clocks: Iterable[Deadline], verbs: Iterable[Possible]) -> TicketWhole:
        return cls(
            **_short(row),
            **_long(row),
            work_orders=[WorkShort.of(job) for job in row.work_orders.all()],
            clocks=[ClockOut.of(item) for item in clocks],
            verbs=[VerbOut.of(item) for item in verbs],
        )


class PartOut(Shape):
    code: str
    name: str
    quantity: int
    old_serial: str
    new_serial: str


class WorkOut(WorkShort):
    """A work order with its record."""

    symptom: str
    cause: str
    measure: str
    resolution: Resolution
    explained: bool
    tested: bool
    site_cleaned: bool
    no_parts: bool
    customer_confirmed: bool
    remote_result: str
    score: int | None
    solved: bool | None
    record_paper: UUID | None
    parts: list[PartOut]

    @classmethod
    def of(cls, row: WorkOrder) -> WorkOut:
        return cls(**_work(row), **_record(row))


class WorkWhole(WorkOut):
    """A work order with what the caller may do with it."""

    verbs: list[VerbOut]

    @classmethod
    def whole(cls, row: WorkOrder, verbs: Iterable[Possible]) -> WorkWhole:
        return cls(**_work(row), **_record(row), verbs=[VerbOut.of(item) for item in verbs])


class Reason(Shape):
    """Why a technician was placed where he was: a code with its numbers."""

    code: str
    good: bool
    figures: dict[str, str]


class SuggestionOut(Shape):
    """A technician for a job; `place` 1 is the best."""

    place: int
    technician: Ref
    qualified: bool
    starts_at: datetime | None
    ends_at: datetime | None
    kilometres: float | None
    open_jobs: int
    score: float
    reasons: list[Reason]

    @classmethod
    def of(cls, place: int, person: Person, found: Suggestion) -> SuggestionOut:
        return cls(
            place=place,
            technician=person_ref(person),
            qualified=found.qualified,
            starts_at=found.slot[0] if found.slot else None,
            ends_at=found.slot[1] if found.slot else None,
            kilometres=found.kilometres,
            open_jobs=found.open_jobs,
            score=found.score,
            reasons=[
                Reason(code=item.code, good=item.good, figures={k: str(v) for k, v in item.figures.items()})
                for item in found.reasons
            ],
        )


def customer_ref(row: Customer | None) -> Ref | None:
    return Ref(id=row.pk, number=row.number, name=row.name) if row else None


def person_ref(row: Person) -> Ref:
    return Ref(id=row.pk, name=row.name)


def _short(row: Ticket) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "version": row.version,
        "state": row.state,
        "kind": row.kind,
        "severity": row.severity,
        "channel": row.channel,
        "subject": row.subject,
        "customer": customer_ref(row.customer),
        "dealer_id": row.dealer_id,
        "keeper_id": row.keeper_id,
        "reported_at": row.reported_at,
        "answered_at": row.answered_at,
        "promised_at": row.promised_at,
        "responded_at": row.responded_at,
        "solved_at": row.solved_at,
        "closed_at": row.closed_at,
        "paused_at": row.paused_at,
        "pause_reason": row.pause_reason,
        "reopened": row.reopened,
        "score": row.score,
    }


def _long(row: Ticket) -> dict[str, Any]:
    return {
        "proposed_severity": row.proposed_severity,
        "severity_clause": row.severity_clause,
        "severity_reason": row.severity_reason,
        "problem": row.problem,
        "caller_name": row.caller_name,
        "caller_phone": row.caller_phone,
        "contact": Ref(id=row.contact.pk, name=row.contact.name) if row.contact else None,
        "site": Ref(id=row.site.pk, name=row.site.name) if row.site else None,
        "product": Machine.of(row.product, row.in_warranty) if row.product else None,
        "model_text": row.model_text,
        "serial_text": row.serial_text,
        "purchase_date": row.purchase_date,
        "production_stopped": row.production_stopped,
        "safety_risk": row.safety_risk,
        "machines_down": row.machines_down,
        "solution": row.solution,
        "cause_code": row.cause_code,
        "customer_confirmed": row.customer_confirmed,
        "merged_into_id": row.merged_into_id,
        "settlement_fen": row.settlement_fen,
        "settlement_state": row.settlement_state,
    }


def _work(row: WorkOrder) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "version": row.version,
        "ticket_id": row.ticket_id,
        "visit": row.visit,
        "state": row.state,
        "kind": row.kind,
        "technician": person_ref(row.technician),
        "task": row.task,
        "place": row.place,
        "starts_at": row.planned.lower,
        "ends_at": row.planned.upper,
        "appointed": row.appointed,
        "contacted_at": row.contacted_at,
        "prepared_at": row.prepared_at,
        "arrived_at": row.arrived_at,
        "signed_at": row.signed_at,
        "finished_at": row.finished_at,
        "end_reason": row.end_reason,
    }


def _record(row: WorkOrder) -> dict[str, Any]:
    return {
        "symptom": row.symptom,
        "cause": row.cause,
        "measure": row.measure,
        "resolution": row.resolution,
        "explained": row.explained,
        "tested": row.tested,
        "site_cleaned": row.site_cleaned,
        "no_parts": row.no_parts,
        "customer_confirmed": row.customer_confirmed,
        "remote_result": row.remote_result,
        "score": row.score,
        "solved": row.solved,
        "record_paper": row.record_paper,
        "parts": [
            PartOut(
                code=line.part.code if line.part else "",
                name=line.name,
                quantity=line.quantity,
                old_serial=line.old_serial,
                new_serial=line.new_serial,
            )
            for line in row.parts.select_related("part").order_by("id")
        ],
    }
