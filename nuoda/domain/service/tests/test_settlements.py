"""Settlements of complaints: the agent's own amount, the manager's, the director's; changed, refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service import queries
from nuoda.domain.service.actions import complaints
from nuoda.engine.approvals import queries as asked
from nuoda.engine.approvals.actions import approvals, decisions
from nuoda.engine.clocks.models import Deadline
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories as people

from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def complaint(stage: Stage, amount: int):
    ticket = stage.report(kind="complaint", production_stopped=False, apologised=True)
    propose(stage, ticket, amount)
    return ticket


def propose(stage: Stage, ticket, amount: int) -> None:
    with stage.acting(stage.cast.lin) as (actor, at):
        row = queries.hold(actor, id=ticket.pk)
        complaints.propose_settlement(row, amount_fen=amount, text="免费更换轴承", actor=actor, at=at)


def settle(stage: Stage, ticket) -> None:
    with stage.acting(stage.cast.wang) as (actor, at):
        complaints.settle(queries.hold(actor, id=ticket.pk), actor=actor, at=at)


def submit(stage: Stage, ticket):
    with stage.acting(stage.cast.lin) as (actor, at):
        about = queries.ticket(actor, id=ticket.pk).dossier
        return approvals.submit(matter=complaints.SETTLEMENT, about=about, actor=actor, at=at)


def decide(stage: Stage, person, verb: str, row, **more: object) -> None:
    with stage.acting(person) as (actor, at):
        getattr(decisions, verb)(approval_id=row.pk, actor=actor, at=at, **more)


def clocks(stage: Stage, ticket) -> list[str]:
    """States of the deadlines of the approval's steps, in order."""
    with stage.acting(stage.cast.wang) as (actor, _at):
        rows = Deadline.visible_to(actor).filter(case_id=ticket.pk, ref="MN-3.3/settlement_step")
        return sorted(rows.values_list("state", flat=True))


def test_the_way_of_a_settlement(stage) -> None:
    small = complaint(stage, 30_000)
    settle(stage, small)
    assert stage.ticket(small).settlement_state == "approved", "below the agents' limit nobody is asked"

    large = complaint(stage, 800_000)
    with pytest.raises(Refused) as refusal:
        settle(stage, large)
    assert (refusal.value.code, refusal.value.clauses) == ("needs_approval", ("MN-3.3",))
    page = people.login(Client(), stage.cast.wang).get(reverse("service:ticket", args=[large.number])).content.decode()
    assert reverse("approvals:submit", args=[complaints.SETTLEMENT, large.number]) in page

    row = submit(stage, large)
    assert clocks(stage, large) == ["open"], "the manager has his 8 working hours"
    decide(stage, stage.cast.wang, "approve", row)
    assert clocks(stage, large) == ["kept", "open"]
    assert stage.ticket(large).settlement_state == "proposed"
    propose(stage, large, 200_000)
    with stage.acting(stage.cast.shen) as (actor, _at):
        assert asked.approval(actor, row.dossier.number).state == "lapsed", "a changed amount starts anew"
    row = submit(stage, large)
    assert row.round == 2
    decide(stage, stage.cast.wang, "approve", row)
    ticket = stage.ticket(large)
    assert (ticket.settlement_state, ticket.settlement_fen) == ("approved", 200_000)
    page = people.login(Client(), stage.cast.wang).get(reverse("service:ticket", args=[large.number])).content.decode()
    assert row.dossier.number in page


def test_a_rejected_settlement_is_not_offered(stage) -> None:
    ticket = complaint(stage, 200_000)
    row = submit(stage, ticket)
    decide(stage, stage.cast.wang, "reject", row, comment="金额过高")
    assert stage.ticket(ticket).settlement_state == "rejected"
    with pytest.raises(Refused):
        settle(stage, ticket)


def test_nobody_decides_on_the_settlement_of_a_complaint_that_was_taken_back(stage) -> None:
    ticket = complaint(stage, 800_000)
    row = submit(stage, ticket)
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    stage.act(contact, "cancel", ticket, reason="withdrawn")
    with stage.acting(stage.cast.wang) as (actor, at):
        row.refresh_from_db()
        assert row.state == "lapsed"
        assert asked.waiting_for(actor, at).count() == 0
        with pytest.raises(Refused):
            decisions.approve(approval_id=row.pk, actor=actor, at=at)
    assert "open" not in clocks(stage, ticket)
