"""Programs try a draft on the past and run it in shadow: the figures of the pages, case by case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nuoda.engine.replay.actions import replays, shadows
from nuoda.engine.replay.models import ShadowDeadline
from nuoda.foundation.base.access import now, scoped, system
from nuoda.interface.api.tests.rules import day, otherwise
from nuoda.interface.api.tests.world import Sending, World

from . import trying

pytestmark = pytest.mark.django_db
TRIER, READER = "quality_supervisor", "service_manager"


@pytest.fixture
def world() -> World:
    return World.set()


def got(world: World, path: str, query: str = "", status: int = 200) -> Any:
    answer = world.send(Sending(READER, path, query=query))
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def posted(world: World, path: str, body: Any, status: int = 200, who: str = TRIER) -> Any:
    answer = world.send(Sending(who, path, body))
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def span(world: World) -> dict[str, str]:
    return {"first_day": str(day(world, -9)), "last_day": str(day(world, 0))}


def test_a_draft_is_tried_on_the_past_and_the_cases_that_change_are_read(world: World) -> None:
    world.stage.now -= timedelta(days=3)
    ticket = trying.arrived(world.stage, 3)
    trying.arrived(world.stage, 1)
    row = otherwise(world)
    asked = posted(world, "/replays", {"draft": row.dossier.number, **span(world)}, 201)
    assert (asked["state"], asked["policy"], asked["version"]) == ("waiting", "manual", "2.1")
    replays.carry_out(world.cast.company.pk, asked["id"])

    told = got(world, f"/replays/{asked['id']}")
    assert (told["state"], told["cases_done"], told["cases_total"]) == ("done", 2, 2)
    (clock,) = [one for one in told["clocks"] if one["ref"] == trying.ON_SITE]
    assert (clock["life"]["kept"], clock["life"]["missed"]) == (2, 0)
    assert (clock["draft"]["kept"], clock["draft"]["missed"], clock["changed"]) == (1, 1, 2)
    for groups in (told["dealers"], told["teams"]):
        assert sum(one["draft"]["missed"] for one in groups) == sum(one["draft"]["missed"] for one in told["clocks"])
    assert {one["kind"]: one["count"] for one in told["kinds"]} == {"worse": 1, "due": 1}

    path = f"/replays/{asked['id']}/changes"
    pages, cursor = [], ""
    while True:
        page = got(world, path, f"limit=1&cursor={cursor}")
        pages += page["items"]
        if not (cursor := page["next"]):
            break
    assert len({one["id"] for one in pages}) == len(pages) == told["changed"] == 2
    (worse,) = got(world, path, f"kind=worse&dealer=none&ref={trying.ON_SITE}")["items"]
    assert (worse["number"], worse["life"], worse["draft"]) == (ticket.number, "kept", "missed")
    assert got(world, path, f"kind=worse&dealer={world.cast.east.pk}")["items"] == []
    both = got(world, f"{path}/{worse['id']}")
    assert (both["life_counted"]["within"], both["draft_counted"]["within"]) == ("4 h", "2 h")
    assert both["draft_counted"]["due_at"] == worse["draft_due"]
    assert sum(piece["seconds"] for piece in both["draft_counted"]["pieces"]) == both["draft_counted"]["budget"] == 7200


def test_what_cannot_be_replayed_is_refused_and_says_why(world: World) -> None:
    begun = otherwise(world).dossier.number
    days = span(world)
    for body in (days, {"draft": begun, "text": "x", **days}):
        assert "body" in posted(world, "/replays", body, 422)["fields"]
    ahead = {"first_day": str(day(world, 2)), "last_day": str(day(world, 3))}
    assert posted(world, "/replays", {"draft": begun, **ahead}, 409)["code"] == "period_ahead"
    back = {"first_day": days["last_day"], "last_day": days["first_day"]}
    assert posted(world, "/replays", {"draft": begun, **back}, 409)["code"] == "period_backwards"
    assert "first_day" in " ".join(
        posted(world, "/replays", {"draft": begun, **days, "first_day": "0001-01-01"}, 422)["fields"]
    )
    live = got(world, "/policies/manual/versions/in-force")["id"]
    assert posted(world, "/replays", {"version": live, **days}, 409)["code"] == "in_force"
    wrong = trying.manual(within="2 hrs")
    (place,) = posted(world, "/replays", {"text": wrong, **days}, 409)["places"]
    assert "2 hrs" in wrong.splitlines()[place["line"] - 1] and place["clause"] == "MN-3.2.1b"
    posted(world, "/replays", {"draft": "XD-2026-999999", **days}, 404)
    posted(world, "/replays", {"draft": begun, **days}, 404, who=READER)

    kept = posted(world, "/replays", {"text": trying.manual(), **days}, 201)
    assert kept["version_id"] is None
    stopped = posted(world, f"/replays/{kept['id']}/cancel", {})
    assert stopped["state"] == "cancelled"
    assert posted(world, f"/replays/{kept['id']}/cancel", {}, 409)["code"] == "illegal_move"


def test_a_shadow_runs_once_beside_life_until_it_is_stopped(world: World) -> None:
    begun = otherwise(world).dossier.number
    started = posted(world, "/shadows", {"draft": begun}, 201)
    assert posted(world, "/shadows", {"draft": begun}, 409)["code"] == "shadow_runs"
    world.stage.now = now()
    ticket = world.ticket()
    shadows.sweep(world.cast.company.pk)
    whole = got(world, f"/shadows/{started['id']}")
    assert {one["ref"] for one in whole["clocks"]} >= {trying.ON_SITE}
    with scoped(system(world.cast.company.pk)):
        rows = ShadowDeadline.objects.filter(shadow_id=started["id"]).count()
    listed = got(world, f"/shadows/{started['id']}/deadlines", f"ref={trying.ON_SITE}")["items"]
    assert rows and [one["number"] for one in listed] == [ticket.number] and listed[0]["draft"] == "open"
    assert posted(world, f"/shadows/{started['id']}/stop", {})["state"] == "stopped"
    assert posted(world, f"/shadows/{started['id']}/stop", {}, 409)["code"] == "illegal_move"
    posted(world, f"/shadows/{started['id']}/stop", {}, 404, who="agent")
