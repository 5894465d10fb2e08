"""What the gates of the regulations held back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.web.views import language
from nuoda.foundation.base.pure.operations import Call, Listing, Moment, Paging, Ref, Shape, read
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import WATCHERS
from ..pure import gates
from ..queries import Scope

ClauseCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9A-Za-z.]{1,60}$")]


class HeldBack(Shape):
    """One person's tries at one thing that a clause did not let through. `case` is null where a matter was to begin, `by` where the
    product acted by itself. `times` tries lay between `first_at` and `last_at`; `missing` says what was not there, in the language of
    the request; `done_at` is when it was done after all, later."""

    id: UUID
    clause: str
    kind: Literal["gate", "form", "approval"]
    subject: str
    verb: str
    case: Ref | None
    by: Ref | None
    first_at: datetime
    last_at: datetime
    times: int
    missing: list[str]
    outcome: Literal["done", "waiting", "dropped"]
    done_at: datetime | None


class RefusalFilter(Paging):
    """Refusals by when they were first tried: `since` and later, before `until`."""

    clause: list[ClauseCode] = Field([], max_length=50)
    outcome: list[Literal["done", "waiting", "dropped"]] = Field([], max_length=3)
    since: Moment | None = None
    until: Moment | None = None


@read("/compliance/refusals", scope="figures:read", roles=WATCHERS)
def list_refusals(call: Call, query: RefusalFilter) -> Listing[HeldBack]:
    """List who was held back by which clause, what was missing, and whether it was done later, the latest first.

    Whoever sees a dealer's matters only gets that dealer's.
    """
    scope = Scope(since=query.since, until=query.until, clauses=query.clause)
    rows = queries.refusals(call.actor, scope).select_related("dossier")
    if query.outcome:
        rows = rows.filter(outcome__in=query.outcome)
    known = gates.texts(rulebook.book(call.actor).tenures)
    found = paged(rows, ("-first_at",), query, lambda row: row)
    names = orgs.names(call.actor, {row.actor_id for row in found.items if row.actor_id})
    return Listing(items=[_shape(row, known, names) for row in found.items], next=found.next)


def _shape(row: Any, known: gates.Texts, names: Mapping[UUID, str]) -> HeldBack:
    clause = known.get((row.version_id, row.clause_id)) if row.version_id else None
    about = row.dossier
    return HeldBack(
        id=row.pk, clause=row.clause_id, kind=row.kind, subject=row.subject, verb=row.verb,
        case=Ref(id=about.pk, number=about.number, name="") if about else None,
        by=Ref(id=row.actor_id, name=names.get(row.actor_id, "")) if row.actor_id else None,
        first_at=row.first_at, last_at=row.last_at, times=row.times, missing=gates.missing(clause, row.missing, language()),
        outcome=row.outcome, done_at=row.done_at,
    )  # fmt: skip
