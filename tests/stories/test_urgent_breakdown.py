"""Friday evening, a press stops: from the call to the signed visit, with the limits of the regulations running."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures
from nuoda.domain.service.models import PartUsed
from nuoda.domain.service.tests.stage import FRIDAY_EVENING, Stage, local
from nuoda.engine.papers.models import Paper
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_the_breakdown_is_answered_attended_repaired_signed_and_closed_in_time() -> None:
    stage = Stage.set()
    ticket = stage.report()
    assert (ticket.severity, ticket.state, ticket.in_warranty) == ("urgent", "answered", True)
    assert ticket.severity_clause == "MN-3.2.1b"

    clocks = stage.clocks(ticket)
    assert clocks["MN-3.2.1b/on_site#1"].due_at == local(6, 21, 50)
    assert clocks["MN-3.2.1b/respond#1"].due_at == local(6, 19, 50)
    assert clocks["MN-3.2.1a/answer#1"].state == "kept"

    stage.after(minutes=10)
    job = stage.dispatch(ticket, stage.cast.zhao)
    assert stage.ticket(ticket).state == "dispatched"
    assert Paper.objects.count() == 0, "nobody without scope sees a paper"

    stage.after(minutes=10)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(minutes=60)
    stage.work(job, "arrive")
    clocks = stage.clocks(ticket)
    assert clocks["MN-3.2.1b/respond#1"].state == "kept"
    assert clocks["MN-3.2.1b/on_site#1"].state == "kept"
    assert clocks["MN-3.2.1b/on_site#1"].done_at == FRIDAY_EVENING + timedelta(minutes=80)

    with pytest.raises(Refused) as refusal:
        stage.work(job, "complete")
    assert {"DL-3.3d", "DL-3.3e", "DL-3.3f", "DL-3.5a"} <= set(refusal.value.clauses)

    stage.after(minutes=90)
    stage.note(job)
    with pytest.raises(Refused) as refusal:
        stage.work(job, "complete")
    assert set(refusal.value.clauses) <= {"DL-3.3f", "MN-3.2.2c"}, "only the customer's word is missing"
    stage.sign(job)
    stage.work(job, "complete")

    done = stage.ticket(ticket)
    assert (done.state, done.score, done.solution) == ("solved", 5, "更换轴承并校准压力")
    with stage.acting(stage.cast.wang) as (actor, at):
        record = Paper.objects.get(form="repair_record")
        order = Paper.objects.get(form="service_order")
        assert (record.state, order.state) == ("signed", "issued")
        assert PartUsed.objects.get().name == "油泵轴承 6204"
        closures.close(queries.hold(actor, id=ticket.pk), actor=actor, at=at)
    assert stage.ticket(ticket).state == "closed"
    owed = [row.ref for row in stage.clocks(ticket).values() if row.state in ("open", "paused", "missed")]
    assert owed == ["LC-4.3.4a/follow_up"], "only the follow-up call is still to come"


def test_nobody_comes_the_miss_is_recorded_once_and_dated_at_its_due_time() -> None:
    stage = Stage.set()
    ticket = stage.report()
    stage.after(hours=5)
    stage.tick()
    stage.tick()
    with stage.acting(stage.cast.wang):
        misses = Entry.objects.filter(case_id=ticket.pk, type="deadline.missed")
        on_site = [miss for miss in misses if "MN-3.2.1b/on_site" in str(miss.payload)]
        assert len(on_site) == 1
        assert on_site[0].happened_at == local(6, 21, 50)
    assert stage.clocks(ticket)["MN-3.2.1b/on_site#1"].state == "missed"


def test_an_arrival_reported_late_withdraws_the_miss_when_it_happened_in_time() -> None:
    stage = Stage.set()
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(hours=5)
    stage.tick()
    assert stage.clocks(ticket)["MN-3.2.1b/on_site#1"].state == "missed"

    stage.work(job, "arrive", happened_at=local(6, 21, 30))
    row = stage.clocks(ticket)["MN-3.2.1b/on_site#1"]
    assert (row.state, row.done_at, row.late_recorded) == ("kept", local(6, 21, 30), True)
    with stage.acting(stage.cast.wang):
        types = list(Entry.objects.filter(case_id=ticket.pk).values_list("type", flat=True))
    assert types.count("deadline.missed") >= 1, "what was announced stays in the journal"
    assert types.count("deadline.miss_withdrawn") == 1


def test_a_technician_is_never_in_two_places() -> None:
    stage = Stage.set()
    first, second = stage.report(), stage.report(subject="第二台停机")
    stage.dispatch(first, stage.cast.zhao)
    with pytest.raises(Refused) as refusal:
        stage.dispatch(second, stage.cast.zhao)
    assert refusal.value.code == "double_booked"


def test_an_unqualified_technician_is_refused_with_the_clause() -> None:
    stage = Stage.set()
    ticket = stage.report()
    with pytest.raises(Refused) as refusal:
        stage.dispatch(ticket, stage.cast.sun)
    assert "DL-2.2b" in refusal.value.clauses


def test_an_incomplete_report_names_what_is_missing() -> None:
    stage = Stage.set()
    with pytest.raises(Refused) as refusal:
        stage.report(product=None, contact=None, problem="", caller_name="", caller_phone="")
    assert "DL-3.1a" in refusal.value.clauses
    assert {"has_name", "has_model", "has_problem"} <= set(refusal.value.fields)
