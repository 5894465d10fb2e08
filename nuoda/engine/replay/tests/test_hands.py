"""A replay by several hands, each with a connection of its own: the same result, killed, stopped, and beside another one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from nuoda.engine.clocks.actions import seeds
from nuoda.engine.replay import queries
from nuoda.engine.replay.actions import replays, trials
from nuoda.engine.replay.models import Replay, ReplayChange
from nuoda.engine.replay.pure.ids import Ids
from nuoda.engine.rulebook.actions import packs
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Company

from .histories import BEGIN, ruling
from .trying import manual
from .written import AT, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company() -> UUID:
    """Thirty cases under the shipped regulations, which are in force since before them."""
    company = Company.objects.create(name="并行试算", created_at=BEGIN).pk
    actor, since = system(company), BEGIN - timedelta(days=30)
    with scoped(actor):
        packs.load(actor=actor, at=since)
        packs.adopt_all(actor=actor, at=since)
        seeds.seed(company)
    write(company, ruling(), 1, 30)
    return company


def asked(company: UUID) -> Replay:
    content = trials.read(manual())[1]
    with scoped(system(company)):
        return Replay.objects.create(
            company_id=company, policy="manual", number="2.1", content=content, hash=documents.digest(content),
            first_day=date(2025, 1, 1), last_day=date(2026, 6, 1), since=BEGIN - timedelta(days=1), until=AT, as_of=AT, asked_at=AT,
        )  # fmt: skip


def found(row: Replay) -> tuple[Any, ...]:
    """Everything that a replay says."""
    with scoped(system(row.company_id)):
        row.refresh_from_db()
        names = [
            field.attname for field in ReplayChange._meta.concrete_fields if field.attname not in ("id", "replay_id")
        ]
        changes = sorted(map(str, row.changes.values_list(*names)))
        assert len(changes) == row.changed == sum(count for _, count in queries.by_kind(row))
        counted = Counter(row.changes.values_list("ref", flat=True))
        assert {ref: count for ref, _, _, count in queries.by_clock(row) if count} == counted
        return (
            row.status,
            row.cases_done,
            row.cases_total,
            row.by_steps,
            queries.by_clock(row),
            queries.by_kind(row),
            changes,
        )


def carried_out(row: Replay, **how: Any) -> tuple[Any, ...]:
    replays.carry_out(row.company_id, row.pk, **how)
    return found(row)


def test_many_hands_find_what_one_finds(company: UUID) -> None:
    one = carried_out(asked(company))
    assert one[0] == "done" and one[1] == one[2] > 20 and one[-1]
    assert carried_out(asked(company), batch=4, alone=0) == one


def test_two_replays_at_once_do_not_disturb_each_other(company: UUID) -> None:
    alone = carried_out(asked(company))
    rows = [asked(company), asked(company)]
    together(*(lambda row=row: replays.carry_out(company, row.pk, batch=3, alone=0) for row in rows))
    assert [found(row) for row in rows] == [alone, alone]


def test_two_workers_at_one_replay_count_every_case_once(company: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = carried_out(asked(company))
    monkeypatch.setattr(replays, "WHOLE", 5)
    row = asked(company)
    together(*(lambda: replays.carry_out(company, row.pk, batch=2, alone=0) for _ in range(2)))
    assert found(row) == alone


def together(*work: Callable[[], None]) -> None:
    def run(one: Callable[[], None]) -> None:
        try:
            one()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("alone", [0, 1000])
def test_a_killed_process_leaves_what_its_successor_finishes(
    company: UUID, alone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 between two batches, after something was written and something was not."""
    whole = carried_out(asked(company))
    row = asked(company)
    monkeypatch.setattr(replays, "WHOLE", 5)
    connection.close()
    child = os.fork()
    if not child:
        take = replays._Ledger.take
        taken: list[int] = []

        def dying(self: Any, seen: trials.Seen) -> bool:
            taken.append(seen.looked)
            if sum(taken) > 12:
                os.kill(os.getpid(), signal.SIGKILL)
            return take(self, seen)

        replays._Ledger.take = dying  # type: ignore[method-assign]
        replays.carry_out(company, row.pk, batch=2, alone=alone)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    with scoped(system(company)):
        row.refresh_from_db()
        assert row.status == "running" and row.last_case is not None
        assert 0 < row.cases_written <= row.cases_done < row.cases_total  # type: ignore[operator]
        assert row.changes.count() == row.changed
    assert carried_out(row, batch=2, alone=alone) == whole


def test_stopping_takes_effect_at_the_next_batch_and_keeps_what_was_found(
    company: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, looked = asked(company), []
    look = trials.Trial.look

    def slowly(self: trials.Trial, ids: Ids, **more: Any) -> trials.Seen:
        looked.append(ids.size)
        time.sleep(0.05)
        return look(self, ids, **more)

    monkeypatch.setattr(trials.Trial, "look", slowly)
    worker = threading.Thread(target=lambda: together(lambda: replays.carry_out(company, row.pk, batch=1, alone=0)))
    worker.start()
    for state in progress(row):
        if state.cases_done >= 3:
            with scoped(system(company)) as at:
                Replay.objects.filter(pk=row.pk).update(status="cancelled", ended_at=at)
            break
    worker.join(10)
    assert not worker.is_alive()
    with scoped(system(company)):
        row.refresh_from_db()
        assert row.status == "cancelled" and 3 <= row.cases_done == row.cases_written < 20
        assert sum(looked) <= row.cases_done + 6, "hands are at most a few batches ahead"
        assert row.changes.count() == row.changed and row.figures.exists() == bool(queries.by_clock(row))


def progress(row: Replay) -> Iterator[Replay]:
    for _ in range(400):
        with scoped(system(row.company_id)):
            row.refresh_from_db()
        yield row
        time.sleep(0.02)
    raise AssertionError("it did not move")


def test_a_hand_that_breaks_marks_the_replay_failed(company: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked(company)

    def broken(*args: Any, **more: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr(trials.Trial, "look", broken)
    replays.carry_out(company, row.pk, batch=2, alone=0)
    with scoped(system(company)):
        row.refresh_from_db()
    assert (row.status, row.error) == ("failed", "ValueError: no")
