"""The spine: numbers, two times, append-only, chain, scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier, Entry, Remark
from nuoda.foundation.journal.pure import kinds
from nuoda.foundation.journal.pure.tokens import tokens

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COMPANY = new_id()
WIDE = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"agent"}))

kinds.register("specimen", prefix="XX", label="specimen")
kinds.register("deliberation", prefix="XQ", label="deliberation", inward=True)


@event("specimen.seen")
class SpecimenSeen:
    """A specimen was seen (tests only)."""

    colour: str
    weight: int | None = None


def opened(actor: Actor = WIDE, **more: object) -> Dossier:
    return dossiers.open(kind="specimen", title="样品", actor=actor, at=AT, **more)  # type: ignore[arg-type]


def test_numbers_count_up_per_company_and_year() -> None:
    with scoped(WIDE):
        first, second = opened(), opened()
        other = dossiers.open(kind="specimen", actor=Actor(company_id=new_id()), at=AT)
    assert (first.number, second.number, other.number) == ("XX-2026-000001", "XX-2026-000002", "XX-2026-000001")


def test_an_entry_keeps_both_times_and_its_facts() -> None:
    with scoped(WIDE):
        row = opened()
        entries.record(
            SpecimenSeen(colour="red"),
            dossier=row,
            actor=WIDE,
            at=AT,
            happened_at=AT - timedelta(hours=2),
            facts={"n": 1},
        )
        entry = Entry.objects.get(case_id=row.case_id)
    assert (entry.recorded_at, entry.happened_at) == (AT, AT - timedelta(hours=2))
    assert entry.payload == {"colour": "red"}
    assert entry.facts == {"n": 1}


def test_an_event_cannot_be_recorded_before_it_happens() -> None:
    with scoped(WIDE), pytest.raises(ValueError):
        entries.record(
            SpecimenSeen(colour="red"), dossier=opened(), actor=WIDE, at=AT, happened_at=AT + timedelta(seconds=1)
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET type = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry",
        "TRUNCATE journal_entry_default",
    ],
)
def test_the_database_refuses_to_change_entries(statement: str) -> None:
    with scoped(WIDE):
        entries.record(SpecimenSeen(colour="red"), dossier=opened(), actor=WIDE, at=AT)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_source_is_recorded_once() -> None:
    with scoped(WIDE):
        row = opened()
        first = entries.record(SpecimenSeen(colour="red"), dossier=row, actor=WIDE, at=AT, source="phone-1")
        with pytest.raises(entries.AlreadyRecorded) as refusal:
            entries.record(SpecimenSeen(colour="blue"), dossier=row, actor=WIDE, at=AT, source="phone-1")
        assert refusal.value.entry_id == first.id
        assert Entry.objects.filter(case_id=row.case_id).count() == 1


def test_a_remark_can_be_erased_and_the_chain_still_stands() -> None:
    with scoped(WIDE):
        row = opened()
        entry = entries.record(SpecimenSeen(colour="red"), dossier=row, actor=WIDE, at=AT, remark="张三来电")
        assert queries.remarks(WIDE, [entry]) == {entry.id: "张三来电"}
        Remark.objects.filter(entry_id=entry.id).delete()
        assert queries.remarks(WIDE, [entry]) == {}
        assert broken(row.id) == 0


def broken(dossier_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM journal_entry e WHERE dossier_id = %s AND hash <> journal_entry_digest(e)",
            [dossier_id],
        )
        return int(cursor.fetchone()[0])


def test_the_chain_links_every_entry_of_a_dossier() -> None:
    with scoped(WIDE):
        row = opened()
        for colour in ("red", "blue", "green"):
            entries.record(SpecimenSeen(colour=colour), dossier=row, actor=WIDE, at=AT)
        chain = list(Entry.objects.filter(case_id=row.case_id).order_by("chain_seq"))
        row.refresh_from_db()
    assert [entry.chain_seq for entry in chain] == [1, 2, 3]
    assert [bytes(entry.prev_hash) for entry in chain[1:]] == [bytes(entry.hash) for entry in chain[:-1]]
    assert bytes(row.chain_head) == bytes(chain[-1].hash)


def test_nobody_without_scope_sees_a_row() -> None:
    with scoped(WIDE):
        opened()
        assert Dossier.objects.count() == 1
    assert Dossier.objects.count() == 0


def test_the_database_hides_other_dealers_even_when_the_code_forgets() -> None:
    dealer, stranger = new_id(), new_id()
    with scoped(WIDE):
        mine, theirs = opened(dealer_id=dealer), opened(dealer_id=stranger)
    actor = Actor(company_id=COMPANY, reach="dealer", dealer_id=dealer)
    with scoped(actor):
        assert set(Dossier.objects.values_list("id", flat=True)) == {mine.id}
        with pytest.raises(NotYours):
            queries.dossier(actor, number=theirs.number)


def test_a_technician_sees_what_was_shared_with_him() -> None:
    person = new_id()
    with scoped(WIDE):
        mine, _other = opened(), opened()
        dossiers.share(mine, person_id=person, at=AT)
    with scoped(Actor(company_id=COMPANY, person_id=person, reach="technician")):
        assert list(Dossier.objects.values_list("id", flat=True)) == [mine.id]


def test_search_finds_substrings_phone_tails_and_both_scripts() -> None:
    with scoped(WIDE):
        row = opened(search=["苏州恒力機械有限公司", "13812345678", "SN-8842-AX"])
        for text in ("恒力", "恆力机械", "5678", "8842", row.number, "样品 恒力"):
            assert [found.id for found in queries.search(WIDE, text)] == [row.id], text
        assert not queries.search(WIDE, "华为")
        assert not queries.search(WIDE, "'; drop table journal_dossier; --")


def test_tokens_fold_scripts_and_cut_pairs() -> None:
    assert tokens("售後服務") == ["售后", "后服", "服务", "售", "后", "服", "务"]
    assert tokens("ＡＢ-12") == ["ab", "12"]


def test_scope_is_restored_after_a_nested_one() -> None:
    dealer = new_id()
    with scoped(WIDE):
        opened()
        with scoped(Actor(company_id=COMPANY, reach="dealer", dealer_id=dealer)):
            assert Dossier.objects.count() == 0
        assert Dossier.objects.count() == 1


def test_what_is_decided_inside_never_carries_a_customer() -> None:
    customer, dealer = new_id(), new_id()
    with scoped(WIDE):
        row = opened()
        inner = dossiers.open(kind="deliberation", actor=WIDE, at=AT, parent=row, customer_id=customer)
        dossiers.move(row, dealer_id=dealer, customer_id=customer)
        rows = {found.kind: (found.dealer_id, found.customer_id) for found in Dossier.objects.filter(case_id=row.pk)}
    assert inner.customer_id is None
    assert rows == {"specimen": (dealer, customer), "deliberation": (dealer, None)}
