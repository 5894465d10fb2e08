"""A complaint: the apology, the cause, the settlement and who approves it, the call afterwards and whoever is still unhappy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.domain.care import queries as care
from nuoda.domain.care.actions import followups
from nuoda.domain.care.models import FollowUp
from nuoda.domain.service import queries
from nuoda.domain.service.actions import complaints
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import SHANGHAI, Stage, local
from nuoda.engine.approvals.actions import approvals, decisions
from nuoda.engine.approvals.models import Approval
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

pytestmark = pytest.mark.django_db

ANSWERS = ["已解决", "准时", "说明了", "正常", "2 分", "没有"]
COMPLAINT = {
    "kind": "complaint",
    "subject": "同一故障修了三次",
    "problem": "油泵三个月内修了三次，要求赔偿停产损失",
    "production_stopped": False,
}


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def complaint(stage: Stage, **told: object) -> Ticket:
    return stage.report(**(COMPLAINT | {"apologised": True} | told))


def propose(stage: Stage, ticket: Ticket, amount_fen: int) -> None:
    stage.act(stage.cast.lin, "propose_settlement", ticket, amount_fen=amount_fen, text="免费更换油泵总成")


def submit(stage: Stage, ticket: Ticket) -> Approval:
    with stage.acting(stage.cast.lin) as (actor, at):
        about = queries.ticket(actor, id=ticket.pk).dossier
        return approvals.submit(matter=complaints.SETTLEMENT, about=about, actor=actor, at=at)


def decide(stage: Stage, person: Person, verb: str, row: Approval, **more: object) -> None:
    with stage.acting(person) as (actor, at):
        getattr(decisions, verb)(approval_id=row.pk, actor=actor, at=at, **more)


def steps(stage: Stage, ticket: Ticket) -> list[str]:
    with stage.acting(stage.cast.wang) as (actor, _at):
        rows = Deadline.visible_to(actor).filter(case_id=ticket.pk, ref="MN-3.3/settlement_step")
        return [row.state for row in rows.order_by("started_at", "due_at")]


def call(stage: Stage, ticket: Ticket) -> FollowUp:
    with stage.acting(stage.cast.wang) as (actor, _at):
        return care.of_ticket(actor, ticket.pk).get()


def follow_up(stage: Stage, person: Person, verb: str, row: FollowUp, **more: object) -> FollowUp:
    with stage.acting(person) as (actor, at):
        held = care.hold(actor, id=row.pk)
        getattr(followups, verb)(held, actor=actor, at=at, **more)
        return held


# -- the first words


def test_a_complaint_begins_with_an_apology(stage: Stage) -> None:
    with pytest.raises(Refused) as refusal:
        stage.report(**COMPLAINT)
    assert refusal.value.clauses == ("DL-3.1d",) and "apologised" in refusal.value.fields
    with stage.acting(stage.cast.wang):
        assert not Ticket.objects.exists() and not Dossier.objects.filter(kind="ticket").exists(), (
            "nothing half taken in"
        )

    on_the_web = stage.report(channel="web", **COMPLAINT)
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.lin, "answer", on_the_web)
    assert refusal.value.clauses == ("DL-3.1d",)
    assert stage.ticket(on_the_web).state == "reported"
    stage.act(stage.cast.lin, "answer", on_the_web, apologised=True)
    assert stage.ticket(on_the_web).state == "answered"
    fault = stage.report(product=stage.kit.machine, production_stopped=False)
    assert fault.state == "answered", "who reports a fault is owed a repair, not an apology"


def test_a_complaint_has_its_clocks_and_the_manager_is_told(stage: Stage) -> None:
    ticket = complaint(stage)
    clocks = stage.clocks(ticket)
    assert clocks["MN-3.3/complaint_contact#1"].due_at == local(6, 10)
    assert clocks["LC-4.2.4a/react#1"].due_at == local(5, 11)
    # Five and ten working days after Thursday the 5th end with the work of the 12th and the 19th.
    for ref, day in (("MN-3.3/complaint_solve#1", 12), ("LC-3.4/feedback#1", 19)):
        assert clocks[ref].due_at.astimezone(SHANGHAI).date().day == day
        assert clocks[ref].due_at == local(day, 17, 30) or clocks[ref].due_at == local(day, 18)
    assert ("王强", "complaint_reported") in stage.told()
    urgent = complaint(stage, production_stopped=True)
    assert stage.clocks(urgent)["MN-3.3/complaint_contact_urgent#1"].due_at == local(5, 12)

    stage.after(hours=3)
    stage.act(stage.cast.lin, "respond", ticket)
    clocks = stage.clocks(ticket)
    assert clocks["MN-3.3/complaint_contact#1"].state == "kept"
    assert clocks["LC-4.2.4a/react#1"].state == "missed", "an hour to react, and three have passed"


def test_a_complaint_nobody_solves_reaches_the_director(stage: Stage) -> None:
    ticket = complaint(stage)
    stage.now = local(13, 9)
    stage.tick()
    assert stage.clocks(ticket)["MN-3.3/complaint_solve#1"].state == "missed"
    assert {("沈总", "deadline_missed"), ("陈静", "deadline_missed")} <= stage.told()


def test_a_complaint_is_closed_with_its_cause(stage: Stage) -> None:
    ticket = complaint(stage)
    stage.act(stage.cast.lin, "solve", ticket, solution="更换油泵总成，延长质保一年")
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.lin, "close", ticket)
    assert refusal.value.clauses == ("MN-3.3",) and "complaint_cause" in refusal.value.fields
    with_cause = complaint(stage)
    stage.act(stage.cast.lin, "solve", with_cause, solution="更换油泵总成", cause_code="repeated_fault")
    stage.act(stage.cast.lin, "close", with_cause)
    clocks = stage.clocks(with_cause)
    assert clocks["MN-3.3/complaint_solve#1"].state == clocks["LC-3.4/feedback#1"].state == "kept"


# -- the settlement


def test_a_small_settlement_is_released_without_asking(stage: Stage) -> None:
    ticket = complaint(stage)
    propose(stage, ticket, 50_000)
    stage.act(stage.cast.wang, "settle", ticket)
    assert stage.ticket(ticket).settlement_state == "approved"
    assert [e.type for e in stage.entries(ticket, "approval.requested")] == []


def test_a_settlement_above_the_agents_limit_waits_for_the_manager(stage: Stage) -> None:
    ticket = complaint(stage)
    propose(stage, ticket, 50_001)
    for person in (stage.cast.wang, stage.cast.shen):
        with pytest.raises(Refused) as refusal:
            stage.act(person, "settle", ticket)
        assert (refusal.value.code, refusal.value.clauses) == ("needs_approval", ("MN-3.3",))
    row = submit(stage, ticket)
    assert steps(stage, ticket) == ["open"]
    with pytest.raises((NotYours, Refused)):
        decide(stage, stage.cast.lin, "approve", row)
    decide(stage, stage.cast.wang, "approve", row)
    assert steps(stage, ticket) == ["kept"]
    assert stage.ticket(ticket).settlement_state == "approved"
    (released,) = stage.entries(ticket, "complaint.settlement_approved")
    assert released.payload["approval"] == str(row.pk)


def test_without_the_hold_of_approvals_it_would_be_released(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with the approvals' hold taken away, the manager releases what he must not."""
    ticket = complaint(stage)
    propose(stage, ticket, 800_000)
    monkeypatch.setattr(moves, "_providers", [])
    stage.act(stage.cast.wang, "settle", ticket)
    assert stage.ticket(ticket).settlement_state == "approved"


