"""Versions in the database: what is published stays, what is in force is found by its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from nuoda.engine.rulebook import queries
from nuoda.engine.rulebook.actions import packs, versions
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents, facts
from nuoda.engine.rulebook.pure.book import NotInForce
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories

from .subjects import SUBJECTS
from .test_policies import gate, small

pytestmark = pytest.mark.django_db
LATER = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's subjects, also while this floor is tested alone."""
    for name, subject in SUBJECTS.items():
        monkeypatch.setitem(facts.SUBJECTS, name, facts.SUBJECTS.get(name, subject))


@pytest.fixture
def actor() -> Actor:
    return system(factories.company().pk)


def write(root: Path, version: str = "1.0", effective: str = "2024-01-01", require: str = "has_name") -> None:
    text = small(gate(require)).replace("'1.0'", f"'{version}'").replace("2024-01-01", effective)
    (root / "small").mkdir(exist_ok=True)
    (root / "small" / f"{version}.yaml").write_text(text, encoding="utf-8")


def test_a_new_company_gets_the_shipped_regulations_in_force(actor: Actor) -> None:
    with scoped(actor) as at:
        loaded = packs.load(actor=actor, at=at)
        assert {row.policy.name for row in loaded} == {
            "manual",
            "dealer-service",
            "service-operations",
            "service-selling",
        }
        assert queries.in_force(actor, at) == []
        packs.adopt_all(actor=actor, at=at)
        book = queries.book(actor)
        assert book.clause("MN-3.2.1b", at) is not None
        assert book.clause("MN-3.2.1b", datetime(2023, 9, 30, tzinfo=UTC)) is None
        assert [bound.ref for bound in book.clocks_for("follow_up.dissatisfied", at)] == [
            "LC-5.3.3b/contact_dissatisfied"
        ]
        assert packs.load(actor=actor, at=at) == []
        types = set(Entry.objects.filter(company_id=actor.company_id).values_list("type", flat=True))
        assert types == {"policy.published", "policy.adopted"}


