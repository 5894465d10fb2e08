"""服务总监: reads the regulation, finds what was missed and why, and tries two hours instead of four on last month."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.replay.actions import replays
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system

from .hands import FRIDAY_MORNING, Hands

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLAUSE = "MN-3.2.1b"
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


def test_a_director_reads_and_tries(stage: Stage, hand: Hands) -> None:
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
    page.locator("main form button[type=submit], main form button.btn-primary").first.click()
    page.goto(draft)
    shen.says("2 小时")
    shen.look("redline")

    # What February would have looked like.
    with scoped(system(company)):
        version = PolicyVersion.objects.get(status="draft")
    shen.go(f"/replays/ask?version={version.pk}")
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
