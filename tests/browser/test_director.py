"""服务总监: reads the regulation, finds what was missed and why, tries two hours instead of four on the past, runs it in shadow, has it
adopted, and hands the auditor the evidence."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.actions import turning
from nuoda.engine.replay.actions import replays, shadows
from nuoda.foundation.base import access
from nuoda.interface.reports.actions import bundles

from .hands import FRIDAY_MORNING, PHONE, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLAUSE = "MN-3.2.1b"
ON_SITE = f"{CLAUSE}/on_site"
FEBRUARY = "started.from=2026-02-01&started.to=2026-02-28"


def urgent(stage: Stage, day: int, hours: float) -> Ticket:
    """An urgent breakdown of February whose technician arrives after so many hours."""
    stage.now = local(day, 10, month=2)
    ticket = stage.report(answered="请保持电话畅通")
    job = stage.dispatch(ticket, stage.cast.zhao, appointed=True, ends_at=stage.now + timedelta(hours=hours + 1))
    stage.after(minutes=20)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(hours=hours, minutes=-20)
    stage.tick()
    stage.work(job, "arrive")
    stage.after(minutes=30)
    stage.note(job)
    stage.sign(job)
    stage.work(job, "complete")
    stage.tick()
    return ticket


def asked_of(task: str) -> list[dict[str, str]]:
    """What workers were asked to do, by the name of the job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]


