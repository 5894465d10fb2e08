"""The manager hands in his report, the director confirms it, the supervisor goes through a sample case by case."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from nuoda.domain.care.tests.test_stories import closed
from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.duties.actions import audits, sweeps
from nuoda.engine.duties.models import Obligation
from nuoda.foundation.base.access import scoped, system

from .hands import DESK, PHONE, Hand, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(one: Hand, name: str) -> None:
    """Keep a picture where somebody wants to look at it (PICTURES)."""
    folder = os.environ.get("PICTURES")
    if folder:
        one.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_report_is_attested_and_confirmed(stage: Stage, hand: Hands) -> None:
    sweeps.sweep(stage.cast.company.pk, at=stage.now)
    with scoped(system(stage.cast.company.pk)):
        rows = Obligation.objects.filter(ref="LC-6.2b/management_report", unit_id=None)
        number = rows.select_related("dossier").latest("due_at").number
    wang = hand(stage.cast.wang, DESK)
    wang.go("/")
    wang.says("向管理层提交服务报告")
    picture(wang, "duties-home")
    wang.go("/duties/")
    picture(wang, "duties-mine")
    wang.go(f"/duties/{number}/")
    picture(wang, "duties-duty")
    wang.tap("link", "说明已完成")
    picture(wang, "duties-attest")
    wang.page.locator("textarea[name=statement]").fill("二月服务报告已提交，附件为全文。")
    report = {"name": "report.txt", "mimeType": "text/plain", "buffer": "二月服务报告".encode()}
    wang.page.set_input_files("input[type=file][name=evidence]", report)
    wang.look("attest")
    wang.tap("button", "确认提交")
    wang.says("完成说明已记录")
    wang.says("待确认")
    shen = hand(stage.cast.shen, PHONE, "dark")
    shen.least = 24
    shen.go("/")
    shen.go(f"/duties/{number}/")
    picture(shen, "duties-duty-phone")
    shen.tap("link", "确认")
    shen.tap("button", "确认")
    shen.says("已确认")
    shen.look("confirmed")


def test_a_sample_is_gone_through(stage: Stage, hand: Hands) -> None:
    closed(stage)
    closed(stage)
    stage.after(minutes=1)
    with stage.acting(stage.cast.chen) as (actor, at):
        row = audits.draw_spot(
            clause_id="LC-6.1a",
            since=at - timedelta(days=9),
            until=at,
            dealer_id=None,
            everybody=True,
            actor=actor,
            at=at,
        )
        number = row.number
    chen = hand(stage.cast.chen, DESK)
    chen.go("/audits/")
    picture(chen, "duties-audits")
    chen.go("/audits/draw/")
    chen.go(f"/audits/{number}/")
    chen.tap("link", "核对下一件")
    for place in range(2):
        chen.look("check")
        for group in chen.page.locator("fieldset, [role=radiogroup]").all():
            group.get_by_text("做到", exact=True).first.click()
        if place == 0:
            picture(chen, "duties-check")
        chen.tap("button", "保存")
        chen.page.wait_for_load_state("networkidle")
    chen.look("audit")
    chen.tap("link", "签发")
    chen.page.locator("textarea[name=conclusion]").fill("两件都做到")
    chen.tap("button", "签发")
    chen.says("已签发")
    chen.look("signed")
    picture(chen, "duties-audit")
    phone = hand(stage.cast.shen, PHONE, "dark")
    phone.least = 24
    phone.go(f"/audits/{number}/")
    picture(phone, "duties-audit-phone")
