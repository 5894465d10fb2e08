"""One's own notices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from pydantic import Field

from nuoda.foundation.base.pure.operations import ANYBODY, Call, Listing, Paging, Shape, read, write
from nuoda.foundation.ui.api.paging import bad_cursor
from nuoda.foundation.ui.pure import keyset

from .. import queries
from ..actions import notices
from ..models import Notice


class NoticeOut(Shape):
    """Something the caller is told, in the language asked for."""

    id: UUID
    topic: str
    urgent: bool
    subject: str
    body: str
    number: str
    url: str
    happened_at: datetime
    created_at: datetime
    read_at: datetime | None


class NoticeFilter(Paging):
    unread: bool = False
    topic: str = Field("", max_length=20, pattern=r"^[a-z_]*$")


@read("/notices", scope="notices:read", roles=ANYBODY)
def list_notices(call: Call, query: NoticeFilter) -> Listing[NoticeOut]:
    """List one's own notices, newest first."""
    before = _edge(query.cursor) if query.cursor else None
    rows = queries.notices(call.actor, unread=query.unread, topic=query.topic, before=before, limit=query.limit + 1)
    more, rows = len(rows) > query.limit, rows[: query.limit]
    told = queries.shown(call.actor, rows, language=get_language() or call.actor.language)
    items = [
        NoticeOut(
            id=item.notice.pk,
            topic=item.notice.topic,
            urgent=item.notice.urgent,
            subject=item.subject,
            body=item.body,
            number=item.notice.dossier.number if item.notice.dossier else "",
            url=item.url,
            happened_at=item.notice.happened_at,
            created_at=item.notice.created_at,
            read_at=item.notice.read_at,
        )
        for item in told
    ]
    return Listing(items=items, next=keyset.encode([rows[-1].created_at, rows[-1].pk]) if more else "")


def _edge(cursor: str) -> tuple[datetime, UUID]:
    try:
        created_at, key = keyset.decode(cursor, 2) or ("", "")
        moment = datetime.fromisoformat(str(created_at))
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(str(key))
    except ValueError:
        raise bad_cursor() from None


class Read(Shape):
    ids: list[UUID] | None = Field(None, max_length=200, description="Those read; left out: all.")


class Count(Shape):
    """How many notices were changed, and how many are unread now."""

    changed: int
    unread: int


@write("/notices/read", scope="notices:write", roles=ANYBODY)
def read_notices(call: Call, body: Read) -> Count:
    """Mark one's own notices as read."""
    changed = notices.read(ids=body.ids, actor=call.actor, at=call.at)
    return Count(changed=changed, unread=Notice.visible_to(call.actor).filter(read_at=None).count())
