"""Somebody who is asked leaves or loses his role: what waited for him goes on without him."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from nuoda.engine.notices.models import Notice
from nuoda.engine.rulebook.pure.rules import ApprovalStep
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.actions import people, roles
from nuoda.foundation.orgs.tests import factories

from .. import jobs
from ..actions import leaving
from ..models import Approval, Decision
from ..pure.chains import Staff, successors
from .bargains import AT, WORLD, as_, chain, rule, say, state, submitted, world  # noqa: F401
from .test_chains import LADDER, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
LATER = AT + timedelta(hours=1)


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


def leaves(cast: factories.Cast, someone: object) -> None:
    """The system administrator closes his account; the worker carries on."""
    with as_(cast.system, LATER) as actor:
        people.deactivate(id=someone.pk, actor=actor, at=LATER)  # type: ignore[attr-defined]
    worked()


def worked() -> None:
    """What the worker finds to do about seats."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'approvals.pass_on' ORDER BY id")
        rows = [row[0] for row in cursor.fetchall()]
    for args in rows:
        found = json.loads(args) if isinstance(args, str) else args
        leaving.pass_on(UUID(found["company"]), UUID(found["person"]), role=found["role"], at=LATER)


def test_the_next_higher_role_decides_where_nobody_else_holds_his(cast) -> None:
    row = submitted(cast.lin, 80_000)
    assert chain(row) == [("service_manager", "open", ["王强"])]
    leaves(cast, cast.wang)
    assert chain(row) == [("service_manager", "open", ["沈总"])]
    with scoped(Actor(company_id=row.company_id, reach="system")):
        entry = Entry.objects.get(dossier_id=row.pk, type="approval.transferred")
        assert entry.payload["to_person"] == str(cast.shen.pk)
        told = Decision.objects.get(approval=row, verdict="transferred")
        assert (told.on_behalf_of_id, told.other_id, told.person_id) == (cast.wang.pk, cast.shen.pk, None)
    say("approve", row, cast.shen, LATER)
    assert state(row) == "approved" and WORLD.done == [("approved", row.about_id)]


def test_a_later_step_changes_hands_quietly_and_nobody_decides_twice_in_one(cast) -> None:
    WORLD.rules = [rule(ApprovalStep("service_manager"), ApprovalStep("quality_supervisor"))]
    row = submitted(cast.lin, 80_000)
    leaves(cast, cast.chen)
    assert chain(row)[1] == ("quality_supervisor", "waiting", ["沈总"])
    with scoped(Actor(company_id=row.company_id, reach="system")):
        assert not Entry.objects.filter(dossier_id=row.pk, type="approval.transferred").exists()
        assert not Notice.objects.filter(person=cast.shen).exists()


def test_others_of_the_step_decide_without_him(cast) -> None:
    second = factories.person("李明", "service_manager", of=cast.company)
    row = submitted(cast.lin, 80_000)
    leaves(cast, cast.wang)
    assert chain(row) == [("service_manager", "open", ["李明"])]
    say("approve", row, second, LATER)
    assert state(row) == "approved"


def test_who_lost_the_role_is_asked_no_more(cast) -> None:
    row = submitted(cast.lin, 80_000)
    with as_(cast.system, LATER) as actor:
        roles.grant(person_id=cast.wang.pk, role="agent", actor=actor, at=LATER)
        roles.revoke(person_id=cast.wang.pk, role="service_manager", actor=actor, at=LATER)
    worked()
    assert chain(row) == [("service_manager", "open", ["沈总"])]
    with pytest.raises((Refused, Stale)):
        say("approve", row, cast.wang, LATER)
    worked()
    assert chain(row) == [("service_manager", "open", ["沈总"])]


def test_the_submitter_never_takes_over_and_what_nobody_can_decide_stays(cast) -> None:
    row = submitted(cast.shen, 80_000)
    leaves(cast, cast.wang)
    assert chain(row) == [("service_manager", "open", ["王强"])] and state(row) == "pending"


def test_what_is_decided_already_stays_as_it_was(cast) -> None:
    row = submitted(cast.lin, 80_000)
    say("approve", row, cast.wang)
    leaves(cast, cast.wang)
    assert chain(row) == [("service_manager", "approved", ["王强"])]


def test_the_job_does_it(cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    row = submitted(cast.lin, 80_000)
    with as_(cast.system, LATER) as actor:
        people.deactivate(id=cast.wang.pk, actor=actor, at=LATER)
    jobs.pass_on(str(cast.company.pk), str(cast.wang.pk))
    with scoped(Actor(company_id=row.company_id, reach="system")):
        assert Approval.objects.get(pk=row.pk).state == "pending"
    assert chain(row) == [("service_manager", "open", ["沈总"])]


@given(st.lists(st.sampled_from(["service_manager", "director", "agent"]), max_size=6), st.integers(0, 5))
def test_successors_hold_the_lowest_role_that_anybody_free_holds(held: list[str], taken: int) -> None:
    crew = [somebody(f"{number}", role) for number, role in enumerate(held)]
    besides = {person.id for person in crew[:taken]}
    found = successors("service_manager", Staff(tuple(crew)), besides=besides, dealer=None, ladder=LADDER)
    free = [person for person in crew if person.id not in besides]
    for role in ("service_manager", "director"):
        mine = tuple(person.id for person in free if role in person.roles)
        if mine:
            assert found == mine
            return
    assert found == ()
