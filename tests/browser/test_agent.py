"""客服: from the ringing phone to the answered ticket (who picks up has answered); consultation, complaint; by keyboard
alone; nothing twice."""

from __future__ import annotations

import re

import pytest

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage

from .hands import NARROW, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def only_ticket(stage: Stage) -> Ticket:
    with stage.acting(stage.cast.wang):
        return Ticket.objects.get()


def test_an_urgent_fault_from_the_call_to_the_answer(stage: Stage, hand: Hands) -> None:
    lin = hand(stage.cast.lin)
    lin.go("/service/call/")
    lin.page.get_by_label("谁来电？").fill("5678")
    lin.says("王芳")
    lin.look("caller found")
    lin.tap("link", "新建服务请求 王芳")
    lin.fill("事由 *必填", "压力机停机")
    lin.fill("问题描述", "主油泵异响后停机，产线停了")
    lin.page.get_by_label("已停产").check()
    lin.page.get_by_label("设备", exact=True).select_option(str(stage.kit.machine.pk))
    lin.look("intake")
    lin.tap("button", "受理")
    lin.page.wait_for_url(re.compile("/tickets/TK-"))
    lin.says("已受理")
    assert lin.page.locator(".nu-record-number").get_by_text("紧急").is_visible()
    lin.look("ticket")
    lin.page.get_by_role("link", name="移交").click()
    dialog = lin.page.get_by_role("dialog")
    dialog.get_by_label("移交给人员").select_option(label="王强")
    dialog.get_by_label("备注").fill("客户产线停了，请先派赵磊")
    lin.look("form in a dialog")
    dialog.get_by_role("button", name="移交").click()
    lin.says("已移交")
    lin.look("answered ticket")
    ticket = only_ticket(stage)
    assert (ticket.state, ticket.severity) == ("answered", "urgent")
    assert stage.clocks(ticket)["MN-3.2.1a/answer#1"].state == "kept"


def test_a_consultation_is_answered_with_the_call(stage: Stage, hand: Hands) -> None:
    lin = hand(stage.cast.lin, NARROW, "dark")
    lin.go(f"/service/report/?contact={stage.kit.contact.pk}")
    assert lin.page.get_by_label("当场答复").is_hidden()
    lin.page.get_by_label("咨询").check()
    lin.fill("事由 *必填", "怎样设置保养提醒")
    lin.fill("问题描述", "想每 500 小时提醒一次")
    lin.fill("当场答复", "菜单 7.2 里打开，已带客户设好")
    assert lin.page.get_by_label("已停产").is_hidden()
    lin.look("intake of a consultation")
    lin.tap("button", "受理")
    lin.page.wait_for_url(re.compile("/tickets/TK-"))
    lin.look("solved consultation")
    ticket = only_ticket(stage)
    assert (ticket.kind, ticket.state) == ("consultation", "solved")


def test_a_complaint_waits_for_the_apology_and_keeps_what_was_written(stage: Stage, hand: Hands) -> None:
    lin = hand(stage.cast.lin, theme="dark")
    lin.go(f"/service/report/?contact={stage.kit.contact.pk}&product={stage.kit.machine.pk}")
    assert lin.page.get_by_label("我已向客户致歉").is_hidden()
    lin.page.get_by_label("投诉", exact=True).check()
    lin.says("非常抱歉")
    lin.fill("事由 *必填", "上门迟到没有说明")
    lin.fill("问题描述", "约好九点，十一点才到")
    lin.look("intake of a complaint")
    lin.tap("button", "受理")
    refusal = lin.page.get_by_role("alert")
    refusal.get_by_text("请先向客户致歉").wait_for()
    assert lin.page.get_by_label("问题描述").input_value() == "约好九点，十一点才到"
    assert lin.page.get_by_label("投诉", exact=True).is_checked()
    lin.look("refused complaint")
    clause = lin.page.context.new_page()
    clause.goto(lin.url + refusal.get_by_role("link", name="DL-3.1d").get_attribute("href"))
    clause.get_by_text("受理投诉先致歉").first.wait_for()
    clause.close()
    lin.page.get_by_label("我已向客户致歉").check()
    lin.tap("button", "受理")
    lin.says("已受理")
    lin.look("complaint")
    ticket = only_ticket(stage)
    assert (ticket.kind, ticket.state, ticket.apologised) == ("complaint", "answered", True)


