"""回访: a call with a low score, and the dissatisfied customer spoken with."""

from __future__ import annotations

import re

import pytest

from nuoda.domain.care.models import FollowUp
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures
from nuoda.domain.service.tests.stage import Stage

from .hands import Hands
from .test_customer import visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_low_score_is_followed_by_a_talk(stage: Stage, hand: Hands) -> None:
    ticket = stage.report()
    visit(stage, ticket)
    with stage.acting(stage.cast.lin) as (actor, at):
        closures.close(queries.hold(actor, id=ticket.pk), actor=actor, at=at, customer_confirmed=True)
        follow_up = FollowUp.objects.select_related("dossier").get()
    lin = hand(stage.cast.lin)
    lin.go("/follow-ups/")
    lin.go(f"/follow-ups/{follow_up.number}/")
    lin.tap("link", "拨打并记录")
    lin.page.wait_for_url(re.compile("/call/"))
    lin.look("call")
    for box in lin.page.locator("input[name^=answer_]").all():
        box.fill("是的")
    lin.page.locator(".nu-star").nth(1).click()
    lin.fill("客户反馈", "等了太久，没有人说明")
    lin.tap("button", "保存回访结果")
    lin.says("回访结果已记录")
    lin.look("dissatisfied")
    wang = hand(stage.cast.wang, theme="dark")
    wang.go("/follow-ups/dissatisfied/")
    wang.tap("link", follow_up.number)
    wang.tap("link", "已联系客户")
    dialog = wang.page.get_by_role("dialog")
    dialog.get_by_label(re.compile("约定内容")).fill("致歉，下次提前一小时电话通知")
    wang.look("contact in a dialog")
    dialog.get_by_role("button", name="保存联系情况").click()
    wang.says("联系情况已记录")
    wang.look("contacted")
    assert stage.clocks(ticket)["LC-5.3.3b/contact_dissatisfied#1"].state == "kept"
