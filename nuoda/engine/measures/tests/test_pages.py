"""The pages of the indicators: every number opens its cases; a dealer sees his own; files, closings and restatements."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.measures.actions import closings
from nuoda.engine.measures.models import Closing
from nuoda.engine.measures.pure.spans import Span
from nuoda.engine.measures.web import panels
from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests.kit import page_is_sound, same_queries

from .test_closings import FIRST, LATER, MARCH, ON_TIME, repaired

pytestmark = pytest.mark.django_db
ON_TIME_PAGE = reverse("measures:indicator", args=["DL-5.2b", "on_time_repair"])


@pytest.fixture
def stage() -> Stage:
    """A repair of the company in time, one late, and one of 华东, all in March; March is closed."""
    stage = Stage.set(local(5, 10))
    repaired(stage)
    repaired(stage, late=True)
    repaired(stage, dealer=stage.cast.east.pk)
    closings.close_due(stage.cast.company.pk, at=LATER)
    return stage


def client(person: Person) -> Client:
    return people.login(Client(), person)


def rows_at(browser: Client, url: str) -> int:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    page_is_sound(answer)
    return len(answer.context["lines"])


def test_the_list_names_every_indicator_with_its_figure_and_says_which_wait(stage: Stage) -> None:
    answer = client(stage.cast.chen).get(reverse("measures:indicators"))
    page_is_sound(answer)
    text = answer.content.decode()
    for label in ("客户满意度", "维修及时率", "维修成功率", "投诉处理率", "退换货合规率", "等待应答", "服务评分"):
        assert label in text
    assert "等待数据" in text and "未评估" in text
    lines = {line["item"].ref: line for line in answer.context["lines"]}
    assert "没有提供" in lines["DL-5.2e/returns_compliant"]["why"], "it says why, without a code"
    few = client(stage.cast.chen).get(reverse("measures:indicators") + "?policy=service-operations&role=director")
    assert {line["item"].bound.policy for line in few.context["lines"]} == {"service-operations"}


def test_each_number_of_an_indicators_page_opens_as_many_cases_as_it_says(stage: Stage) -> None:
    browser = client(stage.cast.chen)
    text = browser.get(ON_TIME_PAGE + "?until=2026-03").content.decode()
    numbers = re.findall(r'<td class="nu-cell-number"><a href="([^"]+)">(\d+)</a></td>', text)
    march = [(unescape(url), int(n)) for url, n in numbers if "/2026-03@1/" in url]
    assert len(march) >= 2 and sum(n for _url, n in march) > 0
    for url, n in march:
        assert rows_at(browser, url) == n, url
    apart = re.findall(r'<td><a class="me-figure" href="([^"]+/dealer-[^"]+)">.*?样本 (\d+)', text, re.DOTALL)
    assert {int(n) for _url, n in apart} == {1, 2}
    for url, n in apart:
        assert rows_at(browser, unescape(url)) == int(n), url


def test_a_dealers_manager_sees_his_own_figure_and_cases_only(stage: Stage) -> None:
    browser = client(stage.cast.ma)
    answer = browser.get(ON_TIME_PAGE + "?until=2026-04")
    page_is_sound(answer)
    [march] = [line for line in answer.context["lines"] if line["span"] == MARCH]
    assert (march["figure"], [count["n"] for count in march["counts"]]) == ("100%", [1, 1, 0, 0])
    assert rows_at(browser, march["counts"][1]["url"]) == 1
    other = client(stage.cast.he_ping)
    assert rows_at(other, march["counts"][1]["url"]) == 0, "the same address holds nothing for another dealer"
    foreign = f"dealer-{stage.cast.east.pk}"
    url = reverse("measures:cases", args=["DL-5.2b", "on_time_repair", "2026-03@1", foreign, "denominator"])
    assert rows_at(other, url) == 0


def test_strange_addresses_are_not_found(stage: Stage) -> None:
    browser = client(stage.cast.chen)
    for args in (
        ("DL-5.2b", "nothing", "2026-03", "company", "denominator"),
        ("DL-5.2b", "on_time_repair", "2026-13", "company", "denominator"),
        ("DL-5.2b", "on_time_repair", "2026-03@7", "company", "denominator"),
        ("DL-5.2b", "on_time_repair", "2026-03@x", "company", "denominator"),
        ("DL-5.2b", "on_time_repair", "2026-03", "dealer-x", "denominator"),
        ("DL-5.2b", "on_time_repair", "2026-03", "moon", "denominator"),
        ("DL-5.2b", "on_time_repair", "2026-03", "company", "everything"),
        ("DL-5.2e", "returns_compliant", "2026-03", "company", "denominator"),
    ):
        assert browser.get(reverse("measures:cases", args=list(args))).status_code == 404, args
    assert browser.get(reverse("measures:indicator", args=["DL-5.2b", "nothing"])).status_code == 404
    for stranger in (stage.cast.lin, stage.cast.zhao, stage.cast.system):
        assert client(stranger).get(ON_TIME_PAGE).status_code == 404


def test_figures_leave_the_house_as_files(stage: Stage) -> None:
    browser = client(stage.cast.chen)
    text = browser.get(reverse("measures:indicators") + "?export=csv").content.decode("utf-8-sig")
    assert len(text.splitlines()) > 9 and "维修及时率" in text
    assert browser.get(reverse("measures:indicators") + "?export=xlsx").content[:2] == b"PK"
    url = reverse("measures:cases", args=["DL-5.2b", "on_time_repair", "2026-03@1", "company", "denominator"])
    assert len(browser.get(url + "?export=csv").content.decode("utf-8-sig").splitlines()) == 4


def test_the_supervisor_restates_a_month_with_a_reason(stage: Stage) -> None:
    browser = client(stage.cast.chen)
    url = reverse("measures:restate", args=[*FIRST.split("/"), "2026-03"])
    page_is_sound(browser.get(url))
    refused = browser.post(url, {"reason": "", "seen": "1"})
    assert refused.status_code == 422
    token = re.search(r'name="sent_token" value="([^"]+)"', browser.get(url).content.decode())
    sent = {"reason": "补录一次重开", "seen": "1"} | ({"sent_token": token[1]} if token else {})
    assert browser.post(url, sent).status_code == 302
    shown = browser.get(reverse("measures:indicator", args=FIRST.split("/"))).content.decode()
    assert "第 2 版" in shown and "补录一次重开" in shown
    with stage.acting(stage.cast.chen) as (actor, _at):
        assert Closing.visible_to(actor).filter(ref=FIRST, starts_on=MARCH.starts).count() == 2
    for person in (stage.cast.wang, stage.cast.ma, stage.cast.lin):
        assert client(person).get(url).status_code == 404
    assert browser.get(reverse("measures:restate", args=[*ON_TIME.split("/"), "2031-01"])).status_code == 409


def test_homes_show_the_last_closed_figures_of_those_who_answer(stage: Stage) -> None:
    for person, figure in ((stage.cast.chen, "66.7%"), (stage.cast.ma, "100%")):
        actor = stage.actor(person)
        with scoped(actor) as at:
            found = panels.closed(actor, at, None)
        assert found is not None
        [line] = [line for line in found["lines"] if line["url"] == ON_TIME_PAGE]
        assert (line["figure"], line["span"]) == (figure, MARCH)
        assert "维修及时率" in client(person).get("/").content.decode()
    assert "维修及时率" not in client(stage.cast.zhao).get("/").content.decode()


def test_waits_are_told_as_people_tell_time(stage: Stage) -> None:
    answer = client(stage.cast.chen).get(reverse("measures:indicator", args=["LC-3.2", "wait_solution"]))
    [march] = [line for line in answer.context["lines"] if line["span"] == Span.parse("2026-03")]
    assert march["figure"] == "1 小时 35 分钟"
    assert march["target"] == "≤ 2 天"


def test_pages_ask_as_often_for_many_cases_as_for_few() -> None:
    stage = Stage.set(local(5, 10))
    browser = client(stage.cast.chen)
    for url in (
        reverse("measures:indicators"),
        reverse("measures:indicator", args=["LC-3.2", "wait_answer"]) + "?unit=technician",
        reverse("measures:cases", args=["LC-3.2", "wait_answer", "2026-03", "company", "denominator"]),
    ):
        same_queries(browser, url, stage.report)
