"""Tokens and scopes, refusals, pages of lists, and what a program may claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.operations import OPERATIONS
from nuoda.foundation.orgs.actions import tokens
from nuoda.foundation.orgs.models import ApiToken
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests.kit import page_is_sound

from .situations import SITUATIONS
from .test_intake import counted
from .world import Sending, World

LIST = Sending("agent", "/tickets")


@pytest.fixture
def world(db: None) -> World:
    return World.set()


def test_strangers_are_told_to_show_a_token(world: World) -> None:
    for headers in (
        {},
        {"authorization": "Bearer nuoda_wrong"},
        {"authorization": "Basic abc"},
        {"authorization": "Bearer"},
    ):
        answer = world.send(LIST, who="", **headers)
        assert answer.status_code == 401, headers
        assert answer["WWW-Authenticate"] == "Bearer"
        assert set(answer.json()) == {"code", "message", "clauses", "fields"}


def test_a_login_in_the_browser_opens_nothing_here(world: World) -> None:
    client = people.login(Client(), world.cast.lin)
    assert client.get("/api/v1/tickets").status_code == 401


def test_a_token_ends(world: World) -> None:
    token = world.token(world.cast.lin, "tickets:read", days=1)
    assert world.send(LIST, token=token).status_code == 200
    with scoped(people.actor(world.cast.lin)) as at:
        row = ApiToken.objects.get(hint=token[-4:], scopes=["tickets:read"])
        tokens.revoke(id=row.pk, actor=people.actor(world.cast.lin), at=at)
    assert world.send(LIST, token=token).status_code == 401


def test_every_operation_asks_for_its_scope(world: World) -> None:
    """With every scope but its own, a token is refused before anything is read."""
    from nuoda.interface.api.pure.scopes import SCOPES

    without = {scope: world.token(world.cast.wang, *(set(SCOPES) - {scope})) for scope in SCOPES}
    for operation in OPERATIONS.values():
        path = operation.path.format(**dict.fromkeys(operation.places, "x"))
        sending = Sending("", path, {} if operation.writes else None)
        answer = world.send(sending, token=without[operation.scope])
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), operation.name


def test_a_refusal_names_its_clause_in_the_language_asked_for(world: World) -> None:
    job = world.job("on_site")
    sending = Sending("technician", f"/work-orders/{job.number}/complete", {})
    words = {}
    for language in ("zh-CN,zh;q=0.9", "zh-TW", "en-GB"):
        answer = world.send(sending, accept_language=language)
        assert answer.status_code == 409 and answer.json()["code"] == "gate"
        clauses = answer.json()["clauses"]
        assert any(item["id"].startswith(("DL-3.3", "DL-3.5", "MN-3.2")) for item in clauses)
        assert all(item["url"] == f"http://testserver/rulebook/clauses/{item['id']}" for item in clauses)
        words[language] = answer.json()["message"]
    assert len(set(words.values())) == 3


def test_what_cannot_be_read_is_said_field_by_field(world: World) -> None:
    sending = Sending("agent", "/tickets", {"kind": "quarrel", "subject": "", "colour": "red"})
    answer = world.send(sending)
    assert answer.status_code == 422
    assert {"kind", "subject", "colour"} <= set(answer.json()["fields"])
    client = Client(headers={"authorization": f"Bearer {world.tokens['agent']}", "idempotency-key": "x"})
    for text in ("{", '"\ud800"', "\x00"):
        broken = client.post("/api/v1/tickets", text.encode("utf-8", "surrogatepass"), content_type="application/json")
        assert broken.status_code in (400, 422) and set(broken.json()) == {"code", "message", "clauses", "fields"}


def test_what_is_unseen_is_not_found(world: World) -> None:
    row = world.ticket()
    for who in ("other_dealer", "other_customer", "other_technician"):
        for sending in (Sending(who, f"/tickets/{row.number}"), Sending(who, f"/tickets/{row.pk}/answer", {})):
            answer = world.send(sending)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), who
    absent = world.send(Sending("agent", f"/tickets/{uuid4()}"))
    assert absent.content == world.send(Sending("other_dealer", f"/tickets/{row.number}")).content


def test_what_is_no_address_is_answered_in_json(world: World) -> None:
    for path in ("/nothing", "/tickets/x/y/z"):
        answer = world.send(Sending("agent", path))
        assert answer.status_code == 404 and answer.json()["code"] == "not_found"


def test_pages_neither_skip_nor_repeat_and_use_no_offset(world: World) -> None:
    made = {world.ticket(subject=f"停机 {place}").number for place in range(7)}
    for order in ("newest", "oldest", "urgent"):
        seen: list[str] = []
        cursor = ""
        while True:
            with counted() as statements:
                page = world.send(replace(LIST, query=f"limit=2&order={order}&cursor={cursor}")).json()
            assert not any("OFFSET" in sql for sql in statements)
            seen += [item["number"] for item in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
            if order == "newest" and len(seen) == 2:
                world.ticket(subject="后来的")  # what comes in while somebody pages does not shift the pages
        assert sorted(seen) == sorted(made) or set(seen) - made, order
        assert len(seen) == len(set(seen)) and made <= set(seen)


def test_lists_refuse_what_they_do_not_know(world: World) -> None:
    for query in ("limit=201", "limit=0", "cursor=abc", "colour=red", "state=lost", "offset=5", "order=best"):
        answer = world.send(replace(LIST, query=query))
        assert answer.status_code == 422 and answer.json()["fields"], query


def test_filters_narrow(world: World) -> None:
    urgent = world.ticket().number
    calm = world.ticket(kind="consultation", production_stopped=False).number

    def numbers(query: str) -> set[str]:
        return {item["number"] for item in world.send(replace(LIST, query=query)).json()["items"]}

    assert numbers("kind=fault") == {urgent}
    assert numbers("kind=consultation&kind=suggestion") == {calm}
    assert numbers("severity=urgent&open=true") == {urgent}
    assert numbers(f"customer={world.stage.kit.customer.pk}") == {urgent, calm}
    assert numbers(f"customer={uuid4()}") == set() == numbers("open=false") == numbers("paused=true")


def test_a_program_says_when_it_happened_as_far_as_the_book_believes(world: World) -> None:
    row = world.reported()
    sending = Sending("dealer_manager", f"/tickets/{row.number}/answer")
    for told in ({"minutes": 6}, {"days": -8}):
        answer = world.send(replace(sending, body={"happened_at": world.later(**told)}))
        assert answer.status_code == 422 and "happened_at" in answer.json()["fields"], told
        assert answer.json()["clauses"]
    ahead = world.send(replace(sending, body={"happened_at": world.later(minutes=3)}))
    assert ahead.status_code == 200
    other = world.stage.report(world.cast.lin, answered=False, dealer_id=world.cast.east.pk, channel="api")
    told = world.later(minutes=-2)
    assert (
        world.send(
            Sending("dealer_manager", f"/tickets/{other.number}/answer", {"happened_at": "2026-11-21"})
        ).status_code
        == 422
    )
    back = world.send(Sending("dealer_manager", f"/tickets/{other.number}/answer", {"happened_at": told}))
    assert back.json()["answered_at"].startswith(told[:19])


def test_what_may_be_told_later_is_told_to_the_action() -> None:
    """A body that takes `happened_at` and drops it would lie about the clocks."""
    deaf = [
        name
        for name, item in OPERATIONS.items()
        if item.body is not None and "happened_at" in item.body.model_fields and not hears(item.run)
    ]
    assert deaf == []


def hears(run: Callable[..., Any]) -> bool:
    """Whether an operation, or a function of its module that it calls, passes on when it happened."""
    import inspect

    source = inspect.getsource(run)
    module = inspect.getmodule(run)
    called = [value for name, value in vars(module).items() if inspect.isfunction(value) and f"{name}(" in source]
    return any("call.happened_at" in inspect.getsource(item) for item in [run, *called])


def test_a_program_draws_the_id_of_what_it_makes(world: World) -> None:
    key = str(new_id())
    sending = Sending("agent", "/customers", {"name": "自取编号", "id": key})
    assert world.send(sending).json()["id"] == key
    taken = world.send(replace(sending, body={"name": "另一家", "id": key}))
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    random = world.send(replace(sending, body={"name": "另一家", "id": str(uuid4())}))
    assert random.status_code == 422 and "id" in random.json()["fields"]


def test_what_was_seen_is_stale_when_somebody_was_faster(world: World) -> None:
    row = world.ticket()
    sending = Sending("dealer_manager", f"/tickets/{row.number}/respond", {"version": row.version})
    assert world.send(sending).status_code == 200
    again = world.send(sending)
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_a_customer_sees_what_concerns_him(world: World) -> None:
    row = world.ticket()
    world.send(
        Sending("dealer_manager", f"/tickets/{row.number}/severity", {"severity": "general", "reason": "客户态度差"})
    )
    shown = world.send(Sending("customer", f"/tickets/{row.number}"))
    timeline = world.send(Sending("customer", f"/tickets/{row.number}/timeline"))
    assert shown.status_code == timeline.status_code == 200
    assert "客户态度差" not in shown.content.decode() + timeline.content.decode()
    assert {item["type"] for item in timeline.json()["items"]} >= {"ticket.reported"}
    assert {verb["verb"] for verb in shown.json()["verbs"]} <= {"cancel", "close", "reopen", "rate"}
    inside = world.send(Sending("agent", f"/tickets/{row.number}/timeline"))
    assert "客户态度差" in inside.content.decode()


def test_files_come_back_as_they_went_in(world: World) -> None:
    sending = SITUATIONS["attach_file"](world)
    made = world.send(sending).json()
    answer = world.send(Sending("dealer_manager", f"/files/{made['id']}"))
    assert answer.content == sending.file
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    pdf = world.send(SITUATIONS["get_paper_pdf"](world))
    assert pdf.content.startswith(b"%PDF-")
    active = world.send(replace(sending, file=b"<html><script>alert(1)</script></html>"))
    assert active.status_code in (201, 422)


def test_the_description_says_all_of_it(client: Client) -> None:
    described = client.get("/api/v1/openapi.json")
    assert described.status_code == 200
    found = described.json()
    names = {item["operationId"]: item for path in found["paths"].values() for item in path.values()}
    assert set(names) == set(OPERATIONS)
    for name, operation in OPERATIONS.items():
        assert names[name]["x-scope"] == operation.scope
        assert names[name]["summary"]
        keys = [item for item in names[name].get("parameters", []) if item["name"] == "Idempotency-Key"]
        assert bool(keys) == operation.writes
    kinds = found["components"]["schemas"]["Report"]["properties"]["kind"]
    assert kinds["enum"] == ["consultation", "fault", "complaint", "suggestion"]


def test_the_page_for_programs_shows_every_operation(world: World) -> None:
    html = page_is_sound(people.login(Client(), world.cast.lin).get("/developers/"))
    assert all(f'id="{name}"' in html for name in OPERATIONS)
    assert Client().get("/developers/").status_code == 302


def test_programs_show_the_customer_the_promises_of_his_pages() -> None:
    from nuoda.domain.service.pure import telling
    from nuoda.interface.portal.pure.promises import PROMISES

    assert set(PROMISES) == telling.PROMISES
