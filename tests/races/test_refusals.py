"""Many tries at the same moment: each is counted, and they are one refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.tests.stage import Stage
from nuoda.engine.states.actions import refusals
from nuoda.engine.states.models import Refusal
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused

from .test_moves import together

pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 8


def visit(stage: Stage) -> WorkOrder:
    """A general visit whose time nobody agreed on: checking in is refused."""
    job = stage.dispatch(stage.report(production_stopped=False), stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    return job


def tried(stage: Stage, job: WorkOrder) -> tuple[list[Any], list[int]]:
    """Results of many tries at once, and the counts of the rows that they left."""
    results = together(*[lambda: stage.work(job, "arrive", technician=stage.cast.zhao)] * TRIES)
    with scoped(system(stage.cast.company.pk)):
        return results, list(Refusal.objects.values_list("times", flat=True))


def test_tries_at_once_are_one_refusal_with_their_count() -> None:
    stage = Stage.set()
    results, times = tried(stage, visit(stage))
    assert all(isinstance(result, Refused) for result in results), results
    assert times == [TRIES]


def test_without_waiting_for_each_other_they_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the lock on what makes them the same is taken out."""

    at_once = Barrier(TRIES, timeout=20)

    class Unlocked:
        def __getattr__(self, name: str) -> Any:
            return getattr(connection, name)

        @contextmanager
        def cursor(self) -> Iterator[Any]:
            class Nothing:
                def execute(self, *given: Any) -> None:
                    at_once.wait()

            yield Nothing()

    stage = Stage.set()
    monkeypatch.setattr(refusals, "connection", Unlocked())
    assert tried(stage, visit(stage))[1] != [TRIES]
