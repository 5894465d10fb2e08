"""Programs read indicators: the same figures, the same cases, the same scope as the pages."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.interface.api.tests.world import Sending, World

pytestmark = pytest.mark.django_db
RATE = "/indicators/DL-5.2c/first_time_fix"


def read(world: World, who: str, path: str, query: str = "", status: int = 200) -> Any:
    answer = world.send(Sending(who, path, query=query), who=who)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_program_reads_figures_and_the_cases_behind_them() -> None:
    world = World.set()
    world.solved()
    listed = read(world, "quality_supervisor", "/indicators")
    assert {"DL-5.2a", "DL-5.2b", "DL-5.2c", "DL-5.2d", "DL-5.2e", "LC-3.1", "LC-3.2"} <= {
        item["clause"] for item in listed
    }
    waiting = {item["clause"] for item in listed if item["waits"]}
    assert waiting == {"DL-5.2e", "LC-3.1", "SE-1.4", "SE-4.3a", "SE-5.2c"}

    for who in ("quality_supervisor", "dealer_manager"):
        whole = read(world, who, RATE, "unit=technician")
        figure = whole["figure"]
        assert figure["denominator"] == 1 and figure["closed_at"] is None
        assert sum(item["denominator"] for item in whole["units_figures"]) == 1
        found = read(world, who, RATE + "/cases")["items"]
        assert len(found) == figure["denominator"] and found[0]["case"]["number"].startswith("TK-")
    assert read(world, "other_dealer", RATE)["figure"]["status"] == "not_assessed"
    assert read(world, "other_dealer", RATE + "/cases")["items"] == []

    read(world, "quality_supervisor", "/indicators/DL-5.2c/nothing", status=404)
    read(world, "quality_supervisor", RATE, "period=2026-13", status=422)
    read(world, "quality_supervisor", "/indicators/DL-5.2e/returns_compliant", "unit=team")
    read(world, "technician", RATE, status=404)
