"""Papers keep what was issued and signed; whoever changes it later is found out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from nuoda.engine.papers import queries
from nuoda.engine.papers.actions import papers
from nuoda.engine.papers.models import Hand, Paper, Signature
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.models import Entry

from .cast import AT, CONTENT, STROKES, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def issued(cast: Cast) -> Paper:
    return papers.issue(form="test_repair", dossier=cast.case, content=CONTENT, actor=cast.technician, at=AT)


def signed(cast: Cast) -> Paper:
    paper = issued(cast)
    for role, name in (("engineer", "李工"), ("customer_hand", "赵先生")):
        papers.sign(
            paper, role=role, name=name, strokes=STROKES, actor=cast.technician, at=AT, content_hash=paper.content_hash
        )
    return paper


def test_a_paper_is_numbered_after_its_case_and_recorded(cast: Cast) -> None:
    with scoped(cast.technician):
        first, second = issued(cast), issued(cast)
        told = Entry.objects.filter(case_id=cast.case.case_id, type="paper.issued").order_by("chain_seq")
        assert [first.number, second.number] == [f"{cast.case.number}-RR1", f"{cast.case.number}-RR2"]
        assert [entry.payload["content_hash"] for entry in told] == [first.content_hash, second.content_hash]
        assert first.content_hash != second.content_hash, "the salt tells equal contents apart"
        assert "赵" not in str([entry.payload for entry in told])
        assert queries.states_of(cast.technician, case_id=cast.case.case_id) == {"test_repair": "issued"}


def test_incomplete_forms_are_refused_field_by_field(cast: Cast) -> None:
    bad = {**CONTENT, "fault": "", "fee": "12", "kind": "nowhere", "parts": [{"name": "x", "quantity": "2"}], "more": 1}
    with scoped(cast.technician), pytest.raises(Invalid) as refusal:
        papers.issue(form="test_repair", dossier=cast.case, content=bad, actor=cast.technician, at=AT)
    assert set(refusal.value.fields) == {"fault", "fee", "kind", "parts.1.quantity", "more"}
    assert refusal.value.clauses == ("DL-3.3f", "DL-3.5a")


def test_all_signatures_make_it_signed_and_intact(cast: Cast) -> None:
    with scoped(cast.technician):
        paper = signed(cast)
        assert paper.state == "signed"
        proof = queries.proof(Paper.objects.get(pk=paper.pk))
        assert proof.standing == "intact"
        assert [entry.verdict for entry in proof.signatures] == ["intact", "intact"]
        assert queries.meets(
            cast.technician, case_id=cast.case.case_id, form="test_repair", state="signed", fields=("fault", "parts")
        )
        assert not queries.meets(
            cast.technician, case_id=cast.case.case_id, form="test_repair", state="signed", fields=("photos",)
        )


def test_one_signature_is_not_enough(cast: Cast) -> None:
    with scoped(cast.technician):
        paper = issued(cast)
        papers.sign(
            paper, role="engineer", name="李工", strokes=STROKES, actor=cast.technician, at=AT,
            content_hash=paper.content_hash,
        )  # fmt: skip
        assert paper.state == "issued"
        assert not queries.meets(cast.technician, case_id=cast.case.case_id, form="test_repair", state="signed")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"content_hash": "0" * 64}, Stale),
        ({"role": "nobody"}, Refused),
        ({"strokes": []}, Invalid),
        ({"strokes": [[[0, 0]]]}, Invalid),
        ({"strokes": [[[0, "<svg>"], [1, 2]]]}, Invalid),
        ({"strokes": [[[0, float("nan")], [1, 2]]]}, Invalid),
        ({"name": "  "}, Invalid),
    ],
)
def test_hands_that_are_none_are_refused(cast: Cast, change: dict, refusal: type[Exception]) -> None:
    with scoped(cast.technician):
        paper = issued(cast)
        asked = {"role": "engineer", "name": "李工", "strokes": STROKES, "content_hash": paper.content_hash} | change
        with pytest.raises(refusal):
            papers.sign(paper, actor=cast.technician, at=AT, **asked)
        assert not Signature.objects.filter(paper=paper).exists()


def test_a_role_signs_once(cast: Cast) -> None:
    with scoped(cast.technician):
        paper = signed(cast)
        with pytest.raises(Refused):
            papers.sign(
                paper, role="engineer", name="x", strokes=STROKES, actor=cast.technician, at=AT,
                content_hash=paper.content_hash,
            )  # fmt: skip


CHANGES = {
    "content": "UPDATE papers_paper SET content = jsonb_set(content, '{fee}', '1') WHERE id = %s",
    "hash": "UPDATE papers_paper SET content_hash = repeat('0', 64) WHERE id = %s",
    "back to draft": "UPDATE papers_paper SET state = 'draft' WHERE id = %s",
    "number": "UPDATE papers_paper SET number = 'X' WHERE id = %s",
    "fake erasure": "UPDATE papers_paper SET erased_at = now(), content = '{\"fee\": 1}' WHERE id = %s",
    "delete": "DELETE FROM papers_paper WHERE id = %s",
    "seal": "UPDATE papers_signature SET seal = repeat('0', 64) WHERE paper_id = %s",
    "unsign": "DELETE FROM papers_signature WHERE paper_id = %s",
    "hand": "UPDATE papers_hand SET name = 'x' WHERE signature_id IN (SELECT id FROM papers_signature WHERE paper_id = %s)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change_after_issue(cast: Cast, change: str) -> None:
    with scoped(cast.manager):
        paper = signed(cast)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CHANGES[change], [paper.pk])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["content", "hash", "seal", "hand", "everything"])
def test_without_the_triggers_every_change_is_found_out(cast: Cast, database_cluster: Any, change: str) -> None:
    """Negative control of the triggers: with them switched off the change succeeds, and the proof names it."""
    with scoped(cast.manager):
        paper = signed(cast)
        row = Paper.objects.get(pk=paper.pk)
        row.content["fee"] = 1
        fitting = queries.hash_of(row)
    with database_cluster.connect("nuoda_owner", connection.settings_dict["NAME"]) as owner:
        for table in ("papers_paper", "papers_signature", "papers_hand"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if change == "everything":
            changed = "UPDATE papers_paper SET content = content || '{\"fee\": 1}', content_hash = %s WHERE id = %s"
            owner.execute(changed, [fitting, paper.pk])
            owner.execute("UPDATE papers_signature SET content_hash = %s WHERE paper_id = %s", [fitting, paper.pk])
        else:
            owner.execute(CHANGES[change], [paper.pk])
        owner.commit()
    with scoped(cast.manager):
        assert queries.proof(Paper.objects.get(pk=paper.pk)).standing == "changed"


def test_an_amendment_is_a_new_version_with_signatures_of_its_own(cast: Cast) -> None:
    with scoped(cast.technician):
        old = signed(cast)
        with pytest.raises(Invalid):
            papers.amend(old, content=CONTENT, reason=" ", actor=cast.technician, at=AT)
        new = papers.amend(old, content={**CONTENT, "fee": 9900}, reason="费用更正", actor=cast.technician, at=AT)
        assert (new.number, new.version, new.state) == (old.number, 2, "issued")
        assert new.signatures.count() == 0
        assert old.signatures.count() == 2
        proof = queries.proof(Paper.objects.get(pk=old.pk))
        assert proof.standing == "amended"
        assert proof.newest == new
        assert queries.states_of(cast.technician, case_id=cast.case.case_id) == {"test_repair": "issued"}
        with pytest.raises(Stale):
            papers.amend(old, content=CONTENT, reason="again", actor=cast.technician, at=AT)
        with pytest.raises(Stale):
            papers.sign(
                old, role="engineer", name="x", strokes=STROKES, actor=cast.technician, at=AT,
                content_hash=old.content_hash,
            )  # fmt: skip


def test_void_and_erased_papers_say_so(cast: Cast) -> None:
    with scoped(cast.manager):
        paper = signed(cast)
        papers.void(paper, reason="重复开具", actor=cast.manager, at=AT)
        assert queries.proof(Paper.objects.get(pk=paper.pk)).standing == "void"
    with scoped(cast.manager), pytest.raises(Refused):
        papers.erase(paper, actor=cast.manager, at=AT)
    with scoped(cast.guardian):
        papers.erase(paper, actor=cast.guardian, at=AT + timedelta(days=1))
        row = Paper.objects.get(pk=paper.pk)
        assert row.content == {}
        assert not Hand.objects.filter(signature__paper=row).exists()
        assert queries.proof(row).standing == "erased"
        assert [entry.verdict for entry in queries.proof(row).signatures] == ["erased", "erased"]


def test_drafts_are_free_until_issued(cast: Cast) -> None:
    with scoped(cast.technician):
        paper = papers.draft(form="test_repair", dossier=cast.case, content={"fee": 1}, actor=cast.technician, at=AT)
        with pytest.raises(Invalid):
            papers.issue(paper=paper, actor=cast.technician, at=AT)
        papers.fill(paper, content=CONTENT, actor=cast.technician, at=AT)
        papers.issue(paper=paper, actor=cast.technician, at=AT)
        assert paper.state == "issued"
        with pytest.raises(Stale):
            papers.fill(paper, content={}, actor=cast.technician, at=AT)
        with pytest.raises(Stale):
            papers.issue(paper=paper, actor=cast.technician, at=AT)


def test_strangers_find_nothing(cast: Cast) -> None:
    with scoped(cast.technician):
        paper = signed(cast)
    for friend in (cast.manager, cast.dealer, cast.customer, cast.technician):
        with scoped(friend):
            assert queries.paper(friend, paper.pk) == paper
            assert Hand.objects.count() == 2
    for stranger in (cast.other_dealer, cast.other_customer, cast.other_technician):
        with scoped(stranger):
            with pytest.raises(NotYours):
                queries.paper(stranger, paper.pk)
            with pytest.raises(NotYours):
                papers.amend(paper, content=CONTENT, reason="x", actor=stranger, at=AT)
            # The second wall: the same read without the first.
            assert not Paper.objects.exists()
            assert not Signature.objects.exists()
            assert not Hand.objects.exists()


def test_a_customer_cannot_issue_or_void(cast: Cast) -> None:
    with scoped(cast.customer), pytest.raises(Refused):
        papers.issue(form="test_repair", dossier=cast.case, content=CONTENT, actor=cast.customer, at=AT)
    with scoped(cast.technician):
        paper = issued(cast)
    with scoped(cast.customer), pytest.raises(Refused):
        papers.void(paper, reason="x", actor=cast.customer, at=AT)
