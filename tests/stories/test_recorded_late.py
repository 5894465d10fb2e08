"""The technician's phone was offline: what he did is recorded hours later, counts by its own time, and is listed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from nuoda.domain.service import events, facts, queries
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import LateRecord
from nuoda.engine.rulebook.pure.book import Book, NotInForce
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.journal.actions.entries import AlreadyRecorded

pytestmark = pytest.mark.django_db

EVENING = local(6, 23)
"""When the phone found the net again."""


def late(stage: Stage) -> set[str]:
    with stage.acting(stage.cast.chen) as (actor, _at):
        return {row.type for row in clocks.late_recorded(actor)}


def test_a_visit_recorded_hours_later_is_judged_by_when_it_happened_and_is_listed() -> None:
    stage = Stage.set()
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "prepare")
    stage.now = local(6, 22)
    stage.tick()
    rows = stage.clocks(ticket)
    assert rows["MN-3.2.1b/respond#1"].state == rows["MN-3.2.1b/on_site#1"].state == "missed"
    assert ("王强", "deadline_missed") in stage.told()
    assert late(stage) == set()

    stage.now = EVENING
    stage.work(job, "contact", happened_at=local(6, 18, 10))
    stage.work(job, "arrive", happened_at=local(6, 21, 50))
    rows = stage.clocks(ticket)
    for key, done in (("respond", local(6, 18, 10)), ("on_site", local(6, 21, 50))):
        row = rows[f"MN-3.2.1b/{key}#1"]
        assert (row.state, row.done_at, row.late_recorded) == ("kept", done, True)
    assert rows["DL-3.3a/contact_urgent#1"].state == "kept"
    assert {"work_order.contacted", "work_order.arrived", "ticket.responded"} <= late(stage)
    assert len(stage.entries(ticket, "deadline.miss_withdrawn")) == len(stage.entries(ticket, "deadline.missed"))
    (arrived,) = stage.entries(ticket, "work_order.arrived")
    assert (arrived.happened_at, arrived.recorded_at) == (local(6, 21, 50), EVENING)
    assert ("王强", "deadline_missed") in stage.told(), "who was told has been told: that stays"
    with stage.acting(stage.cast.zhao) as (actor, _at), pytest.raises(NotYours):
        clocks.late_recorded(actor)


def test_an_arrival_after_the_limit_stays_missed_however_late_it_is_recorded() -> None:
    stage = Stage.set()
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.now = EVENING
    stage.work(job, "arrive", happened_at=local(6, 21, 51))
    row = stage.clocks(ticket)["MN-3.2.1b/on_site#1"]
    assert (row.state, row.ended_at, row.done_at) == ("missed", local(6, 21, 50), local(6, 21, 51))


def test_within_the_tolerance_nothing_is_marked_and_without_the_clause_nothing_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage.set()
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.after(minutes=40)
    stage.work(job, "contact", happened_at=stage.now - timedelta(minutes=30))
    assert late(stage) == set(), "LC-6.2a gives half an hour"
    stage.work(job, "contact", happened_at=stage.now - timedelta(minutes=31))
    assert late(stage) == {"work_order.contacted"}

    plain = Book.definition

    def without(self: Book, name: str, at: datetime) -> Any:
        if name == clocks.LATE:
            raise NotInForce(name)
        return plain(self, name, at)

    other = Stage.set()
    monkeypatch.setattr(Book, "definition", without)
    second = other.report()
    second_job = other.dispatch(second, other.cast.zhao)
    other.now = EVENING
    other.work(second_job, "contact", happened_at=local(6, 18))
    assert late(other) == set(), "negative control: the clause says what is late"


def test_what_a_phone_sends_twice_is_recorded_once() -> None:
    stage = Stage.set()
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.now = EVENING
    stage.work(job, "contact", happened_at=local(6, 18, 10), source="phone-7:1")
    before = [(entry.id, entry.type) for entry in stage.entries(ticket)]
    rows = {key: (row.state, row.due_at, row.done_at) for key, row in stage.clocks(ticket).items()}
    with pytest.raises(AlreadyRecorded) as refusal:
        stage.work(job, "contact", happened_at=local(6, 18, 10), source="phone-7:1")
    (contacted,) = stage.entries(ticket, "work_order.contacted")
    assert refusal.value.entry_id == contacted.id
    assert [(entry.id, entry.type) for entry in stage.entries(ticket)] == before
    assert {key: (row.state, row.due_at, row.done_at) for key, row in stage.clocks(ticket).items()} == rows
    stage.work(job, "contact", happened_at=local(6, 18, 10))
    assert len(stage.entries(ticket, "work_order.contacted")) == 2, "negative control: without an id it counts again"


def test_nothing_is_recorded_before_it_happens() -> None:
    stage = Stage.set()
    job = stage.dispatch(stage.report(), stage.cast.zhao)
    with pytest.raises(ValueError, match="before it happens"):
        stage.work(job, "contact", happened_at=stage.now + timedelta(minutes=1))


# -- any order

STORY: Sequence[tuple[datetime, str]] = (
    (local(6, 18, 30), "responded"),
    (local(6, 18, 40), "paused"),
    (local(6, 19, 40), "resumed"),
    (local(6, 21, 0), "raised"),
    (local(6, 22, 30), "arrived"),
)
"""What really happened: 恒力 asked for an hour; with it, on site is due at 22:50."""


def record(stage: Stage, ticket: Ticket, happened_at: datetime, what: str) -> None:
    with stage.acting(stage.cast.wang) as (actor, at):
        row = queries.ticket(actor, id=ticket.pk)
        pk = row.pk
        event: Any = {
            "responded": events.TicketResponded(ticket=pk, channel="phone"),
            "paused": events.TicketPaused(ticket=pk, reason="waiting_customer"),
            "resumed": events.TicketResumed(ticket=pk, reason="waiting_customer"),
            "raised": events.TicketHandedOver(ticket=pk, to_person=stage.cast.zhou.pk),
            "arrived": events.WorkOrderArrived(ticket=pk, work_order=pk, metres=20),
        }[what]
        known = facts.of_ticket(row) if what != "arrived" else None
        entries.record(event, dossier=row.dossier, actor=actor, at=at, happened_at=happened_at, facts=known)


def outcome(stage: Stage, order: Sequence[tuple[datetime, str]], *, sweeping: bool) -> list[tuple[Any, ...]]:
    stage.now = local(6, 17, 50)
    ticket = stage.report()
    stage.now = EVENING
    for happened_at, what in order:
        if sweeping:
            stage.tick()
        record(stage, ticket, happened_at, what)
        stage.after(minutes=1)
    stage.tick()
    rows = stage.clocks(ticket).items()
    return sorted((key, row.state, row.due_at, row.ended_at, row.done_at, row.cause) for key, row in rows)


def test_the_same_events_in_any_order_end_in_the_same_deadlines() -> None:
    stage = Stage.set()
    straight = outcome(stage, STORY, sweeping=False)
    found = {row[0]: row for row in straight}
    assert found["MN-3.2.1b/on_site#1"][1:5] == ("kept", local(6, 22, 50), local(6, 22, 30), local(6, 22, 30))
    assert found["MN-3.2.1b/respond#1"][1] == "kept"
    orders = list(permutations(STORY))
    for order in [orders[-1], *random.Random(7).sample(orders, 5)]:
        assert outcome(stage, order, sweeping=False) == straight, [what for _, what in order]
    assert outcome(stage, orders[-1], sweeping=True) == straight, "whatever was missed in between is withdrawn"


def test_an_event_left_out_ends_otherwise() -> None:
    """Negative control: the comparison sees a difference where there is one."""
    stage = Stage.set()
    whole = outcome(stage, STORY, sweeping=False)
    assert outcome(stage, [item for item in STORY if item[1] != "paused"], sweeping=False) != whole


def test_a_stranger_does_not_see_what_was_recorded_late() -> None:
    stage = Stage.set()
    job = stage.dispatch(stage.report(), stage.cast.zhao)
    stage.now = EVENING
    stage.work(job, "contact", happened_at=local(6, 18))
    for person in (stage.cast.he_ping, stage.cast.zhao):
        with stage.acting(person) as (actor, _at):
            with pytest.raises(NotYours):
                clocks.late_recorded(actor)
            assert LateRecord.objects.filter(type="work_order.contacted").exists() == (person == stage.cast.zhao)
    with stage.acting(stage.cast.he_ping) as (actor, _at), pytest.raises(NotYours):
        queries.work_order(actor, id=job.pk)
