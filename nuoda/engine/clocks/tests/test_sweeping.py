"""Invariant 5: a warning and a miss leave exactly one entry, with any number of workers, whatever crashes."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from nuoda.engine.clocks import jobs
from nuoda.engine.clocks.actions import cases, sweeps
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook.pure.rules import Warning
from nuoda.foundation.base.access import scoped
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.journal.models import Dossier

from .living import Shop, shop
from .worlds import clock, moment

NOON = moment("2026-03-06 12:00")


def due_shop(monkeypatch: pytest.MonkeyPatch, count: int) -> Shop:
    fields: dict[str, Any] = {"start": ("matter.reported",), "end": ("matter.answered",), "owner": "agent"}
    own = shop(monkeypatch, clock(warnings=(Warning(share=0.5),), **fields))
    for _ in range(count):
        matter = own.open("2026-03-06 10:00")
        own.tell(matter, "reported", "2026-03-06 10:00")
    return own


def in_threads(work: Callable[[], object], count: int = 2) -> list[BaseException]:
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:  # shown by the test, not lost in the thread
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return problems


def said(own: Shop, type_: str) -> Counter[str]:
    return Counter(str(entry.payload["deadline"]) for entry in own.entries(type_))


@pytest.mark.django_db(transaction=True)
def test_many_workers_miss_each_deadline_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = due_shop(monkeypatch, 24)
    half = moment("2026-03-06 10:06")
    assert not in_threads(lambda: sweeps.sweep(own.company_id, at=half, batch=3), 4)
    assert not in_threads(lambda: sweeps.sweep(own.company_id, at=NOON, batch=3), 4)
    sweeps.sweep(own.company_id, at=NOON)
    for type_ in ("deadline.warned", "deadline.missed"):
        assert set(said(own, type_).values()) == {1} and len(said(own, type_)) == 24, type_


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_it_is_the_lock_of_the_case_that_makes_it_once(monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """Two workers meet between reading and writing. Negative control: without the lock the miss is told twice."""
    own = due_shop(monkeypatch, 1)
    meeting = threading.Barrier(2)
    loaded = cases._loaded

    def slowly(roots: Any) -> Any:
        matters = loaded(roots)
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(1.0)
        return matters

    monkeypatch.setattr(cases, "_loaded", slowly)
    if not locked:
        monkeypatch.setattr(cases, "_locked", lambda ids, skip_locked: list(Dossier.objects.filter(pk__in=ids)))
    in_threads(lambda: sweeps.sweep(own.company_id, at=NOON, most=1))
    assert list(said(own, "deadline.missed").values()) == ([1] if locked else [2])


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_during_the_sweep_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    own = due_shop(monkeypatch, 1)
    with scoped(own.system):
        matter = Dossier.objects.get(company_id=own.company_id)
    late = "2026-03-06 12:00"
    work = [
        lambda: sweeps.sweep(own.company_id, at=NOON),
        lambda: own.tell(matter, "answered", late, happened="2026-03-06 10:05"),
    ]
    assert not in_threads(lambda: work.pop()(), 2)
    missed, withdrawn = own.entries("deadline.missed"), own.entries("deadline.miss_withdrawn")
    assert len(missed) == len(withdrawn) <= 1
    with scoped(own.system):
        assert Deadline.objects.get(company_id=own.company_id).state == "kept"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies_at", [1, 4, 9])
def test_a_worker_killed_between_two_misses_leaves_nothing_half(monkeypatch: pytest.MonkeyPatch, dies_at: int) -> None:
    own = due_shop(monkeypatch, 6)
    connection.close()
    child = os.fork()
    if child == 0:  # pragma: no cover — it is killed
        written = journal.record
        count = iter(range(1, 1000))

        def record(*args: Any, **kwargs: Any) -> Any:
            entry = written(*args, **kwargs)
            if next(count) == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return entry

        journal.record = record
        try:
            sweeps.sweep(own.company_id, at=NOON, batch=2)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    half_way = len(own.entries("deadline.missed"))
    assert half_way < 6
    sweeps.sweep(own.company_id, at=NOON + timedelta(minutes=1))
    assert set(said(own, "deadline.missed").values()) == {1} and len(said(own, "deadline.missed")) == 6
    assert set(said(own, "deadline.warned").values()) == {1}


@pytest.mark.django_db
def test_one_broken_case_does_not_keep_the_others_from_being_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    own = due_shop(monkeypatch, 3)
    folded, broken = cases._folded, []

    def sometimes(matter: Any, ruling: Any, at: Any) -> Any:
        broken.append(matter.root.pk) if not broken else None
        if matter.root.pk == broken[0]:
            raise ZeroDivisionError("on purpose")
        return folded(matter, ruling, at)

    monkeypatch.setattr(cases, "_folded", sometimes)
    swept = sweeps.sweep(own.company_id, at=NOON)
    assert (swept.cases, swept.failed) == (2, 1)
    assert len(own.entries("deadline.missed")) == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_leaves_a_company_alone_whose_past_is_being_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    own = due_shop(monkeypatch, 2)
    with sweeps.held(own.company_id):
        assert not in_threads(lambda: jobs.sweep(0), 1)
        assert not own.entries("deadline.missed")
    assert not in_threads(lambda: jobs.sweep(0), 1)
    assert len(own.entries("deadline.missed")) == 2


@pytest.mark.django_db
def test_an_import_that_stands_open_is_not_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    own = due_shop(monkeypatch, 0)
    importer = own.agent.as_origin("import")
    matter = own.open("2026-03-06 10:00", actor=importer)
    own.tell(matter, "reported", "2026-03-06 10:00", actor=importer)
    with scoped(own.system):
        (row,) = Deadline.objects.all()
        assert (row.state, row.next_action_at) == ("open", None)
    assert sweeps.sweep(own.company_id, at=NOON).cases == 0
    assert own.entries("deadline.missed") == []


@pytest.mark.django_db
def test_a_sweep_ends_although_a_case_stays_due(monkeypatch: pytest.MonkeyPatch) -> None:
    own = due_shop(monkeypatch, 3)
    looked: list[object] = []

    def idle(case_ids: list[object], **_rest: object) -> int:
        looked.extend(case_ids)
        assert len(looked) < 50, "it goes on for ever"
        return len(case_ids)

    monkeypatch.setattr(cases, "reconcile", idle)
    assert sweeps.sweep(own.company_id, at=NOON, batch=2).failed == 0
    assert len(looked) == len(set(looked)) == 3
