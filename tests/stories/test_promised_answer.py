"""What cannot be answered at once is promised: 恒力 asks about a conversion, and every promise has its clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.domain.service.actions import reports
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import SHANGHAI, Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook.pure.book import Book
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.orgs.tests import factories as people

pytestmark = pytest.mark.django_db

QUESTION = {
    "kind": "consultation",
    "subject": "能否改接 380 V 电源",
    "problem": "客户想知道压力机能否改接 380 V 电源",
    "product": None,
    "production_stopped": False,
}


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def promises(stage: Stage, ticket: Ticket) -> list[tuple[object, str]]:
    """(due, state) of every promise, in the order in which they were made."""
    with stage.acting(stage.cast.wang) as (actor, _at):
        rows = Deadline.visible_to(actor).filter(case_id=ticket.pk, ref="DL-3.1c/promise")
        return [(row.due_at, row.state) for row in rows.order_by("started_at")]


def test_a_promise_is_a_clock_and_a_new_promise_takes_its_place(stage: Stage) -> None:
    customer = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    ticket = stage.report(**QUESTION)
    assert (ticket.severity, ticket.state) == ("none", "answered")
    clocks = stage.clocks(ticket)
    assert clocks["MN-3.2.1a/answer#1"].state == "kept"
    assert clocks["DL-3.1b/at_once#1"].due_at == local(5, 10, 10)
    assert "LC-4.2.4a/react#1" not in clocks, "the hour for reacting is that of faults and complaints"

    stage.after(minutes=6)
    stage.act(stage.cast.lin, "promise", ticket, due_at=local(5, 15), remark="请技术支持确认电机铭牌")
    clocks = stage.clocks(ticket)
    assert clocks["DL-3.1b/at_once#1"].state == "kept", "a promise is the other way of answering at once"
    assert clocks["DL-3.1c/hand_over#1"].due_at == local(5, 10, 36)
    assert clocks["DL-3.1c/promise#1"].promised
    assert promises(stage, ticket) == [(local(5, 15), "open")]
    assert (customer.name, "ticket_promised") in stage.told()

    stage.after(minutes=14)
    stage.act(stage.cast.lin, "hand_over", ticket, to_person=stage.cast.zhou, reason="needs_expert")
    assert stage.clocks(ticket)["DL-3.1c/hand_over#1"].state == "kept"
    assert stage.ticket(ticket).keeper_id == stage.cast.zhou.pk
    assert {("周敏", "ticket_handed_over"), ("王强", "ticket_handed_over")} <= stage.told()

    stage.now = local(5, 14, 20)
    stage.act(stage.cast.zhou, "promise", ticket, due_at=local(5, 17))
    assert promises(stage, ticket) == [(local(5, 15), "withdrawn"), (local(5, 17), "open")]
    stage.now = local(5, 15, 30)
    stage.tick()
    assert promises(stage, ticket)[0][1] == "withdrawn", "what was replaced is not missed any more"

    stage.now = local(5, 16, 50)
    stage.act(stage.cast.zhou, "respond", ticket)
    assert promises(stage, ticket)[1] == (local(5, 17), "kept")
    clocks = stage.clocks(ticket)
    assert clocks["LC-4.1.2a/answer_inquiry#1"].state == clocks["LC-5.1.1/reply#1"].state == "kept"
    stage.act(stage.cast.zhou, "solve", ticket, solution="可以改接，需更换变压器抽头；已发接线图")
    stage.act(stage.cast.lin, "close", ticket)
    assert not [row.ref for row in stage.clocks(ticket).values() if row.done_at is None]


def test_a_broken_promise_is_warned_of_then_missed_once_and_the_manager_is_told(stage: Stage) -> None:
    ticket = stage.report(**QUESTION)
    stage.act(stage.cast.lin, "promise", ticket, due_at=local(5, 12))
    stage.now = local(5, 11, 31)
    stage.tick()
    assert ("林晓", "deadline_warned") in stage.told()
    assert ("王强", "deadline_missed") in stage.told(), "the hand-over within half an hour was forgotten"
    (warned,) = [e for e in stage.entries(ticket, "deadline.warned") if "promise" in e.payload["ref"]]
    assert warned.happened_at == local(5, 11, 30)

    stage.now = local(5, 14)
    stage.tick()
    stage.tick()
    (missed,) = [e for e in stage.entries(ticket, "deadline.missed") if "promise" in e.payload["ref"]]
    assert (missed.happened_at, missed.recorded_at) == (local(5, 12), local(5, 14))
    assert promises(stage, ticket) == [(local(5, 12), "missed")]

    stage.act(stage.cast.lin, "respond", ticket)
    row = stage.clocks(ticket)["DL-3.1c/promise#1"]
    assert (row.state, row.done_at) == ("missed", local(5, 14)), "done at last, and still missed"


def test_a_promise_lies_in_the_future_and_is_made_by_the_desk(stage: Stage) -> None:
    ticket = stage.report(**QUESTION)
    with pytest.raises(Invalid) as refusal:
        stage.act(stage.cast.lin, "promise", ticket, due_at=stage.now)
    assert "due_at" in refusal.value.fields
    with pytest.raises(NotYours):
        stage.act(stage.cast.zhao, "promise", ticket, due_at=local(5, 15))
    assert promises(stage, ticket) == []


def test_without_the_clause_a_promise_has_no_clock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the regulation, and not the code, makes a promise a clock."""
    plain = Book.clocks_for

    def without(self: Book, *args: object, **more: object) -> object:
        return tuple(bound for bound in plain(self, *args, **more) if bound.clause_id != "DL-3.1c")

    monkeypatch.setattr(Book, "clocks_for", without)
    ticket = stage.report(**QUESTION)
    stage.act(stage.cast.lin, "promise", ticket, due_at=local(5, 15))
    assert promises(stage, ticket) == []


