"""Periodic duties: what is owed, one with what did it, attesting."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from nuoda.foundation.base.pure.operations import (
    Call,
    Listing,
    Made,
    Moment,
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
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import READERS
from ..actions import attestations
from ..models import Obligation

WAIVERS = frozenset({"quality_supervisor", "director"})
State = Literal["open", "claimed", "met", "missed", "waived", "withdrawn"]


class DutyOut(Shape):
    """What a clause asks for one period and unit. `done_at` also for what was done late; without `unit` it is about the company."""

    id: UUID
    number: str
    clause: str
    label: dict[str, str]
    period: str
    unit: Ref | None
    owner_role: str
    owner_id: UUID | None
    state: State
    opens_at: datetime
    due_at: datetime
    done_at: datetime | None
    counted: int
    times: int

    @classmethod
    def of(cls, row: Obligation) -> DutyOut:
        return cls(**_told(row))


class EvidenceOut(Shape):
    """An event that counts."""

    type: str
    happened_at: datetime
    number: str


class AttestationOut(Shape):
    """Somebody's word that it was done."""

    id: UUID
    person: Ref
    statement: str
    files: list[UUID]
    happened_at: datetime
    attested_at: datetime
    state: str = Field(description="stands, waits, confirmed or rejected")


class DutyWhole(DutyOut):
    """A duty with what did it; `mine` says whether the caller may attest it."""

    policy: str
    version: str
    evidence: list[EvidenceOut]
    attestations: list[AttestationOut]
    mine: bool


class DutyFilter(Paging):
    box: Literal["mine", "all"] = Field("mine", description="What the caller owes, or all that he may see.")
    state: State | None = None
    owed: bool = Field(False, description="Only what somebody still has to do, in time or late.")
    clause: str = Field("", max_length=40, pattern=r"^[A-Za-z0-9.-]*$")
    due_from: Moment | None = None
    due_until: Moment | None = Field(None, description="Leave out what is due at this moment or later.")


@read("/duties", scope="duties:read", roles=READERS)
def list_duties(call: Call, query: DutyFilter) -> Listing[DutyOut]:
    """List periodic duties: those the caller owes by person or role (default), or all that he may see; the latest due first."""
    rows = queries.obligations(
        call.actor,
        clause_id=query.clause,
        states=[query.state] if query.state else [],
        since=query.due_from,
        until=query.due_until,
        own=query.box == "mine",
    )
    if query.owed:
        rows = rows.filter(queries.OWED)
    return paged(rows, ("-due_at",), query, DutyOut.of)


@read("/duties/{duty}", scope="duties:read", roles=READERS)
def get_duty(call: Call, duty: Name) -> DutyWhole:
    """Show a periodic duty with the events and attestations that count."""
    return _whole(call, queries.obligation(call.actor, **named(duty)))


class Attest(Made, Sent):
    statement: Text = Field(min_length=1, description="What was done.")
    files: list[UUID] = Field([], max_length=20, description="Files attached to the duty before (see attach_file).")


@write("/duties/{duty}/attest", scope="duties:write", roles=READERS)
def attest_duty(call: Call, duty: Name, body: Attest) -> DutyWhole:
    """Say that a duty was done; the clause says who may, and whether files have to prove it and somebody else confirms."""
    row = queries.obligation(call.actor, **named(duty))
    attestations.attest(
        row.pk,
        statement=body.statement,
        attached=body.files,
        happened_at=call.happened_at,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return _whole(call, queries.obligation(call.actor, id=row.pk))


class Confirmed(Shape):
    note: Text = Field("", max_length=1000)


class NotAccepted(Shape):
    note: Text = Field(min_length=1, max_length=1000, description="Why it is not accepted.")


class Waived(Shape):
    reason: Text = Field(min_length=1, max_length=1000)


@write("/duties/{duty}/confirm", scope="duties:write", roles=READERS)
def confirm_duty(call: Call, duty: Name, body: Confirmed) -> DutyWhole:
    """Confirm what somebody else attested and what waits for it; the clause says whose confirmation it takes."""
    row = queries.obligation(call.actor, **named(duty))
    attestations.confirm(_waiting(row), note=body.note, actor=call.actor, at=call.at)
    return _whole(call, queries.obligation(call.actor, id=row.pk))


@write("/duties/{duty}/reject", scope="duties:write", roles=READERS)
def reject_duty(call: Call, duty: Name, body: NotAccepted) -> DutyWhole:
    """Do not accept what somebody else attested; the duty is owed as before."""
    row = queries.obligation(call.actor, **named(duty))
    attestations.reject(_waiting(row), note=body.note, actor=call.actor, at=call.at)
    return _whole(call, queries.obligation(call.actor, id=row.pk))


@write("/duties/{duty}/waive", scope="duties:write", roles=WAIVERS)
def waive_duty(call: Call, duty: Name, body: Waived) -> DutyWhole:
    """Release the owner from a duty, with a reason that stands in the journal."""
    row = queries.obligation(call.actor, **named(duty))
    attestations.waive(row.pk, reason=body.reason, actor=call.actor, at=call.at)
    return _whole(call, queries.obligation(call.actor, id=row.pk))


def _waiting(row: Obligation) -> UUID:
    """The attestation that waits for its confirmation."""
    found = row.attestations.filter(state="waits").values_list("pk", flat=True).first()
    if found is None:
        raise Refused(_("Nothing waits for a confirmation here."), clauses=[row.clause_id], code="not_waiting")
    return found


def _told(row: Obligation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.dossier.number,
        "clause": row.clause_id,
        "label": row.label,
        "period": row.period,
        "unit": Ref(id=row.unit_id, name=row.unit_name) if row.unit_id is not None else None,
        "owner_role": row.owner_role,
        "owner_id": row.owner_person_id,
        "state": row.state,
        "opens_at": row.opens_at,
        "due_at": row.due_at,
        "done_at": row.done_at,
        "counted": row.counted,
        "times": row.times,
    }


def _whole(call: Call, row: Obligation) -> DutyWhole:
    evidence, attested = queries.proofs(row)
    return DutyWhole(
        **_told(row),
        policy=row.version.policy.name,
        version=row.version.version,
        evidence=[
            EvidenceOut(type=e.type, happened_at=e.happened_at, number=e.dossier.number if e.dossier else "")
            for e in evidence
        ],
        attestations=[
            AttestationOut(
                id=a.pk, person=Ref(id=a.person_id, name=a.person.name), statement=a.statement, files=list(a.files),
                happened_at=a.happened_at, attested_at=a.attested_at, state=a.state,
            )
            for a in attested
        ],
        mine=queries.attests(call.actor, row) and row.owed,
    )  # fmt: skip
