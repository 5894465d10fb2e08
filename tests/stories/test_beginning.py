"""A company begins: from the first command its regulations are in force and its clocks run."""

from __future__ import annotations

import pytest

from nuoda.domain.customers.tests import factories as customers
from nuoda.domain.service.actions import reports
from nuoda.engine.clocks.models import Deadline, WorkingCalendar
from nuoda.engine.rulebook import jobs
from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.actions import beginnings
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories as people

pytestmark = pytest.mark.django_db


def test_a_new_company_keeps_its_regulations_from_the_first_call_on() -> None:
    beginnings.begin(company="恒远机械有限公司", name="许立", time_zone="Asia/Urumqi")
    company = Company.objects.get()
    lin = people.actor(people.person("林晓", "agent", "service_manager", of=company))
    with scoped(lin) as at:
        kit = customers.kit(lin, at=at)
        told = reports.Report(
            kind="fault", channel="phone", subject="停机", problem="主轴不转", contact=kit.contact, site=kit.site,
            product=kit.machine, production_stopped=True,
        )  # fmt: skip
        ticket = reports.report(told, actor=lin, at=at)
        running = set(Deadline.objects.filter(case_id=ticket.pk).values_list("ref", flat=True))
        zones = set(WorkingCalendar.objects.values_list("time_zone", flat=True))
    assert {"MN-3.2.1a/answer", "MN-3.2.1b/respond", "MN-3.2.1b/on_site"} <= running
    assert zones == {"Asia/Urumqi"}


def test_an_upgrade_brings_versions_and_adopts_none(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    beginnings.begin(company="恒远机械有限公司", name="许立")
    company = Company.objects.get()
    shipped = packs.folder() / "manual" / "2.0.yaml"
    (tmp_path / "manual").mkdir()
    newer = shipped.read_text(encoding="utf-8").replace("version: '2.0'", "version: '2.1'", 1)
    (tmp_path / "manual" / "2.1.yaml").write_text(newer, encoding="utf-8")
    monkeypatch.setattr(packs, "folder", lambda: tmp_path)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # it would end the test's transaction
    jobs.shelve(0)
    jobs.shelve(0)
    with scoped(system(company.pk)):
        found = dict(PolicyVersion.objects.filter(policy__name="manual").values_list("version", "status"))
    assert found == {"2.0": "in_force", "2.1": "published"}
