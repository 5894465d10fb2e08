"""What was answered before is found again, by those who may know of it (DL-3.1b)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service import queries
from nuoda.domain.service.actions import reports
from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.orgs.tests import factories

pytestmark = pytest.mark.django_db
ANSWER = "可以使用 46 号抗磨液压油"


def answered(stage: Stage) -> None:
    with stage.acting(stage.cast.lin) as (actor, at):
        told = reports.Report(
            kind="consultation",
            channel="phone",
            subject="能否换液压油",
            problem="手册写的是进口牌号",
            contact=stage.kit.contact,
        )
        reports.report_and_answer(told, solution=ANSWER, actor=actor, at=at)


def test_an_answer_is_found_by_words_of_subject_and_problem() -> None:
    stage = Stage.set()
    answered(stage)
    with stage.acting(stage.cast.lin) as (actor, _at):
        for words in ("液压油", "进口牌号", "手册 液压"):
            assert [row.solution for row in queries.earlier_answers(actor, words)] == [ANSWER], words
        assert queries.earlier_answers(actor, "齿轮箱") == []
        assert queries.earlier_answers(actor, "") == []


def test_another_dealer_does_not_find_it() -> None:
    stage = Stage.set()
    answered(stage)
    with stage.acting(stage.cast.he_ping) as (actor, _at):
        assert queries.earlier_answers(actor, "液压油") == []


def test_the_desk_sees_it_on_a_page_and_as_a_part_of_the_form(client: Client) -> None:
    stage = Stage.set()
    answered(stage)
    factories.login(client, stage.cast.lin)
    assert ANSWER in client.get(reverse("service:answers"), {"q": "液压油"}).content.decode()
    part = client.get(
        reverse("service:answers"), {"subject": "液压油"}, headers={"HX-Request": "true", "HX-Target": "answers"}
    ).content.decode()
    assert ANSWER in part and "<html" not in part
