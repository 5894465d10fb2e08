"""Work orders: suggestions, dispatch, lists, and every verb of the technician."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.db.models import DateTimeField, F, Func
from pydantic import Field

from nuoda.domain.parts.models import Part
from nuoda.foundation.base.pure.operations import (
    Call,
    Line,
    Listing,
    Made,
    Moment,
    Name,
    Paging,
    Sent,
    Shape,
    Short,
    Text,
    Told,
    Verb,
    named,
    read,
    write,
)
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.ui.api.paging import paged

from .. import access as rights
from .. import queries
from ..actions import dispatch, records, work
from ..models import WorkOrder
from ..states import ACTIVE
from ..web.board import as_kept
from .naming import held, held_work, person, work_verbs
from .shapes import (
    DeclineReason,
    Resolution,
    SuggestionOut,
    UnfinishedReason,
    WorkKind,
    WorkOut,
    WorkShort,
    WorkState,
    WorkWhole,
)

READERS = rights.READERS - rights.CUSTOMER
FACTS = {"has_technician": "technician", "has_place": "place", "has_task": "task", "has_time": "starts_at"}
"""Facts that refusals name → fields of the body."""


class Minutes(Shape):
    minutes: int | None = Field(None, ge=15, le=1440, description="Length of the job; default: as the book says.")


@read("/tickets/{ticket}/suggestions", scope="work:read", roles=rights.TICKET_VERBS["dispatch"])
def suggest_technicians(call: Call, ticket: Name, query: Minutes) -> list[SuggestionOut]:
    """Suggest technicians for a ticket, best first, each with his first free time and the reasons (DL-3.2a)."""
    row = queries.ticket(call.actor, **named(ticket))
    found = queries.suggestions(call.actor, row, at=call.at, minutes=query.minutes)
    return [SuggestionOut.of(place, who, item) for place, (who, item) in enumerate(found, 1)]


class Dispatch(Made):
    version: int | None = Field(None, ge=0, le=2**31 - 1)
    technician: UUID
    task: Short = Field(min_length=1, max_length=400)
    kind: WorkKind = "onsite"
    place: Line = Field("", max_length=300, description="Default: the address of the ticket's site.")
    starts_at: Moment
    ends_at: Moment
    appointed: bool = Field(False, description="The customer agreed to this time.")
    remark: Text = ""


@write("/tickets/{ticket}/dispatch", scope="work:write", roles=rights.TICKET_VERBS["dispatch"], status=201)
def dispatch_ticket(call: Call, ticket: Name, body: Dispatch) -> WorkOut:
    """Give a technician a job: task, place, time (DL-3.2). A technician is never booked twice at a time."""
    row = held(call, ticket, body.version)
    who = person(call.actor, body.technician, "technician", dealer_id=row.dealer_id, field="technician")
    ranked = queries.suggestions(call.actor, row, at=call.at)
    kept = next((as_kept(place, item) for place, (one, item) in enumerate(ranked, 1) if one.pk == who.pk), {})
    try:
        job = dispatch.assign(
            row,
            technician=who,
            task=body.task,
            kind=body.kind,
            place=body.place,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            appointed=body.appointed,
            suggestion=kept,
            remark=body.remark,
            id=body.id,
            actor=call.actor,
            at=call.at,
        )
    except Refused as refusal:
        refusal.fields = {FACTS.get(name, name): reason for name, reason in refusal.fields.items()}
        raise
    return WorkOut.of(queries.work_order(call.actor, id=job.pk))


class WorkFilter(Paging):
    """Which work orders; all that are given must hold."""

    state: list[WorkState] = Field([], max_length=8)
    active: bool | None = Field(None, description="Whether it still takes the technician's time.")
    kind: list[WorkKind] = Field([], max_length=3)
    technician: UUID | None = None
    mine: bool = Field(False, description="Only the caller's own.")
    ticket: UUID | None = None
    dealer: UUID | None = None
    order: Literal["newest", "planned"] = "newest"


@read("/work-orders", scope="work:read", roles=READERS)
def list_work_orders(call: Call, query: WorkFilter) -> Listing[WorkShort]:
    """List work orders."""
    rows = WorkOrder.visible_to(call.actor).select_related("dossier", "technician")
    if query.state:
        rows = rows.filter(state__in=query.state)
    if query.active is not None:
        rows = rows.filter(state__in=ACTIVE) if query.active else rows.exclude(state__in=ACTIVE)
    if query.kind:
        rows = rows.filter(kind__in=query.kind)
    if query.technician is not None:
        rows = rows.filter(technician_id=query.technician)
    if query.mine:
        rows = rows.filter(technician_id=call.actor.person_id)
    if query.ticket is not None:
        rows = rows.filter(ticket_id=query.ticket)
    if query.dealer is not None:
        rows = rows.filter(dealer_id=query.dealer)
    if query.order == "planned":
        begins = Func(F("planned"), function="lower", output_field=DateTimeField())
        return paged(rows.annotate(begins=begins), ("begins",), query, WorkShort.of)
    return paged(rows, ("-dispatched_at",), query, WorkShort.of)


@read("/work-orders/{work_order}", scope="work:read", roles=READERS)
def get_work_order(call: Call, work_order: Name) -> WorkWhole:
    """Show a work order with its record and what the caller may do with it."""
    row = queries.work_order(call.actor, **named(work_order))
    return WorkWhole.whole(row, work_verbs(call, row))


class Decline(Verb):
    reason: DeclineReason


@write("/work-orders/{work_order}/decline", scope="work:write", roles=rights.WORK_VERBS["decline"])
def decline_work(call: Call, work_order: Name, body: Decline) -> WorkOut:
    """Decline a job; the ticket waits for dispatch again."""
    row = held_work(call, work_order, body.version)
    work.decline(row, reason=body.reason, remark=body.remark, actor=call.actor, at=call.at)
    return WorkOut.of(row)


@write("/work-orders/{work_order}/contact", scope="work:write", roles=rights.WORK_VERBS["contact"])
def contact_customer(call: Call, work_order: Name, body: Told) -> WorkOut:
    """Note that the technician spoke with the customer (DL-3.3a)."""
    row = held_work(call, work_order, body.version)
    work.contact(row, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return WorkOut.of(row)


class Appoint(Verb):
    starts_at: Moment
    ends_at: Moment


@write("/work-orders/{work_order}/appoint", scope="work:write", roles=rights.WORK_VERBS["appoint"])
def appoint_work(call: Call, work_order: Name, body: Appoint) -> WorkOut:
    """Note the time that was agreed with the customer."""
    row = held_work(call, work_order, body.version)
    work.appoint(row, starts_at=body.starts_at, ends_at=body.ends_at, remark=body.remark, actor=call.actor, at=call.at)
    return WorkOut.of(row)


@write("/work-orders/{work_order}/prepare", scope="work:write", roles=rights.WORK_VERBS["prepare"])
def prepare_work(call: Call, work_order: Name, body: Verb) -> WorkOut:
    """Note that tools and parts are ready (DL-3.3b)."""
    row = held_work(call, work_order, body.version)
    work.prepare(row, remark=body.remark, actor=call.actor, at=call.at)
    return WorkOut.of(row)


class Arrive(Told):
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


@write("/work-orders/{work_order}/arrive", scope="work:write", roles=rights.WORK_VERBS["arrive"])
def arrive_at_work(call: Call, work_order: Name, body: Arrive) -> WorkOut:
    """Check in at the place, or open the remote session; of a position only the distance is kept (MN-3.2.1b)."""
    row = held_work(call, work_order, body.version)
    here = (body.latitude, body.longitude) if body.latitude is not None and body.longitude is not None else None
    work.arrive(row, position=here, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return WorkOut.of(row)


class PartLine(Shape):
    """A part that was replaced: by its code in the catalogue, or by name."""

    code: Short = ""
    name: Line = Field("", max_length=120)
    quantity: int = Field(ge=1, le=10_000)
    old_serial: Short = ""
    new_serial: Short = ""


class WorkRecord(Told):
    """The repair record; only what is sent is written, `parts` replaces all lines."""

    symptom: Text | None = None
    cause: Text | None = None
    measure: Text | None = None
    resolution: Resolution | None = None
    explained: bool | None = None
    tested: bool | None = None
    site_cleaned: bool | None = None
    no_parts: bool | None = None
    remote_result: Literal["", "session", "patch"] | None = None
    customer_confirmed: bool | None = None
    parts: list[PartLine] | None = Field(None, max_length=100)


@write("/work-orders/{work_order}/record", scope="work:write", roles=rights.WORK_VERBS["note"])
def record_work(call: Call, work_order: Name, body: WorkRecord) -> WorkOut:
    """Write the record: fault, cause, measure, checks and parts (DL-3.3d, DL-3.5a)."""
    row = held_work(call, work_order, body.version)
    lines = None
    if body.parts is not None:
        codes = [item.code for item in body.parts if item.code]
        known = {part.code: part for part in Part.visible_to(call.actor).filter(code__in=codes)}
        lines = [
            records.Line(
                quantity=item.quantity,
                part=known.get(item.code),
                name=item.name or ("" if item.code in known else item.code),
                old_serial=item.old_serial,
                new_serial=item.new_serial,
            )
            for item in body.parts
        ]
    written = body.model_dump(include=set(records.NOTED), exclude_none=True)
    records.note(row, parts=lines, happened_at=call.happened_at, actor=call.actor, at=call.at, **written)
    return WorkOut.of(row)


Stroke = Annotated[
    list[Annotated[list[float], Field(min_length=2, max_length=4)]], Field(min_length=1, max_length=2000)
]


class Sign(Made, Sent):
    version: int | None = Field(None, ge=0, le=2**31 - 1)
    score: int = Field(ge=1, le=5)
    name: Short = Field(min_length=1)
    strokes: list[Stroke] = Field(min_length=1, max_length=200, description="Strokes of points [x, y].")
    comment: Text = ""


class SignedWork(Shape):
    """The work order, and the paper that was signed."""

    work_order: WorkOut
    paper: UUID


@write("/work-orders/{work_order}/sign", scope="work:write", roles=rights.WORK_VERBS["sign"])
def sign_work(call: Call, work_order: Name, body: Sign) -> SignedWork:
    """Rate and sign the record on the spot; the signature covers the record as it is (DL-3.3f)."""
    row = held_work(call, work_order, body.version)
    paper = records.sign(
        row,
        score=body.score,
        name=body.name,
        strokes=body.strokes,
        comment=body.comment,
        signed_at=call.happened_at,
        device=call.device,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return SignedWork(work_order=WorkOut.of(row), paper=paper.pk)


@write("/work-orders/{work_order}/complete", scope="work:write", roles=rights.WORK_VERBS["complete"])
def complete_work(call: Call, work_order: Name, body: Told) -> WorkOut:
    """Complete a job that solved the matter; the gates ask for checks, record, signature and rating."""
    row = held_work(call, work_order, body.version)
    work.complete(row, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return WorkOut.of(row)


@write("/work-orders/{work_order}/nobody-home", scope="work:write", roles=rights.WORK_VERBS["nobody_home"])
def nobody_home(call: Call, work_order: Name, body: Told) -> WorkOut:
    """Note that nobody let the technician in at the agreed time."""
    row = held_work(call, work_order, body.version)
    work.nobody_home(row, remark=body.remark, happened_at=call.happened_at, actor=call.actor, at=call.at)
    return WorkOut.of(row)


class Unfinished(Verb):
    reason: UnfinishedReason


@write("/work-orders/{work_order}/leave-unfinished", scope="work:write", roles=rights.WORK_VERBS["leave_unfinished"])
def leave_work_unfinished(call: Call, work_order: Name, body: Unfinished) -> WorkOut:
    """End a visit that did not solve the matter; another one is needed."""
    row = held_work(call, work_order, body.version)
    work.leave_unfinished(row, reason=body.reason, remark=body.remark, actor=call.actor, at=call.at)
    return WorkOut.of(row)


class TakeBack(Verb):
    reason: Text


@write("/work-orders/{work_order}/cancel", scope="work:write", roles=rights.WORK_VERBS["cancel"])
def cancel_work(call: Call, work_order: Name, body: TakeBack) -> WorkOut:
    """Take a job back before work began."""
    row = held_work(call, work_order, body.version)
    work.cancel(row, reason=body.reason, remark=body.remark, actor=call.actor, at=call.at)
    return WorkOut.of(row)
