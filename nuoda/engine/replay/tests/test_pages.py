"""The pages of replays and shadow runs: what they show, whom they answer, and what their forms do."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.replay.models import Replay, Shadow
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests.kit import page_is_sound

from .trying import FIRST_DAY, LAST_DAY, ON_SITE, arrived, asked, carried_out, drafted, in_shadow, manual, shadowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage.set(local(3, 9))
    arrived(stage, 3)
    return stage


def client(person: Person) -> Client:
    return people.login(Client(), person)


def test_a_directors_way_from_the_form_to_a_missed_case(stage: Stage) -> None:
    version = drafted(stage, publish=False)
    shen = client(stage.cast.shen)
    form = shen.get(reverse("replay:ask"))
    page_is_sound(form)
    token = form.context["form"].initial
    assert token["last_day"]
    answer = shen.post(
        reverse("replay:ask"),
        {"version": str(version.pk), "first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()},
    )
    with stage.acting(stage.cast.shen):
        row = Replay.objects.get()
    assert answer.url == reverse("replay:replay", args=[row.pk])
    waiting = shen.get(answer.url)
    page_is_sound(waiting)
    assert "hx-trigger" in waiting.content.decode()
    carried_out(stage, row)
    page = shen.get(answer.url)
    page_is_sound(page)
    said = page.content.decode()
    assert "会超时" in said and "hx-trigger" not in said
    assert reverse("revisions:version", args=[version.pk]) in said
    [pair] = [pair for pair in page.context["clauses"] if pair["ref"] == ON_SITE]
    assert (pair["life"].missed, pair["draft"].missed, pair["changed"]) == (0, 1, 1)
    changes = shen.get(pair["url"])
    page_is_sound(changes)
    assert len(changes.context["lines"]) == 1
    with stage.acting(stage.cast.shen):
        change = row.changes.get()
    derived = shen.get(reverse("replay:change", args=[row.pk, change.pk]))
    page_is_sound(derived)
    assert [side["chip"].tone for side in derived.context["sides"]] == ["kept", "missed"]
    assert all(side["lines"] for side in derived.context["sides"])


def test_filters_of_the_changes(stage: Stage) -> None:
    row = carried_out(stage, asked(stage, drafted(stage)))
    shen = client(stage.cast.shen)
    address = reverse("replay:changes", args=[row.pk])
    for query, count in (
        ("?dealer=none", 1), ("?team=none", 0), ("?kind=worse", 1), ("?kind=better", 0), (f"?clause={ON_SITE}", 1),
    ):  # fmt: skip
        found = shen.get(address + query)
        assert found.status_code == 200, query
        if query != "?team=none":
            assert len(found.context["lines"]) == count, query


def test_a_file_is_tried_and_a_wrong_one_is_told_with_its_place(stage: Stage) -> None:
    chen = client(stage.cast.chen)
    days = {"first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()}
    wrong = manual().replace("require: has_problem && has_contact", "require: has_problm")
    answer = chen.post(reverse("replay:upload"), {**days, "file": SimpleUploadedFile("a.yaml", wrong.encode())})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "has_problm" in said and re.search(r"第 \d+ 行第 \d+ 列：没有名为 has_problm", said), said
    answer = chen.post(reverse("replay:upload"), {**days, "file": SimpleUploadedFile("a.yaml", manual().encode())})
    assert answer.status_code == 302
    with stage.acting(stage.cast.chen):
        row = Replay.objects.get()
        assert (row.version_id, row.number) == (None, "2.1")
    answer = chen.post(reverse("replay:cancel", args=[row.pk]), {})
    with stage.acting(stage.cast.chen):
        assert Replay.objects.get().status == "cancelled"


def test_a_shadow_run_in_the_browser(stage: Stage) -> None:
    version = drafted(stage)
    shen = client(stage.cast.shen)
    page_is_sound(shen.get(reverse("replay:shadow-start")))
    answer = shen.post(reverse("replay:shadow-start"), {"version": str(version.pk)})
    with stage.acting(stage.cast.shen):
        row = Shadow.objects.get()
    assert answer.url == reverse("replay:shadow", args=[row.pk])
    page_is_sound(shen.get(answer.url))
    again = shen.post(reverse("replay:shadow-start"), {"version": str(version.pk)})
    assert again.status_code == 409
    shen.post(reverse("replay:shadow-stop", args=[row.pk]), {})
    with stage.acting(stage.cast.shen):
        row.refresh_from_db()
    assert row.status == "stopped"


def test_what_a_shadow_counted(stage: Stage) -> None:
    in_shadow(stage)
    row = shadowed(stage)
    shen = client(stage.cast.wang)
    page = shen.get(reverse("replay:shadow", args=[row.pk]))
    page_is_sound(page)
    assert [pair["draft"].missed for pair in page.context["clauses"]] == [1]
    for query in ("", "?missed=1", "?differs=1", f"?clause={ON_SITE}"):
        found = shen.get(reverse("replay:shadow-deadlines", args=[row.pk]) + query)
        page_is_sound(found)
        assert len(found.context["lines"]) == 1


def test_strangers_find_nothing(stage: Stage) -> None:
    row = asked(stage, drafted(stage))
    outside = people.cast("别家公司").shen
    for person in (stage.cast.lin, stage.cast.zhao, stage.cast.ma, stage.cast.system, outside):
        for name in ("replay", "changes", "cancel"):
            assert client(person).get(reverse(f"replay:{name}", args=[row.pk])).status_code == 404
    for name in ("ask", "upload", "shadow-start"):
        assert client(stage.cast.wang).get(reverse(f"replay:{name}")).status_code == 404
