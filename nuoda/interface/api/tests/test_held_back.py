"""What a gate refuses to a program: kept once with its count, and told to whoever watches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nuoda.engine.states.models import Refusal
from nuoda.foundation.base.access import scoped, system

from .situations import SITUATIONS
from .world import Sending, World

pytestmark = pytest.mark.django_db
LOOP = 25


@pytest.fixture
def world() -> World:
    return World.set()


def told(world: World, who: str = "service_manager", query: str = "") -> list[dict[str, Any]]:
    answer = world.send(Sending(who, "/compliance/refusals", query=query))
    assert answer.status_code == 200, answer.content
    return list(json.loads(answer.content)["items"])


def test_a_program_in_a_loop_leaves_one_row_with_its_count(world: World) -> None:
    whole = SITUATIONS["report_ticket"](world)
    body = dict(whole.body or {})
    del body["contact"]
    for _again in range(LOOP):
        answer = world.send(Sending("agent", "/tickets", body))
        assert answer.status_code == 409, answer.content
    clauses = {item["id"] for item in json.loads(answer.content)["clauses"]}
    assert clauses
    with scoped(system(world.stage.cast.company.pk)):
        rows = list(Refusal.objects.values_list("clause_id", "times"))
    assert sorted(rows) == sorted((clause, LOOP) for clause in clauses), "the disk does not fill"

    found = told(world)
    assert {item["clause"] for item in found} == clauses
    assert {(item["times"], item["outcome"], item["case"], item["by"]["name"]) for item in found} == {
        (LOOP, "dropped", None, world.stage.cast.lin.name)
    }
    assert all(item["missing"] for item in found), "in words"

    assert world.send(whole).status_code == 201
    assert {item["outcome"] for item in told(world)} == {"done"} and told(world, query="outcome=dropped") == []
    assert told(world, "dealer_manager") == [], "the company's own desk is not the dealer's"
