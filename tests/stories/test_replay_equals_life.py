"""Replay equals life: what daily work stored of deadlines, pauses and misses is what the journal folds to, row by row.

On the demo company, on real incidents of another company, and on a year of random histories with events that arrive late.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pytest

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.actions.sweeps import sweep
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.reactions import move_the_clocks
from nuoda.engine.replay.actions import proofs
from nuoda.engine.replay.tests.histories import history
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.pure import subscriptions
from nuoda.interface.desk.actions import demo

from .test_import_incidents import TAKEN, real, take, write

__all__ = ["real", "write"]
pytestmark = pytest.mark.django_db


def states(company_id: UUID) -> Counter[str]:
    with scoped(system(company_id)):
        return Counter(Deadline.objects.filter(company_id=company_id).values_list("state", flat=True))


def test_on_the_demo_company() -> None:
    until = datetime(2026, 11, 20, 6, tzinfo=UTC)
    cast = demo.make(size=demo.Size(tickets=24, customers=8, machines=10, days=30), seed=11, until=until)
    found = states(cast.company_id)
    assert found["kept"] > 50 and found["missed"] > 0
    with scoped(system(cast.company_id)):
        assert list(proofs.unlike(cast.company_id, at=until)) == []


def test_on_real_incidents(real: Path, write: Callable[..., Path]) -> None:
    stage = Stage.set(local(5, 10))
    with real.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    wanted = set(list(dict.fromkeys(line["number"] for line in rows))[:TAKEN])
    take(stage, write([line for line in rows if line["number"] in wanted], columns))
    company_id = stage.cast.company.pk
    assert states(company_id)["missed"] > 0
    with scoped(system(company_id)):
        assert list(proofs.unlike(company_id, at=stage.now)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_on_a_year_of_random_histories(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of all subjects arrive in time, late, or after later ones; the worker sweeps now and then."""
    stage = Stage.set(local(1, 9, month=1))
    company_id = stage.cast.company.pk
    # What other rooms would make of the events is theirs to test.
    monkeypatch.setattr(subscriptions, "_subscribers", {"*": [move_the_clocks]})
    lived(stage, random.Random(seed), cases=16)
    found = states(company_id)
    assert {"kept", "missed", "withdrawn"} <= set(found)
    with scoped(system(company_id)):
        assert list(proofs.unlike(company_id, at=stage.now)) == []


def test_a_year_without_its_clocks_is_not_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: entries that moved no clock are missed."""
    stage = Stage.set(local(1, 9, month=1))
    monkeypatch.setattr(subscriptions, "_subscribers", {})
    lived(stage, random.Random(1), cases=3)
    with scoped(system(stage.cast.company.pk)):
        assert {item.what for item in proofs.unlike(stage.cast.company.pk, at=stage.now)} == {"row"}


def lived(stage: Stage, draw: random.Random, *, cases: int) -> None:
    """Random cases spread over a year, told to the journal in the order in which they become known."""
    actor = stage.actor(stage.cast.wang)
    begin = stage.now
    told: list[tuple[datetime, Any, int]] = []
    for number in range(cases):
        happenings, _as_of = history(draw, wild=0.0)
        first = min(h.happened_at for h in happenings)
        shift = begin + timedelta(seconds=draw.randrange(300 * 86_400)) - first
        for h in happenings:
            if h.type not in REGISTRY:
                continue  # pauses of work orders, which the pure histories draw and no room announces
            happened = h.happened_at + shift
            late = timedelta(0) if draw.random() < 0.8 else timedelta(seconds=draw.randrange(3 * 86_400))
            told.append((happened + late, (h, happened), number))
    told.sort(key=lambda item: item[0])
    with scoped(actor):
        roots = [dossiers.open(kind="ticket", title="x", actor=actor, at=begin, id=new_id()) for _ in range(cases)]
    for recorded, (h, happened), number in told:
        if draw.random() < 0.3:
            sweep(stage.cast.company.pk, at=recorded)
        with scoped(actor):
            entries.record(
                made(h.type, dict(h.data), recorded),
                dossier=roots[number],
                actor=actor,
                at=recorded,
                happened_at=happened,
                facts=h.facts,
            )
    stage.now = max(recorded for recorded, _, _ in told) + timedelta(days=draw.randrange(40))
    sweep(stage.cast.company.pk, at=stage.now)


def made(type_: str, data: dict[str, Any], at: datetime) -> Any:
    """An event of that type with this payload; fields that the book does not look at are filled with anything."""
    kind = REGISTRY[type_]
    plain = {UUID: new_id(), str: "", int: 0, bool: False, datetime: at}
    hints = get_type_hints(kind)
    values = {}
    for field in fields(kind):
        given = data.get(field.name)
        if field.name in ("work_order", "follow_up", "step") and given is not None:
            values[field.name] = UUID(int=sum(map(ord, str(given))))
        elif field.name in ("due_at", "starts_at") and given is not None:
            values[field.name] = datetime.fromisoformat(given) if isinstance(given, str) else given
        elif given is not None:
            values[field.name] = given
        else:
            values[field.name] = plain.get(hints[field.name])
    return kind(**values)
