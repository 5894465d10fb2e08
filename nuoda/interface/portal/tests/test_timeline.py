"""What the customer is told of his matter: a broken promise is named, and what the house owes itself is not his."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.pure.words import word
from nuoda.foundation.orgs.tests import factories as people

from ..pure.promises import PROMISES

pytestmark = pytest.mark.django_db


def test_a_missed_promise_is_named_and_inner_duties_are_left_out() -> None:
    stage = Stage.set(local(5, 9))
    ticket = stage.report(answered=True)
    stage.after(hours=30)
    stage.tick()
    with scoped(system(ticket.company_id)):
        missed = [row.ref.rpartition("/")[2] for row in Deadline.objects.filter(case_id=ticket.pk, state="missed")]
    mine = [key for key in missed if key in PROMISES]
    assert "on_site" in mine
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    text = people.login(Client(), contact).get(reverse("portal:matter", args=[ticket.number])).content.decode()
    timeline = text[text.index("nu-timeline") :]
    assert len(mine) < len(missed), "something inside the house was missed as well"
    with translation.override("zh-hans"):
        named = [f"{word('deadline.missed').label}：{PROMISES[key][0]}" for key in mine]
        assert all(one in timeline for one in named), named
        assert timeline.count(str(word("deadline.missed").label)) == len(mine)
