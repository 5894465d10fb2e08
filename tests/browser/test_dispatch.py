"""售后服务经理: a job given out by the form with its suggestions, by the board's menu and by dragging; a refusal that
names its clause."""

from __future__ import annotations

import re

import pytest

from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.tests.stage import Stage

from .hands import NARROW, PHONE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def jobs(stage: Stage) -> list[tuple[str, str]]:
    with stage.acting(stage.cast.wang):
        rows = WorkOrder.objects.order_by("dispatched_at").values_list("technician__name", "state")
        return list(rows)


def test_a_suggestion_becomes_a_job(stage: Stage, hand: Hands) -> None:
    ticket = stage.report()
    wang = hand(stage.cast.wang)
    wang.go("/")
    wang.page.locator("#p-dispatch").get_by_role("link", name=ticket.number).click()
    wang.page.wait_for_url(re.compile("/dispatch/"))
    wang.says("派工建议")
    wang.look("dispatch form")
    assert wang.page.locator(".nu-chosen").get_by_text("赵磊").is_visible()
    assert wang.page.get_by_label(re.compile("^任务")).input_value() == "压力机停机"
    wang.tap("button", "派工")
    wang.says("已派工")
    wang.look("dispatched ticket")
    assert jobs(stage) == [("赵磊", "assigned")]


def test_who_is_not_qualified_is_refused_by_the_clause(stage: Stage, hand: Hands) -> None:
    ticket = stage.report()
    wang = hand(stage.cast.wang, NARROW, "dark")
    wang.go(f"/tickets/{ticket.number}/dispatch/")
    wang.page.get_by_label(re.compile("^维修人员")).select_option(label="孙涛")
    wang.fill("备注", "赵磊今天休息")
    wang.tap("button", "派工")
    refusal = wang.page.get_by_role("alert")
    refusal.get_by_text("没有此类产品的有效证书").wait_for()
    assert wang.page.get_by_label("备注").input_value() == "赵磊今天休息"
    wang.look("refused dispatch")
    refusal.get_by_role("link", name="DL-2.2b").click()
    wang.page.wait_for_url(re.compile("DL-2.2b"))
    wang.says("技术维修人员持有效证书上岗")
    wang.look("clause")
    assert jobs(stage) == []


def test_the_board_gives_out_by_menu_and_by_dragging(stage: Stage, hand: Hands) -> None:
    first, second = stage.report(subject="压力机停机"), stage.report(subject="显示屏不亮", production_stopped=False)
    wang = hand(stage.cast.wang, theme="dark")
    wang.go("/dispatch/")
    page = wang.page
    page.locator("[data-card]", has_text=first.number).get_by_label("移动").click()
    page.locator("[data-card]", has_text=first.number).get_by_role("button", name="孙涛").click()
    refusal = page.get_by_role("alert")
    refusal.get_by_text("没有此类产品的有效证书").wait_for()
    assert refusal.get_by_role("link", name="DL-2.2b").is_visible()
    wang.look("refused on the board")
    page.locator("[data-card]", has_text=first.number).get_by_label("移动").click()
    page.locator("[data-card]", has_text=first.number).get_by_role("button", name="赵磊").click()
    lane = page.locator("[data-lane]", has=page.get_by_role("heading", name="赵磊"))
    lane.get_by_text("压力机停机").wait_for()
    page.locator("[data-card]", has_text=second.number).drag_to(lane)
    lane.get_by_text("显示屏不亮").wait_for()
    wang.look("board")
    assert jobs(stage) == [("赵磊", "assigned"), ("赵磊", "assigned")]


def test_the_board_fits_a_phone(stage: Stage, hand: Hands) -> None:
    stage.report()
    wang = hand(stage.cast.wang, PHONE)
    wang.least = 24
    wang.go("/dispatch/")
    wang.go("/tickets/")
    wang.go("/")