def test_a_large_settlement_goes_from_the_manager_to_the_director(stage: Stage) -> None:
    ticket = complaint(stage)
    propose(stage, ticket, 800_000)
    row = submit(stage, ticket)
    decide(stage, stage.cast.wang, "approve", row)
    assert stage.ticket(ticket).settlement_state == "proposed", "the director has not been heard"
    assert steps(stage, ticket) == ["kept", "open"]
    stage.now = local(10, 9)
    stage.tick()
    assert steps(stage, ticket) == ["kept", "missed"], "two working days were over on Monday"
    decide(stage, stage.cast.shen, "approve", row)
    assert stage.ticket(ticket).settlement_state == "approved"


def test_a_settlement_is_sent_back_mended_and_approved(stage: Stage) -> None:
    ticket = complaint(stage)
    propose(stage, ticket, 300_000)
    row = submit(stage, ticket)
    with pytest.raises(Invalid):
        decide(stage, stage.cast.wang, "send_back", row, comment=" ")
    decide(stage, stage.cast.wang, "send_back", row, comment="请附停产损失清单")
    assert stage.ticket(ticket).settlement_state == "proposed"
    propose(stage, ticket, 200_000)
    again = submit(stage, ticket)
    assert again.round == 2
    decide(stage, stage.cast.wang, "approve", again)
    done = stage.ticket(ticket)
    assert (done.settlement_state, done.settlement_fen) == ("approved", 200_000)


