"""服务总监: changes a number, a duty and the condition of a gate, and adds a document, without a line of YAML."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.revisions.models import Draft
from nuoda.foundation.base.access import scoped, system

from .hands import PHONE, Hand, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DUTY, GATE = "DL-3.3c", "DL-3.2b"


def clause_of(stage: Stage, clause_id: str) -> Any:
    """The clause as the one draft has it now."""
    with scoped(system(stage.cast.company.pk)):
        version = Draft.objects.select_related("draft_of").get().draft_of
        assert version is not None
        return next(clause for clause in version.content["clauses"] if clause["id"] == clause_id)


def begin(director: Hand, title: str) -> str:
    """A draft of the regulation; the address of its page."""
    page = director.page
    director.go("/revisions/begin")
    found = page.locator("select[name=version] option", has_text=title).first.get_attribute("value")
    page.locator("select[name=version]").select_option(found)
    director.tap("button", "开始")
    page.wait_for_url(re.compile("/revisions/drafts/"))
    return str(page.url).rstrip("/").removeprefix(director.url)


def test_a_director_changes_rules_in_forms(stage: Stage, hand: Hands) -> None:
    shen = hand(stage.cast.shen)
    page = shen.page
    draft = begin(shen, "经销商售后服务")
    before = clause_of(stage, DUTY)

    # A number, on the page of all numbers.
    shen.tap("link", "数值", exact=True)
    shen.look("numbers")
    page.locator("[name='appearance_sample:value']").fill("八件")
    shen.tap("button", "保存数值")
    shen.says("“八件”不是整数")
    shen.look("a number that is none")
    page.locator("[name='appearance_sample:value']").fill("8")
    shen.tap("button", "保存数值")
    page.wait_for_url(re.compile(rf"{draft}$"))
    assert clause_of(stage, DUTY)["parameters"][0]["value"] == 8

    # A duty: every quarter instead of every month, and the director is told no more.
    shen.go(f"{draft}/clauses/{DUTY}")
    page.locator("select[name=r0_every]").select_option("quarter")
    page.locator("[name=r0_within]").fill("15 个工作日")
    shen.tap("button", "保存", exact=True)
    page.wait_for_url(re.compile(rf"{draft}#c-{DUTY}"))
    page.locator(f"[id='c-{DUTY}'] ins", has_text="季度").first.wait_for()
    after = clause_of(stage, DUTY)["rules"][0]
    assert after == {**before["rules"][0], "every": "quarter", "within": "15 working days"}, "the rest stays as it was"

    # The condition of a gate: first wrong, told at its place as it is typed and when it is saved; then right.
    shen.go(f"{draft}/clauses/{GATE}")
    number = next(i for i, rule in enumerate(clause_of(stage, GATE)["rules"]) if rule.get("gate") == "place")
    box, said = page.locator(f"[name=r{number}_require]"), page.locator(f"[id='r{number}_require-said']")
    box.fill("has_place && has_tsk")
    said.locator("mark").wait_for()
    assert "第 1 行第 14 列" in said.inner_text(), said.inner_text()
    page.locator("[name=source]").fill("总监办公会")
    shen.tap("button", "保存", exact=True)
    shen.says("第 14 列")
    assert page.locator("[name=source]").input_value() == "总监办公会", "nothing that was typed is lost"
    assert (
        page.evaluate("document.activeElement.getAttribute('role')") == "alert"
        or page.locator("[aria-invalid=true]").count()
    )
    shen.look("a condition that is wrong")
    box = page.locator(f"[name=r{number}_require]")
    box.fill("has_place && has_task")
    page.locator(f"[id='r{number}_require-said'] mark").wait_for(state="detached")
    shen.tap("button", "保存", exact=True)
    page.wait_for_url(re.compile(rf"{draft}#c-{GATE}"))
    assert clause_of(stage, GATE)["rules"][number]["require"] == "has_place && has_task"

    # A document that the step needs from now on.
    shen.go(f"{draft}/clauses/{GATE}")
    shen.tap("link", "新增单据")
    shen.look("new document")
    page.locator("[name=title_zh-hans]").fill("派工单")
    page.locator("select[name=paper]").select_option("service_order")
    page.locator("select[name=act]").select_option("work_order.complete")
    page.locator("select[name=state]").select_option("signed")
    shen.tap("button", "新增单据")
    page.wait_for_url(re.compile(rf"/clauses/{GATE}#form-service_order"))
    shen.says("时须有《派工单》（已签字）")
    shen.look("the clause with its document")

    # It goes again, after its page said so.
    page.locator("#form-service_order a.rv-target").click()
    shen.look("removing")
    shen.says("时须有《派工单》（已签字）")
    shen.tap("button", "移除")
    page.wait_for_url(re.compile(rf"/clauses/{GATE}$"))
    assert "form" not in {key for rule in clause_of(stage, GATE)["rules"] for key in rule}

    # The same pages on a phone.
    small = hand(stage.cast.shen, PHONE)
    small.least = 24
    for path in (f"{draft}/numbers", f"{draft}/clauses/{DUTY}", f"{draft}/clauses/{GATE}/add/gate"):
        small.go(path)
