"""Doing a thing once, however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Stale

from ..models import SentRequest

KEPT = timedelta(days=7)
"""For how long a repeat gets the same answer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a key stands for: new (`answer` None, to be kept under `id`) or answered before."""

    id: UUID
    answer: tuple[int, bytes] | None = None


def claim(key: str, fingerprint: bytes, *, actor: Actor, at: datetime) -> Claim:
    """Take a key for the running transaction; waits for another one that has it, and then gives its answer.

    One statement for a new key. Refuses: Invalid when the key was used for something else.
    """
    if actor.person_id is None:
        raise NotYours
    row_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_sentrequest (id, company_id, person_id, key, fingerprint, status, body, sent_at)
            VALUES (%s, %s, %s, %s, %s, 0, '', %s) ON CONFLICT DO NOTHING""",
            [row_id, actor.company_id, actor.person_id, key, fingerprint, at],
        )
        if cursor.rowcount:
            return Claim(row_id)
    # A new statement sees what the one we waited for has committed.
    rows = SentRequest.objects.filter(company_id=actor.company_id, person_id=actor.person_id, key=key)
    known = rows.first()
    if known is None:
        raise Stale(_("The first request with this key was just forgotten. Send it again."))
    if bytes(known.fingerprint) != fingerprint:
        reason = _("This Idempotency-Key was used for another request. Draw a new key for each thing to be done.")
        raise Invalid(reason, fields={"Idempotency-Key": reason})
    return Claim(known.pk, (known.status, bytes(known.body)))


def keep(row: Claim, status: int, body: bytes) -> None:
    """Keep the answer for repeats, in the transaction that did the thing."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_sentrequest SET status = %s, body = %s WHERE id = %s", [status, body, row.id])


def forget(*, actor: Actor, at: datetime) -> int:
    """Delete the company's keys that are older than `KEPT`; how many."""
    return SentRequest.objects.filter(company_id=actor.company_id, sent_at__lt=at - KEPT).delete()[0]
