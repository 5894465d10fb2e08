"""今日应办: each sees what is his to do, at his own organisation; who watches sees what others let pass."""

from __future__ import annotations

import pytest
from django.test import Client

from nuoda.engine.clocks import queries as clocks
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people

from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def owed(stage: Stage, person: Person) -> set[str]:
    with stage.acting(person) as (actor, _at):
        return {row.ref.partition("/")[2] for row in clocks.due_for(actor, own=True)}


def let_pass(stage: Stage, person: Person) -> set[str]:
    with stage.acting(person) as (actor, _at):
        return {row.ref.partition("/")[2] for row in clocks.overdue(actor)}


def test_the_dealers_manager_owes_what_the_service_manager_owes_elsewhere(stage: Stage) -> None:
    ticket = stage.report(dealer_id=stage.cast.east.pk)
    assert owed(stage, stage.cast.ma) == {"major_plan"}
    stage.act(stage.cast.lin, "hand_over", ticket, to_person=stage.cast.ma)
    assert owed(stage, stage.cast.ma) == {"dispatch_urgent"}
    assert not owed(stage, stage.cast.wang), "the company's manager has no part in it"
    assert not owed(stage, stage.cast.he_ping)


def test_what_others_let_pass_stands_with_those_who_watch(stage: Stage) -> None:
    ticket = stage.report(dealer_id=stage.cast.east.pk)
    stage.dispatch(ticket, stage.cast.wu, stage.cast.ma)
    stage.after(hours=3)
    stage.tick()
    missed = {row.ref.partition("/")[2] for row in stage.clocks(ticket).values() if row.state == "missed"}
    assert missed
    for watcher in (stage.cast.ma, stage.cast.chen, stage.cast.zhou):
        assert let_pass(stage, watcher) | owed(stage, watcher) >= missed, watcher.name
        assert not let_pass(stage, watcher) & owed(stage, watcher)
    assert not let_pass(stage, stage.cast.he_ping) and not let_pass(stage, stage.cast.lin)
    home = people.login(Client(), stage.cast.chen).get("/").content.decode()
    assert ticket.number in home


def test_the_boards_first_lane_counts_the_rows_that_it_links_to(stage: Stage) -> None:
    waiting = stage.report()
    stage.report(kind="complaint", production_stopped=False, apologised=True)
    stage.dispatch(stage.report(), stage.cast.zhao)
    door = people.login(Client(), stage.cast.wang)
    address = "/tickets/?state=answered&kind=fault"
    board = door.get("/dispatch/").content.decode()
    assert address.replace("&", "&amp;") in board and waiting.number in board
    listed = door.get(address).content.decode()
    assert waiting.number in listed and "TK-2026-000002" not in listed and "TK-2026-000003" not in listed