def test_without_scripts_the_intake_works_as_well(stage: Stage, hand: Hands) -> None:
    lin = hand(stage.cast.lin, java_script_enabled=False)
    page = lin.page
    page.goto(f"{lin.url}/service/call/")
    page.get_by_label("谁来电？").fill("5678")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="新建服务请求 王芳").click()
    page.get_by_label("投诉", exact=True).check()
    assert page.get_by_label("我已向客户致歉").is_visible()
    page.get_by_label("建议").check()
    assert page.get_by_label("我已向客户致歉").is_hidden()
    page.get_by_label("事由 *必填", exact=True).fill("增加远程查看产量")
    page.get_by_label("问题描述").fill("手机上能看到当班产量")
    page.get_by_role("button", name="受理").click()
    page.wait_for_url(re.compile("/tickets/TK-"))
    assert only_ticket(stage).kind == "suggestion"


def test_a_fault_is_registered_by_keyboard_alone(stage: Stage, hand: Hands) -> None:
    lin = hand(stage.cast.lin)
    keys = lin.page.keyboard
    lin.page.goto(f"{lin.url}/service/call/")

    def reach(what: str, least: int = 40) -> None:
        """Tab on until the focus is on something with this name; it must be seen to have the focus."""
        for _press in range(least):
            keys.press("Tab")
            lin.page.wait_for_timeout(30)
            found = lin.page.evaluate(
                "() => { const e = document.activeElement; const l = e.labels?.[0]; return [(l ?? e).innerText || '',"
                " getComputedStyle(e).outlineStyle !== 'none' || e.matches('input, select, textarea'),"
                " e.getBoundingClientRect().top > -2 && e.getBoundingClientRect().bottom < innerHeight + 2] }"
            )
            if what in found[0]:
                assert found[1], f"{what}: the focus is not visible"
                assert found[2], f"{what}: the focus is hidden"
                return
        raise AssertionError(f"{what} is not reached by Tab")

    assert lin.page.evaluate("document.activeElement.id") == "caller-q"
    keys.type("5678")
    keys.press("Enter")
    lin.says("王芳")
    reach("新建服务请求")
    keys.press("Enter")
    lin.page.wait_for_url(re.compile("/service/report/"))
    reach("故障")
    reach("事由")
    keys.type("压力机停机")
    reach("问题描述")
    keys.type("主油泵异响后停机")
    reach("已停产")
    keys.press("Space")
    reach("设备")
    keys.press("ArrowDown")
    reach("受理")
    keys.press("Enter")
    lin.page.wait_for_url(re.compile("/tickets/TK-"))
    reach("移交")
    keys.press("Enter")
    lin.page.get_by_role("dialog").wait_for()
    lin.page.wait_for_function("document.activeElement.labels?.[0]?.innerText.includes('移交给人员')")
    keys.press("ArrowDown")
    reach("备注")
    keys.press("Tab")
    keys.press("Enter")
    lin.says("已移交")
    ticket = only_ticket(stage)
    assert (ticket.state, ticket.severity, ticket.product_id) == ("answered", "urgent", stage.kit.machine.pk)


def test_what_is_sent_twice_is_done_once(stage: Stage, hand: Hands) -> None:
    lin = hand(stage.cast.lin)
    lin.page.goto(f"{lin.url}/service/report/?product={stage.kit.machine.pk}&contact={stage.kit.contact.pk}")
    lin.fill("事由 *必填", "显示屏不亮")
    lin.fill("问题描述", "开机后全黑")
    sent = lin.page.evaluate("() => Object.fromEntries(new FormData(document.querySelector('main form')))")
    lin.page.get_by_role("button", name="受理").dblclick()
    lin.page.wait_for_url(re.compile("/tickets/TK-"))
    again = lin.page.request.post(f"{lin.url}/service/report/", form=sent, headers={"Referer": lin.url})
    assert again.ok
    assert again.url == lin.page.url
    assert only_ticket(stage).subject == "显示屏不亮"


def test_a_form_that_has_grown_stale_says_so_and_keeps_the_words(stage: Stage, hand: Hands) -> None:
    ticket = stage.report(channel="web")
    lin = hand(stage.cast.lin, NARROW)
    lin.go(f"/tickets/{ticket.number}/answer/")
    lin.fill("备注", "正在给客户回电")
    wang = hand(stage.cast.wang)
    wang.page.goto(f"{wang.url}/tickets/{ticket.number}/answer/")
    wang.page.get_by_role("button", name="已应答").click()
    wang.says("应答已记录")
    lin.tap("button", "已应答")
    lin.page.get_by_role("alert").wait_for()
    assert lin.page.get_by_label("备注").input_value() == "正在给客户回电"
    lin.look("stale form")
    assert len(stage.entries(ticket, "ticket.answered")) == 1
