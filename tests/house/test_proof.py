"""`nuoda check` names what is broken: every invariant holds in a lived-in world, and every kind of damage is told by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from nuoda.cli import checks as _own  # noqa: F401 - registers the installation's own
from nuoda.foundation.base.pure.checks import CHECKS
from tests.access.world import World, bundle, world

from . import rules

DAMAGE: dict[str, list[str]] = {
    "journal.cases": ["UPDATE journal_dossier SET case_id = gen_random_uuid() WHERE kind = 'work_order'"],
    "journal.numbers": [
        "ALTER TABLE journal_dossier DROP CONSTRAINT journal_dossier_number",
        "UPDATE journal_dossier SET number = 'TK-2026-000001' WHERE kind = 'ticket'",
    ],
    "journal.dossiers": ["UPDATE journal_entry SET case_id = gen_random_uuid() WHERE type = 'ticket.reported'"],
    "journal.times": ["UPDATE journal_dossier SET recorded_at = recorded_at + interval '1 day' WHERE kind = 'ticket'"],
    "journal.sources": ["""INSERT INTO journal_source (company_id, source, entry_id)
        SELECT company_id, 'phone-1', gen_random_uuid() FROM service_ticket LIMIT 1"""],
    "journal.shares": ["UPDATE journal_caseshare SET dealer_id = gen_random_uuid()"],
    "journal.chain": ["UPDATE journal_entry SET payload = '{}' WHERE type = 'ticket.reported'"],
    "journal.remarks": ["UPDATE journal_remark SET text = text || '！'"],
    "journal.guards": ["ALTER TABLE journal_entry DISABLE TRIGGER append_only"],
    "database.migrations": ["DELETE FROM django_migrations WHERE app = 'service'"],
    "database.walls": ["ALTER TABLE service_ticket DISABLE ROW LEVEL SECURITY"],
    "people.administrators": [
        "ALTER TABLE orgs_membership DROP CONSTRAINT orgs_membership_three_administrators",
        """INSERT INTO orgs_membership (id, company_id, person_id, role, since)
        SELECT gen_random_uuid(), company_id, person_id, 'audit_admin', now() FROM orgs_membership WHERE role = 'system_admin'""",
    ],
    "people.roles": ["UPDATE orgs_membership SET until = since - interval '1 day' WHERE role = 'agent'"],
    "people.delegations": ["""UPDATE orgs_delegation SET taker_id =
        (SELECT person_id FROM orgs_membership WHERE role = 'dealer_manager' LIMIT 1)"""],
    "people.sessions": [
        """INSERT INTO orgs_session (session_key, session_data, expire_date, user_id, started_at, seen_at, address, device)
        SELECT 'k', '', now() + interval '1 day', id, now(), now(), '', '' FROM orgs_user LIMIT 1""",
        "UPDATE orgs_user SET is_active = false",
    ],
    "people.tokens": ["UPDATE orgs_person SET active = false WHERE id IN (SELECT person_id FROM orgs_apitoken)"],
    "people.accounts": ["UPDATE orgs_person SET active = false WHERE name = '林晓'"],
    "clocks.missed_once": ["""INSERT INTO journal_entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(),
        'chain_seq', e.chain_seq + 1000))).* FROM journal_entry e WHERE type = 'deadline.missed'"""],
    "clocks.missed_rows": ["""UPDATE clocks_deadline SET state = 'kept', missed_entry_id = NULL WHERE missed_entry_id IS NOT NULL"""],
    "clocks.deadlines": ["UPDATE clocks_deadline SET due_at = due_at + interval '1 minute' WHERE state = 'kept'"],
    "clocks.events": ["UPDATE clocks_deadline SET end_id = gen_random_uuid() WHERE state = 'kept'"],
    "clocks.owed": ["UPDATE clocks_deadline SET next_action_at = NULL, due_at = now() + interval '1 year' WHERE state = 'open'"],
    "clocks.owners": ["""UPDATE clocks_deadline SET owner_person_id = (SELECT id FROM orgs_person WHERE name = '陈静' ORDER BY id LIMIT 1)
        WHERE done_at IS NULL"""],
    "duties.owners": ["""UPDATE duties_obligation SET owner_person_id = (SELECT id FROM orgs_person WHERE name = '冯审计' ORDER BY id LIMIT 1)
        WHERE done_at IS NULL"""],
    "duties.audits": [
        """UPDATE duties_audit SET state = 'drawn', signed_at = NULL,
        obligation_id = (SELECT dossier_id FROM duties_obligation ORDER BY dossier_id LIMIT 1)
        WHERE dossier_id = (SELECT dossier_id FROM duties_audit ORDER BY dossier_id LIMIT 1)""",
        "UPDATE duties_obligation SET state = 'waived', missed_entry_id = NULL",
    ],
    "clocks.pauses": ["""INSERT INTO clocks_deadlinepause (id, company_id, case_id, deadline_id, reason, from_at, to_at, stops)
        SELECT gen_random_uuid(), company_id, gen_random_uuid(), id, 'x', now(), now(), true FROM clocks_deadline LIMIT 1"""],
    "approvals.steps": ["UPDATE approvals_step SET state = 'open' WHERE state = 'approved'"],
    "approvals.content": ["UPDATE approvals_round SET content_hash = repeat('0', 64)"],
    "approvals.own": ["UPDATE approvals_decision SET verdict = 'approved', person_id = (SELECT submitter_id FROM approvals_round LIMIT 1)"],
    "approvals.journal": ["UPDATE approvals_decision SET entry_id = gen_random_uuid()"],
    "notices.deliveries": ["""INSERT INTO notices_delivery (
        id, company_id, entry_id, notice_id, digest, state, attempts, next_at, last_error, created_at)
        SELECT gen_random_uuid(), company_id, entry_id, gen_random_uuid(), false, 'waiting', 0, now(), '', now() FROM notices_notice LIMIT 1"""],
    "notices.entries": ["UPDATE notices_notice SET entry_id = gen_random_uuid()"],
    "notices.persons": ["UPDATE notices_notice SET company_id = gen_random_uuid()"],
    "notices.sent": ["""INSERT INTO notices_delivery (
        id, company_id, entry_id, notice_id, person_id, digest, state, attempts, next_at, last_error, created_at)
        SELECT gen_random_uuid(), company_id, entry_id, id, person_id, false, 'sent', 1, now(), '', now() FROM notices_notice LIMIT 1"""],
    "papers.seals": ["UPDATE papers_paper SET content = jsonb_set(content, '{forged}', '1') WHERE state <> 'draft'"],
    "papers.files": ["UPDATE papers_attachment SET digest = repeat('0', 64)"],
    "papers.tokens": ["UPDATE papers_verifytoken SET paper_id = gen_random_uuid()"],
    "papers.amendments": [
        """UPDATE papers_paper SET previous_id = (SELECT id FROM papers_paper ORDER BY id LIMIT 1)
        WHERE id = (SELECT id FROM papers_paper ORDER BY id DESC LIMIT 1)"""
    ],
    "service.states": ["UPDATE service_ticket SET state = 'evaporated'"],
    "service.jobs": ["UPDATE service_ticket SET state = 'closed'"],
    "service.bookings": [
        "ALTER TABLE service_workorder DROP CONSTRAINT service_work_order_once_at_a_time",
        "UPDATE service_workorder SET state = 'assigned', planned = (SELECT planned FROM service_workorder LIMIT 1)",
    ],
    "service.scopes": ["UPDATE journal_dossier SET dealer_id = NULL WHERE kind = 'ticket'"],
    "service.customers": ["UPDATE customers_contact SET customer_id = (SELECT dossier_id FROM customers_customer WHERE name LIKE '无锡%')"],
    "service.shares": ["DELETE FROM journal_caseshare"],
    "states.refusals": ["UPDATE states_refusal SET case_id = gen_random_uuid()"],
    "reports.bundles": ["UPDATE journal_entry SET payload = jsonb_set(payload, '{digest}', '\"0\"') WHERE type = 'bundle.made'"],
}  # fmt: skip
"""Statements of the owner that break an invariant."""
UNGUARDED = """DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT oid::regclass AS place FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', found.place); END LOOP;
    FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE contype IN ('f', 'c') AND connamespace = 'public'::regnamespace AND conparentid = 0 AND coninhcount = 0
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', found.place, found.conname); END LOOP; END $$"""
"""What the database itself refuses, switched off."""
GUARDS = {"journal.guards", "database.walls"}
"""Checks of what the database refuses: nothing else may be switched off."""
ELSEWHERE = {
    "database.version": ("tests/house/test_checks.py", "test_an_old_server_is_named"),
    "database.encoding": ("tests/house/test_checks.py", "test_another_encoding_is_named"),
    "database.application_role": ("tests/house/test_checks.py", "test_a_role_that_could_bypass_is_named"),
    "journal.anchors": ("nuoda/foundation/journal/tests/test_guards.py", "test_tampering_is_noticed"),
}
"""Checks whose damage needs a superuser, another server or sealed heads: the test that does it."""


