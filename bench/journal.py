"""A large journal for measurements: made-up histories (`bench.replay`) as entries of a company, written by COPY and SQL.

Facts and payloads are as wide as the service records them. The chain of hashes is not kept: its trigger is off while rows are written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench import replay

TURN = datetime(2025, 7, 1, tzinfo=UTC)
"""From here on the manual's second version is in force."""
LATE, WAIVED, TEAMS = 0.05, 0.001, 24
"""Shares of entries recorded late and of cases with a waived deadline; teams of the company (each dealer has one of its own)."""
_EPOCH_2000 = 946_684_800_000_000
_PADDING: dict[str, object] = {
    "dealer": False, "answered": True, "promised": False, "handed_over": True, "responded": False, "in_warranty": True,
    "production_stopped": False, "safety_risk": False, "machines_down": 0, "has_name": True, "has_contact": True, "has_model": True,
    "has_purchase_date": True, "purchase_date_unknown": False, "has_problem": True, "has_result": False, "has_onsite_work": True,
    "open_work_orders": 0, "signed": False, "customer_confirmed": False, "apologised": False, "complaint_cause": "",
    "settlement_fen": 0, "reopened": 0, "reason": "", "visits": 1, "state": "answered",
}  # fmt: skip
_TYPES = {
    "case": "V16", "id": "V16", "recorded": ">i8", "happened": ">i8", "kind": ">i4", "dealer": ">i4", "row": "V16", "promise": ">i8",
}  # fmt: skip
_WIDTHS = {name: np.dtype(kind).itemsize for name, kind in _TYPES.items()}
_STAGED = np.dtype(
    [("fields", ">i2"), *(part for name, kind in _TYPES.items() for part in ((f"{name}_length", ">i4"), (name, kind)))]
)
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)

_STAGE = """
CREATE UNLOGGED TABLE bench_stage (case_id uuid, id uuid, recorded_at timestamptz, happened_at timestamptz, kind int4, dealer int4,
    row_id uuid, promise timestamptz);
CREATE UNLOGGED TABLE bench_kind (kind int4, type text, facts jsonb, reason text, promise text);
CREATE UNLOGGED TABLE bench_dealer (dealer int4, id uuid);
"""
_UNLOGGED = """
DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal_entry'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET UNLOGGED', part);
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', part);
    END LOOP;
END $$
"""
"""Only the filling is spared the write-ahead log: reading is the same."""
_DOSSIERS = """
INSERT INTO journal_dossier (id, company_id, dealer_id, customer_id, kind, number, title, case_id, origin, opened_at, recorded_at,
    closed_at, chain_seq, chain_head, chain_at, search)
SELECT case_id, %(company)s, d.id, NULL, 'ticket', 'TK-2025-' || lpad((row_number() OVER (ORDER BY recorded_at))::text, 7, '0'),
    'ticket', case_id, 'live', happened_at, recorded_at, NULL, 0, '', l.at, ''
FROM bench_stage s JOIN bench_kind k USING (kind) JOIN bench_dealer d USING (dealer)
JOIN (SELECT case_id, max(recorded_at) AS at FROM bench_stage GROUP BY case_id) l USING (case_id) WHERE k.type = 'ticket.reported'
"""
_ENTRIES = """
INSERT INTO journal_entry (company_id, dealer_id, customer_id, id, recorded_at, happened_at, dossier_id, case_id, type, payload, facts,
    clauses, actor_id, actor_role, origin, as_if, chain_seq, prev_hash, hash)
SELECT %(company)s, d.id, s.case_id, s.id, s.recorded_at, s.happened_at, s.case_id, s.case_id, k.type,
    jsonb_strip_nulls(jsonb_build_object('ticket', s.case_id, 'channel', 'phone', 'reason', nullif(k.reason, ''),
        CASE WHEN k.type LIKE 'approval.%%' THEN 'step'
            WHEN k.type = 'deadline.waived' THEN 'deadline' ELSE 'work_order' END, nullif(s.row_id, %(none)s),
        coalesce(k.promise, 'due_at'), CASE WHEN k.promise IS NOT NULL THEN s.promise END)),
    k.facts, '["MN-3.2.1b"]', s.row_id, 'agent', 'live', '', 1, uuid_send(s.id) || uuid_send(s.case_id),
    uuid_send(s.case_id) || uuid_send(s.id)
FROM bench_stage s JOIN bench_kind k USING (kind) JOIN bench_dealer d USING (dealer)
WHERE s.recorded_at >= %(since)s AND s.recorded_at < %(until)s ORDER BY s.recorded_at
"""
_DEADLINES = """
INSERT INTO clocks_deadline (company_id, dealer_id, customer_id, id, dossier_id, case_id, ref, clause_id, version_id, label, correlation,
    round, owner_role, owner_person_id, start_id, start_type, started_at, due_at, promised, budget, remaining, counts_from, working, state,
    cause, ended_at, end_id, done_at, warned, origin, as_if, provisional, late_recorded)
SELECT %(company)s, d.dealer_id, d.id, gen_random_uuid(), d.id, d.id, 'MN-3.2.1b/' || n, 'MN-3.2.1b', %(version)s, '{}', '', 1,
    'technician', CASE WHEN n < 3 THEN p.id END, d.id, 'ticket.reported', d.opened_at + n * interval '1 minute',
    d.opened_at + interval '4 hours', false, '4 hours', '4 hours', d.opened_at, false, 'kept', 'end', d.opened_at + interval '1 hour',
    d.id, d.opened_at + interval '1 hour', '{}', 'live', false, false, false
FROM journal_dossier d CROSS JOIN generate_series(1, 3) n
JOIN (SELECT id, coalesce(dealer_id, company_id) AS owner, row_number() OVER team AS place, count(*) OVER (PARTITION BY dealer_id) AS people
    FROM orgs_person WHERE company_id = %(company)s AND team_id IS NOT NULL WINDOW team AS (PARTITION BY dealer_id ORDER BY id)) p
    ON p.owner = coalesce(d.dealer_id, d.company_id) AND p.place = 1 + (get_byte(uuid_send(d.id), 15) + n) %% p.people
WHERE d.company_id = %(company)s AND get_byte(uuid_send(d.id), 15) %% 2 = %(half)s
"""


