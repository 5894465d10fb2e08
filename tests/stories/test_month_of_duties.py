"""A month of duties: the shipped regulations ask for the service report, the self-inspection and the assessment of dealers, and it shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nuoda.domain.care.tests.test_stories import closed
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.duties import queries
from nuoda.engine.duties.actions import attestations, audits, sweeps
from nuoda.engine.duties.actions.audits import Mark
from nuoda.engine.duties.models import Obligation
from nuoda.engine.notices.actions import notices
from nuoda.engine.notices.models import Notice
from nuoda.foundation.base.access import scoped, system

pytestmark = pytest.mark.django_db
REPORT = ("三月服务报告.txt", "服务量、时限履行、投诉和改进建议".encode())


def sweep(stage: Stage, to: datetime) -> None:
    stage.now = to
    sweeps.sweep(stage.cast.company.pk, at=to)


def duty(stage: Stage, ref: str, period: str = "2026-03") -> Obligation:
    actor = system(stage.cast.company.pk)
    with scoped(actor):
        return queries.obligations(actor).get(ref=ref, period=period, unit_id=None)


def told(stage: Stage, template: str, since: datetime) -> set[str]:
    keeper = system(stage.cast.company.pk)
    with scoped(keeper):
        notices.catch_up(actor=keeper, since=since, until=stage.now + timedelta(seconds=1))
        rows = Notice.objects.filter(template=template, created_at__gte=since)
        return set(rows.values_list("person__name", flat=True))


def test_march_is_reported_inspected_and_assessed() -> None:
    stage = Stage.set(local(5, 10))
    cast = stage.cast
    sweep(stage, local(5, 10))
    ticket = closed(stage)
    sweep(stage, local(1, 9, month=4))

    report, inspection = duty(stage, "LC-6.2b/management_report"), duty(stage, "LC-6.1a/self_inspection")
    assert report.due_at == local(8, 18, month=4), "the fifth working day, with 清明节 in between"
    with stage.acting(cast.wang) as (wang, at):
        owed = {row.ref for row in queries.due_for(wang)}
        assert {report.ref, inspection.ref} <= owed

        # The manager hands in his report; until management has read it, it is a claim.
        attestations.attest(report.pk, statement="三月服务报告已提交", files=[REPORT], actor=wang, at=at)
    assert duty(stage, report.ref).state == "claimed"
    with stage.acting(cast.shen) as (shen, at):
        (asked,) = queries.to_confirm(shen)
        attestations.confirm(asked.pk, note="已阅", actor=shen, at=at)
    assert (duty(stage, report.ref).state, duty(stage, report.ref).done_at) == ("met", at)

    # He goes through the closed tickets that the lot drew: this month there was one.
    with stage.acting(cast.wang) as (wang, at):
        (audit,) = [row for row in queries.audits_for(wang) if row.clause_id == "LC-6.1a"]
        (case,) = queries.cases(audit)
        assert case.about.number == ticket.dossier.number
        marks = {item["key"]: Mark("pass") for item in audit.items} | {"told": Mark("fail", "到场改期没有告知客户")}
        audits.mark(audit.pk, case.pk, marks=marks, actor=wang, at=at)
        audits.sign(audit.pk, conclusion="一件没有告知改期，已提醒派工人员", actor=wang, at=at)
    assert duty(stage, inspection.ref).state == "met"

    # Nobody assesses the dealers: it is missed, told, and goes up to the director.
    before = stage.now
    sweep(stage, local(16, 9, month=4))
    actor = system(cast.company.pk)
    with scoped(actor):
        assessments = queries.obligations(actor, clause_id="DL-5.3a").filter(period="2026-03")
        assert {(row.unit_name, row.state) for row in assessments} == {("华东", "missed"), ("西部", "missed")}
    assert told(stage, "duty_missed", before) >= {"周敏"}
    before = stage.now
    sweep(stage, local(24, 9, month=4))
    assert told(stage, "duty_escalated", before) == {cast.zhou.name, cast.shen.name}

    with stage.acting(cast.shen) as (shen, _at):
        figures = queries.tally(shen, local(1, 0, month=4), local(1, 0, month=5))
    assert (figures["LC-6.2b"].kept, figures["LC-6.2b"].missed) == (1, 0)
    assert figures["DL-5.3a"].missed == 2
    checked = figures["LC-6.1a"]
    assert (checked.kept, checked.attested_ok, checked.attested_failed, checked.sample) == (1, 0, 1, 1)
    assert checked.share == 0 and checked.interval is not None and checked.interval[0] == 0 < checked.interval[1] < 1
