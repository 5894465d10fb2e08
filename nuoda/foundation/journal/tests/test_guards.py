"""What guards the journal, and that each guard notices when it is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.actions import chains, dossiers, entries, proofs
from nuoda.foundation.journal.models import Anchor, AnchoredHead, Dossier, Entry
from nuoda.foundation.journal.pure import kinds

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COMPANY = new_id()
WIDE = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"agent"}))

kinds.register("specimen", prefix="XX", label="specimen")


@event("guarded.seen")
class GuardedSeen:
    """Something was seen (tests only)."""

    colour: str


def seen(row: Dossier | None, colour: str = "red", **more: Any) -> Entry:
    return entries.record(GuardedSeen(colour=colour), dossier=row, actor=WIDE, **({"at": AT} | more))


def story() -> Dossier:
    """A dossier with three entries (one with a remark), and two entries of the day chains; all sealed by an anchor."""
    with scoped(WIDE):
        row = dossiers.open(kind="specimen", actor=WIDE, at=AT)
        for colour in ("red", "blue", "green"):
            seen(row, colour, remark="张三来电" if colour == "blue" else "")
        seen(None)
        seen(None, at=AT - timedelta(days=40))
        chains.anchor(at=AT + timedelta(hours=1))
    return row


@contextmanager
def unguarded(owner: Any) -> Iterator[Any]:
    """As the owner of the tables who switched the guards off (the chain is what remains)."""
    for table, trigger in (
        ("journal_entry", "append_only"),
        ("journal_entry", "chain"),
        ("journal_anchoredhead", "append_only"),
    ):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield owner
    for table, trigger in (
        ("journal_entry", "append_only"),
        ("journal_entry", "chain"),
        ("journal_anchoredhead", "append_only"),
    ):
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
    owner.commit()


def as_owner(owner: Any, run: Callable[[], Iterator[str]]) -> list[str]:
    """A check as `nuoda check` runs it: by the owner of the tables."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(USER=owner.info.user, PASSWORD=owner.info.password)
    try:
        return list(run())
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.fixture
def other(transactional_db: None, database_cluster: Any) -> Iterator[Any]:
    """The owner's own connection; what it commits is real, in a database of this test alone."""
    with database_cluster.connect("nuoda_owner", connection.settings_dict["NAME"]) as made:
        yield made


def test_an_untouched_journal_proves_itself(other: Any) -> None:
    story()
    for run in (proofs.chain, proofs.anchors, proofs.remarks, proofs.guards):
        assert as_owner(other, run) == [], run.__name__


@pytest.mark.parametrize(
    ("tampering", "run", "said"),
    [
        ("UPDATE journal_entry SET payload = '{\"colour\": \"black\"}' WHERE payload->>'colour' = 'blue'", proofs.chain, "not as it was written"),
        ("DELETE FROM journal_entry WHERE payload->>'colour' = 'blue'", proofs.chain, "an entry that is gone"),
        ("DELETE FROM journal_entry WHERE payload->>'colour' = 'green'", proofs.chain, "the chain ends otherwise"),
        ("DELETE FROM journal_entry WHERE dossier_id IS NULL", proofs.chain, "the chain ends otherwise"),
        ("UPDATE journal_entry SET prev_hash = hash WHERE payload->>'colour' = 'green'", proofs.chain, "not as it was written"),
        (
            # A tail cut cleanly, with its head put back: only the anchor knows.
            """WITH gone AS (DELETE FROM journal_entry WHERE payload->>'colour' = 'green' RETURNING dossier_id, prev_hash)
            UPDATE journal_dossier SET chain_seq = 2, chain_head = prev_hash FROM gone WHERE id = gone.dossier_id""",
            proofs.anchors,
            "sealed by an anchor and is gone",
        ),
        ("UPDATE journal_anchoredhead SET chain_seq = chain_seq + 1", proofs.anchors, "not those that were sealed"),
        ("UPDATE journal_remark SET text = '李四来电'", proofs.remarks, "not the one that was written"),
    ],
)  # fmt: skip
def test_tampering_is_noticed(other: Any, tampering: str, run: Callable[[], Iterator[str]], said: str) -> None:
    story()
    with unguarded(other):
        other.execute(tampering)
    assert any(said in problem for problem in as_owner(other, run))


