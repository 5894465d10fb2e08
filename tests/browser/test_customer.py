"""客户: report, follow as with a parcel, confirm, rate, take the signed paper home; nothing of others."""

from __future__ import annotations

import re

import pytest

from nuoda.domain.customers.actions import contacts
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories

from .hands import NARROW, PHONE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def customer(stage: Stage) -> Person:
    return factories.contact(stage.kit.customer.pk, "王芳", of=stage.cast.company)


def visit(stage: Stage, ticket: Ticket) -> None:
    """The technician's whole visit, signed."""
    job = stage.dispatch(ticket, stage.cast.zhao, appointed=True)
    for verb in ("contact", "prepare", "arrive"):
        stage.after(minutes=5)
        stage.work(job, verb)
    stage.note(job)
    stage.sign(job)
    stage.work(job, "complete")


def test_a_matter_is_reported_followed_confirmed_and_rated(stage: Stage, hand: Hands) -> None:
    wang = hand(customer(stage), NARROW)
    page = wang.page
    wang.go("/")
    wang.says("没有进行中的事项")
    wang.go("/my/machines/")
    wang.tap("link", f"报修与反馈 {stage.kit.machine.serial}")
    wang.fill("简要说明 *必填", "压力机停机")
    wang.fill("发生了什么？ *必填", "主油泵异响后停机，产线停了")
    page.get_by_label("已停产").check()
    wang.fill("联系电话", "13812345678")
    wang.look("report")
    wang.tap("button", "提交")
    wang.says("我们的承诺")
    wang.says("技术人员到达现场")
    wang.look("matter")
    number = re.search(r"TK-[\d-]+", page.url)
    assert number
    with stage.acting(stage.cast.wang):
        ticket = Ticket.objects.select_related("dossier").get()
    assert (ticket.number, ticket.severity, ticket.channel) == (number[0], "urgent", "web")
    with stage.acting(stage.cast.lin) as (actor, at):
        from nuoda.domain.service import queries
        from nuoda.domain.service.actions import tickets

        tickets.answer(queries.hold(actor, id=ticket.pk), actor=actor, at=at)
    visit(stage, ticket)
    wang.go("/my/")
    wang.tap("link", number[0])
    wang.says("问题已解决")
    wang.look("solved matter")
    page.get_by_role("link", name="问题已解决").click()
    page.get_by_role("dialog").get_by_role("button", name="确认").click()
    wang.says("此事项已关闭")
    wang.look("closed matter")
    with page.expect_download() as taken:
        page.get_by_role("link", name=re.compile("下载")).first.click()
    with open(taken.value.path(), "rb") as file:
        assert file.read(5) == b"%PDF-"


def test_a_solved_matter_is_rated(stage: Stage, hand: Hands) -> None:
    ticket = stage.report(kind="consultation", production_stopped=False, subject="怎样设置保养提醒")
    with stage.acting(stage.cast.lin) as (actor, at):
        from nuoda.domain.service import queries
        from nuoda.domain.service.actions import tickets

        tickets.solve(queries.hold(actor, id=ticket.pk), solution="菜单 7.2 里打开", actor=actor, at=at)
    wang = hand(customer(stage), PHONE, "dark")
    wang.least = 24
    wang.go(f"/my/matters/{ticket.number}/rate/")
    wang.page.locator(".nu-star").nth(3).click()
    wang.tap("button", "提交")
    wang.says("感谢您的评价")
    wang.look("rated matter")
    assert stage.ticket(ticket).score == 4


def test_nothing_of_others_is_seen(stage: Stage, hand: Hands) -> None:
    from nuoda.domain.customers.tests import factories as others

    with stage.acting(stage.cast.wang) as (actor, at):
        other = others.customer(actor, "常州远大机械有限公司", at=at)
        contacts.add(other.pk, actor=actor, at=at, name="刘工", phone="13987654321")
    ticket = stage.report()
    liu = hand(factories.contact(other.pk, "刘工", of=stage.cast.company), PHONE)
    liu.least = 24
    liu.go("/my/")
    liu.go("/my/report/")
    assert stage.kit.machine.serial not in liu.page.content()
    liu.go(f"/search/?q={ticket.number}")
    assert "压力机停机" not in liu.page.content()
    liu.go(f"/my/matters/{ticket.number}/")
    assert "压力机停机" not in liu.page.content()
    for path in (f"/tickets/{ticket.number}/", "/tickets/", "/dispatch/", "/people/", "/follow-ups/"):
        assert liu.page.goto(liu.url + path).status == 404, path
