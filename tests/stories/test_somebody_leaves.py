"""Somebody leaves, or loses his role: what he owed is owed by his role, his managers hear of it, and one of them names a successor."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.duties import jobs
from nuoda.engine.duties.actions import handing
from nuoda.engine.notices.models import Notice
from nuoda.engine.replay.actions.proofs import unlike
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.checks import CHECKS
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.actions import people, roles
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set()


def given(stage: Stage, technician: Person) -> tuple[Ticket, Deadline]:
    """A breakdown, dispatched; the time limit to be on site is the technician's."""
    ticket = stage.report(answered=True)
    stage.after(minutes=5)
    stage.dispatch(ticket, technician)
    return ticket, on_site(stage, ticket)


def on_site(stage: Stage, ticket: Ticket) -> Deadline:
    with scoped(system(ticket.company_id)):
        return Deadline.objects.get(case_id=ticket.pk, ref__endswith="/on_site")


def leaves(stage: Stage, someone: Person) -> None:
    """His account is closed; the worker carries on."""
    with stage.acting(stage.cast.system) as (actor, at):
        people.deactivate(id=someone.pk, actor=actor, at=at)
    worked(stage)


def worked(stage: Stage) -> None:
    """What the worker finds to do about what is owed."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'duties.pass_on' RETURNING args")
        rows = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
    for args in rows:
        handing.pass_on(UUID(args["company"]), UUID(args["person"]), at=stage.now)


def said(stage: Stage, type_: str) -> list[Entry]:
    with scoped(system(stage.cast.company.pk)):
        return list(Entry.objects.filter(company_id=stage.cast.company.pk, type=type_).order_by("id"))


def broken(stage: Stage, name: str) -> list[str]:
    with scoped(system(stage.cast.company.pk)):
        return [str(one) for one in CHECKS[name].run()]


def test_what_he_owed_is_the_roles_and_the_time_is_the_same(stage: Stage) -> None:
    ticket, before = given(stage, stage.cast.zhao)
    assert before.owner_person_id == stage.cast.zhao.pk
    leaves(stage, stage.cast.zhao)
    after = on_site(stage, ticket)
    assert (after.owner_person_id, after.left_by_id, after.due_at) == (None, stage.cast.zhao.pk, before.due_at)
    entry = next(one for one in said(stage, "deadline.released") if one.payload["deadline"] == str(before.pk))
    assert (entry.payload["left"], entry.payload["owner_role"]) == (str(stage.cast.zhao.pk), "technician")
    assert list(unlike(ticket.company_id, at=stage.now)) == [] and broken(stage, "clocks.owners") == []
    with scoped(system(ticket.company_id)):
        assert handing.left_behind(ticket.company_id) == []


def test_who_stays_in_the_way_is_found_by_the_check_and_by_the_worker(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    ticket, _row = given(stage, stage.cast.zhao)
    Person.objects.filter(pk=stage.cast.zhao.pk).update(active=False)
    assert any("赵磊" in line for line in broken(stage, "clocks.owners"))
    jobs.look_after(0)
    assert broken(stage, "clocks.owners") == [] and on_site(stage, ticket).left_by_id == stage.cast.zhao.pk


def test_a_lost_role_takes_what_was_owed_by_it_and_nothing_else(stage: Stage) -> None:
    ticket, _row = given(stage, stage.cast.zhao)
    with stage.acting(stage.cast.system) as (actor, at):
        roles.grant(person_id=stage.cast.zhao.pk, role="agent", actor=actor, at=at)
        roles.revoke(person_id=stage.cast.zhao.pk, role="agent", actor=actor, at=at)
    worked(stage)
    assert on_site(stage, ticket).owner_person_id == stage.cast.zhao.pk
    with stage.acting(stage.cast.system) as (actor, at):
        roles.grant(person_id=stage.cast.zhao.pk, role="agent", actor=actor, at=at)
        roles.revoke(person_id=stage.cast.zhao.pk, role="technician", actor=actor, at=at)
    worked(stage)
    assert on_site(stage, ticket).left_by_id == stage.cast.zhao.pk


def test_the_managers_are_told_once_and_the_miss_goes_to_the_role(stage: Stage) -> None:
    ticket, row = given(stage, stage.cast.zhao)
    leaves(stage, stage.cast.zhao)
    stage.after(hours=6)
    stage.tick()
    stage.told()
    missed = next(one for one in said(stage, "deadline.missed") if one.payload["deadline"] == str(row.pk))
    assert missed.payload.get("owner_person") is None
    with scoped(system(ticket.company_id)):
        behind = Notice.objects.filter(template="owed_left_behind")
        assert [notice.person_id for notice in behind] == [stage.cast.wang.pk]
        told = set(Notice.objects.filter(entry_id=missed.id).values_list("person_id", flat=True))
        assert told and stage.cast.zhao.pk not in told


def test_a_manager_names_the_successor_in_the_browser(stage: Stage, client: Client) -> None:
    ticket, row = given(stage, stage.cast.zhao)
    leaves(stage, stage.cast.zhao)
    factories.login(client, stage.cast.wang)
    home = client.get(reverse("desk:home")).content.decode()
    url = reverse("duties:hand_over", args=[stage.cast.zhao.pk])
    assert url in home
    card = client.get(reverse("orgs:person", args=[stage.cast.zhao.pk])).content.decode()
    assert url in card and row.clause_id in card
    assert url in client.get(reverse("clocks:explanation", args=[ticket.dossier.number])).content.decode()
    form = {"items": [f"deadline-{row.pk}"], "taker": str(stage.cast.sun.pk), "reason": "赵磊离职"}
    wrong = client.post(url, form | {"taker": str(stage.cast.lin.pk)})
    assert wrong.status_code == 422 and "没有承担这些事项的角色" in wrong.content.decode()
    assert client.post(url, form).status_code == 302
    after = on_site(stage, ticket)
    assert (after.owner_person_id, after.left_by_id, after.due_at) == (stage.cast.sun.pk, None, row.due_at)
    entry = said(stage, "deadline.handed_over")[0]
    assert (entry.payload["giver"], entry.payload["taker"]) == (str(stage.cast.zhao.pk), str(stage.cast.sun.pk))
    assert entry.actor_id == stage.cast.wang.pk
    with stage.acting(stage.cast.sun) as (actor, _at):
        assert row.pk in {one.pk for one in clocks.due_for(actor, own=True)}
    assert list(unlike(ticket.company_id, at=stage.now + timedelta(days=1))) == []
    again = client.post(url, form)
    assert again.status_code == 422 and "其中有事项已办结或已由他人接手" in again.content.decode()


def test_only_who_answers_for_the_people_hands_over_and_only_to_their_colleagues(stage: Stage) -> None:
    ticket, row = given(stage, stage.cast.zhao)
    for someone in (stage.cast.lin, stage.cast.ma, stage.cast.system):
        with pytest.raises(NotYours), stage.acting(someone) as (actor, at):
            handing.hand_over(giver=stage.cast.zhao.pk, taker=stage.cast.sun.pk, deadlines=[row.pk], actor=actor, at=at)
    with stage.acting(stage.cast.wang) as (actor, at):
        for taker in (stage.cast.wu, stage.cast.zhao, stage.cast.lin):
            with pytest.raises(Invalid):
                handing.hand_over(giver=stage.cast.zhao.pk, taker=taker.pk, deadlines=[row.pk], actor=actor, at=at)
        handing.hand_over(giver=stage.cast.zhao.pk, taker=stage.cast.sun.pk, deadlines=[row.pk], actor=actor, at=at)
        with pytest.raises(Stale):
            handing.hand_over(giver=stage.cast.zhao.pk, taker=stage.cast.sun.pk, deadlines=[row.pk], actor=actor, at=at)
    assert on_site(stage, ticket).owner_person_id == stage.cast.sun.pk


def test_whoever_closes_the_account_sees_how_much_is_left_and_no_matter_itself(stage: Stage, client: Client) -> None:
    ticket, _row = given(stage, stage.cast.zhao)
    factories.login(client, stage.cast.system)
    page = client.get(reverse("orgs:deactivate", args=[stage.cast.zhao.pk])).content.decode()
    with scoped(system(ticket.company_id)):
        count = Deadline.objects.filter(owner_person_id=stage.cast.zhao.pk, done_at=None).count()
    assert f"{count} 个时限" in page and ticket.dossier.number not in page
