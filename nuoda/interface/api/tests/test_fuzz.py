"""Whatever is sent, the API answers and never breaks: requests made from its own description, bounded in number."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from pydantic import ValidationError
from schemathesis import GenerationMode

from nuoda.foundation.base.pure.operations import OPERATIONS
from nuoda.interface.api.api.problems import Problem
from nuoda.interface.api.api.root import description

from .situations import SITUATIONS
from .world import World

DONE: set[str] = set()
"""Operations of which at least one made-up request was done."""
EXAMPLES = 3
"""Requests made up for each operation."""


@pytest.fixture
def world(db: None) -> World:
    return World.set()


def send(world: World, case: Any, who: str) -> Any:
    """One made-up request, through Django's own handler."""
    told = case.as_transport_kwargs(base_url="http://testserver")
    url = case.formatted_path + ("?" + _query(told["params"]) if told.get("params") else "")
    headers = {str(key): str(value) for key, value in (told.get("headers") or {}).items()}
    headers = {key: value for key, value in headers.items() if key.lower() not in ("accept-encoding", "content-type")}
    headers |= {"Authorization": f"Bearer {world.tokens[who]}", "Idempotency-Key": uuid4().hex}
    client = Client(raise_request_exception=False, headers=headers)
    if case.method.upper() == "GET":
        return client.get(url)
    if told.get("files"):
        fields = {**(told.get("data") or {})}
        return client.post(url, {key: str(value) for key, value in fields.items()})
    content = told.get("json", told.get("data"))
    return client.generic("POST", url, _json(content), content_type="application/json")


def _query(params: Any) -> str:
    from urllib.parse import urlencode

    return urlencode(params, doseq=True, errors="replace")


def _json(content: Any) -> bytes:
    import json

    return content if isinstance(content, bytes) else json.dumps(content, default=str).encode("utf-8", "replace")


def broken(world: World, *, examples: int = EXAMPLES, only: frozenset[str] = frozenset()) -> list[str]:
    """Every request that was answered with a server's error, or refused in another shape.

    For each operation: well-formed requests about something that is there, and malformed ones.
    """
    found: list[str] = []
    schema = schemathesis.openapi.from_dict(description())
    for result in schema.get_all_operations():
        operation = result.ok()
        name = str(operation.definition.raw["operationId"])
        if only and name not in only:
            continue
        with transaction.atomic():
            sending = SITUATIONS[name](world)
            places = _places(OPERATIONS[name].path, sending.path)
            for strategy in (
                operation.as_strategy(path_parameters=places) if places else operation.as_strategy(),
                operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
            ):
                found += _tried(world, name, sending.who, strategy, examples)
            transaction.set_rollback(True)
    return found


def _tried(world: World, name: str, who: str, strategy: Any, examples: int) -> list[str]:
    found: list[str] = []

    @seed(7)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def once(case: Any) -> None:
        with transaction.atomic():
            answer = send(world, case, who)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            found.append(f"{name}: {answer.status_code} for {case.formatted_path} {case.query} {case.body!r}"[:600])
        elif answer.status_code >= 400:
            try:
                Problem.model_validate_json(answer.content)
            except ValidationError:
                found.append(f"{name}: {answer.status_code} in another shape: {answer.content[:200]!r}")
        else:
            DONE.add(name)

    with suppress(Unsatisfiable):  # an operation without anything to send cannot be sent wrongly
        once()
    return found


def _places(path: str, made: str) -> dict[str, str]:
    """The path parameters of a situation: '/tickets/{ticket}/answer', '/tickets/TK-1/answer' → {'ticket': 'TK-1'}."""
    pairs = zip(path.strip("/").split("/"), made.strip("/").split("/"), strict=True)
    return {name.strip("{}"): value for name, value in pairs if name.startswith("{")}


@pytest.mark.slow
def test_no_request_breaks_the_api(world: World) -> None:
    DONE.clear()
    assert broken(world) == []
    reads = {name for name, item in OPERATIONS.items() if not item.writes}
    assert len(DONE & reads) > len(reads) / 2, "most made-up requests must get past the door, or nothing was tried"


def test_a_broken_operation_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: an operation that fails is reported."""
    from nuoda.domain.customers import queries

    def fails(*args: object, **more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "find_by_phone", fails)
    assert broken(world, examples=3, only=frozenset({"find_callers"}))
