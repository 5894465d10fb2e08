"""As many statements for many rows as for one."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from .. import queries
from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def test_suggesting_among_thirty_takes_the_statements_of_one(stage: Stage) -> None:
    ticket = stage.report()
    skill = stage.kit.machine.model.category_id
    assert skill is not None

    def statements() -> tuple[int, int]:
        with stage.acting(stage.cast.wang) as (actor, at):
            row = queries.ticket(actor, id=ticket.pk)
            queries.suggestions(actor, row, at=at)  # the book and the calendar are read once per process
            with CaptureQueriesContext(connection) as seen:
                found = queries.suggestions(actor, row, at=at)
            return len(seen), len(found)

    few, two = statements()
    for number in range(30):
        someone = people.person(f"技师{number}", "technician", of=stage.cast.company)
        people.leave(someone, stage.now + timedelta(hours=number), stage.now + timedelta(hours=number + 1))
    many, thirty = statements()
    assert (two, thirty) == (2, 32)
    assert many == few <= 8


def test_lists_ask_as_often_for_three_rows_as_for_one(stage: Stage, client: Client) -> None:
    hours = count(1)

    def job() -> None:
        start = stage.now + timedelta(hours=3 * next(hours))
        stage.dispatch(stage.report(), stage.cast.zhao, starts_at=start, ends_at=start + timedelta(hours=2))

    manager = people.login(client, stage.cast.wang)
    kit.same_queries(manager, reverse("service:tickets"), make=stage.report)
    kit.same_queries(manager, reverse("service:dispatch_board"), make=stage.report)
    kit.same_queries(manager, reverse("service:work_orders"), make=job)
    kit.same_queries(people.login(Client(), stage.cast.zhao), reverse("service:jobs"), make=job)
