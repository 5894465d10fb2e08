"""Months begin and end where the company is, wherever the program runs (the tests run in Shanghai)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.measures import queries
from nuoda.engine.measures.actions import closings
from nuoda.engine.measures.models import Closing
from nuoda.engine.measures.web.record import IndicatorPage
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories as people

from .test_closings import APRIL, MARCH, ON_TIME, reading, repaired

pytestmark = pytest.mark.django_db

LAST = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)
"""Half past eleven in the evening of 31 March in Berlin, half past five in the morning of 1 April in Shanghai."""


@pytest.fixture
def stage() -> Stage:
    """A company in Berlin with one repair that was solved in the last half hour of its March."""
    stage = Stage.set(local(5, 10))
    ticket = repaired(stage)
    with scoped(system(stage.cast.company.pk)):
        Company.objects.filter(pk=stage.cast.company.pk).update(time_zone="Europe/Berlin")
        Ticket.objects.filter(pk=ticket.pk).update(solved_at=LAST)
    return stage


def test_an_open_month_is_cut_where_the_company_is(stage: Stage) -> None:
    assert str(timezone.get_default_timezone()) == "Asia/Shanghai"
    assert reading(stage, ON_TIME).found.denominator == 1
    assert reading(stage, ON_TIME, span=APRIL).found.denominator == 0
    Company.objects.filter(pk=stage.cast.company.pk).update(time_zone="Asia/Shanghai")
    assert reading(stage, ON_TIME).found.denominator == 0
    assert reading(stage, ON_TIME, span=APRIL).found.denominator == 1


def test_its_number_opens_the_same_cases(stage: Stage) -> None:
    browser = people.login(Client(), stage.cast.chen)
    for span, count in ((MARCH, 1), (APRIL, 0)):
        answer = browser.get(reverse("measures:cases", args=[*ON_TIME.split("/"), str(span), "company", "denominator"]))
        assert answer.content.decode().count("TK-2026-") >= count
        assert ("TK-2026-" in answer.content.decode()) == bool(count), span


def test_a_month_is_closed_when_it_has_ended_there(stage: Stage) -> None:
    company_id, actor = stage.cast.company.pk, system(stage.cast.company.pk)
    in_shanghai = local(1, 0, month=4)
    with scoped(actor), pytest.raises(Refused):
        closings.close(ref=ON_TIME, span=MARCH, actor=actor, at=in_shanghai)
    closings.close_due(company_id, at=in_shanghai)
    with scoped(actor):
        assert not Closing.objects.filter(starts_on=MARCH.starts).exists()
    closings.close_due(company_id, at=local(20, 9, month=4))
    found = reading(stage, ON_TIME)
    assert found.closing is not None and found.found.denominator == 1
    with scoped(actor):
        assert found.closing.cases.get().counted_at == LAST


def test_today_is_the_day_there(stage: Stage) -> None:
    page = IndicatorPage()
    page.actor, page.at = stage.actor(stage.cast.chen), LAST
    with scoped(page.actor):
        assert page.today.isoformat() == "2026-03-31"
        assert queries.figures(page.actor, *MARCH.between(UTC), at=LAST)["DL-5.2b"][0].found.denominator == 1
