"""Forms that were sent: doing a thing once, however often its form arrives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours

from ..models import SentForm

_CLAIM = """INSERT INTO ui_sentform (id, company_id, person_id, page, location, sent_at)
VALUES (%s, %s, %s, %s, '', %s) ON CONFLICT (id) DO NOTHING"""


def claim(*, id: UUID, page: str, actor: Actor, at: datetime) -> str | None:
    """Takes a form's token for this sending; the location of the earlier one when it was sent before.

    Asks: nothing. Emits: nothing. Refuses: a token that somebody else used. Race: a second sending waits here until the
    first has committed (then it is a repeat) or rolled back (then it goes on).
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [id, actor.company_id, actor.person_id, page, at])
        if cursor.rowcount:
            return None
    earlier = SentForm.objects.filter(pk=id, company_id=actor.company_id, person_id=actor.person_id, page=page).first()
    if earlier is None:
        raise NotYours
    return earlier.location


def settle(*, id: UUID, location: str, actor: Actor, at: datetime) -> None:
    """Keeps where the sending led.

    Asks: nothing. Emits: nothing. Refuses: never.
    """
    SentForm.objects.filter(pk=id, company_id=actor.company_id).update(location=location[:500])


def forget(*, before: datetime, company_id: UUID) -> int:
    """Removes tokens that nobody will send again; returns how many."""
    gone, _rows = SentForm.objects.filter(company_id=company_id, sent_at__lt=before).delete()
    return gone
