"""Programs attest duties with evidence and go through audits, by the same rules as people."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from nuoda.interface.api.tests.rules import audit, claimed
from nuoda.interface.api.tests.world import TEXT, Sending, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World.set()


def got(world: World, who: str, path: str, query: str = "", status: int = 200) -> Any:
    answer = world.send(Sending(who, path, query=query))
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def posted(world: World, who: str, path: str, body: Any, status: int = 200, file: bytes | None = None) -> Any:
    answer = world.send(Sending(who, path, body, file=file))
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_duty_is_met_with_evidence_and_confirmed_by_another(world: World) -> None:
    world.duty()
    owed = got(world, "service_manager", "/duties", "owed=true&limit=200")["items"]
    (mine,) = [one for one in owed if one["clause"] == "LC-6.2b"][:1]
    path = f"/duties/{mine['number']}"
    bare = posted(world, "service_manager", f"{path}/attest", {"statement": "已提交"}, 422)
    assert "evidence" in bare["fields"] and bare["clauses"][0]["id"] == "LC-6.2b"
    file = posted(world, "service_manager", f"/dossiers/{mine['number']}/files", {}, 201, TEXT)["id"]
    posted(world, "service_manager", f"{path}/attest", {"statement": "已提交", "files": [str(uuid4())]}, 422)
    told = posted(world, "service_manager", f"{path}/attest", {"statement": "已提交", "files": [file]})
    assert [(one["state"], one["files"]) for one in told["attestations"]] == [("waits", [file])]
    assert posted(world, "service_manager", f"{path}/confirm", {}, 409)["code"] == "forbidden"
    met = posted(world, "director", f"{path}/confirm", {"note": "属实"})
    assert met["done_at"] and met["attestations"][0]["state"] == "confirmed"
    assert posted(world, "director", f"{path}/confirm", {}, 409)["code"] == "not_waiting"
    left = {one["number"] for one in got(world, "service_manager", "/duties", "owed=true&limit=200")["items"]}
    assert left == {one["number"] for one in owed} - {mine["number"]}


def test_what_is_not_accepted_is_owed_as_before(world: World) -> None:
    row = claimed(world)
    path = f"/duties/{row.number}"
    posted(world, "director", f"{path}/reject", {"note": ""}, 422)
    told = posted(world, "director", f"{path}/reject", {"note": "缺附件"})
    assert told["done_at"] is None and told["attestations"][-1]["state"] == "rejected"
    posted(world, "other_dealer", f"{path}/reject", {"note": "x"}, 404)


def test_an_audit_is_gone_through_item_by_item_and_its_findings_are_listed(world: World) -> None:
    row = audit(world)
    who, path = "quality_supervisor", f"/audits/{row.number}"
    whole = got(world, who, path)
    keys = [item["key"] for item in whole["items"]]
    assert whole["mine"] and whole["left"] == whole["size"] == len(whole["cases"]) > 0
    marks: dict[str, Any] = {key: {"result": "pass"} for key in keys}
    case = f"{path}/cases/{whole['cases'][0]['position']}"
    short = posted(world, who, case, {"marks": {keys[0]: {"result": "pass"}}}, 422)
    assert set(short["fields"]) == {f"{key}_result" for key in keys[1:]}
    mute = posted(world, who, case, {"marks": marks | {keys[0]: {"result": "fail"}}}, 422)
    assert set(mute["fields"]) == {f"{keys[0]}_remark"}
    strange = posted(world, who, case, {"marks": marks | {keys[0]: {"result": "pass", "photo": str(uuid4())}}}, 422)
    assert set(strange["fields"]) == {f"{keys[0]}_photo"}
    assert posted(world, who, f"{path}/sign", {"conclusion": "好"}, 409)["code"] == "not_complete"

    photo = posted(world, who, f"/dossiers/{row.number}/files", {}, 201, TEXT)["id"]
    failed = marks | {keys[0]: {"result": "fail", "remark": "记录不完整", "photo": photo}}
    first = posted(world, who, case, {"marks": failed})
    assert first["verdict"] == "fail" and first["marks"][keys[0]]["photo"] == photo
    for one in whole["cases"][1:]:
        assert posted(world, who, f"{path}/cases/{one['position']}", {"marks": marks})["verdict"] == "pass"
    assert got(world, who, "/audit-findings")["items"] == []
    signed = posted(world, who, f"{path}/sign", {"conclusion": "一件不完整"})
    assert (signed["state"], signed["failed"], signed["passed"]) == ("signed", 1, len(whole["cases"]) - 1)
    assert signed["low"] <= signed["share"] <= signed["high"]
    (finding,) = got(world, who, "/audit-findings", "clause=LC-6.1a")["items"]
    assert finding["failed"] == {keys[0]: "记录不完整"} and finding["case"]["name"]
    (hidden,) = got(world, "audit_admin", "/audit-findings")["items"]
    assert hidden["case"]["name"] == "" and got(world, "audit_admin", path)["cases"][0]["case"]["name"] == ""
    posted(world, who, case, {"marks": failed}, 409)
    posted(world, who, f"{path}/cases/99", {"marks": failed}, 404)
    got(world, "dealer_manager", path, status=404)
    posted(
        world, who, "/audits", {"clause": "LC-6.1a", "since": "2026-01-01", "until": "2026-01-02", "of": "dealer"}, 422
    )
