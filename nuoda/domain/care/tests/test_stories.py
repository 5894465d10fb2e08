"""Follow-up stories: the call after closing, the customer nobody reaches, the one who is dissatisfied."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from nuoda.domain.service.actions import closures, tickets
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.tests import factories as people

from .. import queries
from ..actions import followups
from ..models import FollowUp
from ..states import FOLLOW_UP

pytestmark = pytest.mark.django_db

THURSDAY = local(5, 10)
ANSWERS = ["已解决", "准时", "说明了", "正常", "5 分", "没有"]


@pytest.fixture
def stage() -> Stage:
    return Stage.set(THURSDAY)


def closed(stage: Stage, **told: object):
    """A ticket that was reported, answered, solved and closed on Thursday at ten."""
    ticket = stage.report(production_stopped=False, **told)
    with stage.acting(stage.cast.zhou) as (actor, at):
        row = stage_ticket(stage, actor, ticket)
        tickets.solve(row, actor=actor, at=at, how="remote", solution="远程调整参数后恢复", cause_code="setting")
    with stage.acting(stage.cast.lin) as (actor, at):
        closures.close(stage_ticket(stage, actor, ticket), actor=actor, at=at, customer_confirmed=True)
    return ticket


def stage_ticket(stage: Stage, actor: Actor, ticket):
    from nuoda.domain.service import queries as service

    return service.hold(actor, id=ticket.pk)


def call_of(stage: Stage, ticket) -> FollowUp:
    with stage.acting(stage.cast.wang) as (actor, _at):
        return queries.of_ticket(actor, ticket.pk).get()


def do(stage: Stage, person, verb: str, row: FollowUp, **more: object) -> FollowUp:
    with stage.acting(person) as (actor, at):
        held = queries.hold(actor, id=row.pk)
        getattr(followups, verb)(held, actor=actor, at=at, **more)
        return held


def events(stage: Stage, row: FollowUp) -> list[str]:
    with stage.acting(stage.cast.wang) as (_actor, _at):
        rows = Entry.objects.filter(dossier_id=row.pk).order_by("chain_seq")
        return [entry.type for entry in rows]


def clock(stage: Stage, ticket, ref: str):
    return stage.clocks(ticket).get(ref)


def test_after_closing_a_call_is_planned_and_recording_it_meets_the_clause(stage) -> None:
    ticket = closed(stage)
    row = call_of(stage, ticket)
    assert row.number.startswith("HF-2026-") and row.case_id == ticket.pk
    assert row.due_at.astimezone(THURSDAY.tzinfo) > THURSDAY and len(row.script) == 6
    assert clock(stage, ticket, "LC-4.3.4a/follow_up#1").state == "open"
    stage.now = row.due_at
    with stage.acting(stage.cast.lin) as (actor, at):
        assert [item.pk for item in queries.due(actor, at)] == [row.pk]
    row = do(stage, stage.cast.lin, "record", row, score=5, answers=ANSWERS, comment="很满意")
    assert (row.state, row.result, row.satisfied) == ("done", "satisfied", True)
    assert clock(stage, ticket, "LC-4.3.4a/follow_up#1").state == "kept"
    assert clock(stage, ticket, "LC-5.3.3b/contact_dissatisfied#1") is None
    assert events(stage, row) == ["follow_up.planned", "follow_up.recorded"]


def test_a_consultation_is_not_followed_up(stage) -> None:
    ticket = closed(stage, kind="consultation")
    with stage.acting(stage.cast.wang) as (actor, _at):
        assert not queries.of_ticket(actor, ticket.pk).exists()


def test_without_the_clause_nothing_is_planned(stage, monkeypatch) -> None:
    """Negative control: the book, and not the code, asks for the call."""
    from nuoda.engine.rulebook.pure.book import Book

    monkeypatch.setattr(Book, "consequences_for", lambda *args: ())
    ticket = closed(stage)
    with stage.acting(stage.cast.wang) as (actor, _at):
        assert not queries.of_ticket(actor, ticket.pk).exists()


def test_every_question_is_asked(stage) -> None:
    row = call_of(stage, closed(stage))
    with pytest.raises(Refused) as refusal:
        do(stage, stage.cast.lin, "record", row, score=5, answers=ANSWERS[:3])
    assert refusal.value.clauses == ("LC-4.3.4a",) and "script_done" in refusal.value.fields
    assert call_of(stage, row.ticket).state == "planned"


def test_who_does_not_want_to_answer_is_not_asked(stage) -> None:
    row = do(stage, stage.cast.lin, "record", call_of(stage, closed(stage)), declined=True)
    assert (row.state, row.result, row.satisfied) == ("done", "declined", None)


def test_a_call_needs_a_score_or_a_word(stage) -> None:
    row = call_of(stage, closed(stage))
    for wrong in ({}, {"score": 0}, {"score": 6}):
        with pytest.raises(Invalid) as refusal:
            do(stage, stage.cast.lin, "record", row, answers=ANSWERS, **wrong)
        assert "score" in refusal.value.fields


def test_nobody_answers_three_times_and_it_is_given_up(stage) -> None:
    ticket = closed(stage)
    row = call_of(stage, ticket)
    for attempt in (1, 2, 3):
        stage.now = max(stage.now, row.due_at)
        due = row.due_at
        row = do(stage, stage.cast.lin, "attempt", row, note="无人接听")
        assert row.attempts == attempt
        assert (row.due_at > due) == (attempt < 3)
    assert (row.state, row.result) == ("unreachable", "unreachable")
    assert events(stage, row)[1:] == ["follow_up.attempted"] * 3 + ["follow_up.unreachable"]
    assert clock(stage, ticket, "LC-4.3.4a/follow_up#1").state == "kept"
    with pytest.raises(Refused):
        do(stage, stage.cast.lin, "attempt", row)
    row = do(stage, stage.cast.lin, "record", row, score=4, answers=ANSWERS)
    assert row.state == "done", "a customer who calls back is heard"


def test_a_dissatisfied_customer_is_contacted_within_the_time_of_the_clause(stage) -> None:
    ticket = closed(stage)
    row = do(stage, stage.cast.lin, "record", call_of(stage, ticket), score=1, answers=ANSWERS, comment="又坏了")
    assert row.result == "dissatisfied" and row.owes_contact
    deadline = clock(stage, ticket, "LC-5.3.3b/contact_dissatisfied#1")
    assert deadline.state == "open" and deadline.due_at == stage.now + timedelta(hours=24)
    with stage.acting(stage.cast.chen) as (actor, _at):
        assert [item.pk for item in queries.dissatisfied(actor)] == [row.pk]
    with pytest.raises(Invalid):
        do(stage, stage.cast.wang, "contact_dissatisfied", row, agreed=" ")
    stage.after(hours=3)
    row = do(stage, stage.cast.wang, "contact_dissatisfied", row, agreed="明天免费复检并更换轴承")
    assert not row.owes_contact and row.contacted_by_id == stage.cast.wang.pk
    assert clock(stage, ticket, "LC-5.3.3b/contact_dissatisfied#1").state == "kept"
    with stage.acting(stage.cast.chen) as (actor, _at):
        assert not queries.dissatisfied(actor).exists()
    with pytest.raises(Invalid):
        do(stage, stage.cast.wang, "contact_dissatisfied", row, agreed="再来一次")


def test_nobody_contacts_him_and_the_clause_is_missed(stage) -> None:
    ticket = closed(stage)
    do(stage, stage.cast.lin, "record", call_of(stage, ticket), score=2, answers=ANSWERS)
    stage.after(hours=25)
    stage.tick()
    assert clock(stage, ticket, "LC-5.3.3b/contact_dissatisfied#1").state == "missed"


def test_the_word_of_the_customer_counts_more_than_his_score(stage) -> None:
    row = do(stage, stage.cast.lin, "record", call_of(stage, closed(stage)), score=4, satisfied=False, answers=ANSWERS)
    assert row.result == "dissatisfied" and row.owes_contact


def test_a_satisfied_customer_owes_no_contact(stage) -> None:
    row = do(stage, stage.cast.lin, "record", call_of(stage, closed(stage)), score=3, answers=ANSWERS)
    with pytest.raises(Invalid):
        do(stage, stage.cast.wang, "contact_dissatisfied", row, agreed="道歉")


def test_what_is_still_broken_opens_the_ticket_again(stage) -> None:
    ticket = closed(stage)
    row = do(stage, stage.cast.lin, "record", call_of(stage, ticket), score=1, answers=ANSWERS, reopen="故障依旧")
    assert stage.ticket(ticket).state == "answered" and stage.ticket(ticket).reopened == 1
    assert row.state == "done" and row.owes_contact


def test_a_ticket_opened_again_is_not_followed_up_until_it_is_closed_again(stage) -> None:
    ticket = closed(stage)
    row = call_of(stage, ticket)
    with stage.acting(stage.cast.lin) as (actor, at):
        closures.reopen(stage_ticket(stage, actor, ticket), reason="又停机", actor=actor, at=at)
    row = call_of(stage, ticket)
    assert (row.state, row.cancel_reason) == ("cancelled", "ticket.reopened")
    stage.after(hours=1)
    with stage.acting(stage.cast.zhou) as (actor, at):
        held = stage_ticket(stage, actor, ticket)
        tickets.solve(held, actor=actor, at=at, how="remote", solution="更换参数", cause_code="setting")
    with stage.acting(stage.cast.lin) as (actor, at):
        closures.close(stage_ticket(stage, actor, ticket), actor=actor, at=at, customer_confirmed=True)
        assert sorted(queries.of_ticket(actor, ticket.pk).values_list("state", flat=True)) == ["cancelled", "planned"]


def test_a_customer_who_closes_his_ticket_is_called_too(stage) -> None:
    ticket = stage.report(production_stopped=False)
    with stage.acting(stage.cast.zhou) as (actor, at):
        held = stage_ticket(stage, actor, ticket)
        tickets.solve(held, actor=actor, at=at, how="remote", solution="远程调整", cause_code="setting")
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    with stage.acting(contact) as (actor, at):
        closures.close(stage_ticket(stage, actor, ticket), actor=actor, at=at)
    assert call_of(stage, ticket).state == "planned"
    with stage.acting(contact) as (actor, _at):
        assert not queries.follow_ups(actor).exists()


# -- walls


def test_strangers_and_the_rated_find_nothing(stage) -> None:
    row = call_of(stage, closed(stage))
    for someone in (stage.cast.zhao, stage.cast.ma, stage.cast.he_ping):
        with stage.acting(someone) as (actor, at):
            with pytest.raises(NotYours):
                queries.follow_up(actor, number=row.number)
            with pytest.raises(NotYours):
                queries.hold(actor, id=row.pk)
    with stage.acting(stage.cast.zhao) as (actor, at), pytest.raises(NotYours):
        followups.attempt(row, actor=actor, at=at)


def test_the_database_keeps_dealers_apart(stage) -> None:
    row = call_of(stage, closed(stage))
    with stage.acting(stage.cast.ma) as (_actor, _at):
        assert FollowUp.objects.count() == 0
    with stage.acting(stage.cast.wang) as (_actor, _at):
        FollowUp.objects.filter(pk=row.pk).update(dealer_id=stage.cast.east.pk)
        assert FollowUp.objects.count() == 1
    with stage.acting(stage.cast.ma) as (_actor, _at):
        assert FollowUp.objects.count() == 1
    with stage.acting(stage.cast.he_ping) as (_actor, _at):
        assert FollowUp.objects.count() == 0
    with scoped(Actor(company_id=stage.cast.company.pk, reach="customer", customer_id=stage.cast.company.pk)):
        assert FollowUp.objects.count() == 0


def test_one_call_at_a_time_and_two_callers_get_one_result(stage) -> None:
    row = call_of(stage, closed(stage))
    with stage.acting(stage.cast.lin) as (actor, at):
        first, second = (queries.follow_up(actor, number=row.number) for _ in range(2))
        followups.record(first, score=5, answers=ANSWERS, actor=actor, at=at)
        with pytest.raises(Stale):
            followups.record(second, score=1, answers=ANSWERS, actor=actor, at=at)
    with stage.acting(stage.cast.lin) as (actor, _at), pytest.raises(IntegrityError), transaction.atomic():
        for _ in range(2):
            copy = FollowUp.objects.get(pk=row.pk)
            FollowUp.objects.filter(pk=copy.pk).update(state="planned")
            from nuoda.foundation.journal.actions import dossiers

            copy.dossier = dossiers.open(kind="follow_up", actor=actor, at=stage.now)
            copy.state = "planned"
            copy.save(force_insert=True)


def test_every_state_is_reached(stage) -> None:
    assert not FOLLOW_UP.unreachable()
    row = call_of(stage, closed(stage))
    row = do(stage, stage.cast.wang, "cancel", row, reason="not_wanted")
    assert row.state == "cancelled"
    for verb, more in (
        ("attempt", {}),
        ("record", {"score": 5, "answers": ANSWERS}),
        ("cancel", {"reason": "mistake"}),
    ):
        with pytest.raises(Refused) as refusal:
            do(stage, stage.cast.wang, verb, row, **more)
        assert refusal.value.code == "illegal_move"