@pytest.mark.parametrize(
    "loosening",
    [
        "ALTER TABLE journal_entry DISABLE TRIGGER append_only",
        "DROP TRIGGER no_truncate ON journal_entry_default",
        "ALTER TABLE journal_entry_default DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE journal_source DISABLE TRIGGER append_only",
    ],
)
def test_a_loosened_guard_is_noticed(other: Any, loosening: str) -> None:
    other.execute(loosening)
    other.commit()
    assert as_owner(other, proofs.guards)


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::text FROM pg_partition_tree('journal_entry') WHERE isleaf ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def test_partitions_made_later_refuse_too(db: None) -> None:
    later = datetime(2031, 5, 6, tzinfo=UTC)
    with scoped(WIDE):
        assert chains.keep_partitions(at=later) == 4
        assert chains.keep_partitions(at=later) == 0
        seen(dossiers.open(kind="specimen", actor=WIDE, at=later), at=later)
    assert "journal_entry_203108" in partitions()
    for statement in (
        "UPDATE journal_entry SET type = 'x'",
        "DELETE FROM journal_entry",
        *(f"{verb} {table}" for verb in ("TRUNCATE", "DELETE FROM") for table in ("journal_entry_203105",)),
        "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
        "ALTER TABLE journal_entry_203105 DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ):
        with scoped(WIDE):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
                    assert cursor.rowcount == 0, statement  # a partition itself shows no row to whoever serves
            except DatabaseError:
                pass
            assert Entry.objects.get(recorded_at=later).type == "guarded.seen"


def test_a_partition_is_closed_to_readers_who_go_past_the_parent(db: None) -> None:
    with scoped(WIDE):
        seen(dossiers.open(kind="specimen", actor=WIDE, at=AT))
        for table in partitions():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,), table
        assert Entry.objects.count() == 1


def test_a_month_that_lies_in_the_default_partition_stays_there(db: None) -> None:
    far = datetime(2033, 1, 15, tzinfo=UTC)
    with scoped(WIDE):
        seen(dossiers.open(kind="specimen", actor=WIDE, at=far), at=far)
        assert chains.make_partitions(first=far, last=far + timedelta(days=31)) == 1
        assert Entry.objects.filter(recorded_at=far).count() == 1


def test_a_temporary_table_does_not_stand_in_for_the_head(db: None) -> None:
    with scoped(WIDE):
        row = dossiers.open(kind="specimen", actor=WIDE, at=AT)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(
                "CREATE TEMP TABLE journal_dossier AS SELECT %s::uuid AS id, 41 AS chain_seq, ''::bytea AS chain_head, now() AS chain_at",
                [row.pk],
            )
            cursor.execute("GRANT ALL ON pg_temp.journal_dossier TO PUBLIC")
            cursor.execute("SET LOCAL ROLE nuoda_wide")
            cursor.execute(
                """INSERT INTO journal_entry (company_id, id, recorded_at, happened_at, dossier_id, case_id, type, origin)
                VALUES (%s, %s, %s, %s, %s, %s, 'guarded.seen', 'live') RETURNING chain_seq""",
                [COMPANY, new_id(), AT, AT, row.pk, row.pk],
            )
            assert cursor.fetchone() == (1,)


def test_an_anchor_seals_what_moved_and_nothing_twice(db: None) -> None:
    row = story()
    with scoped(WIDE):
        assert AnchoredHead.objects.filter(chain=str(row.pk)).count() == 1
        assert Anchor.objects.get().heads == 3
        assert chains.anchor(at=AT + timedelta(hours=2)) is None
        seen(None, at=AT - timedelta(days=100))  # a day long past moves: an import, the demo
        made = chains.anchor(at=AT + timedelta(hours=3))
    assert made is not None and made.heads == 1


def test_nothing_is_recorded_before_its_dossier(db: None) -> None:
    with scoped(WIDE):
        row = dossiers.open(kind="specimen", actor=WIDE, at=AT)
        slow = seen(row, at=AT - timedelta(seconds=3))
        inner = dossiers.open(kind="specimen", actor=WIDE, at=AT - timedelta(seconds=3), parent=row)
    assert (slow.recorded_at, slow.happened_at) == (AT, AT - timedelta(seconds=3))
    assert inner.recorded_at == AT


def test_a_source_claimed_at_the_same_time_names_the_entry_that_won(other: Any, database_cluster: Any) -> None:
    winner = UUID(int=7)
    with database_cluster.connect("nuoda_owner", connection.settings_dict["NAME"]) as first:
        first.execute("INSERT INTO journal_source VALUES (%s, 'phone-9', %s)", [COMPANY, winner])
        import threading

        timer = threading.Timer(0.4, first.commit)
        timer.start()
        with scoped(WIDE), pytest.raises(entries.AlreadyRecorded) as refusal:
            seen(dossiers.open(kind="specimen", actor=WIDE, at=AT), source="phone-9")
        timer.join()
    assert refusal.value.entry_id == winner