def test_the_effective_day_begins_at_midnight_where_the_company_is(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        [row] = packs.adopt_all(actor=actor, at=at)
        assert row.in_force_from == datetime(2023, 12, 31, 16, tzinfo=UTC)
        book = queries.book(actor)
        gates = [book.gates_for("ticket", "report", row.in_force_from + timedelta(seconds=s)) for s in (-1, 0)]
        assert [len(found) for found in gates] == [0, 1]


def test_the_version_in_force_when_it_happened_applies(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        packs.adopt_all(actor=actor, at=at)
        write(tmp_path, "1.1", "2024-02-01", "has_contact")
        [new] = packs.load(actor=actor, at=at, root=tmp_path)
        before = queries.book(actor)
        versions.adopt(new, since=at + timedelta(days=7), actor=actor, at=at)
        after = queries.book(actor)
        assert after is not before

        def required(day: int) -> list[str]:
            bound = after.gates_for("ticket", "report", at + timedelta(days=day))
            return [item.rule.require for item in bound]  # type: ignore[union-attr]

        assert (required(6), required(8)) == (["has_name"], ["has_contact"])


def test_nothing_is_put_into_force_for_the_past(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        packs.adopt_all(actor=actor, at=at)
        write(tmp_path, "1.1", "2024-02-01")
        [new] = packs.load(actor=actor, at=at, root=tmp_path)
        with pytest.raises(Refused) as caught:
            versions.adopt(new, since=at - timedelta(days=1), actor=actor, at=at, backdated=True)
        assert caught.value.code == "in_the_past"
        versions.adopt(new, since=at, actor=actor, at=at)


def test_an_upgrade_adds_versions_and_adopts_none(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        packs.adopt_all(actor=actor, at=at)
        write(tmp_path, "2.0", "2024-02-01")
        packs.load(actor=actor, at=at, root=tmp_path)
        assert packs.adopt_all(actor=actor, at=at) == []
        assert [row.version for row in queries.in_force(actor, at)] == ["1.0"]


def test_a_shipped_file_may_not_change_behind_its_version(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        write(tmp_path, require="has_contact")
        with pytest.raises(Refused) as caught:
            packs.load(actor=actor, at=at, root=tmp_path)
        assert caught.value.code == "policy_changed"


def test_a_file_with_a_mistake_is_refused_with_its_place(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path, require='has_name == "yes"')
    with scoped(actor) as at, pytest.raises(Refused, match=r"2[0-9]:\d+: found no matching overload"):
        packs.load(actor=actor, at=at, root=tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        "content = jsonb_set(content, '{scope}', '\"x\"')",
        "hash = 'x'",
        "effective_date = '2030-01-01'",
        "status = 'draft', published_at = NULL",
        "in_force_from = in_force_from - interval '1 day'",
        None,
    ],
)
def test_the_database_keeps_what_was_published(actor: Actor, tmp_path: Path, change: str | None) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        [row] = packs.adopt_all(actor=actor, at=at)
        statement = f"UPDATE rulebook_policyversion SET {change}" if change else "DELETE FROM rulebook_policyversion"
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"{statement} WHERE id = %s", [row.pk])


def test_a_draft_may_change_until_it_is_published(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        [row] = packs.load(actor=actor, at=at, root=tmp_path)
        content = documents.parse(small(gate("has_contact")).replace("'1.0'", "'1.5'")).content
        draft = versions.draft(policy=row.policy, content=content, actor=actor, at=at)
        PolicyVersion.objects.filter(pk=draft.pk).update(hash="y")
        draft.delete()
        assert not PolicyVersion.objects.filter(version="1.5").exists()


def test_two_versions_are_never_in_force_at_once(actor: Actor, tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "1.1", "2024-02-01")
    with scoped(actor) as at:
        first, second = packs.load(actor=actor, at=at, root=tmp_path)
        rows = PolicyVersion.objects.filter(pk=first.pk)
        rows.update(status="in_force", in_force_from=LATER)
        with pytest.raises(DatabaseError), transaction.atomic():
            PolicyVersion.objects.filter(pk=second.pk).update(
                status="in_force", in_force_from=LATER + timedelta(days=1)
            )


def test_stored_content_exports_to_the_shipped_file(actor: Actor) -> None:
    with scoped(actor) as at:
        packs.load(actor=actor, at=at)
        for row in PolicyVersion.objects.select_related("policy"):
            path = packs.folder() / row.policy.name / f"{row.version}.yaml"
            assert documents.export(row.content) == path.read_text(encoding="utf-8")
            assert documents.digest(row.content) == row.hash


def test_the_book_costs_no_statement_when_the_actor_carries_its_revision(
    actor: Actor, tmp_path: Path, django_assert_num_queries
) -> None:
    write(tmp_path)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at, root=tmp_path)
        packs.adopt_all(actor=actor, at=at)
        revision = Company.objects.get(pk=actor.company_id).book_revision
        known = system(actor.company_id, book_revision=revision)
        made = queries.book(known)
        with django_assert_num_queries(0):
            assert queries.book(known) is made
        with django_assert_num_queries(1):
            assert queries.book(actor.company_id) is made


def test_only_management_puts_a_regulation_into_force(tmp_path: Path) -> None:
    cast = factories.cast()
    write(tmp_path)
    boss = system(cast.company.pk)
    with scoped(boss) as at:
        [row] = packs.load(actor=boss, at=at, root=tmp_path)
    agent = factories.actor(cast.lin)
    with scoped(agent) as at, pytest.raises(Refused):
        versions.adopt(row, since=at, actor=agent, at=at)


def test_people_at_a_dealer_read_what_binds_and_no_draft(tmp_path: Path) -> None:
    cast = factories.cast()
    write(tmp_path)
    write(tmp_path, "1.1", "2024-02-01")
    boss = system(cast.company.pk)
    with scoped(boss) as at:
        packs.load(actor=boss, at=at, root=tmp_path)
        packs.adopt_all(actor=boss, at=at)
    dealer = factories.actor(cast.ma)
    with scoped(dealer):
        assert [row.version for row in queries.versions(dealer)] == ["1.1"]
        assert PolicyVersion.objects.count() == 2  # the second wall is the company; the first hides what does not bind
        assert (
            PolicyVersion.objects.update(shipped=False) == 0
        )  # the database lets only the whole company's people write


def test_numbers_are_read_from_the_clause_in_force(actor: Actor) -> None:
    with scoped(actor) as at:
        packs.load(actor=actor, at=at)
        packs.adopt_all(actor=actor, at=at)
        book = queries.book(actor)
        found = book.parameter("follow_up_attempts", at)
        assert (found.value, found.clause_id) == (3, "LC-4.3.4a")
        assert str(book.definition("late_recording_tolerance", at)) == "30 min"
        with pytest.raises(NotInForce):
            book.parameter("follow_up_attempts", datetime(2020, 1, 1, tzinfo=UTC))
        with pytest.raises(NotInForce):
            book.decide("follow_up_attempts", {}, at)
        missed = book.consequences_for("missed:LC-4.2.4b/major_plan", at)
        assert [bound.rule.key for bound in missed] == ["reaction_missed"]
        assert [bound.rule.key for bound in book.approvals_for("ticket", "settle", at)] == ["settlement"]
        assert [bound.rule.key for bound in book.forms_for("work_order", "complete", at)] == ["repair_record"]