@pytest.fixture
def as_owner(transactional_db: None, database_cluster: Any) -> Iterator[World]:
    """A world that was lived in, and Django's connection as the owner of the tables, as `nuoda check` has it."""
    made = world()
    made.stage.after(hours=5)
    made.stage.tick()
    with made.stage.acting(made.stage.cast.wang) as (actor, at):
        from nuoda.engine.approvals.actions import decisions

        decisions.approve(approval_id=made.approval.pk, actor=actor, at=at)
    bundle(made.stage)
    values = connection.settings_dict
    serving = {key: values[key] for key in ("USER", "PASSWORD")}
    owner = database_cluster.parameters("nuoda_owner", values["NAME"])
    connection.close()
    values.update(USER=owner["user"], PASSWORD=owner["password"])
    yield made
    connection.close()
    values.update(serving)


def told(name: str) -> list[str]:
    return [str(problem) for problem in CHECKS[name].run()]


def test_every_damage_is_named_and_nothing_else_is(as_owner: World) -> None:
    lived()
    sound = {name: told(name) for name in DAMAGE}
    assert sound == {name: [] for name in DAMAGE}, "an undamaged world has nothing to complain of"
    silent = []
    for name, statements in DAMAGE.items():
        with transaction.atomic(), connection.cursor() as cursor:
            if name not in GUARDS:
                cursor.execute(UNGUARDED)
            touched = []
            for statement in statements:
                cursor.execute(statement)
                touched.append(cursor.rowcount)
            if not touched[-1]:
                silent.append(f"{name}: nothing was damaged")
            elif not told(name):
                silent.append(f"{name}: says nothing")
            transaction.set_rollback(True)
    assert silent == []
    assert {name: told(name) for name in DAMAGE} == sound, "every damage was undone"


def lived() -> None:
    """The world in which the invariants hold is one in which something was missed, signed, attached and approved."""
    with connection.cursor() as cursor:
        for question in (
            "SELECT count(*) FROM clocks_deadline WHERE missed_entry_id IS NOT NULL",
            "SELECT count(*) FROM papers_signature",
            "SELECT count(*) FROM papers_attachment",
            "SELECT count(*) FROM states_refusal WHERE dossier_id IS NOT NULL",
            "SELECT count(*) FROM approvals_decision WHERE verdict = 'approved'",
            "SELECT count(*) FROM reports_bundle WHERE ready_at IS NOT NULL",
        ):
            cursor.execute(question)
            assert cursor.fetchone()[0] > 0, question


def test_every_invariant_has_its_damage() -> None:
    """At least forty, and none that no test breaks; a test of another file is there under its name."""
    own = [name for name in CHECKS if not name.startswith("example.")]
    assert [name for name in own if name not in DAMAGE and name not in ELSEWHERE] == []
    assert [name for name in (*DAMAGE, *ELSEWHERE) if name not in CHECKS] == [], "a damage to nothing"
    for path, test in ELSEWHERE.values():
        assert re.search(rf"^def {test}\(", (rules.ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), test
    assert len(own) >= 40