def test_a_rejected_settlement_is_not_released(stage: Stage) -> None:
    ticket = complaint(stage)
    propose(stage, ticket, 200_000)
    row = submit(stage, ticket)
    decide(stage, stage.cast.wang, "reject", row, comment="责任不在我方")
    assert stage.ticket(ticket).settlement_state == "rejected"
    with pytest.raises(Refused):
        stage.act(stage.cast.wang, "settle", ticket)
    assert [e.payload["amount_fen"] for e in stage.entries(ticket, "complaint.settlement_rejected")] == [200_000]
    propose(stage, ticket, 40_000)
    stage.act(stage.cast.wang, "settle", ticket)
    assert stage.ticket(ticket).settlement_state == "approved"


# -- the call afterwards


def closed(stage: Stage) -> Ticket:
    ticket = complaint(stage)
    stage.act(stage.cast.lin, "solve", ticket, solution="更换油泵总成", cause_code="repeated_fault")
    stage.act(stage.cast.lin, "close", ticket)
    return ticket


def test_the_dissatisfied_customer_is_contacted_within_the_set_time(stage: Stage) -> None:
    ticket = closed(stage)
    assert stage.clocks(ticket)["LC-4.3.4a/follow_up#1"].state == "open"
    assert ("林晓", "follow_up_planned") not in stage.told(), "who closed it need not be told of his own deed"
    row = call(stage, ticket)
    stage.now = row.due_at
    said = {"score": 1, "answers": ANSWERS, "comment": "仍不满意"}
    with pytest.raises(Refused) as refusal:
        follow_up(stage, stage.cast.lin, "record", row, score=1, answers=ANSWERS[:2])
    assert refusal.value.clauses == ("LC-4.3.4a",), "every question is asked"
    row = follow_up(stage, stage.cast.lin, "record", row, **said)
    clocks = stage.clocks(ticket)
    assert clocks["LC-4.3.4a/follow_up#1"].state == "kept"
    assert clocks["LC-5.3.3b/contact_dissatisfied#1"].due_at == stage.now + timedelta(hours=24)
    assert {("王强", "follow_up_dissatisfied"), ("陈静", "follow_up_dissatisfied")} <= stage.told()
    stage.after(hours=23)
    follow_up(stage, stage.cast.wang, "contact_dissatisfied", row, agreed="厂长上门道歉，周五免费复检")
    assert stage.clocks(ticket)["LC-5.3.3b/contact_dissatisfied#1"].state == "kept"


def test_nobody_contacts_him_and_it_goes_up_once(stage: Stage) -> None:
    ticket = closed(stage)
    row = follow_up(stage, stage.cast.lin, "record", call(stage, ticket), score=2, answers=ANSWERS)
    due = stage.now + timedelta(hours=24)
    stage.after(hours=26)
    stage.tick()
    stage.tick()
    (missed,) = [e for e in stage.entries(ticket, "deadline.missed") if e.payload["clause"] == "LC-5.3.3b"]
    assert missed.happened_at == due
    assert ("陈静", "deadline_missed") in stage.told()
    follow_up(stage, stage.cast.wang, "contact_dissatisfied", row, agreed="明天上门")
    state = stage.clocks(ticket)["LC-5.3.3b/contact_dissatisfied#1"]
    assert (state.state, state.done_at) == ("missed", stage.now)


def test_a_satisfied_customer_starts_no_clock(stage: Stage) -> None:
    ticket = closed(stage)
    follow_up(stage, stage.cast.lin, "record", call(stage, ticket), score=5, answers=ANSWERS)
    assert "LC-5.3.3b/contact_dissatisfied#1" not in stage.clocks(ticket)
