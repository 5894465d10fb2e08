"""Fifty times, two managers give one technician two jobs for the same time: one of them gets him."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from nuoda.domain.service import queries
from nuoda.domain.service.actions import dispatch
from nuoda.domain.service.models import WorkOrder
from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.tests import factories as people

from .test_moves import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, REUSED = 50, 10
"""Pairs of tickets serve ten rounds each, at ten different times."""


def race(stage: Stage, rounds: int) -> list[tuple[int, set[str]]]:
    """(winners, why the others were refused) of each round."""
    second = people.person("韩冰", "service_manager", of=stage.cast.company)
    managers = [stage.actor(stage.cast.wang), stage.actor(second)]
    found = []
    pair: list[UUID] = []
    for number in range(rounds):
        if number % REUSED == 0:
            pair = [stage.report(subject=f"停机 {number}-{place}").pk for place in range(2)]
        starts_at = stage.now + timedelta(hours=2 * number + 1)

        def book(actor: Any, key: UUID, starts_at: Any = starts_at) -> bool:
            with scoped(actor):
                dispatch.assign(
                    queries.hold(actor, id=key), technician=stage.cast.zhao, task="远程诊断", kind="remote",
                    starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), actor=actor, at=stage.now,
                )  # fmt: skip
            return True

        results = together(
            *(lambda actor=actor, key=key: book(actor, key) for actor, key in zip(managers, pair, strict=True))
        )
        assert all(result is True or isinstance(result, Refused) for result in results), results
        found.append((results.count(True), {result.code for result in results if isinstance(result, Refused)}))
    return found


def test_a_technician_is_booked_once_at_a_time() -> None:
    stage = Stage.set()
    assert race(stage, ROUNDS) == [(1, {"double_booked"})] * ROUNDS
    with stage.acting(stage.cast.wang):
        spans = sorted(WorkOrder.objects.values_list("planned", flat=True), key=lambda span: span.lower)
    assert len(spans) == ROUNDS
    assert all(before.upper <= after.lower for before, after in pairwise(spans))


def test_without_the_constraint_both_would_get_him(database_cluster: Any) -> None:
    """The negative control: the database's exclusion constraint is taken away."""
    from django.db import connection

    stage = Stage.set()
    with database_cluster.connect("nuoda_owner", connection.settings_dict["NAME"]) as owner:
        owner.execute("ALTER TABLE service_workorder DROP CONSTRAINT service_work_order_once_at_a_time")
        owner.commit()
    assert any(winners == 2 for winners, _why in race(stage, 5))
