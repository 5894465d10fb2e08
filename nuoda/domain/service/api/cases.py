"""What happened with a ticket, and finding things."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field

from nuoda.foundation.base.pure.operations import Call, Listing, Name, Paging, Shape, named, read
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs.queries import names
from nuoda.foundation.ui.api.paging import bad_cursor, paged
from nuoda.foundation.ui.pure import keyset

from .. import access as rights
from .. import queries
from ..pure.telling import OWN_WORDS, TOLD


class EntryOut(Shape):
    """One thing that happened. `happened_at` in the world, `recorded_at` when it became known."""

    id: UUID
    type: str
    label: str
    number: str
    happened_at: datetime
    recorded_at: datetime
    person_id: UUID | None
    person: str
    text: str
    clauses: list[str]


@read("/tickets/{ticket}/timeline", scope="tickets:read", roles=rights.READERS)
def ticket_timeline(call: Call, ticket: Name, query: Paging) -> Listing[EntryOut]:
    """Show what happened with a ticket and its jobs, newest first. Customers see what concerns them."""
    dossier = queries.ticket(call.actor, **named(ticket)).dossier
    rows = Entry.visible_to(call.actor).select_related("dossier")
    rows = rows.filter(case_id=dossier.case_id, recorded_at__gte=dossier.recorded_at)
    outside = call.actor.reach == "customer"
    if outside:
        rows = rows.filter(type__in=TOLD)
    if query.cursor:
        rows = rows.filter(pk__lt=_edge(query.cursor))
    found = list(rows.order_by("-recorded_at", "-id")[: query.limit + 1])
    more, found = len(found) > query.limit, found[: query.limit]
    texts = journal.remarks(call.actor, [row for row in found if not outside or _own(call, row)])
    people = {} if outside else names(call.actor, {row.actor_id for row in found})
    items = [
        EntryOut(
            id=row.id,
            type=row.type,
            label=str(word(row.type).label),
            number=row.dossier.number if row.dossier else "",
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            person_id=None if outside else row.actor_id,
            person=people.get(row.actor_id, "") if row.actor_id else "",
            text=texts.get(row.id, ""),
            clauses=list(row.clauses),
        )
        for row in found
    ]
    return Listing(items=items, next=keyset.encode([found[-1].recorded_at, found[-1].id]) if more else "")


def _own(call: Call, row: Entry) -> bool:
    return row.type in OWN_WORDS and row.actor_id == call.actor.person_id


def _edge(cursor: str) -> tuple[datetime, UUID]:
    try:
        recorded_at, key = keyset.decode(cursor, 2) or ("", "")
        moment = datetime.fromisoformat(str(recorded_at))
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(str(key))
    except ValueError:
        raise bad_cursor() from None


Kind = Literal["ticket", "work_order", "customer", "installed_product"]


class Search(Paging):
    text: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")
    kind: list[Kind] = Field([], max_length=4)


class Found(Shape):
    """Something that carries the words."""

    id: UUID
    kind: Kind
    number: str
    title: str
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Dossier) -> Found:
        return cls(
            id=row.pk,
            kind=row.kind,
            number=row.number,
            title=row.title,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )


@read("/search", scope="search:read", roles=rights.READERS)
def search(call: Call, query: Search) -> Listing[Found]:
    """Find by number, name, phone tail, serial number or a part of a Chinese text; newest first."""
    if not query.text.strip():
        reason = _("Say what you look for.")
        raise Invalid(reason, fields={"text": reason})
    outside = call.actor.reach == "customer"
    kinds: tuple[str, ...] = ("ticket", "installed_product") if outside else Kind.__args__
    wanted = [kind for kind in kinds if not query.kind or kind in query.kind]
    rows = journal.matching(call.actor, query.text, kinds=wanted or ["-"])
    return paged(rows, ("-opened_at",), query, Found.of)
