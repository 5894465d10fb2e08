"""A visit by the book: what has to be named, prepared, agreed, recorded, signed and confirmed, each by its clause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.papers.models import Paper
from nuoda.engine.rulebook.pure.book import Book
from nuoda.foundation.base.pure.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


def on_site(stage: Stage, **told: Any) -> WorkOrder:
    job = stage.dispatch(stage.report(**told), stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(minutes=30)
    stage.work(job, "arrive")
    return job


def refused(stage: Stage, job: WorkOrder, verb: str, **more: Any) -> set[str]:
    """The clauses that refuse it; the job stays as it was."""
    before = stage.job(job).state
    with pytest.raises(Refused) as refusal:
        stage.work(job, verb, **more)
    assert stage.job(job).state == before
    return set(refusal.value.clauses)


def test_a_dispatch_names_task_place_and_time_and_tells_the_technician(stage: Stage) -> None:
    ticket = stage.report()
    with pytest.raises(Refused) as refusal:
        stage.dispatch(ticket, stage.cast.zhao, task=" ")
    assert refusal.value.clauses == ("DL-3.2b",) and "has_task" in refusal.value.fields
    nowhere = stage.report(product=None, site=None, model_text="YL-200", purchase_date_unknown=True)
    with pytest.raises(Refused) as refusal:
        stage.dispatch(nowhere, stage.cast.zhao)
    assert refusal.value.clauses == ("DL-3.2b",) and "has_place" in refusal.value.fields
    stage.dispatch(nowhere, stage.cast.zhao, place="苏州市星湖街 328 号")
    assert ("赵磊", "work_order_dispatched") in stage.told()
    with stage.acting(stage.cast.zhao):
        assert Paper.objects.get(form="service_order").state == "issued", "MN-3.2.1d: the job has its paper"


def test_a_general_visit_is_agreed_an_urgent_one_need_not_be(stage: Stage) -> None:
    job = stage.dispatch(stage.report(production_stopped=False), stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    assert refused(stage, job, "arrive") == {"MN-3.2.2a"}
    stage.work(job, "appoint", starts_at=stage.now + timedelta(hours=1), ends_at=stage.now + timedelta(hours=3))
    stage.after(hours=1)
    stage.work(job, "arrive")
    assert stage.job(job).state == "on_site"
    stage.work(job, "leave_unfinished", reason="part_missing")
    assert stage.job(on_site(stage)).state == "on_site", "a machine that stands does not wait for an appointment"


def test_each_thing_that_is_missing_is_refused_by_its_own_clause(stage: Stage) -> None:
    job = on_site(stage)
    unsigned = {"DL-3.3f"}
    for missing, clauses in (
        ({"symptom": ""}, {"DL-3.3d", "DL-3.5a"}),
        ({"cause": ""}, {"DL-3.3d"}),
        ({"explained": False}, {"DL-3.3d"}),
        ({"tested": False}, {"DL-3.3e"}),
        ({"site_cleaned": False}, {"DL-3.3e"}),
        ({"measure": ""}, {"DL-3.5a", "MN-3.2.2b"}),
        ({"parts": []}, {"DL-3.5a"}),
    ):
        stage.note(job, **missing)
        assert refused(stage, job, "complete") - unsigned == clauses, missing
    stage.note(job, parts=[], no_parts=True)
    assert refused(stage, job, "complete") == unsigned, "whoever replaced nothing says so"


def test_what_is_changed_after_signing_is_signed_again(stage: Stage) -> None:
    job = on_site(stage)
    stage.note(job)
    stage.sign(job, score=4)
    stage.note(job, measure="更换轴承、油封并校准压力")
    assert refused(stage, job, "complete") == {"DL-3.3f"}, "no signature stands over what was not read"
    stage.sign(job, score=5)
    stage.work(job, "complete")
    with stage.acting(stage.cast.wang):
        papers = list(Paper.objects.filter(form="repair_record").order_by("issued_at", "id"))
    assert len(papers) == 2 and papers[0].content_hash != papers[1].content_hash
    assert {paper.content["measure"] for paper in papers} == {"更换轴承并校准压力", "更换轴承、油封并校准压力"}
    assert stage.job(job).record_paper in {paper.pk for paper in papers}
    assert stage.clocks(job.ticket)["MN-3.2.1b/on_site#1"].state == "kept"


def test_without_the_clause_an_unsigned_job_would_be_completed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: gates and forms of DL-3.3f taken out of the book."""
    job = on_site(stage)
    stage.note(job)
    assert refused(stage, job, "complete") == {"DL-3.3f"}
    for name in ("gates_for", "forms_for"):
        plain = getattr(Book, name)

        def without(self: Book, *args: Any, plain: Any = plain, **more: Any) -> tuple[Any, ...]:
            return tuple(bound for bound in plain(self, *args, **more) if bound.clause_id != "DL-3.3f")

        monkeypatch.setattr(Book, name, without)
    stage.work(job, "complete")
    assert stage.job(job).state == "completed"


def test_a_remote_session_leaves_its_result_and_the_customers_word(stage: Stage) -> None:
    ticket = stage.report(production_stopped=False)
    job = stage.dispatch(ticket, stage.cast.zhao, kind="remote")
    stage.work(job, "contact")
    stage.work(job, "arrive")
    stage.note(job, parts=[], no_parts=True, resolution="session", site_cleaned=False)
    assert refused(stage, job, "complete") == {"MN-3.2.2b"}
    stage.note(job, parts=[], no_parts=True, resolution="session", remote_result="session")
    assert refused(stage, job, "complete") == {"MN-3.2.2b"}, "the customer says that it works"
    stage.note(job, parts=[], no_parts=True, remote_result="session", customer_confirmed=True)
    stage.work(job, "complete")
    assert stage.ticket(ticket).state == "solved"
    assert stage.clocks(ticket)["MN-3.2.1c/solve#1"].state == "kept"


def test_without_a_visit_the_customer_confirms_before_the_matter_is_closed(stage: Stage) -> None:
    ticket = stage.report(production_stopped=False)
    stage.act(stage.cast.zhou, "solve", ticket, solution="远程调整参数")
    with pytest.raises(Refused) as refusal:
        stage.act(stage.cast.lin, "close", ticket)
    assert refusal.value.clauses == ("MN-3.2.2c",) and "customer_confirmed" in refusal.value.fields
    stage.act(stage.cast.lin, "close", ticket, customer_confirmed=True)
    assert stage.ticket(ticket).state == "closed"
