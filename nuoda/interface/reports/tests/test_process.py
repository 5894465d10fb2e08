"""The process map: what is drawn of what the journal holds, and the regulation as a file."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.rulebook.pure.reading.files import text_of
from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from .. import queries
from ..pure import maps
from ..pure.maps import END, START, Follow

STEPS = st.sampled_from(["a", "b", "c", "d", "e"])


def follows(*ways: str) -> list[Follow]:
    """Connections of cases, each a string of steps."""
    counts: dict[tuple[str, str], int] = {}
    for way in ways:
        for pair in pairwise([START, *way, END]):
            counts[pair] = counts.get(pair, 0) + 1
    return [Follow(one, other, n, timedelta(minutes=n)) for (one, other), n in counts.items()]


def places(*ways: str) -> dict[str, float]:
    found: dict[str, list[int]] = {}
    for way in ways:
        for place, key in enumerate(way):
            found.setdefault(key, []).append(place)
    return {key: sum(at) / len(at) for key, at in found.items()}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(STEPS, min_size=1, max_size=7), min_size=1, max_size=12))
def test_boxes_never_overlap_and_every_connection_is_drawn(ways: list[str]) -> None:
    drawn = maps.chosen(follows(*ways), steps=10, share=0)
    found = maps.lay_out(drawn, places(*ways), {})
    assert len(found.lines) == len(drawn)
    for number, one in enumerate(found.boxes):
        assert one.left >= 0 and one.x + one.width / 2 <= found.width
        for other in found.boxes[number + 1 :]:
            apart = abs(one.x - other.x) >= (one.width + other.width) / 2
            assert apart or abs(one.y - other.y) >= (one.height + other.height) / 2


def test_work_that_comes_again_leads_back() -> None:
    ways = ["abc", "abc", "abbc", "abcbc"]
    found = maps.lay_out(maps.chosen(follows(*ways), steps=9, share=0), places(*ways), {})
    back = {(line.follow.before, line.follow.after) for line in found.lines if line.back}
    assert back == {("c", "b")}


def test_rare_steps_are_left_out_and_nothing_hangs_in_the_air() -> None:
    ways = ["abc"] * 20 + ["axc"]
    drawn = maps.chosen(follows(*ways), steps=3, share=0.1)
    assert {one.before for one in drawn} | {one.after for one in drawn} == {START, "a", "b", "c", END}


@pytest.mark.django_db
def test_the_process_is_what_the_cases_did() -> None:
    stage = Stage.set(local(5, 9))
    for _n in range(2):
        ticket = stage.report(kind="consultation", production_stopped=False)
        stage.after(minutes=5)
        stage.act(stage.cast.lin, "solve", ticket, solution="请按手册校准", customer_confirmed=True)
        stage.after(minutes=10)
    stage.report(dealer_id=stage.cast.east.pk)
    actor = stage.actor(stage.cast.wang)
    with scoped(actor):
        found = queries.process(actor, Ticket.visible_to(actor), local(1, 0))
        known = {(one.before, one.after): one for one in found.follows}
        assert found.cases == 3 == known[START, "ticket.reported"].n
        solved = next(one for (_before, after), one in known.items() if after == "ticket.solved")
        assert solved.n == 2
        assert sum(n for _way, n in found.paths) == 3
        assert sum(one.n for one in found.follows if one.after == END) == 3
    dealer = stage.actor(stage.cast.ma)
    with scoped(dealer):
        assert queries.process(dealer, Ticket.visible_to(dealer), local(1, 0)).cases == 1
    client = people.login(Client(), stage.cast.wang)
    page = client.get(f"{reverse('reports:process')}?started.from=2026-03-01&started.to=2026-03-31")
    kit.page_is_sound(page)
    assert page.context["process"].cases == 3
    kit.page_is_sound(client.get(f"{reverse('reports:process')}?started.from=2020-03-01&started.to=2020-03-31"))


@pytest.mark.django_db
def test_a_regulation_leaves_as_pdf_and_word() -> None:
    stage = Stage.set(local(5, 9))
    client = people.login(Client(), stage.cast.lin)
    pdf = client.get(reverse("reports:regulation", args=["manual", "pdf"]))
    assert pdf.content.startswith(b"%PDF")
    word = text_of(client.get(reverse("reports:regulation", args=["manual", "docx"])).content)
    assert "MN-3.2.1b" in word and "4 小时内到场" in word
    assert client.get(reverse("reports:regulation", args=["manual", "exe"])).status_code == 404
    assert client.get(reverse("reports:regulation", args=["manual", "pdf"]) + "?version=9.9").status_code == 404


@pytest.mark.django_db
def test_live_figures_stand_beside_the_text_for_those_who_watch() -> None:
    stage = Stage.set()
    stage.report()
    url = reverse("rulebook:policy", args=["manual"])
    watching = people.login(Client(), stage.cast.wang).get(url)
    kit.page_is_sound(watching)
    assert "reports:" not in watching.content.decode() and "rp-downloads" in watching.content.decode()
    technician = people.login(Client(), stage.cast.zhao).get(url).content.decode()
    assert "rp-downloads" in technician and "rp-margin" not in technician
