"""Periodic duties: what is owed, one with what did it, attesting."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

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
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import READERS
from ..actions import attestations
from ..models import Obligation

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
