"""Read confirmations: what the caller has to confirm, and who has confirmed a version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.api.policies import ClauseOut, Number, clauses_of
from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.operations import Call, Listing, Name, Nothing, Paging, Ref, Shape, read, write
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import SUPERVISORS
from ..actions import readings
from ..models import Reading
from .redlines import ChangeOut


class ReadingOut(Shape):
    """What a person is asked to have read: clauses of a version that bind him and are new to him."""

    id: UUID
    policy: str
    version: str
    clauses: list[str]
    asked_at: datetime
    due_at: datetime | None
    reminded_at: datetime | None
    confirmed_at: datetime | None

    @classmethod
    def of(cls, row: Reading) -> ReadingOut:
        return cls(
            id=row.pk,
            policy=row.version.policy.name,
            version=row.version.version,
            clauses=list(row.clauses),
            asked_at=row.asked_at,
            due_at=row.due_at,
            reminded_at=row.reminded_at,
            confirmed_at=row.confirmed_at,
        )


class ReadingWhole(ReadingOut):
    """What is to be read: clauses that changed, and those that are new to the reader as a whole. `hash` is to be named when it is
    confirmed."""

    hash: str
    changed: list[ChangeOut]
    whole: list[ClauseOut]


class ReaderOut(Shape):
    """Somebody who was asked to read a version."""

    person: Ref
    dealer: Ref | None
    clauses: list[str]
    asked_at: datetime
    due_at: datetime | None
    reminded_at: datetime | None
    confirmed_at: datetime | None

    @classmethod
    def of(cls, row: Reading) -> ReaderOut:
        dealer = row.person.dealer
        return cls(
            person=Ref(id=row.person_id, name=row.person.name),
            dealer=Ref(id=dealer.pk, name=dealer.short_name) if dealer else None,
            clauses=list(row.clauses),
            asked_at=row.asked_at,
            due_at=row.due_at,
            reminded_at=row.reminded_at,
            confirmed_at=row.confirmed_at,
        )


class ReaderFilter(Paging):
    open: bool | None = Field(None, description="Only those who have not (true) or have (false) confirmed.")


@read("/readings", scope="readings:read", roles=STAFF)
def list_readings(call: Call, query: Paging) -> Listing[ReadingOut]:
    """List what the caller has to confirm as read and has not yet, the oldest first."""
    return paged(queries.to_read(call.actor, call.at).order_by(), ("asked_at",), query, ReadingOut.of)


@read("/readings/{reading}", scope="readings:read", roles=STAFF)
def get_reading(call: Call, reading: UUID) -> ReadingWhole:
    """Show the clauses that the caller is asked to read: what changed, or the whole where it is new to him."""
    return _whole(queries.reading(call.actor, reading))


class ConfirmReading(Shape):
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="`hash` of the text that was read."
    )


@write("/readings/{reading}/confirm", scope="readings:write", roles=STAFF)
def confirm_reading(call: Call, reading: UUID, body: ConfirmReading) -> ReadingOut:
    """Confirm that the caller has read the clauses that bind him. Confirming twice does nothing."""
    row = readings.confirm(reading_id=reading, content_hash=body.hash, actor=call.actor, at=call.at)
    return ReadingOut.of(row)


@read("/policies/{policy}/versions/{version}/readers", scope="readings:read", roles=SUPERVISORS)
def list_readers(call: Call, policy: Name, version: Number, query: ReaderFilter) -> Listing[ReaderOut]:
    """List who was asked to read a version, and who has confirmed."""
    row = rulebook.version_called(call.actor, policy, "" if version == "in-force" else version, call.at)
    rows = queries.readers(call.actor, row.pk).order_by()
    if query.open is not None:
        rows = rows.filter(confirmed_at__isnull=query.open)
    return paged(rows, ("person__pinyin",), query, ReaderOut.of)


class RemindedOut(Shape):
    people: int


@write("/policies/{policy}/versions/{version}/remind", scope="readings:write", roles=SUPERVISORS)
def remind_readers(call: Call, policy: Name, version: Number, body: Nothing) -> RemindedOut:
    """Remind everybody who has not yet confirmed a version; says how many."""
    row = rulebook.version_called(call.actor, policy, "" if version == "in-force" else version, call.at)
    return RemindedOut(people=readings.remind(version_id=row.pk, actor=call.actor, at=call.at))


def _whole(row: Reading) -> ReadingWhole:
    version = row.version
    before, policy = queries.before(version), rulebook.policy_of(version)
    wanted = set(row.clauses)
    changed = [
        ChangeOut.of(change)
        for change in (queries.redline(before, version, language()).changes if before else ())
        if change.clause_id in wanted
    ]
    shown = {change.clause for change in changed}
    told = [one for one in clauses_of(policy, version.content) if one.id in wanted - shown]
    return ReadingWhole(**ReadingOut.of(row).model_dump(), hash=version.hash, changed=changed, whole=told)
