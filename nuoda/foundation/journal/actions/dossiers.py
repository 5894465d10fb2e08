"""Opening and keeping the numbered folders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id

from ..models import CaseShare, Dossier
from ..pure.kinds import KINDS
from ..pure.tokens import tokens

_OPEN = """WITH drawn AS (SELECT journal_next_number(%s, %s, %s) AS number)
INSERT INTO journal_dossier (id, company_id, dealer_id, customer_id, kind, number, title, case_id, origin,
opened_at, recorded_at, closed_at, chain_seq, chain_head, chain_at, search)
SELECT %s, %s, %s, %s, %s, number, %s, %s, %s, %s, %s, NULL, 0, '', %s,
array_to_tsvector(%s::text[] || string_to_array(lower(number), '-') || regexp_replace(number, '^.*-0*', '')) FROM drawn
RETURNING number"""

# Numbers carry the year of the company's calendar, and companies of this product keep Chinese time.
_ZONE = ZoneInfo("Asia/Shanghai")


def open(  # noqa: A001 — the business's own word
    *,
    kind: str,
    actor: Actor,
    at: datetime,
    title: str = "",
    id: UUID | None = None,  # noqa: A002
    parent: Dossier | None = None,
    dealer_id: UUID | None = None,
    customer_id: UUID | None = None,
    own_customer: bool = False,
    opened_at: datetime | None = None,
    search: Iterable[str] = (),
) -> Dossier:
    """Open a dossier and draw its number, in one statement.

    `parent` puts it into the parent's case; `own_customer` makes it its own customer (a customer's card); `search` holds further texts
    under which the search box finds it. Raises KeyError for an unregistered kind and django.db.IntegrityError for an id taken.
    """
    row_id = id or (new_id() if actor.origin == "live" else id_at(at))
    row = Dossier(
        id=row_id,
        company_id=actor.company_id,
        dealer_id=dealer_id,
        customer_id=None if KINDS[kind].inward else row_id if own_customer else customer_id,
        kind=kind,
        title=title[:200],
        case_id=parent.case_id if parent else row_id,
        origin=actor.origin,
        opened_at=opened_at or at,
        recorded_at=max(at, parent.recorded_at) if parent else at,
    )
    words = _words(title, *search)
    prefix = KINDS[kind].prefix
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            [
                row.company_id, prefix, row.opened_at.astimezone(_ZONE).year, row.id, row.company_id, row.dealer_id,
                row.customer_id, kind, row.title, row.case_id, row.origin, row.opened_at, row.recorded_at, row.recorded_at, words,
            ],
        )  # fmt: skip
        (row.number,) = cursor.fetchone()
    row._state.adding = False
    row._state.db = "default"
    row.fresh = True  # type: ignore[attr-defined]
    return row


def close(dossier: Dossier, *, at: datetime) -> None:
    """Close a dossier; closing a closed one changes nothing."""
    Dossier.objects.filter(pk=dossier.pk, closed_at=None).update(closed_at=at)
    dossier.closed_at = dossier.closed_at or at


def reopen(dossier: Dossier) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(closed_at=None)
    dossier.closed_at = None


def describe(dossier: Dossier, *, title: str, search: Iterable[str] = ()) -> None:
    """Replace title and search words."""
    dossier.title = title[:200]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_dossier SET title = %s, search = array_to_tsvector(%s) WHERE id = %s",
            [dossier.title, _words(dossier.number, title, *search), dossier.pk],
        )


def move(dossier: Dossier, *, dealer_id: UUID | None = None, customer_id: UUID | None = None) -> None:
    """Give the whole case another dealer or customer (wrong customer, hand-over to a dealer)."""
    inward = [code for code, kind in KINDS.items() if kind.inward]
    rows = Dossier.objects.filter(case_id=dossier.case_id)
    rows.filter(kind__in=inward).update(dealer_id=dealer_id)
    rows.exclude(kind__in=inward).update(dealer_id=dealer_id, customer_id=customer_id)
    # Technicians of the case know its customer, and no longer the one it was taken for.
    CaseShare.objects.filter(case_id=dossier.case_id).update(dealer_id=dealer_id, customer_id=customer_id)
    dossier.dealer_id, dossier.customer_id = dealer_id, customer_id


def share(dossier: Dossier, *, person_id: UUID, at: datetime) -> None:
    """Let a technician see the case and its customer."""
    CaseShare.objects.bulk_create(
        [
            CaseShare(
                person_id=person_id,
                case_id=dossier.case_id,
                customer_id=dossier.customer_id,
                company_id=dossier.company_id,
                dealer_id=dossier.dealer_id,
                since=at,
            )
        ],
        ignore_conflicts=True,
    )


def unshare(dossier: Dossier, *, person_id: UUID) -> None:
    """Take it back (the job was given to somebody else before anything was done)."""
    CaseShare.objects.filter(person_id=person_id, case_id=dossier.case_id).delete()


def _words(*texts: str) -> list[str]:
    # The limit keeps a pasted novel from making an index row too long for a page.
    return list(dict.fromkeys(word for text in texts if text for word in tokens(text)))[:400]