def test_a_director_reads_tries_adopts_and_proves(stage: Stage, hand: Hands) -> None:
    prompt, slow = urgent(stage, 10, 3), urgent(stage, 11, 5)
    stage.now = FRIDAY_MORNING
    company = stage.cast.company.pk
    shen = hand(stage.cast.shen)
    page = shen.page

    # He reads the regulation, and what became of its clauses last month.
    shen.go("/rulebook/policies/manual")
    shen.says("紧急")
    shen.go(f"/compliance/clauses/{CLAUSE}/?{FEBRUARY}")
    shen.go(f"/compliance/?{FEBRUARY}&policy=MN")
    shen.look("board")
    page.locator(
        f"tr:has-text('{CLAUSE}') a[href*='state=missed'], tr:has-text('{CLAUSE}') a[href*='missed']"
    ).first.click()
    shen.says(slow.dossier.number)
    assert page.get_by_text(prompt.dossier.number).count() == 0, "only the missed case makes the number"
    shen.look("cases")
    page.get_by_role("link", name=slow.dossier.number).first.click()
    shen.go(f"/dossiers/{slow.dossier.number}/clocks")
    shen.says("2026-02-11")
    shen.look("derivation")

    # Two hours instead of four, in a draft.
    shen.go("/revisions/begin")
    manual = page.locator("select[name=version] option", has_text="操作手册").first.get_attribute("value")
    page.locator("select[name=version]").select_option(manual)
    shen.tap("button", "开始")
    page.wait_for_url(re.compile("/revisions/drafts/"))
    draft = page.url
    shen.look("draft")
    number = draft.rstrip("/").rsplit("/", 1)[1]
    shen.go(f"/revisions/drafts/{number}/clauses/{CLAUSE}")
    within = page.locator("input[name$=_within]")
    limits = [box.input_value() for box in within.all()]
    within.nth(limits.index("4 小时")).fill("2 小时")
    shen.tap("button", "保存")
    page.goto(draft)
    shen.says("条文与规则不一致")
    shen.look("redline")
    shen.go(f"/revisions/drafts/{number}/clauses/{CLAUSE}")
    text = page.locator("textarea[name=zh-hans]")
    text.fill(text.input_value().replace("4 小时内到场", "2 小时内到场"))
    shen.tap("button", "保存")
    page.goto(draft)
    shen.tap("link", "逐个确认")
    shen.look("examples")
    for box in page.get_by_label("就是这个意思，采用新结果").all():
        box.check()
    shen.tap("button", "采用勾选的结果")
    page.wait_for_url(draft)
    assert page.get_by_text("条文与规则不一致").count() == 0

    # What February would have looked like.
    shen.tap("link", "试算一段期间")
    page.locator("input[name=first_day]").fill("2026-02-01")
    page.locator("input[name=last_day]").fill("2026-02-28")
    shen.tap("button", "试算")
    page.wait_for_url(re.compile("/replays/[0-9a-f-]{36}"))
    replay = page.url
    for job in asked_of("replay.run"):
        replays.carry_out(UUID(job["company"]), UUID(job["replay"]))
    page.goto(replay)
    shen.look("replay")
    page.locator("a[href*='kind=worse']").first.click()
    shen.says(prompt.dossier.number)
    assert page.get_by_text(slow.dossier.number).count() == 0, "it was missed by four hours, and would be by two"
    shen.look("changes")
    page.get_by_role("link", name=re.compile(prompt.dossier.number)).first.click()
    shen.look("both derivations")

    # Beside life, without telling anybody.
    page.goto(draft)
    shen.look("the draft, tried")
    shen.tap("link", "开始影子运行")
    shen.tap("button", "开始")
    page.wait_for_url(re.compile("/shadows/[0-9a-f-]{36}"))
    shadow = page.url
    stage.now = access.now()
    running = stage.report(answered="马上安排")
    shadows.sweep(company)
    page.goto(shadow)
    shen.look("shadow")
    page.locator("a[href*='/deadlines']").first.click()
    shen.says(running.dossier.number)
    shen.look("time limits in shadow")

    # Adopted by another's decision.
    page.goto(draft)
    shen.tap("link", "提交审批")
    page.locator("textarea[name=comment]").fill("客户要求更快到场")
    shen.look("submit")
    shen.tap("button", "提交")
    page.wait_for_url(draft)
    chen = hand(stage.cast.chen)
    chen.go("/approvals")
    chen.tap("link", re.compile("SP-2026-"))
    chen.look("approval")
    chen.tap("link", "批准", exact=True)
    chen.page.get_by_role("dialog").get_by_role("button", name="批准").click()
    chen.says("您的批准已记录")
    for job in asked_of("clocks.turn"):
        turning.turn(UUID(job["company"]), UUID(job["version"]))
    page.goto(draft)
    shen.tap("link", "版本 2.1")
    shen.says("现行有效")
    shen.look("in force")
    stage.now = access.now()
    later = stage.report(answered="马上安排")
    limits = {
        ticket.pk: stage.clocks(ticket)[f"{ON_SITE}#1"].due_at - ticket.reported_at for ticket in (running, later)
    }
    assert limits == {running.pk: timedelta(hours=4), later.pk: timedelta(hours=2)}, "what runs already is kept"

    # Whoever is bound reads what changed for him.
    zhao = hand(stage.cast.zhao, PHONE)
    zhao.least = 24
    zhao.go("/")
    zhao.tap("link", re.compile("操作手册"))
    zhao.says("2 小时")
    zhao.look("to read")
    zhao.page.get_by_role("checkbox").check()
    zhao.tap("button", "确认")
    zhao.says("已记录您的阅知确认")

    # The auditor's evidence of the clause.
    shen.go(f"/compliance/clauses/{CLAUSE}/?{FEBRUARY}")
    shen.tap("link", "佐证包")
    shen.look("ask for evidence")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url(re.compile(r"/bundles/[A-Z]+-2026-\d+"))
    bundle = page.url
    for job in asked_of("reports.bundle"):
        bundles.make(UUID(job["dossier"]), company_id=UUID(job["company"]))
    page.goto(bundle)
    shen.look("bundle")
    with page.expect_download() as waiting:
        shen.tap("link", "下载")
    with ZipFile(waiting.value.path()) as parts:
        assert parts.testzip() is None
        book = CalamineWorkbook.from_filelike(BytesIO(parts.read("evidence.xlsx")))
    cells = {cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    assert {prompt.dossier.number, slow.dossier.number} <= cells, "both of February's cases are evidence"
