"""条文识别: a regulation is pasted, its proposals are looked at beside the text, and what is confirmed becomes a draft."""

from __future__ import annotations

import re

import pytest

from nuoda.domain.service.tests.stage import Stage

from .hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = (
    "租赁设备维保细则\n第一条 客户报修后，工程师须在4小时内到达现场，24小时内恢复使用。\n"
    "第二条 维修报价须经销售经理审核后报总经理批准。\n第三条 每季度盘点配件，填写《盘点表》。\n"
    "第四条 到场及时率＝按时到场次数÷到场总次数×100％，不低于95％。\n第五条 配件短缺的，及时补充。\n"
)


def test_a_regulation_is_read_and_kept_as_a_draft(stage: Stage, hand: Hands) -> None:
    shen = hand(stage.cast.shen)
    shen.go("/rulebook/reader")
    shen.look("paste")
    shen.fill("制度全文", TEXT)
    shen.tap("button", "开始识别")
    shen.says("7 条建议")
    shen.look("proposals")
    row = shen.page.locator("#p0")
    row.get_by_label("时间").fill("两小时")
    shen.page.locator("#p6").get_by_label("保留").uncheck()
    shen.tap("button", "存为草稿")
    shen.page.wait_for_selector(".invalid-feedback, [aria-invalid=true]")
    shen.look("what is missing")
    assert shen.page.locator("#p0").get_by_label("时间").input_value() == "两小时"
    assert not shen.page.locator("#p6").get_by_label("保留").is_checked()
    card = {"title": "租赁设备维保细则", "department": "服务部", "policy": "rental-service", "code": "ZL"}
    for name, words in card.items():
        shen.page.locator(f"[name={name}]").fill(words)
    shen.tap("button", "存为草稿")
    shen.page.wait_for_url(re.compile("/revisions/drafts/XD-"))
    shen.says("草稿已保存")
    shen.says("ZL-1")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_proposals_fit_a_phone(stage: Stage, hand: Hands, theme: str) -> None:
    wang = hand(stage.cast.wang, (360, 720), theme)
    wang.go("/rulebook/reader")
    wang.fill("制度全文", TEXT)
    wang.tap("button", "开始识别")
    wang.says("7 条建议")
    wang.look("proposals on a phone")
