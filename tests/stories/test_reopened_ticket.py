"""A repair that did not hold, and everything that goes otherwise than planned: what each does to the clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nuoda.domain.customers.models import Customer
from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.papers.models import Paper
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.tests import factories as people

pytestmark = pytest.mark.django_db

SLIGHT = {"production_stopped": False, "subject": "显示屏偶尔黑屏"}


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def state(stage: Stage, ticket: Ticket, key: str) -> str:
    return stage.clocks(ticket)[key].state


def due(stage: Stage, ticket: Ticket, key: str) -> datetime | None:
    return stage.clocks(ticket)[key].due_at


def solved(stage: Stage, ticket: Ticket) -> None:
    stage.act(stage.cast.zhou, "solve", ticket, solution="远程重置显示板", how="remote", customer_confirmed=True)


# -- reopened


def test_a_reopened_ticket_begins_its_next_round_and_the_first_keeps_its_result(stage: Stage) -> None:
    customer = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    ticket = stage.report(**SLIGHT)
    assert due(stage, ticket, "MN-3.2.1c/respond#1") == local(6, 10)
    assert due(stage, ticket, "MN-3.2.1c/solve#1") == local(7, 10)
    stage.after(hours=3)
    stage.act(stage.cast.zhou, "respond", ticket)
    stage.after(hours=47)
    stage.tick()
    assert state(stage, ticket, "MN-3.2.1c/solve#1") == "missed"
    solved(stage, ticket)
    stage.act(stage.cast.lin, "close", ticket)

    stage.after(hours=10)
    with stage.acting(customer) as (actor, at):
        closures.reopen(queries.hold(actor, id=ticket.pk), reason="屏幕又黑了", actor=actor, at=at)
    again = stage.ticket(ticket)
    assert (again.state, again.reopened, again.solved_at, again.score) == ("answered", 1, None, None)
    clocks = stage.clocks(ticket)
    assert (clocks["MN-3.2.1c/respond#1"].state, clocks["MN-3.2.1c/solve#1"].state) == ("kept", "missed")
    assert clocks["MN-3.2.1c/respond#2"].due_at == stage.now + timedelta(hours=24)
    assert clocks["MN-3.2.1c/solve#2"].due_at == stage.now + timedelta(hours=48)
    assert clocks["MN-3.2.1c/solve#2"].state == "open"
    assert clocks["LC-4.3.4a/follow_up#1"].state == "withdrawn", "nobody asks how it went while it goes on"
    assert {("林晓", "ticket_reopened"), ("王强", "ticket_reopened")} <= stage.told()

    stage.after(hours=2)
    solved(stage, ticket)
    stage.act(stage.cast.lin, "close", ticket)
    clocks = stage.clocks(ticket)
    assert [clocks[f"MN-3.2.1c/solve#{n}"].state for n in (1, 2)] == ["missed", "kept"]

    stage.after(hours=1)
    stage.act(stage.cast.lin, "reopen", ticket, reason="第三次黑屏")
    assert ("周敏", "ticket_reopened_again") in stage.told(), "the second time it is a major problem (LC-4.2.4b)"


def test_reopening_needs_a_reason_and_an_end(stage: Stage) -> None:
    ticket = stage.report(**SLIGHT)
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.lin, "reopen", ticket, reason="还没好")
    assert refusal.value.code == "illegal_move"
    solved(stage, ticket)
    with pytest.raises(Invalid):
        stage.act(stage.cast.lin, "reopen", ticket, reason=" ")


# -- severity


def test_raised_to_urgent_it_is_counted_from_the_report(stage: Stage) -> None:
    ticket = stage.report(**SLIGHT)
    stage.after(hours=1)
    stage.act(stage.cast.lin, "set_severity", ticket, severity="urgent", reason="客户来电：现已停机")
    clocks = stage.clocks(ticket)
    assert clocks["MN-3.2.1b/respond#1"].due_at == local(5, 12)
    assert clocks["MN-3.2.1b/on_site#1"].due_at == local(5, 14)
    assert clocks["MN-3.2.1c/respond#1"].state == clocks["MN-3.2.1c/solve#1"].state == "withdrawn"
    assert ("王强", "ticket_urgent") in stage.told()


def test_raised_too_late_the_urgent_limit_is_missed_at_its_own_time(stage: Stage) -> None:
    ticket = stage.report(**SLIGHT)
    stage.after(hours=5)
    stage.act(stage.cast.lin, "set_severity", ticket, severity="urgent", reason="停机已三小时，刚刚得知")
    row = stage.clocks(ticket)["MN-3.2.1b/on_site#1"]
    assert (row.state, row.ended_at) == ("missed", local(5, 14))


def test_lowered_after_a_miss_the_miss_stays(stage: Stage) -> None:
    ticket = stage.report()
    stage.after(hours=5)
    stage.tick()
    stage.act(stage.cast.lin, "set_severity", ticket, severity="general", reason="备用机已启用，产线恢复")
    clocks = stage.clocks(ticket)
    assert (clocks["MN-3.2.1b/on_site#1"].state, clocks["MN-3.2.1b/respond#1"].state) == ("missed", "missed")
    assert clocks["MN-3.2.1c/solve#1"].due_at == local(7, 10), "from the report, not from the lowering"
    assert stage.entries(ticket, "deadline.miss_withdrawn") == []
    with pytest.raises(Invalid):
        stage.act(stage.cast.lin, "set_severity", ticket, severity="general", reason="再降一次")


def test_lowered_in_time_the_urgent_limits_are_withdrawn(stage: Stage) -> None:
    ticket = stage.report()
    stage.after(hours=1)
    stage.act(stage.cast.lin, "set_severity", ticket, severity="general", reason="客户确认可次日处理")
    assert state(stage, ticket, "MN-3.2.1b/on_site#1") == "withdrawn"
    stage.after(hours=5)
    stage.tick()
    assert state(stage, ticket, "MN-3.2.1b/on_site#1") == "withdrawn"


# -- pauses


@pytest.mark.parametrize(("reason", "moved"), [("waiting_customer", True), ("waiting_parts", False)])
def test_only_waiting_for_the_customer_stops_the_clock(stage: Stage, reason: str, moved: bool) -> None:
    ticket = stage.report(**SLIGHT)
    stage.after(hours=1)
    stage.act(stage.cast.lin, "pause", ticket, reason=reason, remark="等待")
    assert state(stage, ticket, "MN-3.2.1c/solve#1") == ("paused" if moved else "open")
    stage.after(hours=6)
    stage.act(stage.cast.lin, "resume", ticket)
    clocks = stage.clocks(ticket)
    assert clocks["MN-3.2.1c/solve#1"].due_at == local(7, 16 if moved else 10)
    assert clocks["MN-3.2.1a/answer#1"].due_at == local(5, 10, 10)
    stage.now = local(7, 12)
    stage.tick()
    assert state(stage, ticket, "MN-3.2.1c/solve#1") == ("open" if moved else "missed")
    assert [e.payload["reason"] for e in stage.entries(ticket, "ticket.paused")] == [reason], "recorded either way"


def test_solving_ends_a_pause(stage: Stage) -> None:
    ticket = stage.report(**SLIGHT)
    stage.act(stage.cast.lin, "pause", ticket, reason="waiting_customer")
    with pytest.raises(Invalid):
        stage.act(stage.cast.lin, "pause", ticket, reason="waiting_customer")
    stage.after(hours=72)
    solved(stage, ticket)
    assert stage.ticket(ticket).paused_at is None
    assert state(stage, ticket, "MN-3.2.1c/solve#1") == "kept"


# -- ends of another kind


def test_cancelling_withdraws_what_is_open_and_keeps_what_was_missed(stage: Stage) -> None:
    ticket = stage.report()
    stage.after(hours=3)
    stage.tick()
    with pytest.raises(Invalid):
        stage.act(stage.cast.lin, "cancel", ticket, reason="just_because")
    stage.act(stage.cast.lin, "cancel", ticket, reason="self_solved")
    assert state(stage, ticket, "MN-3.2.1b/respond#1") == "missed"
    assert state(stage, ticket, "MN-3.2.1b/on_site#1") == "withdrawn"
    assert not [row for row in stage.clocks(ticket).values() if row.state in ("open", "paused")]
    stage.after(hours=3)
    stage.tick()
    assert state(stage, ticket, "MN-3.2.1b/on_site#1") == "withdrawn"


def test_a_duplicate_is_merged_and_only_one_goes_on(stage: Stage) -> None:
    first = stage.report()
    second = stage.report(channel="web", subject="同一台又报一次")
    with stage.acting(stage.cast.lin) as (actor, at):
        row, into = queries.hold(actor, id=second.pk), queries.ticket(actor, id=first.pk)
        with pytest.raises(Invalid):
            closures.merge(into, into=into, actor=actor, at=at)
        closures.merge(row, into=into, actor=actor, at=at)
    merged = stage.ticket(second)
    assert (merged.state, merged.merged_into_id) == ("merged", first.pk)
    assert {row.state for row in stage.clocks(second).values()} == {"withdrawn"}
    assert state(stage, first, "MN-3.2.1b/on_site#1") == "open"
    assert [e.payload["duplicate"] for e in stage.entries(first, "ticket.absorbed")] == [str(second.pk)]


def test_a_ticket_of_another_customer_is_no_duplicate(stage: Stage) -> None:
    first = stage.report()
    with stage.acting(stage.cast.wang) as (actor, at):
        other = customers.kit(actor, "无锡明远机械有限公司", at=at)
    second = stage.report(product=other.machine, contact=other.contact, site=other.site)
    with stage.acting(stage.cast.lin) as (actor, at), pytest.raises(Invalid):
        closures.merge(queries.hold(actor, id=second.pk), into=queries.ticket(actor, id=first.pk), actor=actor, at=at)


def test_filed_under_the_right_customer_everything_goes_along_and_the_clocks_run_on(stage: Stage) -> None:
    with stage.acting(stage.cast.wang) as (actor, at):
        right = customers.kit(actor, "无锡明远机械有限公司", at=at)
    wrong_one = people.contact(stage.kit.customer.pk, "刘工", of=stage.cast.company)
    right_one = people.contact(right.customer.pk, "顾工", of=stage.cast.company)
    ticket = stage.report()
    stage.dispatch(ticket, stage.cast.zhao)
    before = due(stage, ticket, "MN-3.2.1b/on_site#1")
    with stage.acting(stage.cast.zhao) as (actor, _at):
        assert set(Customer.visible_to(actor).values_list("pk", flat=True)) == {stage.kit.customer.pk}

    stage.act(stage.cast.lin, "correct_customer", ticket, customer=right.customer, reason="来电者是明远的")
    assert due(stage, ticket, "MN-3.2.1b/on_site#1") == before
    with stage.acting(wrong_one) as (actor, _at):
        with pytest.raises(NotYours):
            queries.ticket(actor, id=ticket.pk)
        assert not Paper.objects.exists()
    with stage.acting(right_one) as (actor, _at):
        assert queries.ticket(actor, id=ticket.pk).contact_id is None
        assert Paper.objects.filter(form="service_order").count() == 1
        assert set(Dossier.objects.filter(case_id=ticket.pk).values_list("kind", flat=True)) == {"ticket", "work_order"}
    with stage.acting(stage.cast.zhao) as (actor, _at):
        assert set(Customer.visible_to(actor).values_list("pk", flat=True)) == {right.customer.pk}
    with stage.acting(stage.cast.wang) as (_actor, _at):
        assert {row.customer_id for row in stage.clocks(ticket).values()} == {right.customer.pk}


# -- the visit that goes wrong


def test_a_technician_declines_and_the_manager_has_an_hour(stage: Stage) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    with pytest.raises(Invalid):
        stage.work(job, "decline", reason="no_mood")
    stage.work(job, "decline", reason="ill", remark="发烧")
    assert (stage.job(job).state, stage.ticket(ticket).state) == ("declined", "answered")
    with stage.acting(stage.cast.zhao) as (actor, _at), pytest.raises(NotYours):
        queries.ticket(actor, id=ticket.pk)
    clocks = stage.clocks(ticket)
    assert clocks["DL-2.2a/redispatch#1"].due_at == stage.now + timedelta(hours=1)
    assert clocks["DL-3.3a/contact_urgent#1"].state == "withdrawn", "who declined owes no call"
    assert ("王强", "work_order_declined") in stage.told()
    people.qualification(stage.cast.sun, stage.kit.model.category.code)
    stage.after(minutes=20)
    second = stage.dispatch(ticket, stage.cast.sun)
    assert second.visit == 2
    assert state(stage, ticket, "DL-2.2a/redispatch#1") == "kept"


def test_nobody_sees_to_a_declined_job(stage: Stage) -> None:
    ticket = stage.report()
    stage.work(stage.dispatch(ticket, stage.cast.zhao), "decline", reason="too_far")
    stage.after(minutes=61)
    stage.tick()
    assert state(stage, ticket, "DL-2.2a/redispatch#1") == "missed"
    assert ("周敏", "deadline_missed") in stage.told()


def test_nobody_home_and_the_second_visit_solves_it(stage: Stage) -> None:
    ticket = stage.report(**SLIGHT)
    job = stage.dispatch(ticket, stage.cast.zhao)
    assert due(stage, ticket, "DL-3.3a/contact#1") == stage.now + timedelta(hours=2)
    stage.work(job, "appoint", starts_at=local(5, 14), ends_at=local(5, 16))
    assert due(stage, ticket, "DL-3.3a/on_time#1") == local(5, 14)
    stage.work(job, "prepare")
    stage.now = local(5, 14, 5)
    stage.work(job, "nobody_home", remark="大门锁着，电话无人接听")
    assert (stage.job(job).state, stage.ticket(ticket).state) == ("unfinished", "answered")
    assert state(stage, ticket, "DL-3.3a/on_time#1") in ("withdrawn", "missed")
    assert ("王强", "work_order_nobody_home") in stage.told()

    stage.after(hours=1)
    second = stage.repaired(ticket, stage.cast.zhao)
    done = stage.ticket(ticket)
    assert (second.visit, second.state, done.state) == (2, "completed", "solved")
    stage.act(stage.cast.lin, "close", ticket)
    assert stage.ticket(ticket).state == "closed"
    assert state(stage, ticket, "MN-3.2.1c/solve#1") == "kept"


def test_a_visit_left_unfinished_leaves_the_ticket_owed(stage: Stage) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "contact")
    with pytest.raises(Refused) as refusal:
        stage.work(job, "arrive")
    assert refusal.value.clauses == ("DL-3.3b",), "tools and parts first"
    stage.work(job, "prepare")
    stage.after(hours=1)
    stage.work(job, "arrive")
    stage.work(job, "leave_unfinished", reason="part_missing", remark="缺油泵总成")
    assert (stage.job(job).state, stage.ticket(ticket).state) == ("unfinished", "answered")
    assert state(stage, ticket, "MN-3.2.1b/on_site#1") == "kept"
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.lin, "close", ticket)
    assert refusal.value.code == "illegal_move"
    stage.after(hours=20)
    assert stage.repaired(ticket, stage.cast.zhao).visit == 2
    assert [e.payload["reason"] for e in stage.entries(ticket, "work_order.left_unfinished")] == ["part_missing"]
