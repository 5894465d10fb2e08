"""维修人员, on 360 × 640: one job from the call to the signed record, counted in taps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.papers import queries as papers

from .hands import PHONE, Hand, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def signs(one: Hand) -> None:
    """A finger draws on the canvas."""
    canvas = one.page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    one.page.mouse.move(box["x"] + 30, box["y"] + 60)
    one.page.mouse.down()
    for step in range(10):
        one.page.mouse.move(box["x"] + 30 + step * 18, box["y"] + 60 + (step % 3) * 18)
    one.page.mouse.up()
    one.taps += 1


def main_button(one: Hand) -> None:
    """The big button at the thumb."""
    one.taps += 1
    one.page.locator(".nu-thumb > .btn-primary").click()


def test_a_visit_from_the_call_to_the_signature(stage: Stage, hand: Hands, picture: Path) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    zhao = hand(stage.cast.zhao, PHONE)
    page = zhao.page
    zhao.go("/")
    zhao.says("检修主油泵")
    zhao.tap("link", job.number)
    page.wait_for_url(re.compile("/work-orders/"))
    assert page.get_by_role("link", name="拨打电话").get_attribute("href") == f"tel:{ticket.caller_phone}"
    zhao.look("job")
    main_button(zhao)
    zhao.look("spoke with the customer")
    zhao.tap("button", "已联系客户")
    zhao.says("已记录")
    page.get_by_text("更多").click()
    zhao.tap("link", "约定时间")
    page.get_by_label(re.compile("^开始时间")).fill("2026-03-06T10:30")
    page.get_by_label(re.compile("^结束时间")).fill("2026-03-06T12:30")
    zhao.look("appointment")
    zhao.tap("button", "约定时间")
    zhao.says("已预约")
    page.get_by_text("更多").click()
    zhao.tap("link", "工具配件已备齐")
    zhao.tap("button", "工具配件已备齐")
    zhao.says("已记录")
    zhao.look("prepared")
    main_button(zhao)
    zhao.look("check in")
    zhao.tap("button", "我已到场")
    zhao.says("作业中")
    zhao.look("on site")
    zhao.tap("link", "拍照")
    page.get_by_label("照片").set_input_files(picture)
    page.locator("[data-preview] img").wait_for()
    sent = page.evaluate("document.querySelector('input[type=file]').files[0].size")
    assert sent <= 300_000 < picture.stat().st_size
    zhao.look("photo")
    zhao.tap("button", "添加附件")
    zhao.says("照片已添加")
    before = zhao.taps
    main_button(zhao)
    zhao.fill("故障现象 *必填", "主油泵异响、停机")
    zhao.fill("故障原因 *必填", "泵轴承磨损")
    zhao.fill("维修措施 *必填", "更换轴承并校准压力")
    page.get_by_label(re.compile("^处理方式")).select_option(label="更换配件")
    page.get_by_text("配件 1").click()
    page.get_by_label("名称").first.fill("油泵轴承 6204")
    page.get_by_label("数量").first.fill("1")
    for check in ("向客户", "已试机", "现场已清理"):
        page.get_by_label(re.compile(check)).first.check()
    zhao.look("record")
    zhao.tap("button", "保存维修记录")
    zhao.says("签字内容")
    zhao.look("rating and signature")
    zhao.taps += 1
    page.locator(".nu-star").nth(4).click()
    page.get_by_label(re.compile("^签字人姓名")).fill("王芳")
    signs(zhao)
    zhao.tap("button", "签字")
    zhao.says("客户已签字")
    zhao.look("complete")
    zhao.tap("button", "完工")
    zhao.says("工单已完工")
    zhao.look("completed job")
    assert zhao.taps - before <= 6, "the simple case ends in six taps beside what is told"
    done = stage.job(job)
    assert (done.state, done.score) == ("completed", 5)
    with stage.acting(stage.cast.wang) as (actor, _at):
        assert papers.states_of(actor, case_id=ticket.pk) == {
            "service_order": "signed",
            "repair_record": "signed",
        } or "signed" in (papers.states_of(actor, case_id=ticket.pk).values())


def test_what_is_missing_is_said_with_its_clause(stage: Stage, hand: Hands) -> None:
    job = stage.dispatch(stage.report(), stage.cast.zhao)
    stage.work(job, "contact")
    zhao = hand(stage.cast.zhao, PHONE, "dark")
    zhao.go("/jobs/")
    zhao.go(f"/work-orders/{job.number}/arrive/")
    zhao.tap("button", "我已到场")
    refusal = zhao.page.get_by_role("alert")
    refusal.wait_for()
    assert refusal.locator(".nu-clause").count() >= 1
    zhao.look("refused check-in")
    zhao.go(f"/work-orders/{job.number}/")
    zhao.page.get_by_text("更多").click()
    zhao.look("other moves")


def test_no_job_is_said_kindly(stage: Stage, hand: Hands) -> None:
    sun = hand(stage.cast.sun, PHONE)
    sun.go("/jobs/")
    sun.says("没有待办工单")