@dataclass(frozen=True, slots=True)
class Journal:
    """What was written."""

    company: UUID
    cases: int
    entries: int
    late: int
    waived: int
    gib: float
    """Of the entries with their indexes."""


def fill(cases: int, folder: Path, seed: int = 7) -> Journal:
    """A company with the shipped regulations, two versions of its manual, dealers, teams, calendars, and `cases` cases."""
    company, dealers, manual = _company()
    kinds = replay.write(cases, folder, seed)
    values = {"company": company, "none": UUID(int=0), "version": manual}
    with admin() as cursor:
        cursor.execute("ALTER SYSTEM SET fsync = off")
        cursor.execute("SELECT pg_reload_conf(), journal_make_partitions('2025-01-01', '2026-03-01')")
        cursor.execute(_UNLOGGED)
        late, waived = _stage(cursor, cases, folder, kinds, dealers, seed)
        cursor.execute(_DOSSIERS, values)
    _side_by_side([(_ENTRIES, values | span) for span in _halves()])
    _side_by_side([(_DEADLINES, values | {"half": half}) for half in (0, 1)])
    with admin() as cursor:
        cursor.execute("DROP TABLE bench_stage, bench_kind, bench_dealer")
        for table in ("journal_entry", "journal_dossier", "clocks_deadline", "orgs_person"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("ALTER SYSTEM RESET fsync")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute(
            "SELECT count(*), (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
            " WHERE inhparent = 'journal_entry'::regclass)::float8 FROM journal_entry"
        )
        entries, size = cursor.fetchone()
    return Journal(company, cases, entries, late, waived, round(size / 1024**3, 2))


@contextmanager
def admin() -> Iterator[Any]:
    """A cursor of the cluster's administrator for whom no trigger fires: neither the chain's nor those of foreign keys."""
    import psycopg

    from nuoda.config import cluster

    private = cluster.Cluster(Path(os.environ["NUODA_DATA"]) / "database")
    with psycopg.connect(**private.parameters(cluster.ADMIN, cluster.DATABASE), autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        yield cursor


def _halves() -> list[dict[str, datetime]]:
    """Two shares of the period that two backends write side by side, in no partition together."""
    return [
        {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": TURN},
        {"since": TURN, "until": datetime(2030, 1, 1, tzinfo=UTC)},
    ]


def _side_by_side(statements: list[tuple[str, dict[str, Any]]]) -> None:
    def run(item: tuple[str, dict[str, Any]]) -> None:
        with admin() as cursor:
            cursor.execute(*item)

    with ThreadPoolExecutor(len(statements)) as pool:
        list(pool.map(run, statements))


def _company() -> tuple[UUID, list[UUID | None], UUID]:
    """Company, its dealers (the first is none), and the version of the manual that is in force at the end."""
    from nuoda.engine.clocks.actions import seeds
    from nuoda.engine.clocks.models import WorkingCalendar
    from nuoda.engine.replay.actions.trials import read
    from nuoda.engine.rulebook.actions import packs, versions
    from nuoda.engine.rulebook.models import Policy
    from nuoda.foundation.base.access import scoped, system
    from nuoda.foundation.orgs.models import Company, Dealer, Person, Team

    since = datetime(2024, 12, 1, tzinfo=UTC)
    company = Company.objects.create(name="诺达测速有限公司", short_name="测速", created_at=since).pk
    actor = system(company)
    with scoped(actor):
        packs.load(actor=actor, at=since)
        packs.adopt_all(actor=actor, at=since)
        seeds.seed(company)
        policy = Policy.objects.get(company_id=company, name="manual")
        row = versions.draft(policy=policy, content=read(manual("2.1", "3 h", "convert"))[1], actor=actor, at=since)
        row = versions.publish(row, actor=actor, at=since)
        versions.adopt(row, since=TURN, actor=actor, at=since)
        made = [
            Dealer.objects.create(company_id=company, code=f"D{number:02}", name=f"经销商{number}")
            for number in range(1, len(replay.DEALERS))
        ]
        for number, dealer in enumerate(made[: replay.OWN_CALENDARS]):
            own = WorkingCalendar.objects.create(
                company_id=company, dealer_id=dealer.pk, code="standard", name="own", time_zone=("Asia/Shanghai", "Europe/Berlin")[number % 2],
                valid_from=since, known_years=list(range(2015, 2027)),
            )  # fmt: skip
            seeds.fill(
                own, [((480 + 5 * number, 1020 + 5 * number),)] * 6 + [()], seeds.official_days(range(2024, 2027))
            )
        for owner in (*[None] * TEAMS, *made):
            team = Team.objects.create(company_id=company, name="班组", dealer=owner)
            Person.objects.bulk_create(
                Person(company_id=company, name=f"师傅{n}", team=team, dealer=owner, created_at=since) for n in range(4)
            )
        seeds.raise_revision(company)
    return company, [None, *(dealer.pk for dealer in made)], row.pk


def manual(version: str, within: str, transition: str = "") -> str:
    """The shipped manual with another time to be on site, and what that makes of open deadlines."""
    from nuoda.engine.rulebook.actions import packs

    text = (packs.folder() / "manual" / "2.0.yaml").read_text(encoding="utf-8")
    place = text.index("within: 4 h", text.index("clock: on_site"))
    line = text.rindex("\n", 0, place) + 1
    told = f"transition: {transition}\n{text[line:place]}" if transition else ""
    text = f"{text[:place]}{told}within: {within}{text[place + len('within: 4 h') :]}"
    return text.replace("version: '2.0'", f"version: '{version}'", 1)


# -- rows as COPY takes them -------------------------------------------------------------------------------


def _stage(
    cursor: Any, cases: int, folder: Path, kinds: list[Any], dealers: list[UUID | None], seed: int
) -> tuple[int, int]:
    """Write the histories into narrow tables; how many entries are late, and how many deadlines waived."""
    draw = np.random.default_rng(seed + 1)
    promised = {type_: name for name, types in replay.PROMISES.items() for type_ in types}
    files = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r")
        for name in ("kind", "at", "work_order", "step", "promise", "dealer")
    }
    late_sum = 0
    cursor.execute(_STAGE)
    for number, (type_, facts, reason) in enumerate([*kinds, ("deadline.waived", {}, "")]):
        told = json.dumps(_PADDING | facts) if facts else None
        values = [number, type_, told, reason, promised.get(type_)]
        cursor.execute("INSERT INTO bench_kind VALUES (%s, %s, %s, %s, %s)", values)
    cursor.executemany("INSERT INTO bench_dealer VALUES (%s, %s)", list(enumerate(dealers)))
    with cursor.copy("COPY bench_stage FROM STDIN (FORMAT binary)") as copy:
        copy.write(_HEADER)
        for low in range(0, cases, 50_000):
            rows, late = _rows(files, low, min(low + 50_000, cases), draw)
            late_sum += late
            copy.write(rows.tobytes())
        copy.write(b"\xff\xff")
    waived = _waive(cursor, len(kinds))
    cursor.execute("ANALYZE bench_stage, bench_kind, bench_dealer")
    return late_sum, waived


def _rows(files: dict[str, Any], low: int, high: int, draw: Any) -> tuple[Any, int]:
    """A share of the cases, each entry with its moments, and how many of them are late."""
    cases, events = high - low, replay.EVENTS
    happened = np.array(files["at"][low:high])
    recorded = np.where(draw.random(happened.shape) < LATE, draw.integers(0, 2 * 86_400 * 10**6, happened.shape), 0)
    late = int((recorded > 0).sum())
    recorded[:, 0] = np.minimum(recorded[:, 0], 60 * 10**6)  # nothing of a case is recorded before its report
    recorded = np.maximum(happened + recorded, happened[:, :1] + recorded[:, :1])
    case = _ids(recorded[:, 0], draw)
    found = np.zeros(cases * events, _STAGED)
    found["fields"] = len(_WIDTHS)
    for name, width in _WIDTHS.items():
        found[f"{name}_length"] = width
    found["case"] = np.repeat(case, events)
    found["id"] = _ids(recorded.reshape(-1), draw)
    found["recorded"], found["happened"] = recorded.reshape(-1) - _EPOCH_2000, happened.reshape(-1) - _EPOCH_2000
    found["kind"] = np.array(files["kind"][low:high]).reshape(-1)
    found["dealer"] = np.repeat(np.array(files["dealer"][low:high]), events)
    found["promise"] = np.array(files["promise"][low:high]).reshape(-1) - _EPOCH_2000
    row = np.maximum(np.array(files["work_order"][low:high]), np.array(files["step"][low:high])).reshape(-1)
    raw = np.ascontiguousarray(np.repeat(case, events)).view(np.uint8).reshape(-1, 16).copy()
    raw[:, 15] ^= (row + 1).astype(np.uint8)
    raw[row < 0] = 0
    found["row"] = raw.view("V16").reshape(-1)
    return found, late


def _ids(at: Any, draw: Any) -> Any:
    """UUIDs of version 7 made at these moments."""
    raw = np.zeros(at.size, [("high", ">u8"), ("low", ">u8")])
    raw["high"] = (
        ((at // 1000).astype(np.uint64) << np.uint64(16))
        | np.uint64(0x7000)
        | draw.integers(0, 4096, at.size).astype(np.uint64)
    )
    raw["low"] = np.uint64(2**63) | draw.integers(0, 2**62, at.size).astype(np.uint64)
    return np.ascontiguousarray(raw).view("V16")


def _waive(cursor: Any, kind: int) -> int:
    """Release some cases from being on site in time: a further entry that names the deadline."""
    from nuoda.engine.clocks.pure.values import deadline_id

    cursor.execute(
        """SELECT s.case_id, s.id, s.recorded_at, s.happened_at, s.dealer FROM bench_stage s JOIN bench_kind k USING (kind)
        WHERE k.type = 'ticket.reported' AND k.facts->>'kind' = 'fault' AND k.facts->>'severity' = 'urgent'
        AND get_byte(uuid_send(s.case_id), 14) = 7 AND get_byte(uuid_send(s.case_id), 13) < %s""",
        [round(WAIVED * 65_536 * 3)],
    )
    found = cursor.fetchall()
    for case, start, recorded, happened, dealer in found:
        waived = deadline_id(case, "MN-3.2.1b/on_site", start, "")
        cursor.execute(
            "INSERT INTO bench_stage VALUES (%s, gen_random_uuid(), %s, %s, %s, %s, %s, %s)",
            [case, recorded + timedelta(minutes=9), happened + timedelta(minutes=8), kind, dealer, waived, happened],
        )
    return len(found)
