"""The pages of follow-ups, through the doors."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.orgs.tests import factories as people

from ..models import FollowUp
from .test_stories import ANSWERS, THURSDAY, call_of, closed

pytestmark = pytest.mark.django_db
SAID = {f"answer_{place}": text for place, text in enumerate(ANSWERS)}


@pytest.fixture
def stage() -> Stage:
    return Stage.set(THURSDAY)


def client(someone) -> Client:
    return people.login(Client(), someone)


def page(someone, name: str, *args: str, query: str = "") -> tuple[int, str]:
    answer = client(someone).get(reverse(f"care:{name}", args=args) + query)
    return answer.status_code, answer.content.decode()


def test_an_agent_works_through_a_call_in_the_browser(stage) -> None:
    row = call_of(stage, closed(stage))
    lin, number = client(stage.cast.lin), row.number
    assert number in page(stage.cast.lin, "follow_ups", query="?due=1&mine=1")[1], "what is due shows in my due calls"
    record = page(stage.cast.lin, "follow_up", number)[1]
    assert "tel:" in record and row.ticket.number in record
    url = reverse("care:call", args=[number])
    call = lin.get(url).content.decode()
    assert "tel:" in call and "您的问题是否已经解决" in call and "远程调整参数后恢复" in call
    refused = lin.post(url, {"score": "5", **SAID, "answer_3": ""})
    assert refused.status_code == 409 and "LC-4.3.4a" in refused.content.decode() and "准时" in refused.content.decode()
    assert lin.post(url, {"score": "1", "comment": "还在漏油", **SAID}).status_code == 302
    assert number in page(stage.cast.chen, "dissatisfied", query="?owed=1")[1]
    assert "还在漏油" in page(stage.cast.chen, "follow_up", number)[1]
    wang = client(stage.cast.wang)
    assert wang.post(reverse("care:contacted", args=[number]), {"agreed": ""}).status_code == 422
    assert (
        wang.post(reverse("care:contacted", args=[number]), {"agreed": "明天上门", "reopen": "漏油"}).status_code == 302
    )
    assert number not in page(stage.cast.chen, "dissatisfied", query="?owed=1")[1]
    assert stage.ticket(row.ticket).state == "answered"


def test_not_reached_cancelled_and_who_sees_nothing(stage) -> None:
    row = call_of(stage, closed(stage))
    number = row.number
    contact = people.contact(stage.kit.customer.pk, of=stage.cast.company)
    for someone in (stage.cast.zhao, stage.cast.ma, contact):
        for name in ("follow_up", "call", "not_reached", "contacted", "cancel"):
            assert page(someone, name, number)[0] == 404
        assert client(someone).post(reverse("care:call", args=[number]), {"score": "5", **SAID}).status_code == 404
    assert page(stage.cast.zhao, "follow_ups")[0] == 404
    assert page(stage.cast.ma, "follow_ups")[0] == 200 and number not in page(stage.cast.ma, "follow_ups")[1]
    assert (
        client(stage.cast.lin).post(reverse("care:not_reached", args=[number]), {"note": "无人接听"}).status_code == 302
    )
    assert page(stage.cast.lin, "cancel", number)[0] == 404
    assert (
        client(stage.cast.wang).post(reverse("care:cancel", args=[number]), {"reason": "not_wanted"}).status_code == 302
    )
    with stage.acting(stage.cast.wang):
        kept = FollowUp.objects.get(pk=row.pk)
        assert (kept.state, kept.attempts) == ("cancelled", 1)


def test_the_lists_take_as_many_statements_for_three_as_for_one(stage) -> None:
    wang = client(stage.cast.wang)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            closed(stage)
        wang.get(reverse("care:follow_ups") + "?state=planned")
        with CaptureQueriesContext(connection) as captured:
            wang.get(reverse("care:follow_ups") + "?state=planned")
        counts.append(len(captured))
    assert counts[0] == counts[1]
