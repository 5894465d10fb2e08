"""Reporting an urgent fault, the hot path: how many statements it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry

from .situations import SITUATIONS
from .world import Sending, World

MOST = 12
TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


@pytest.fixture
def world(db: None) -> World:
    return World.set()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the request sends, without those that open and end its transaction."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append(" ".join(str(sql).split()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
    found[:] = [sql for sql in found if not sql.startswith(TRANSACTION)]
    if connection.in_atomic_block and len(found) > 1 and found[-1].startswith("SELECT set_config"):
        found.pop()  # the test's own transaction gets its scope back; a request of its own ends with COMMIT


def taken(world: World, sending: Sending) -> list[str]:
    world.send(sending)  # compiles the book and the calendars of the process
    with counted() as found:
        answer = world.send(sending)
    assert answer.status_code == 201, answer.content
    return found


def test_an_urgent_fault_takes_at_most_twelve_statements(world: World) -> None:
    """Plus one `SELECT 1` of the connection's health check, which Django sends past its cursors: within the limit too."""
    found = taken(world, SITUATIONS["report_ticket"](world))
    assert len(found) + 1 <= MOST, "\n".join(f"{place}. {sql[:160]}" for place, sql in enumerate(found, 1))


def test_naming_everything_costs_no_more(world: World) -> None:
    kit = world.stage.kit
    plain = SITUATIONS["report_ticket"](world)
    full = {"site": str(kit.site.pk), "customer": str(kit.customer.pk)}
    found = taken(world, Sending("agent", plain.path, {**(plain.body or {}), **full}))
    assert len(found) + 1 <= MOST, "\n".join(found)


def test_the_count_sees_a_look_up_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: an action that reads three rows more is caught."""
    from nuoda.domain.service.actions import reports

    plain = reports.report

    def wasteful(*args: Any, **more: Any) -> Any:
        for _again in range(3):
            Entry.objects.first()
        return plain(*args, **more)

    monkeypatch.setattr(reports, "report", wasteful)
    assert len(taken(world, SITUATIONS["report_ticket"](world))) > MOST


def test_everything_of_the_report_is_in_one_transaction(world: World) -> None:
    answer = world.send(SITUATIONS["report_ticket"](world)).json()
    assert (answer["severity"], answer["severity_clause"], answer["state"]) == ("urgent", "MN-3.2.1b", "reported")
    seen = world.send(Sending("agent", f"/tickets/{answer['number']}")).json()
    clauses = {clock["clause"] for clock in seen["clocks"]}
    assert {"MN-3.2.1a", "MN-3.2.1b"} <= clauses
    assert {"verb": "answer", "allowed": True, "reason": "", "clauses": []} in seen["verbs"]
    with scoped(system(world.cast.company.pk)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notices.fan' AND args->>'case' = %s",
            [answer["id"]],
        )
        assert cursor.fetchone() == (1,)


def test_things_of_two_customers_do_not_go_together(world: World) -> None:
    sending = SITUATIONS["report_ticket"](world)
    other = world.people["other_customer"].customer_id
    answer = world.send(Sending("agent", "/tickets", {**(sending.body or {}), "customer": str(other)}))
    assert answer.status_code == 422 and "customer" in answer.json()["fields"]


def test_a_customer_reports_for_himself_and_grades_nothing(world: World) -> None:
    sending = SITUATIONS["report_ticket"](world)
    told = {
        **(sending.body or {}),
        "severity": "general",
        "severity_reason": "x",
        "answered": True,
        "contact": None,
        "caller_phone": "13800001111",
    }
    answer = world.send(Sending("customer", "/tickets", told)).json()
    assert (answer["severity"], answer["state"]) == ("urgent", "reported")
    assert answer["customer"]["id"] == str(world.stage.kit.customer.pk)
    foreign = world.send(Sending("other_customer", "/tickets", told))
    assert foreign.status_code == 422 and "product" in foreign.json()["fields"]
