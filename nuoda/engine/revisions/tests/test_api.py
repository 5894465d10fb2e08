"""Programs write drafts: the same refusals as on the pages, with the places of mistakes; the way into force; readings."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.engine.approvals.actions import decisions
from nuoda.engine.rulebook.actions import packs
from nuoda.interface.api.tests.rules import CLAUSE, draft
from nuoda.interface.api.tests.world import Sending, World

from . import cast

pytestmark = pytest.mark.django_db
WRITER = "quality_supervisor"


@pytest.fixture
def world() -> World:
    return World.set()


def got(world: World, path: str, who: str = WRITER, query: str = "", status: int = 200) -> Any:
    answer = world.send(Sending(who, path, query=query), accept_language="en")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def posted(world: World, path: str, body: Any, who: str = WRITER, status: int = 200, **headers: str) -> Any:
    answer = world.send(Sending(who, path, body), **({"accept_language": "en"} | headers))
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def limit(clause: Any) -> str:
    return str(next(rule["data"]["within"] for rule in clause["rules"] if rule["key"] == "on_site"))


def test_a_limit_is_changed_told_and_put_into_force(world: World) -> None:
    begun = posted(world, "/drafts", {"policy": "manual"}, status=201)
    path = f"/drafts/{begun['number']}"
    assert (begun["version"], begun["base"], begun["edition"], begun["state"]) == ("2.1", "2.0", 1, "editing")

    changed = posted(world, f"{path}/clauses/{CLAUSE}", {"edition": 1, "clocks": {"on_site": {"within": "2 h"}}})
    assert limit(changed) == "2 h" and changed["edition"] == 2
    (told,) = [rule["words"] for rule in changed["rules"] if rule["key"] == "on_site"]
    (was,) = [rule["words"] for rule in got(world, f"/clauses/{CLAUSE}")["rules"] if rule["key"] == "on_site"]
    assert told != was and len(told) == len(was)
    redline = got(world, f"{path}/compare")
    (one,) = redline["changes"]
    (part,) = [part for part in one["parts"] if part["what"] == "rule"]
    assert (one["clause"], redline["counts"]["changed"], redline["clocks"]) == (CLAUSE, 1, 1)
    assert "".join(piece["text"] for piece in part["pieces"] if piece["op"] != "removed") == part["after"]
    assert "".join(piece["text"] for piece in part["pieces"] if piece["op"] != "added") == part["before"]

    others = got(world, f"{path}/examples")
    assert others and len(got(world, path)["wrong"]) == len(others)
    refused = posted(world, f"{path}/submit", {}, status=409)
    assert refused["code"] == "examples" and refused["clauses"][0]["id"] == CLAUSE
    posted(world, f"{path}/examples", {"edition": 2, "examples": {f"{CLAUSE}:99": None}}, status=422)
    name = {"zh-hans": "两小时内到场", "zh-hant": "兩小時內到場", "en": "On site within two hours"}
    taken = {"edition": 2, "examples": {others[0]["key"]: name} | dict.fromkeys(o["key"] for o in others[1:])}
    assert posted(world, f"{path}/examples", taken)["wrong"] == []

    ref = f"{CLAUSE}/on_site"
    posted(world, f"{path}/submit", {"transitions": {f"{CLAUSE}/nothing": "convert"}}, status=422)
    asked = posted(world, f"{path}/submit", {"comment": "请审批", "transitions": {ref: "convert"}})
    assert (asked["state"], asked["editable"]) == ("submitted", False) and len(asked["approvals"]) == 1
    assert [(one["ref"], one["way"]) for one in asked["transitions"]] == [(ref, "convert")]
    posted(world, f"{path}/clauses/{CLAUSE}", {"edition": 4, "clocks": {}}, status=409)

    with cast.as_(world.cast.shen) as (actor, at):
        approval = cast.Approval.objects.get(about_id=begun["id"], state="pending")
        decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    assert got(world, path)["state"] == "adopted"
    in_force = got(world, "/policies/manual/versions/in-force", who="technician")
    assert in_force["version"] == "2.1" and limit(next(c for c in in_force["clauses"] if c["id"] == CLAUSE)) == "2 h"
    assert limit(got(world, f"/clauses/{CLAUSE}", who="customer")) == "2 h"


def test_mistakes_are_told_where_they_stand_and_nothing_is_saved(world: World) -> None:
    path = f"/drafts/{draft(world).dossier.number}"
    clause = got(world, f"{path}/clauses/{CLAUSE}")
    for rule in clause["content"]["rules"]:
        if rule.get("clock") == "on_site":
            rule["when"] = 'severity == "urgent" && kindd == "fault"'
    place = [rule.get("clock") for rule in clause["content"]["rules"]].index("on_site")
    for body in (
        {"content": clause["content"]},
        {"clocks": {"on_site": {"when": 'severity == "urgent" && kindd == "fault"'}}},
    ):
        refused = posted(world, f"{path}/clauses/{CLAUSE}", {"edition": 1, **body}, status=422)
        (mistake,) = refused["places"]
        assert (mistake["path"], mistake["line"], mistake["column"]) == (f"rules.{place}.when", 1, 25)
        assert mistake["clause"] == CLAUSE and "kindd" in mistake["reason"]
    text = clause["written"].replace("within: 4 h", "within: 4 hrs")
    refused = posted(world, f"{path}/clauses/{CLAUSE}", {"edition": 1, "written": text}, status=422)
    wanted = next(number for number, line in enumerate(text.splitlines(), 1) if "4 hrs" in line)
    assert [(one["line"], one["path"]) for one in refused["places"]] == [(wanted, "")]
    said = posted(
        world, f"{path}/clauses/{CLAUSE}", {"edition": 1, "written": "id: [x"}, WRITER, 422, accept_language="zh-CN"
    )
    assert "YAML" in said["places"][0]["reason"] and "不是" in said["places"][0]["reason"]
    refused = posted(world, f"{path}/text", {"edition": 1, "text": "policy: manual\ncode: \x07"}, status=422)
    assert (refused["places"][0]["line"], refused["places"][0]["column"]) == (2, 7)
    short = posted(world, f"{path}/clauses", {"edition": 1, "content": {"id": "MN-9"}}, status=422)
    assert {one["clause"] for one in short["places"]} == {"MN-9"} and short["places"][0]["reason"].startswith("MN-9: ")
    for body in ({}, {"clocks": {}, "written": ""}, {"clocks": {"nothing": {"within": "1 h"}}}):
        posted(world, f"{path}/clauses/{CLAUSE}", {"edition": 1, **body}, status=422)
    posted(world, f"{path}/clauses/MN-99", {"edition": 1, "clocks": {}}, status=404)
    now = got(world, path)
    assert now["edition"] == 1 and all(one["change"] == "" for one in now["clauses"])


def test_who_read_an_older_edition_is_refused(world: World) -> None:
    path = f"/drafts/{draft(world).dossier.number}"
    body = {"edition": 1, "clocks": {"on_site": {"within": "3 h"}}}
    posted(world, f"{path}/clauses/{CLAUSE}", body)
    assert posted(world, f"{path}/clauses/{CLAUSE}", body, who="director", status=409)["code"] == "stale"
    posted(world, f"{path}/head", {"edition": 2, "effective": "2031-05-01", "version": "3.0"})
    told = got(world, path)
    assert (told["effective"], told["version"], told["edition"]) == ("2031-05-01", "3.0", 3)


def test_a_file_goes_out_and_in_as_the_very_bytes(world: World) -> None:
    shipped = (packs.folder() / "manual" / "2.0.yaml").read_bytes()
    out = world.send(Sending("technician", "/policies/manual/versions/2.0/file"))
    assert out.content == shipped
    inside = world.send(Sending(WRITER, "/drafts/import", {}, file=shipped))
    assert inside.status_code == 201 and inside.json()["version"] == "2.1"
    again = world.send(Sending(WRITER, f"/drafts/{inside.json()['number']}/file")).content
    assert again == shipped.replace(b"version: '2.0'", b"version: '2.1'", 1)
    wrong = world.send(Sending(WRITER, "/drafts/import", {}, file=shipped.replace(b"within: 4 h", b"within: 4 hrs", 1)))
    (mistake,) = wrong.json()["places"]
    line = next(number for number, text in enumerate(shipped.splitlines(), 1) if b"within: 4 h" in text)
    assert (wrong.status_code, mistake["line"], mistake["clause"]) == (422, line, CLAUSE)
    for content in (b"\xff\xfe", b"- 1\n- 2", b"{"):
        assert world.send(Sending(WRITER, "/drafts/import", {}, file=content)).status_code == 422


def test_what_is_read_is_confirmed_once_by_whom_it_binds(world: World) -> None:
    cast.adopted(world.cast, cast.ready(world.cast))
    (mine,) = got(world, "/readings", who="technician")["items"]
    assert mine["clauses"] == [CLAUSE] and mine["version"] == "2.1"
    told = got(world, f"/readings/{mine['id']}", who="technician")
    assert [one["clause"] for one in told["changed"]] == [CLAUSE] and told["whole"] == []
    for who in ("other_technician", "director", "customer"):
        got(world, f"/readings/{mine['id']}", who=who, status=404)
    confirm = f"/readings/{mine['id']}/confirm"
    posted(world, confirm, {"hash": "0" * 64}, who="technician", status=409)
    first = posted(world, confirm, {"hash": told["hash"]}, who="technician")
    assert first["confirmed_at"] and posted(world, confirm, {"hash": told["hash"]}, who="technician") == first
    assert got(world, "/readings", who="technician")["items"] == []
    readers = "/policies/manual/versions/2.1/readers"
    read = got(world, readers, query="open=false")["items"]
    assert [one["person"]["name"] for one in read] == [world.cast.wu.name]
    open_ = got(world, readers, query="open=true")["items"]
    assert posted(world, "/policies/manual/versions/2.1/remind", {})["people"] == len(open_) > 0
    assert all(one["reminded_at"] for one in got(world, readers, query="open=true")["items"])


def test_lint_of_a_draft_finds_what_the_draft_brings(world: World) -> None:
    path = f"/drafts/{draft(world).dossier.number}"
    clause = got(world, f"{path}/clauses/{CLAUSE}")["content"]
    clause["text"]["zh-hans"] += "其他情况应及时处理。"
    before = got(world, f"{path}/lint")
    posted(world, f"{path}/clauses/{CLAUSE}", {"edition": 1, "content": clause})
    after = got(world, f"{path}/lint")
    new = [one for one in after if one["code"] == "undefined-word" and one["clause"] == CLAUSE]
    assert new and not [one for one in before if one["code"] == "undefined-word" and one["clause"] == CLAUSE]
    assert new[0]["advice"] and got(world, f"{path}/lint", query="severity=error") == [
        one for one in after if one["severity"] == "error"
    ]
    live = got(world, "/lint", query="policy=manual")
    assert not [one for one in live if one["code"] == "undefined-word" and one["clause"] == CLAUSE]
