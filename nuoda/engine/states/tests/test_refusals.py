"""What a gate held back is kept, although what was refused is rolled back."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.states import WORK_ORDER
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.states import queries
from nuoda.engine.states.actions import moves, refusals
from nuoda.engine.states.models import Refusal
from nuoda.foundation.base import access
from nuoda.foundation.base.access import afterwards, scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def kept(stage: Stage, who: Person | None = None) -> list[Any]:
    """Refusals as somebody of the company sees them, the oldest first."""
    actor = stage.actor(who or stage.cast.wang)
    with scoped(actor):
        return list(queries.refusals(actor).select_related("dossier").order_by("first_at", "clause_id"))


def general_visit(stage: Stage) -> WorkOrder:
    """A visit that is prepared, and whose time nobody agreed on."""
    job = stage.dispatch(stage.report(production_stopped=False), stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    return job


def refused(stage: Stage, job: WorkOrder, verb: str = "arrive") -> Refused:
    with pytest.raises(Refused) as caught:
        stage.work(job, verb)
    return caught.value


def agree(stage: Stage, job: WorkOrder) -> None:
    stage.work(job, "appoint", starts_at=stage.now + timedelta(hours=1), ends_at=stage.now + timedelta(hours=3))


def test_a_refusal_is_kept_with_who_what_and_what_was_missing(stage: Stage) -> None:
    job = general_visit(stage)
    assert refused(stage, job).clauses == ("MN-3.2.2a",)
    [row] = kept(stage)
    assert (row.clause_id, row.kind, row.subject, row.verb, row.event) == (
        "MN-3.2.2a", "gate", "work_order", "arrive", "work_order.arrived",
    )  # fmt: skip
    assert (row.actor_id, row.dossier_id, row.case_id) == (stage.cast.zhao.pk, job.pk, job.case_id)
    assert (row.times, row.first_at, row.last_at, row.outcome) == (1, stage.now, stage.now, "waiting")
    [(rule, parts)] = row.missing.items()
    with scoped(system(stage.cast.company.pk)):
        bound = rulebook.book(stage.cast.company.pk).rule(f"MN-3.2.2a/{rule}", stage.now)
    assert bound is not None and bound.version_id == row.version_id
    assert parts and all(part in bound.rule.require for part in parts)


def test_written_within_the_transaction_it_would_be_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(refusals, "afterwards", lambda do: do())
    refused(stage, general_visit(stage))
    assert kept(stage) == []


def test_twenty_tries_within_a_minute_are_one_refusal(stage: Stage) -> None:
    job = general_visit(stage)
    began = stage.now
    for _try in range(20):
        refused(stage, job)
        stage.after(seconds=3)
    [row] = kept(stage)
    assert (row.times, row.first_at, row.last_at) == (20, began, began + timedelta(seconds=57))


def test_another_try_after_the_time_of_the_book_is_another_refusal(stage: Stage) -> None:
    job = general_visit(stage)
    with scoped(system(stage.cast.company.pk)):
        gather = rulebook.book(stage.cast.company.pk).value("refusals_gathered_within", stage.now, Duration)
    refused(stage, job)
    stage.after(seconds=gather.seconds)
    refused(stage, job)
    stage.after(seconds=gather.seconds + 1)
    refused(stage, job)
    assert [row.times for row in kept(stage)] == [2, 1]


def test_what_was_done_later_shows_that_the_gate_worked(stage: Stage) -> None:
    job = general_visit(stage)
    refused(stage, job)
    agree(stage, job)
    stage.after(hours=1)
    stage.work(job, "arrive")
    [row] = kept(stage)
    assert (row.outcome, row.done_at) == ("done", stage.now)


def test_a_refusal_after_it_was_done_is_one_of_its_own(stage: Stage) -> None:
    """Completing is refused, done; and refused again for the next visit of the same technician, minutes later."""
    job = stage.dispatch(stage.report(), stage.cast.zhao)
    for verb in ("contact", "prepare", "arrive"):
        stage.work(job, verb)
    refused(stage, job, "complete")
    before = {row.clause_id for row in kept(stage)}
    assert {"DL-3.3d", "DL-3.3e", "DL-3.3f"} <= before
    stage.note(job)
    stage.sign(job)
    stage.after(minutes=2)
    stage.work(job, "complete")
    assert {row.outcome for row in kept(stage)} == {"done"}


def test_what_ended_without_it_was_dropped(stage: Stage) -> None:
    job = general_visit(stage)
    refused(stage, job)
    stage.work(job, "cancel", technician=stage.cast.wang, reason="customer_cancelled")
    assert [row.outcome for row in kept(stage)] == ["dropped"]


def test_a_dispatch_that_was_held_back_belongs_to_its_ticket(stage: Stage) -> None:
    ticket = stage.report()
    with pytest.raises(Refused):
        stage.dispatch(ticket, stage.cast.zhao, task=" ")
    [row] = kept(stage)
    assert (row.dossier_id, row.begins, row.outcome, row.actor_id) == (ticket.pk, True, "waiting", stage.cast.wang.pk)
    stage.after(minutes=1)
    stage.dispatch(ticket, stage.cast.zhao)
    assert kept(stage)[0].outcome == "done"


def test_an_intake_that_was_held_back_is_done_by_the_same_persons_next_one(stage: Stage) -> None:
    nothing = {"contact": None, "caller_name": "", "caller_phone": "", "product": None, "site": None, "model_text": ""}
    with pytest.raises(Refused) as caught:
        stage.report(**nothing)
    rows = kept(stage)
    assert {row.clause_id for row in rows} == set(caught.value.clauses) and rows
    assert {(row.dossier_id, row.case_id, row.outcome) for row in rows} == {(None, None, "dropped")}
    stage.after(minutes=1)
    stage.report(stage.cast.wang)
    assert {row.outcome for row in kept(stage)} == {"dropped"}, "somebody else's is not his"
    stage.report()
    assert {row.outcome for row in kept(stage)} == {"done"}
    stage.after(minutes=1)
    with pytest.raises(Refused):
        stage.report(**nothing)
    assert len(kept(stage)) == 2 * len(rows), "what was done ended the refusal"


def test_a_missing_approval_is_a_refusal_of_its_kind(stage: Stage) -> None:
    ticket = stage.report(
        kind="complaint", subject="赔偿", problem="停产损失", production_stopped=False, apologised=True
    )
    stage.act(stage.cast.lin, "propose_settlement", ticket, amount_fen=500_000, text="免费更换油泵总成")
    for _try in range(2):
        with pytest.raises(Refused) as caught:
            stage.act(stage.cast.wang, "settle", ticket)
    assert caught.value.code == "needs_approval"
    [found] = [one for one in kept(stage) if one.kind == "approval"]
    assert (found.clause_id, found.times, found.dossier_id) == (caught.value.clauses[0], 2, ticket.pk)


def test_a_page_that_shows_what_cannot_be_done_leaves_nothing(stage: Stage) -> None:
    job = general_visit(stage)
    with stage.acting(stage.cast.zhao) as (actor, at):
        facts = {
            "kind": "onsite",
            "severity": "general",
            "appointment_agreed": False,
            "prepared": True,
            "state": "on_site",
        }
        [found] = moves.possible(
            WORK_ORDER, "accepted" if job.state == "accepted" else stage.job(job).state, ["arrive"],
            facts=lambda verb: facts, actor=actor, at=at,
        )  # fmt: skip
    assert not found.allowed and found.clauses == ("MN-3.2.2a",)
    assert kept(stage) == []


def test_what_a_document_or_gate_let_through_names_its_clause(stage: Stage) -> None:
    ticket = stage.report()
    stage.repaired(ticket, stage.cast.zhao)
    [entry] = stage.entries(ticket, "work_order.completed")
    with scoped(system(stage.cast.company.pk)):
        forms = rulebook.book(stage.cast.company.pk).forms_for("work_order", "complete", stage.now)
    assert {bound.clause_id for bound in forms} <= set(entry.clauses)


def test_a_dealer_reads_his_own_and_nobody_on_the_road_any(stage: Stage) -> None:
    refused(stage, general_visit(stage))
    theirs = stage.report(production_stopped=False, dealer_id=stage.cast.east.pk)
    job = stage.dispatch(theirs, stage.cast.wu, stage.cast.ma)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    refused(stage, job)
    assert len(kept(stage)) == 2
    assert [row.dealer_id for row in kept(stage, stage.cast.ma)] == [stage.cast.east.pk]
    assert kept(stage, stage.cast.zhao) == []
    with scoped(stage.actor(stage.cast.zhao)):
        assert not Refusal.objects.exists(), "the wall of the database"
    with scoped(stage.actor(stage.cast.ma)):
        assert Refusal.objects.count() == 1


def test_what_follows_a_transaction_cannot_undo_a_refusal(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*given: Any, **named: Any) -> None:
        raise RuntimeError("no room on the disk")

    job = general_visit(stage)
    monkeypatch.setattr(refusals, "keep", broken)
    with caplog.at_level(logging.ERROR, logger=access.log.name):
        assert refused(stage, job).clauses == ("MN-3.2.2a",)
    assert "no room on the disk" in caplog.text


def test_what_is_to_follow_waits_for_the_outermost_scope(stage: Stage) -> None:
    done: list[str] = []
    actor = stage.actor(stage.cast.wang)
    with scoped(actor):
        with scoped(system(actor.company_id)):
            afterwards(lambda: done.append("inner"))
        with pytest.raises(Refused), scoped(actor):
            afterwards(lambda: done.append("refused"))
            raise Refused("no")
        assert done == []
    assert done == ["inner", "refused"]
    afterwards(lambda: done.append("at once"))
    assert done[-1] == "at once"


def test_refusals_are_deleted_when_the_book_says(stage: Stage) -> None:
    refused(stage, general_visit(stage))
    company = stage.cast.company.pk
    with scoped(system(company)):
        age = rulebook.book(company).value("refusals_kept", stage.now, Duration).seconds
        assert age is not None
        assert refusals.forget(company, at=stage.now + timedelta(seconds=age)) == 0
        assert refusals.forget(company, at=stage.now + timedelta(seconds=age + 1)) == 1
        assert not Refusal.objects.exists() and Entry.objects.exists()
