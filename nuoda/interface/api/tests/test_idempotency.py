"""Sent again, a thing is done once and answered the same: for every operation that changes something."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.states import ACTIVE
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.operations import OPERATIONS
from nuoda.foundation.journal.models import Entry
from nuoda.interface.api.actions import requests
from nuoda.interface.api.models import SentRequest

from .situations import SITUATIONS
from .world import Sending, World, uncovered

WRITES = sorted(name for name, item in OPERATIONS.items() if item.writes)
SILENT = {"read_notices", "cancel_replay"}
"""Changes without a journal entry: marking one's own notices as read is nobody else's business, and a replay changes nothing."""
AT_ONCE = 10


def entries(world: World) -> list[Any]:
    """Moments at which something was recorded; one for each action."""
    with scoped(system(world.cast.company.pk)):
        return list(Entry.objects.values_list("recorded_at", flat=True))


def changed(name: str, sending: Sending) -> Sending:
    """The same request with something else in it that can be read as well; of one that says nothing, to another address."""
    if sending.file is not None:
        return replace(sending, file=sending.file + b"!")
    shape = OPERATIONS[name].body
    assert shape is not None
    if not shape.model_fields:
        head, _, tail = sending.path.rpartition("/")
        other = "5.999" if "/versions/" in head else str(new_id())
        return replace(sending, path=f"{head.rpartition('/')[0]}/{other}/{tail}")
    others = {
        "remark": "另一句", "comment": "另一句", "id": str(new_id()), "ids": [], "agreed": "另一件事", "edition": 7,
        "note": "另一句", "conclusion": "另一句", "hash": "0" * 64,
        "marks": {"one": {"result": "pass"}}, "of": "company",
    }  # fmt: skip
    other = next((item for item in others if item in shape.model_fields), "reason")
    return replace(sending, body={**(sending.body or {}), other: others.get(other, "mistake")})


@pytest.fixture
def world(db: None) -> World:
    return World.set()


def test_every_operation_has_a_situation() -> None:
    assert uncovered() == set(), "describe in situations.py when it can be done"


def three_times(world: World, name: str) -> list[str]:
    """What goes wrong when an operation is sent three times with one key, and then with another body."""
    sending = SITUATIONS[name](world)
    key = uuid4().hex
    first = world.send(sending, key=key)
    if first.status_code != OPERATIONS[name].status:
        return [f"{name}: {first.status_code} {first.content.decode()}"]
    after = entries(world)
    found = []
    for _again in range(2):
        repeat = world.send(sending, key=key)
        if (repeat.status_code, repeat.content) != (first.status_code, first.content):
            found.append(f"{name}: a repeat was answered otherwise")
    if entries(world) != after:
        found.append(f"{name}: a repeat changed something")
    other = world.send(changed(name, sending), key=key)
    if other.status_code != 422 or "Idempotency-Key" not in other.json()["fields"]:
        found.append(f"{name}: another body with the same key got {other.status_code}")
    missing = world.send(sending, key="")
    if missing.status_code != 400 or missing.json()["code"] != "idempotency_key_missing":
        found.append(f"{name}: without a key got {missing.status_code}")
    return found


def test_three_times_in_a_row(world: World) -> None:
    wrong = []
    for name in WRITES:
        with transaction.atomic():
            wrong += three_times(world, name)
            transaction.set_rollback(True)
    assert wrong == []


def test_without_the_claim_a_repeat_would_do_it_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: keys are not claimed."""
    monkeypatch.setattr(requests, "claim", lambda key, fingerprint, *, actor, at: requests.Claim(uuid4()))
    assert any("changed something" in item for item in three_times(world, "add_contact"))


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    sending = SITUATIONS["promise_ticket"](world)
    past = replace(sending, body={"due_at": "2020-01-01T00:00:00Z"})
    assert world.send(past, key="k-1").status_code == 422
    assert world.send(sending, key="k-1").status_code == 200


def test_the_same_key_of_two_people_is_two_keys(world: World) -> None:
    one = world.send(Sending("agent", "/customers", {"name": "甲"}), key="same")
    two = world.send(Sending("service_manager", "/customers", {"name": "乙"}), key="same")
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] != two.json()["id"]


def test_keys_are_kept_for_seven_days(world: World) -> None:
    sending = Sending("agent", "/customers", {"name": "丙"})
    first = world.send(sending, key="week")
    actor = system(world.cast.company.pk)
    with scoped(actor) as at:
        assert requests.forget(actor=actor, at=at + timedelta(days=6, hours=23)) == 0
        assert requests.forget(actor=actor, at=at + timedelta(days=7, hours=1)) >= 1
        assert not SentRequest.objects.filter(key="week").exists()
    again = world.send(sending, key="week")
    assert again.status_code == 201 and again.json()["id"] != first.json()["id"]


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Ten threads, each with its own connection."""
    barrier = threading.Barrier(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool

        def leave(_place: int) -> None:
            barrier.wait(30)
            connection.close()

        list(pool.map(leave, range(AT_ONCE)))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_at_once(crowd: ThreadPoolExecutor) -> None:
    world = World.set()
    wrong = []
    for name in WRITES:
        sending, key = SITUATIONS[name](world), uuid4().hex
        before = len(entries(world))
        barrier = threading.Barrier(AT_ONCE)

        def send(
            _place: int, sending: Sending = sending, key: str = key, barrier: threading.Barrier = barrier
        ) -> tuple[int, bytes]:
            connection.ensure_connection()
            barrier.wait(30)
            answer = world.send(sending, key=key)
            return answer.status_code, answer.content

        answers = set(crowd.map(send, range(AT_ONCE)))
        if len(answers) != 1 or next(iter(answers))[0] != OPERATIONS[name].status:
            wrong.append(f"{name}: {[(status, body[:200]) for status, body in answers]}")
        actions = set(sorted(entries(world))[before:])
        if len(actions) != (0 if name in SILENT else 1):
            wrong.append(f"{name}: done {len(actions)} times")
        with scoped(system(world.cast.company.pk)):  # 吴迪 is free again for the next operation
            WorkOrder.objects.filter(state__in=ACTIVE).update(state="cancelled")
    assert wrong == []