def test_answered_in_the_same_call_nothing_is_left_to_promise(stage: Stage) -> None:
    with stage.acting(stage.cast.lin) as (actor, at):
        told = reports.Report(channel="phone", contact=stage.kit.contact, **QUESTION)
        ticket = reports.report_and_answer(told, solution="可以，手册第 12 页有接线图", actor=actor, at=at)
    assert stage.ticket(ticket).state == "solved"
    clocks = stage.clocks(ticket)
    assert clocks["DL-3.1b/at_once#1"].state == "kept"
    assert {row.state for row in clocks.values()} == {"kept"}


def test_a_consultation_on_the_web_has_ten_minutes_and_a_day_side_by_side(stage: Stage) -> None:
    ticket = stage.report(channel="web", **QUESTION)
    assert ticket.state == "reported"
    clocks = stage.clocks(ticket)
    assert "DL-3.1b/at_once#1" not in clocks, "at once is for the phone"
    assert clocks["MN-3.2.1a/answer#1"].due_at == local(5, 10, 10)
    assert clocks["LC-4.1.2a/answer_inquiry#1"].due_at == local(6, 10)

    stage.after(minutes=15)
    stage.tick()
    clocks = stage.clocks(ticket)
    assert (clocks["MN-3.2.1a/answer#1"].state, clocks["LC-4.1.2a/answer_inquiry#1"].state) == ("missed", "open")
    stage.act(stage.cast.lin, "answer", ticket)
    assert stage.clocks(ticket)["LC-4.1.2a/answer_inquiry#1"].state == "open", "a first word is not yet the answer"
    stage.after(hours=5)
    stage.act(stage.cast.lin, "solve", ticket, solution="可以改接，详见附件")
    clocks = stage.clocks(ticket)
    assert (clocks["MN-3.2.1a/answer#1"].state, clocks["LC-4.1.2a/answer_inquiry#1"].state) == ("missed", "kept")


def test_who_asks_is_recorded_first(stage: Stage) -> None:
    with pytest.raises(Refused) as refusal:
        stage.report(**QUESTION, contact=None, site=None)
    assert {"LC-5.1.1", "DL-3.1a", "MN-3.2.1a"} <= set(refusal.value.clauses)
    assert {"has_name", "has_contact"} <= set(refusal.value.fields)
    stage.report(**QUESTION, contact=None, site=None, caller_name="路过的客户", caller_phone="13900001111")


def test_a_suggestion_receives_an_opinion_and_comes_to_a_result(stage: Stage) -> None:
    ticket = stage.report(**(QUESTION | {"kind": "suggestion", "subject": "希望加装防护罩"}))
    clocks = stage.clocks(ticket)
    opinion, result = clocks["MN-3.2.1d/opinion#1"], clocks["LC-3.4/feedback#1"]
    # Thursday the 5th: three working days end on Tuesday the 10th, ten on Thursday the 19th, at the close of work.
    assert opinion.due_at.astimezone(SHANGHAI).date().day == 10
    assert result.due_at.astimezone(SHANGHAI).date().day == 19
    assert opinion.due_at.astimezone(SHANGHAI).time() == result.due_at.astimezone(SHANGHAI).time()
    stage.now = opinion.due_at
    stage.act(stage.cast.lin, "respond", ticket)
    assert stage.clocks(ticket)["MN-3.2.1d/opinion#1"].state == "kept", "at the due time is in time"
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.lin, "close", ticket)
    assert refusal.value.code in ("gate", "illegal_move")
    stage.act(stage.cast.lin, "solve", ticket, solution="已列入下一版防护罩设计")
    stage.act(stage.cast.lin, "close", ticket)
    assert stage.clocks(ticket)["LC-3.4/feedback#1"].state == "kept"


def test_a_suggestion_without_an_opinion_is_missed_after_the_third_working_day(stage: Stage) -> None:
    ticket = stage.report(**(QUESTION | {"kind": "suggestion"}))
    due = stage.clocks(ticket)["MN-3.2.1d/opinion#1"].due_at
    stage.now = due + timedelta(seconds=1)
    stage.tick()
    row = stage.clocks(ticket)["MN-3.2.1d/opinion#1"]
    assert (row.state, row.ended_at) == ("missed", due)
