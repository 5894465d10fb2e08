"""Shadow runs: a version that binds nobody beside the regulation in force, and what it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.pure.operations import Call, Listing, Nothing, Paging, Shape, read, write
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import READERS, TRIERS
from ..actions import shadows
from ..models import Shadow, ShadowDeadline
from ..web import words
from .shapes import ClockRef, ClockSides, Found, Tried, one_of, version_of

ShadowState = Literal["running", "stopped"]


class ShadowOut(Shape):
    """A shadow run: what began from `since` on counts, as far as it was recorded until `seen_until`."""

    id: UUID
    policy: str
    version: str
    version_id: UUID | None
    title: str
    hash: str
    state: ShadowState
    since: datetime
    seen_until: datetime
    stopped_at: datetime | None

    @classmethod
    def of(cls, row: Shadow) -> ShadowOut:
        return cls(**_told(row))


class ShadowWhole(ShadowOut):
    """A shadow run with both sides of every clock."""

    cannot_know: str
    clocks: list[ClockSides]


class ShadowDeadlineOut(Shape):
    """A time limit of a case (its `number`) as life and as the shadow sees it."""

    id: UUID
    case_id: UUID
    number: str
    ref: str
    clause: str
    round: int
    started_at: datetime
    dealer_id: UUID | None
    life: Found
    life_due: datetime | None
    draft: Found
    draft_due: datetime | None

    @classmethod
    def of(cls, row: ShadowDeadline) -> ShadowDeadlineOut:
        return cls(
            id=row.pk,
            case_id=row.case_id,
            number=row.number,
            ref=row.ref,
            clause=row.clause_id,
            round=row.round,
            started_at=row.started_at,
            dealer_id=row.dealer_id,
            life=row.life_state,  # type: ignore[arg-type]
            life_due=row.life_due,
            draft=row.draft_state,  # type: ignore[arg-type]
            draft_due=row.draft_due,
        )


class ShadowFilter(Paging):
    state: ShadowState | None = None


class ShadowDeadlineFilter(Paging):
    ref: ClockRef | None = None
    missed: bool = Field(False, description="Only what is missed in shadow.")
    differs: bool = Field(False, description="Only other results than in life.")


class StartShadow(Tried):
    """Exactly one of `draft` and `version`."""


@write("/shadows", scope="replay:write", roles=TRIERS, status=201)
def start_shadow(call: Call, body: StartShadow) -> ShadowOut:
    """Run a draft or a version beside the regulation in force from now on; nobody is told what it misses."""
    one_of([body.draft, body.version], "draft, version")
    version = version_of(call, body)
    if version is None:
        raise NotYours
    return ShadowOut.of(shadows.start(version=version, id=body.id, actor=call.actor, at=call.at))


@read("/shadows", scope="replay:read", roles=READERS)
def list_shadows(call: Call, query: ShadowFilter) -> Listing[ShadowOut]:
    """List shadow runs, the newest first."""
    rows = queries.shadows(call.actor).order_by()
    if query.state is not None:
        rows = rows.filter(status=query.state)
    return paged(rows, ("-asked_at",), query, ShadowOut.of)


@read("/shadows/{shadow}", scope="replay:read", roles=READERS)
def get_shadow(call: Call, shadow: UUID) -> ShadowWhole:
    """Show what a shadow run has counted beside life, per clock."""
    row = queries.shadow(call.actor, shadow)
    before = [rulebook.policy_of(version) for version in rulebook.in_force(call.actor, call.at)]
    labels = words.labels([words.policy_of(row), *before])
    return ShadowWhole(
        **_told(row),
        cannot_know=str(words.CANNOT_KNOW),
        clocks=[ClockSides.of(line, labels) for line in queries.shadow_by_clock(row)],
    )


@read("/shadows/{shadow}/deadlines", scope="replay:read", roles=READERS)
def list_shadow_deadlines(call: Call, shadow: UUID, query: ShadowDeadlineFilter) -> Listing[ShadowDeadlineOut]:
    """List the time limits since a shadow run began, as life and as the shadow sees them, the newest first."""
    rows = queries.shadow_deadlines(call.actor, queries.shadow(call.actor, shadow))
    if query.ref is not None:
        rows = rows.filter(ref=query.ref)
    if query.missed:
        rows = rows.filter(queries.MISSED_IN_SHADOW)
    if query.differs:
        rows = rows.filter(queries.DIFFERS)
    return paged(rows, ("-started_at",), query, ShadowDeadlineOut.of)


@write("/shadows/{shadow}/stop", scope="replay:write", roles=TRIERS)
def stop_shadow(call: Call, shadow: UUID, body: Nothing) -> ShadowOut:
    """End a shadow run; what it counted stays."""
    row = queries.shadow(call.actor, shadow)
    return ShadowOut.of(shadows.stop(row, actor=call.actor, at=call.at))


def _told(row: Shadow) -> dict[str, Any]:
    return {
        "id": row.pk,
        "policy": row.policy,
        "version": row.number,
        "version_id": row.version_id,
        "title": words.title(row),
        "hash": row.hash,
        "state": row.status,
        "since": row.since,
        "seen_until": row.seen_until,
        "stopped_at": row.stopped_at,
    }
