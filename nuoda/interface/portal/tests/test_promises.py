"""The promise page: which clauses protect the customer, their clocks, and the proof once kept."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from .. import queries
from ..pure.promises import PROMISES

pytestmark = pytest.mark.django_db


def test_a_kept_promise_shows_clause_deed_and_paper() -> None:
    stage = Stage.set(local(5, 9))
    ticket = stage.report()
    stage.repaired(ticket, stage.cast.zhao)
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    actor = stage.actor(contact)
    with scoped(actor):
        found = {one.row.ref.rpartition("/")[2]: one for one in queries.promises(actor, stage.ticket(ticket, contact))}
    assert {"answer", "respond", "on_site", "solve"} & set(found)
    assert set(found) <= set(PROMISES)
    kept = found["on_site"]
    assert (kept.row.state, kept.done.type if kept.done else "") == ("kept", "work_order.arrived")
    assert kept.papers and all(paper.case_id == ticket.pk for paper in kept.papers)
    assert "4" in kept.clause["zh-hans"]
    page = people.login(Client(), contact).get(reverse("portal:matter", args=[ticket.number]))
    kit.page_is_sound(page)
    text = page.content.decode()
    assert kept.clause["zh-hans"] in text
    assert kept.papers[0].number in text


def test_an_open_promise_has_a_clock_and_no_proof() -> None:
    stage = Stage.set(local(5, 9))
    ticket = stage.report()
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    actor = stage.actor(contact)
    with scoped(actor):
        found = {one.row.ref.rpartition("/")[2]: one for one in queries.promises(actor, stage.ticket(ticket, contact))}
    assert found["on_site"].row.state == "open"
    assert found["on_site"].row.due_at is not None
    assert (found["on_site"].done, found["on_site"].papers) == (None, ())


def test_a_stranger_is_promised_nothing_here() -> None:
    stage = Stage.set(local(5, 9))
    ticket = stage.report()
    with stage.acting(stage.cast.wang) as (actor, at):
        from nuoda.domain.customers.tests import factories as customers

        other = customers.customer(actor, "无锡某某电机", at)
    stranger = people.contact(other.pk, "外人", of=stage.cast.company)
    row = stage.ticket(ticket)
    with scoped(stage.actor(stranger)):
        assert queries.promises(stage.actor(stranger), row) == []
    assert people.login(Client(), stranger).get(reverse("portal:matter", args=[ticket.number])).status_code == 404
