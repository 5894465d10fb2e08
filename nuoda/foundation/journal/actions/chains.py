"""Hourly anchors over the chain heads, and months ahead for the partitions."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import connection, transaction

from ..models import Anchor, AnchoredHead, Dossier

_BATCH = 5_000


def anchor(*, at: datetime) -> Anchor | None:
    """Seal all heads that moved since the last anchor; None when none did.

    Two workers at once: the table lock lets one wait, and the second then finds nothing new.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal.anchor'))")
        last = Anchor.objects.order_by("-taken_at").first()
        moved = Dossier.objects.filter(chain_seq__gt=0)
        if last is not None:
            # An open transaction may still hold a head it moved before the last anchor: look back further than any may live.
            moved = moved.filter(chain_at__gte=last.taken_at - timedelta(hours=1))
        heads = [
            (str(r[0]), r[1], bytes(r[2])) for r in moved.values_list("id", "chain_seq", "chain_head").order_by("id")
        ]
        heads += _days_moved()
        known = set(AnchoredHead.objects.filter(anchor=last).values_list("chain", "chain_seq")) if last else set()
        heads = [head for head in heads if (head[0], head[1]) not in known]
        if not heads:
            return None
        previous = bytes(last.digest) if last else b""
        made = Anchor.objects.create(
            taken_at=at, heads=len(heads), prev_digest=previous, digest=digest_of(previous, heads)
        )
        AnchoredHead.objects.bulk_create(
            [AnchoredHead(anchor=made, chain=c, chain_seq=s, chain_head=h) for c, s, h in heads], batch_size=_BATCH
        )
        return made


def _days_moved() -> list[tuple[str, int, bytes]]:
    """Heads of day chains that no anchor has yet. Any day may move: the demo and imports record at past times."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT chain, chain_seq, chain_head FROM (
              SELECT replace(company_id::text, '-', '') || '/' || to_char(day, 'YYYYMMDD') || '/' || shard AS chain,
                chain_seq, chain_head, company_id, day, shard FROM journal_daychain) d
            WHERE NOT EXISTS (SELECT FROM journal_anchoredhead a WHERE a.chain = d.chain AND a.chain_seq = d.chain_seq)
            ORDER BY company_id, day, shard"""
        )
        return [(chain, seq, bytes(head)) for chain, seq, head in cursor.fetchall()]


def digest_of(previous: bytes, heads: list[tuple[str, int, bytes]]) -> bytes:
    """SHA-256 over the previous digest and the heads, in their order."""
    total = hashlib.sha256(previous)
    for chain, seq, head in heads:
        total.update(f"{chain}:{seq}:".encode() + head)
    return total.digest()


def keep_partitions(*, at: datetime) -> int:
    """Partitions for this month and three months ahead; how many were new.

    Making one locks the whole journal for a moment: rather gives up (OperationalError) than lets writers queue behind it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
    return make_partitions(first=at, last=at + timedelta(days=92))


def make_partitions(*, first: datetime, last: datetime) -> int:
    """Month partitions of the journal for a span; how many were new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_make_partitions(%s, %s)", [first.date(), last.date()])
        return int(cursor.fetchone()[0])
