"""Every state, every verb, every role: what the tables do not allow is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from nuoda.engine.states.tests import kit
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.tests import factories as people

from .. import access, queries
from ..actions import closures, complaints, dispatch, records, tickets, work
from ..models import Ticket, WorkOrder
from ..states import TICKET, WORK_ORDER
from .stage import STROKES, Stage, local

pytestmark = pytest.mark.django_db

NIGHT = local(5, 20)


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


class Fresh:
    """Called before each case: takes back what the case before it did, so that every case meets the same ticket."""

    point: str | None = None

    def __call__(self) -> None:
        if self.point is not None:
            transaction.savepoint_rollback(self.point)
        self.point = transaction.savepoint()


def actors(stage: Stage) -> dict[str, Actor]:
    """Somebody of every reach and every set of verbs, all of whom see the tickets of 华东 and of the customer 恒力.

    Roles without any verb behave alike; one of them stands for all.
    """
    cast = stage.cast
    rows = {
        "agent": cast.lin, "service_manager": cast.wang, "dealer_manager": cast.ma, "technician": cast.wu,
        "director": cast.shen,
        "customer_contact": people.contact(stage.kit.customer.pk, of=cast.company),
    }  # fmt: skip
    return {role: stage.actor(person) for role, person in rows.items()}


def allowed(table: Mapping[str, frozenset[str]], roles: list[str], inner: set[str]) -> dict[str, frozenset[str]]:
    """Verbs of each role; those in `inner` have no permission of their own (other actions bring them about)."""
    return {role: frozenset({verb for verb, may in table.items() if role in may} | inner) for role in roles}


def test_every_state_of_the_tables_is_reached_and_left_as_written() -> None:
    assert not TICKET.unreachable() and not WORK_ORDER.unreachable()


def test_tickets_move_only_as_their_table_says(stage: Stage) -> None:
    found = _tickets(stage)
    begun = {("cancel", "dispatched")}
    assert {(w.case.verb, w.case.state) for w in found if w.case.role == "customer_contact"} == begun, (
        "a customer cancels until work has begun"
    )
    assert not [f"{w.case}: {w.what}" for w in found if w.case.role != "customer_contact"]


def test_a_table_that_says_otherwise_is_found_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with permissions not asked, the walk reports every role that got through."""
    monkeypatch.setattr(access, "require", lambda actor, verb, ticket=None: None)
    found = _tickets(stage, ("director",))
    assert ("director", "was not refused") in {(w.case.role, w.what) for w in found}


def _tickets(stage: Stage, only: tuple[str, ...] = ()) -> list[kit.Wrong]:
    everybody = actors(stage)
    roles = [role for role in everybody if not only or role in only]
    one = stage.report(
        kind="complaint", production_stopped=False, apologised=True, dealer_id=stage.cast.east.pk, answered=True
    )
    other = stage.report(dealer_id=stage.cast.east.pk)
    at = stage.now
    with scoped(system(stage.cast.company.pk)):
        dossiers.share(one.dossier, person_id=stage.cast.wu.pk, at=at)
        job = stage.kit.machine

        fresh = Fresh()

        def make(state: str) -> Ticket:
            fresh()
            WorkOrder.objects.filter(ticket=one).update(state="cancelled")
            Ticket.objects.filter(pk=one.pk).update(
                state=state, severity="general", severity_rank=1, customer=stage.kit.customer, contact=stage.kit.contact,
                site=stage.kit.site, product=job, customer_confirmed=True, solution="更换", cause_code="repeated_fault",
                settlement_fen=100, settlement_state="proposed", paused_at=None, pause_reason="", end_reason="",
                merged_into=None, answered_at=at, version=0,
            )  # fmt: skip
            return queries.ticket(everybody["service_manager"], id=one.pk)

        def do(row: Ticket, verb: str, role: str) -> object:
            actor = everybody[role]
            same = {"actor": actor, "at": at}
            plain: dict[str, Callable[[], object]] = {
                "answer": lambda: tickets.answer(row, apologised=True, **same),
                "promise": lambda: tickets.promise(row, due_at=NIGHT, **same),
                "hand_over": lambda: tickets.hand_over(row, to_person=stage.cast.zhou, **same),
                "respond": lambda: tickets.respond(row, **same),
                "set_severity": lambda: tickets.set_severity(row, severity="urgent", reason="停机", **same),
                "solve": lambda: tickets.solve(row, solution="更换", cause_code="repeated_fault", **same),
                "close": lambda: closures.close(row, customer_confirmed=True, **same),
                "reopen": lambda: closures.reopen(row, reason="又坏了", **same),
                "cancel": lambda: closures.cancel(row, reason="withdrawn", **same),
                "merge": lambda: closures.merge(row, into=other, **same),
                "pause": lambda: tickets.pause(row, reason="waiting_customer", **same),
                "resume": lambda: resume(row, actor),
                "reassign": lambda: tickets.reassign(row, to_person=stage.cast.lin, reason="换班", **same),
                "correct_customer": lambda: tickets.correct_customer(
                    row, customer=stage.kit.customer, reason="核对", **same
                ),
                "propose_settlement": lambda: complaints.propose_settlement(row, amount_fen=200, text="赔偿", **same),
                "settle": lambda: complaints.settle(row, **same),
                "dispatch": lambda: dispatch.assign(
                    row,
                    technician=stage.cast.wu,
                    task="检修",
                    starts_at=at + timedelta(hours=1),
                    ends_at=at + timedelta(hours=2),
                    **same,
                ),
            }

            def inner():
                return tickets.change(row, verb, tickets.events.TicketAbsorbed(ticket=row.pk, duplicate=row.pk), **same)

            with scoped(actor):
                return plain.get(verb, inner)()

        def resume(row: Ticket, actor: Actor) -> None:
            row.paused_at, row.pause_reason = at, "waiting_customer"
            tickets.resume(row, actor=actor, at=at)

        def seen(row: Ticket) -> Any:
            row.refresh_from_db(fields=["state", "version"])
            return row.state, row.version, Entry.objects.filter(case_id=one.pk).count()

        may = allowed(access.TICKET_VERBS, roles, {"report", "withdraw_dispatch", "start_work"})
        # Only whoever is concerned brings these about; here by somebody who may write the ticket.
        for role in roles:
            if role not in ("agent", "service_manager"):
                may[role] -= {"withdraw_dispatch", "start_work"}
        walked = [verb for verb in TICKET.moves if verb not in ("withdraw_dispatch", "start_work")]
        assert set(walked) <= set(access.TICKET_VERBS)
        found = kit.walk(TICKET, roles=roles, may=may, make=make, do=do, seen=seen)
        quiet = ("withdraw_dispatch", "start_work")
        return [w for w in found if w.case.verb not in quiet or w.case.role in ("agent", "service_manager")]


