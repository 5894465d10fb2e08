"""Remote sessions and patches: their result is the resolution, nobody signs on the spot, the customer's word closes (MN-3.2.2b)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.models import WorkOrder
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories as people

from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def session(stage: Stage, kind: str) -> WorkOrder:
    ticket = stage.report(production_stopped=False)
    job = stage.dispatch(ticket, stage.cast.zhao, kind=kind)
    stage.work(job, "contact")
    stage.work(job, "arrive")
    return job


@pytest.mark.parametrize(("kind", "resolution"), [("remote", "session"), ("software", "patch")])
def test_the_technician_records_on_his_phone_and_completes_without_a_signature(
    stage: Stage, kind: str, resolution: str
) -> None:
    job = session(stage, kind)
    door = people.login(Client(), stage.cast.zhao)
    sent = door.post(
        reverse("service:work_note", args=[job.number]),
        {"symptom": "报警 E12", "cause": "参数丢失", "measure": "恢复参数", "resolution": resolution, "explained": "on",
         "tested": "on", "customer_confirmed": "on", "no_parts": "on"},
    )  # fmt: skip
    assert (sent.status_code, sent["Location"]) == (302, reverse("service:work_order", args=[job.number]))
    assert stage.job(job).remote_result == resolution
    done = door.post(reverse("service:work_complete", args=[job.number]), {})
    assert done.status_code == 302
    assert stage.job(job).state == "completed"
    stage.act(stage.cast.lin, "close", stage.ticket(job.ticket))
    assert stage.ticket(job.ticket).state == "closed"


def test_a_session_without_a_result_does_not_complete(stage: Stage) -> None:
    job = session(stage, "remote")
    stage.note(job, resolution="adjusted", customer_confirmed=True)
    with pytest.raises(Refused) as refusal:
        stage.work(job, "complete")
    assert "MN-3.2.2b" in refusal.value.clauses


def test_on_site_the_customer_signs_next(stage: Stage) -> None:
    ticket = stage.report()
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.work(job, "arrive")
    sent = people.login(Client(), stage.cast.zhao).post(
        reverse("service:work_note", args=[job.number]),
        {"symptom": "异响", "cause": "磨损", "measure": "更换", "resolution": "repaired", "no_parts": "on"},
    )
    assert sent["Location"] == reverse("service:work_sign", args=[job.number])
    assert stage.job(job).remote_result == ""
