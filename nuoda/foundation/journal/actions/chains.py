"""Hourly anchors over the chain heads, and months ahead for the partitions."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import connection, transaction

from ..models import Anchor, AnchoredHead, DayChain, Dossier

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
        days = DayChain.objects.all()
        if last is not None:
            # An open transaction may still hold a head it moved before the last anchor: look back further than any may live.
            since = last.taken_at - timedelta(hours=1)
            moved = moved.filter(chain_at__gte=since)
            days = days.filter(day__gte=since.date())
        heads = [
            (str(r[0]), r[1], bytes(r[2])) for r in moved.values_list("id", "chain_seq", "chain_head").order_by("id")
        ]
        heads += [
            (f"{d.company_id.hex}/{d.day:%Y%m%d}/{d.shard}", d.chain_seq, bytes(d.chain_head))
            for d in days.order_by("company_id", "day", "shard")
        ]
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


def digest_of(previous: bytes, heads: list[tuple[str, int, bytes]]) -> bytes:
    """SHA-256 over the previous digest and the heads, in their order."""
    total = hashlib.sha256(previous)
    for chain, seq, head in heads:
        total.update(f"{chain}:{seq}:".encode() + head)
    return total.digest()


def make_partitions(*, first: datetime, last: datetime) -> int:
    """Month partitions of the journal for a span; how many were new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_make_partitions(%s, %s)", [first.date(), last.date()])
        return int(cursor.fetchone()[0])
