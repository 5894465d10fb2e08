"""What `nuoda check` proves about the journal. Read as the owner of the tables, who sees every company's rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from nuoda.foundation.base.pure.checks import check
from nuoda.foundation.base.queries import invariant

from ..models import Anchor, AnchoredHead
from .chains import digest_of

_CHAIN = (
    "replace(e.company_id::text, '-', '') || '/' || to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYYMMDD') || '/' || \
(get_byte(uuid_send(e.id), 15) % 16)"
)
"""The chain of an entry without a dossier, as anchors name it."""


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@check("journal.chain")
def chain() -> Iterator[str]:
    """Every entry is as it was written and follows the one before it; no chain ends before its head."""
    links = f"""SELECT e.id, e.recorded_at, coalesce(e.dossier_id::text, {_CHAIN}) AS chain, e.chain_seq, e.hash, e.prev_hash,
        e.hash = journal_entry_digest(e) AS genuine FROM journal_entry e"""  # noqa: S608 - no values in it
    placed = f"""SELECT links.*, row_number() OVER w AS place, lag(hash, 1, ''::bytea) OVER w AS before,
        lead(hash) OVER w AS after FROM ({links}) links WINDOW w AS (PARTITION BY chain ORDER BY chain_seq)"""  # noqa: S608
    heads = """SELECT id::text AS chain, chain_seq, chain_head, number FROM journal_dossier UNION ALL
        SELECT replace(company_id::text, '-', '') || '/' || to_char(day, 'YYYYMMDD') || '/' || shard, chain_seq, chain_head, ''
        FROM journal_daychain"""
    query = f"""WITH placed AS MATERIALIZED ({placed}), heads AS ({heads})
        SELECT chain, chain_seq, CASE WHEN NOT genuine THEN 'changed' WHEN chain_seq <> place THEN 'missing' ELSE 'unlinked' END
            FROM placed WHERE NOT genuine OR chain_seq <> place OR prev_hash <> before
        UNION ALL
        SELECT chain, h.chain_seq, 'cut' FROM heads h LEFT JOIN placed p USING (chain)
            WHERE (p.after IS NULL AND (coalesce(p.chain_seq, 0) <> h.chain_seq OR coalesce(p.hash, '') <> h.chain_head))
        UNION ALL
        SELECT p.chain, p.chain_seq, 'headless' FROM placed p LEFT JOIN heads h USING (chain) WHERE h.chain IS NULL
        ORDER BY 1, 2"""  # noqa: S608
    said = {
        "changed": "is not as it was written",
        "missing": "comes after an entry that is gone",
        "unlinked": "does not follow the entry before it",
        "cut": "is the head, but the chain ends otherwise",
        "headless": "belongs to a chain that has no head",
    }
    numbers = dict(_rows("SELECT id::text, number FROM journal_dossier"))
    for name, seq, what in _rows(query):
        yield f"{numbers.get(name, name)}: entry {seq} {said[what]}"


@check("journal.anchors")
def anchors() -> Iterator[str]:
    """Every anchor follows the one before it, and every head that was sealed is still in its chain."""
    previous = b""
    for row in Anchor.objects.order_by("taken_at", "id"):
        heads = sorted(
            ((h.chain, h.chain_seq, bytes(h.chain_head)) for h in AnchoredHead.objects.filter(anchor=row)), key=_place
        )
        if len(heads) != row.heads or bytes(row.digest) != digest_of(bytes(row.prev_digest), heads):
            yield f"anchor of {row.taken_at.isoformat()}: its heads are not those that were sealed"
        if bytes(row.prev_digest) != previous:
            yield f"anchor of {row.taken_at.isoformat()}: does not follow the anchor before it"
        previous = bytes(row.digest)
    for name, seq in _rows(
        f"""SELECT a.chain, a.chain_seq FROM journal_anchoredhead a WHERE NOT EXISTS (
            SELECT FROM (SELECT coalesce(e.dossier_id::text, {_CHAIN}) AS chain, e.chain_seq, e.hash FROM journal_entry e) e
            WHERE e.chain = a.chain AND e.chain_seq = a.chain_seq AND e.hash = a.chain_head) ORDER BY 1, 2"""  # noqa: S608
    ):
        yield f"{name}: entry {seq} was sealed by an anchor and is gone or changed"


def _place(head: tuple[str, int, bytes]) -> tuple[bool, str, int]:
    """The order in which heads are sealed: dossiers by id, then day chains by company, day and shard."""
    chain, _slash, shard = head[0].rpartition("/")
    return (bool(chain), chain or shard, int(shard) if chain else 0)


@check("journal.remarks")
def remarks() -> Iterator[str]:
    """Every free text that has not been erased is the one its entry sealed."""
    for (entry,) in _rows(
        """SELECT r.entry_id FROM journal_remark r LEFT JOIN journal_entry e ON e.id = r.entry_id
        WHERE e.remark_hash IS DISTINCT FROM sha256(r.salt || convert_to(r.text, 'UTF8')) ORDER BY 1"""
    ):
        yield f"entry {entry}: its text is not the one that was written"


@check("journal.guards")
def guards() -> Iterator[str]:
    """The journal and each of its partitions refuse changes, hide themselves behind the parent, and reach into the next month."""
    for name, changes, truncation, chained, walled in _rows(
        """SELECT c.relname,
            EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only' AND t.tgenabled IN ('O', 'A')),
            EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'no_truncate' AND t.tgenabled IN ('O', 'A')),
            EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'chain' AND t.tgenabled IN ('O', 'A')),
            c.relrowsecurity AND NOT (c.relispartition AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        FROM pg_class c WHERE c.oid IN (SELECT relid FROM pg_partition_tree('journal_entry')) ORDER BY 1"""
    ):
        for held, what in (
            (changes, "does not refuse UPDATE and DELETE"),
            (truncation, "does not refuse TRUNCATE"),
            (chained, "does not chain its entries"),
            (walled, "can be read past the parent's row-level security"),
        ):
            if not held:
                yield f"{name} {what}"
    for name, wanted in (("journal_anchor", 2), ("journal_anchoredhead", 2), ("journal_source", 2)):
        [(found,)] = _rows(
            f"""SELECT count(*) FROM pg_trigger WHERE tgrelid = '{name}'::regclass AND tgenabled IN ('O', 'A')
            AND tgname IN ('append_only', 'no_truncate')"""  # noqa: S608 - names of our own
        )
        if found < wanted:
            yield f"{name} does not refuse changes"
    [(until,)] = _rows(
        """SELECT max(substring(relid::text FROM 'journal_entry_(\\d{6})$')) FROM pg_partition_tree('journal_entry')"""
    )
    [(wanted_month,)] = _rows("SELECT to_char(now() + interval '1 month', 'YYYYMM')")
    if (until or "") < wanted_month:
        yield f"partitions of the journal end with {until}: is a worker running?"


_ENTRY = "EXISTS (SELECT FROM journal_entry e WHERE e.id = %s)"

invariant(
    "journal.cases",
    "Every dossier belongs to a case of its own company, and the root of a case to itself.",
    """SELECT format('%s: its case %s is none of its company', d.number, d.case_id) FROM journal_dossier d
    LEFT JOIN journal_dossier root ON root.id = d.case_id
    WHERE root.id IS NULL OR root.company_id <> d.company_id OR root.case_id <> root.id ORDER BY d.number""",
)
invariant(
    "journal.numbers",
    "No number is given twice in a company.",
    """SELECT format('%s: the number was given %s times', number, count(*)) FROM journal_dossier
    GROUP BY company_id, number HAVING count(*) > 1 ORDER BY number""",
)
invariant(
    "journal.dossiers",
    "Every entry of a dossier has its dossier, of the same company and case.",
    """SELECT format('entry %s (%s): its dossier is gone or another''s', e.id, e.type) FROM journal_entry e
    LEFT JOIN journal_dossier d ON d.id = e.dossier_id
    WHERE e.dossier_id IS NOT NULL AND (d.id IS NULL OR d.company_id <> e.company_id OR d.case_id <> e.case_id)
    ORDER BY e.recorded_at, e.id""",
)
invariant(
    "journal.times",
    "Nothing was recorded before its dossier, or in the future.",
    """SELECT format('entry %s (%s): recorded at %s', e.id, e.type, e.recorded_at) FROM journal_entry e
    LEFT JOIN journal_dossier d ON d.id = e.dossier_id
    WHERE e.recorded_at < d.recorded_at OR e.recorded_at > clock_timestamp() + interval '1 day' AND e.origin = 'live'
    ORDER BY e.recorded_at, e.id""",
)
invariant(
    "journal.sources",
    "Every source id leads to the entry that was recorded for it.",
    f"""SELECT format('source %s: its entry %s is gone', s.source, s.entry_id) FROM journal_source s
    WHERE NOT {_ENTRY % "s.entry_id"} ORDER BY s.source""",  # noqa: S608 - no values in it
)
invariant(
    "journal.shares",
    "Every share of a case has its case, and the dealer that the case has.",
    """SELECT format('case %s: the share of person %s is of no case, or of another dealer''s', s.case_id, s.person_id)
    FROM journal_caseshare s LEFT JOIN journal_dossier d ON d.id = s.case_id
    WHERE d.id IS NULL OR d.company_id <> s.company_id OR d.dealer_id IS DISTINCT FROM s.dealer_id ORDER BY 1""",
)
