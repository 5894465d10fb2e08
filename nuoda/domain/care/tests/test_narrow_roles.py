"""Who sees only a part can do the whole of his job: what it brings about elsewhere happens all the same, and nothing personal is sealed."""

from __future__ import annotations

import json

import pytest

from nuoda.domain.service.actions import reports
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.papers.models import Paper
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people

from .. import queries
from ..actions import followups
from ..models import FollowUp

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


@pytest.fixture
def contact(stage: Stage) -> Person:
    return people.contact(stage.kit.customer.pk, "王芳", of=stage.cast.company)


def reported_by(stage: Stage, contact: Person) -> Ticket:
    with stage.acting(contact) as (actor, at):
        told = reports.Report(
            kind="fault", channel="web", subject="停机", problem="主轴异响后停机，请打 13900001111 找老周",
            contact=stage.kit.contact, site=stage.kit.site, product=stage.kit.machine, production_stopped=True,
        )  # fmt: skip
        return reports.report(told, actor=actor, at=at)


def call_of(stage: Stage, ticket: Ticket) -> FollowUp:
    with stage.acting(stage.cast.wang) as (actor, _at):
        return queries.of_ticket(actor, ticket.pk).get()


def test_a_customer_reports_confirms_and_takes_up_again(stage: Stage, contact: Person) -> None:
    ticket = reported_by(stage, contact)
    assert {"MN-3.2.1a/answer#1", "MN-3.2.1b/on_site#1"} <= stage.clocks(ticket).keys()
    stage.after(minutes=5)
    stage.act(stage.cast.lin, "answer", ticket)
    stage.repaired(ticket, stage.cast.zhao)
    stage.act(contact, "rate", ticket, score=2, remark="来得太慢，老周很生气")
    stage.act(contact, "close", ticket)
    call = call_of(stage, ticket)
    assert (call.state, call.customer_id) == ("planned", stage.kit.customer.pk)
    assert stage.clocks(ticket)["LC-4.3.4a/follow_up#1"].state == "open"

    stage.act(contact, "reopen", ticket, reason="又停机了，找老周 13900001111")
    assert call_of(stage, ticket).state == "cancelled"
    found = stage.clocks(ticket)
    assert found["LC-4.3.4a/follow_up#1"].state == "withdrawn"
    assert found["MN-3.2.1b/on_site#2"].state == "open"
    assert {("王强", "ticket_urgent"), ("王强", "ticket_reopened"), ("林晓", "follow_up_planned")} <= stage.told()


def test_a_dealer_works_a_matter_from_the_hand_over_to_the_call(stage: Stage) -> None:
    ticket = stage.report()
    stage.act(stage.cast.lin, "hand_over", ticket, to_dealer=stage.cast.east)
    stage.repaired(ticket, stage.cast.wu, stage.cast.ma)
    stage.act(stage.cast.ma, "close", ticket, customer_confirmed=True)
    assert call_of(stage, ticket).dealer_id == stage.cast.east.pk
    with stage.acting(stage.cast.wu) as (actor, at):
        explained = clocks.explanations(actor, at=at, case_id=ticket.pk)
        papers = set(Paper.objects.filter(case_id=ticket.pk).values_list("state", flat=True))
    assert {item.row.ref for item in explained} >= {"DL-3.2a/dispatch_urgent", "MN-3.2.1b/on_site"}
    assert all(item.stands for item in explained)
    assert "signed" in papers
    with stage.acting(stage.cast.he_ping):
        assert not Entry.objects.filter(case_id=ticket.pk).exists(), "another dealer's"


def test_nothing_personal_is_sealed_in_the_chain(stage: Stage, contact: Person) -> None:
    ticket = reported_by(stage, contact)
    stage.act(stage.cast.lin, "answer", ticket, remark="老周说是主轴")
    stage.repaired(ticket, stage.cast.zhao)
    stage.act(contact, "rate", ticket, score=2, remark="老周很生气")
    stage.act(contact, "close", ticket)
    with scoped(system(stage.cast.company.pk)):
        sealed = list(Entry.objects.values_list("type", "payload", "facts", "clauses"))
        known = Ticket.objects.select_related("contact", "site", "customer").get(pk=ticket.pk)
    assert len(sealed) > 20
    assert known.contact is not None and known.site is not None and known.customer is not None
    personal = {
        "老周", "13900001111", "主轴", "王芳", known.contact.name, known.contact.phone, known.customer.name, known.site.address,
        *(row.name for row in stage.cast.everybody()),
    } - {""}  # fmt: skip
    for kind, *parts in sealed:
        text = json.dumps(parts, ensure_ascii=False)
        assert not [word for word in personal if word in text], kind


def test_a_call_is_cancelled_for_one_of_the_codes_only(stage: Stage, contact: Person) -> None:
    ticket = reported_by(stage, contact)
    stage.act(stage.cast.lin, "answer", ticket)
    stage.repaired(ticket, stage.cast.zhao)
    stage.act(contact, "close", ticket)
    with stage.acting(stage.cast.wang) as (actor, at), pytest.raises(Invalid):
        followups.cancel(queries.hold(actor, id=call_of(stage, ticket).pk), reason="老周不要", actor=actor, at=at)
    assert call_of(stage, ticket).state == "planned"
