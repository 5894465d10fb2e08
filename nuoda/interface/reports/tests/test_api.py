"""Programs read what was kept, open the cases behind a number, and fetch evidence as it was made."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from nuoda.engine.clocks.models import Deadline
from nuoda.foundation.base.access import scoped, system
from nuoda.interface.api.tests.rules import day
from nuoda.interface.api.tests.world import Sending, World
from nuoda.interface.reports.actions import bundles

pytestmark = pytest.mark.django_db
STATES = ("kept", "missed", "open", "paused", "withdrawn", "waived")


@pytest.fixture
def world() -> World:
    return World.set()


def got(world: World, who: str, path: str, query: str = "", status: int = 200) -> Any:
    answer = world.send(Sending(who, path, query=query))
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_every_number_is_the_count_of_its_cases(world: World) -> None:
    world.stage.now -= timedelta(hours=8)
    world.reported()
    world.solved()
    world.stage.report(world.cast.lin)
    world.stage.now += timedelta(hours=8)
    world.stage.tick()
    days = f"since={day(world, -3)}&until={day(world, 1)}"
    board = got(world, "director", "/compliance", f"{days}&periods=3")
    assert len(board["total_before"]) == 2 and board["total"]["missed"] > 0 < board["total"]["kept"]
    for state in STATES:
        cases = got(world, "director", "/compliance/cases", f"{days}&state={state}&limit=200")["items"]
        assert len(cases) == board["total"][state] == sum(one["period"][state] for one in board["clauses"]), state
        for line in board["clauses"]:
            assert sum(case["clause"] == line["clause"] for case in cases) == line["period"][state]
    with scoped(system(world.cast.company.pk)):
        assert Deadline.objects.filter(state="missed").count() == board["total"]["missed"]
    missed = got(world, "director", "/compliance/cases", f"{days}&state=missed")["items"]
    assert all(one["late"] > 0 for one in missed)
    judged = board["total"]["kept"] + board["total"]["missed"]
    assert board["total"]["n"] == judged and board["total"]["rate"] == pytest.approx(board["total"]["kept"] / judged)
    quiet = [one for one in board["clauses"] if not one["period"]["n"]]
    assert quiet and all(one["period"]["rate"] is None and one["period"]["low"] is None for one in quiet)

    mine = got(world, "dealer_manager", "/compliance", days)["total"]
    assert 0 < mine["n"] < board["total"]["n"]
    assert got(world, "other_dealer", "/compliance", days)["total"]["n"] == 0
    clause = next(one["clause"] for one in board["clauses"] if one["period"]["missed"])
    whole = got(world, "director", f"/compliance/clauses/{clause}", days)
    assert (
        sum(share["tally"]["missed"] for share in whole["shares"])
        == whole["period"]["missed"]
        == len(whole["worst_cases"])
    )
    hidden = got(world, "audit_admin", "/compliance/cases", f"{days}&state=missed")["items"]
    assert len(hidden) == len(missed) and {one["title"] for one in hidden} == {""} != {one["title"] for one in missed}


def test_periods_and_filters_that_cannot_be_are_refused(world: World) -> None:
    for query in (
        "since=2026-02-02&until=2026-02-01",
        "since=2001-01-01&until=2026-01-01",
        "policy=manual",
        "dealer=x",
        "periods=0",
    ):
        assert got(world, "director", "/compliance", query, 422)["fields"], query
    got(world, "director", "/compliance/clauses/MN-99", status=404)
    got(world, "agent", "/compliance", status=404)


def test_evidence_is_asked_for_made_and_fetched_with_its_hash(world: World) -> None:
    world.solved()
    body = {"target": "MN-3.2.1a", "since": str(day(world, -3)), "until": str(day(world, 0)), "sample": 1}
    answer = world.send(Sending("quality_supervisor", "/bundles/evidence", body))
    asked = answer.json()
    assert (answer.status_code, asked["state"]) == (201, "being_made")
    path = f"/bundles/{asked['number']}"
    got(world, "quality_supervisor", f"{path}/file", status=404)
    bundles.make(asked["id"], company_id=world.cast.company.pk)
    ready = got(world, "quality_supervisor", path)
    assert ready["state"] == "ready" and ready["faults"] == []
    file = world.send(Sending("quality_supervisor", f"{path}/file"))
    content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert (len(content), hashlib.sha256(content).hexdigest()) == (ready["size"], ready["digest"])
    assert set(ready["parts"]) | {"manifest.json"} == set(ZipFile(BytesIO(content)).namelist())
    assert file["Content-Disposition"].startswith("attachment") and "sandbox" in file["Content-Security-Policy"]
    # He proves by hashes; what the papers say is not his to read.
    got(world, "audit_admin", f"{path}/file", status=404)
    assert got(world, "audit_admin", path)["digest"] == ready["digest"]
    own = world.send(Sending("audit_admin", "/bundles/evidence", body)).json()
    assert own["parameters"]["originals"] is False
    for who in ("agent", "dealer_manager", "customer"):
        got(world, who, path, status=404)
    assert world.send(Sending("director", "/bundles/evidence", body | {"target": "MN-99"})).status_code == 422
    back = body | {"since": body["until"], "until": body["since"]}
    assert (
        world.send(Sending("director", "/bundles/event-log", {k: back[k] for k in ("since", "until")})).status_code
        == 422
    )