def test_jobs_move_only_as_their_table_says(stage: Stage) -> None:
    everybody = actors(stage)
    roles = list(everybody)
    at = stage.now
    ticket = stage.report(production_stopped=False, dealer_id=stage.cast.east.pk)
    first = stage.dispatch(ticket, stage.cast.wu, stage.cast.ma)
    stage.work(first, "appoint", starts_at=at + timedelta(minutes=30), ends_at=at + timedelta(hours=2))
    stage.work(first, "prepare")
    stage.work(first, "arrive")
    stage.note(first)
    stage.sign(first)
    paper = stage.job(first).record_paper
    span = DateTimeTZRange(at + timedelta(hours=3), at + timedelta(hours=4))
    with scoped(system(stage.cast.company.pk)):
        fresh = Fresh()

        def make(state: str) -> WorkOrder:
            fresh()
            onsite = {"on_site": "working", "completed": "solved"}.get(state, "dispatched")
            Ticket.objects.filter(pk=ticket.pk).update(state=onsite, version=0)
            WorkOrder.objects.filter(pk=first.pk).update(
                state=state, planned=span, appointed=True, prepared_at=at, arrived_at=at, finished_at=None, tested=True,
                explained=True, site_cleaned=True, symptom="异响", cause="磨损", measure="更换", no_parts=True, score=5,
                signed_at=at, record_paper=paper, end_reason="", version=0,
            )  # fmt: skip
            dossiers.share(ticket.dossier, person_id=stage.cast.wu.pk, at=at)
            return queries.work_order(everybody["service_manager"], id=first.pk)

        def do(row: WorkOrder, verb: str, role: str) -> object:
            same: dict[str, Any] = {"actor": everybody[role], "at": at}
            more: dict[str, dict[str, Any]] = {
                "decline": {"reason": "ill"},
                "appoint": {"starts_at": at + timedelta(hours=5), "ends_at": at + timedelta(hours=6)},
                "leave_unfinished": {"reason": "part_missing"},
                "cancel": {"reason": "换人"},
            }
            with scoped(everybody[role]):
                if verb == "note":
                    return records.note(row, symptom="异响", **same)
                if verb == "sign":
                    return records.sign(row, score=5, name="王芳", strokes=STROKES, **same)
                if verb == "dispatch":
                    event = tickets.events.TicketWorkStarted(ticket=row.ticket_id, work_order=row.pk)
                    return work.change(row, "dispatch", event, **same)
                return getattr(work, verb)(row, **same, **more.get(verb, {}))

        def seen(row: WorkOrder) -> Any:
            row.refresh_from_db(fields=["state", "version"])
            return row.state, row.version, Entry.objects.filter(case_id=ticket.pk).count()

        may = allowed(access.WORK_VERBS, roles, set())
        found = kit.walk(WORK_ORDER, roles=roles, may=may, make=make, do=do, seen=seen)
    assert not [f"{w.case}: {w.what}" for w in found]


def test_a_technician_does_not_touch_anothers_job(stage: Stage) -> None:
    job = stage.dispatch(stage.report(), stage.cast.zhao)
    with stage.acting(stage.cast.sun) as (actor, at):
        with pytest.raises(access.NotYours):
            queries.hold_work_order(actor, id=job.pk)
        for verb in access.WORK_VERBS:
            if access.WORK_VERBS[verb] & {"technician"}:
                with pytest.raises(access.Refused):
                    access.require_work(actor, verb, job)
    del at
