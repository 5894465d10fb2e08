"""A matter goes to other hands: a technician who had no job for it, the company's support, another customer, nobody any more."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.service import queries
from nuoda.domain.service.models import Ticket
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people

from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def question(stage: Stage, person: Person | None = None, **told: object) -> Ticket:
    return stage.report(
        person,
        kind="consultation",
        subject="能否换国产液压油",
        production_stopped=False,
        product=None,
        site=None,
        **told,
    )


def test_a_technician_sees_the_question_that_was_passed_to_him_and_answers_it(stage: Stage) -> None:
    ticket = question(stage)
    with pytest.raises(NotYours):
        stage.ticket(ticket, stage.cast.sun)
    stage.act(stage.cast.lin, "hand_over", ticket, to_person=stage.cast.sun)
    page = people.login(Client(), stage.cast.sun).get(reverse("service:jobs")).content.decode()
    assert reverse("service:ticket", args=[ticket.number]) in page
    stage.act(stage.cast.sun, "solve", ticket, solution="可以，按手册粘度选 46 号")
    assert stage.ticket(ticket).state == "solved"
    with pytest.raises(NotYours):
        stage.ticket(ticket, stage.cast.wu)


def test_a_dealer_asks_the_companys_support_which_answers(stage: Stage) -> None:
    ticket = question(stage, stage.cast.ma, dealer_id=stage.cast.east.pk)
    door = people.login(Client(), stage.cast.ma)
    address = reverse("service:hand_over", args=[ticket.number])
    assert stage.cast.zhou.name in door.get(address).content.decode()
    sent = door.post(address, {"to_person": str(stage.cast.zhou.pk), "remark": "请总部看一下"})
    assert sent.status_code == 302
    now = stage.ticket(ticket, stage.cast.zhou)
    assert (now.keeper_id, now.dealer_id) == (stage.cast.zhou.pk, stage.cast.east.pk)
    assert ("周敏", "ticket_handed_over") in stage.told()
    stage.act(stage.cast.zhou, "solve", ticket, solution="可以")
    assert stage.ticket(ticket, stage.cast.ma).solution == "可以"


def test_a_corrected_customer_is_the_one_under_which_the_ticket_is_found(stage: Stage) -> None:
    ticket = stage.report(
        contact=None, product=None, site=None, caller_name="老周", caller_phone="13900001111",
        model_text="YL-315", purchase_date_unknown=True,
    )  # fmt: skip
    with stage.acting(stage.cast.wang) as (actor, at):
        right = customers.customer(actor, "宁波远航五金有限公司", at=at)
    door = people.login(Client(), stage.cast.lin)
    address = reverse("service:correct_customer", args=[ticket.number])
    refused = door.post(address, {"customer": "没有这家", "reason": "来电时未查到"})
    assert refused.status_code in (200, 422), "a name that nobody has is refused at its field"
    assert door.post(address, {"customer": "宁波远航五金有限公司", "reason": "来电时未查到"}).status_code == 302
    assert stage.ticket(ticket).customer_id == right.pk
    with stage.acting(stage.cast.lin) as (actor, _at):
        for text in ("远航五金", "1111", ticket.number):
            assert ticket.pk in {row.pk for row in journal.search(actor, text, kinds=["ticket"])}, text


@pytest.mark.parametrize("how", ["cancel", "merge"])
def test_the_job_of_a_matter_that_ends_is_taken_back_and_its_technician_is_free(stage: Stage, how: str) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    other = stage.report()
    if how == "cancel":
        stage.act(stage.cast.lin, "cancel", ticket, reason="self_solved")
    else:
        with stage.acting(stage.cast.lin) as (actor, _at):
            into = queries.hold(actor, id=other.pk)
        stage.act(stage.cast.lin, "merge", ticket, into=into)
    assert stage.ticket(ticket).state == {"cancel": "cancelled", "merge": "merged"}[how]
    assert stage.job(job).state == "cancelled"
    assert stage.dispatch(other, stage.cast.zhao).state == "assigned", "the time is free for another job"
    assert not [row for row in stage.clocks(ticket).values() if row.state == "open"]
    assert ("赵磊", "work_order_cancelled") in stage.told()


def test_the_desk_finds_a_company_without_contacts_and_opens_a_ticket_for_it(stage: Stage) -> None:
    with stage.acting(stage.cast.wang) as (actor, at):
        row = customers.customer(actor, "宁波远航五金有限公司", at=at)
    door = people.login(Client(), stage.cast.lin)
    address = f"{reverse('service:report')}?customer={row.pk}"
    assert address in door.get(reverse("service:caller"), {"q": "远航"}).content.decode()
    assert address in door.get(reverse("customers:customer", args=[row.number])).content.decode()
    assert row.name in door.get(address).content.decode()
    nobody = door.get(reverse("service:caller"), {"q": "13700000000"}).content.decode()
    assert reverse("customers:new") in nobody
