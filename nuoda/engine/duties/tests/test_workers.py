"""With any number of workers, and whatever dies in between, each duty is opened once, missed once, each step of a ladder told once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from nuoda.engine.clocks.actions.sweeps import held
from nuoda.engine.clocks.tests.test_sweeping import in_threads
from nuoda.engine.duties import jobs
from nuoda.engine.duties.actions import attestations, ladders, opening, standing
from nuoda.engine.duties.models import Obligation, Watch
from nuoda.engine.rulebook.models import ClauseError
from nuoda.foundation.base.access import scoped
from nuoda.foundation.journal.actions import entries as journal

from .office import Office, cadence, clause, moment, office
from .test_ladders import LADDER

pytestmark = pytest.mark.django_db(transaction=True)


def busy() -> Office:
    """Six units, a chore a week, a ladder on what is missed."""
    return office(
        clause(cadence(per="organisation", every="week", attest={}), LADDER),
        clause(cadence("month", per="organisation", attest={}), id="XX-2"),
    )


def told(own: Office, type_: str, key: str = "obligation") -> Counter[Any]:
    return Counter((e.payload[key], e.payload.get("step")) for e in own.entries(type_))


def test_many_workers_open_and_miss_each_duty_once() -> None:
    own = busy()
    for at in ("2026-03-02 09:00", "2026-03-31 09:00"):
        assert not in_threads(lambda at=at: own.sweep(at), 4)  # type: ignore[misc]
    own.sweep("2026-03-31 09:00")
    rows = own.duties()
    assert len(rows) == len({(row.ref, row.period, row.unit_id) for row in rows}) == 3 * 6 + 3
    for type_, count in (("duty.opened", 21), ("duty.missed", 15), ("duty.escalated", 27)):
        assert set(told(own, type_).values()) == {1} and len(told(own, type_)) == count, type_


@pytest.mark.parametrize("locked", [True, False])
def test_two_workers_meet_before_opening(monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """The lock keeps the second away; negative control: without it both set out, and the constraint behind it holds."""
    own = busy()
    own.sweep("2026-03-02 09:00")
    meeting, met = threading.Barrier(2), []
    missing = opening._missing

    def slowly(*args: Any) -> Any:
        found = missing(*args)
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(1.0)
            met.append(len(found))
        return found

    monkeypatch.setattr(opening, "_missing", slowly)
    if not locked:
        monkeypatch.setattr(Watch.objects, "select_for_update", lambda **_how: Watch.objects.all())
    assert not in_threads(lambda: own.sweep("2026-03-09 09:00"), 2)
    assert met == ([] if locked else [3, 3])
    assert len(own.duties()) == 12
    assert set(told(own, "duty.opened").values()) == {1}


@pytest.mark.parametrize("locked", [True, False])
def test_it_is_the_lock_of_the_row_that_makes_a_miss_once(monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """Two workers meet between reading and writing. Negative control: without the lock the miss is told twice."""
    own = office(clause(cadence(attest={})))
    own.sweep("2026-03-02 09:00")
    meeting, known = threading.Barrier(2), standing.known

    def slowly(ids: Any) -> Any:
        found = known(ids)
        if ids:
            with contextlib.suppress(threading.BrokenBarrierError):
                meeting.wait(1.0)
        return found

    monkeypatch.setattr(standing, "known", slowly)
    monkeypatch.setattr(opening, "open_due", lambda **_more: False)
    if not locked:
        monkeypatch.setattr(Obligation.objects, "select_for_update", lambda **_how: Obligation.objects.all())
    in_threads(lambda: own.sweep("2026-04-01 09:00"), 2)
    assert list(told(own, "duty.missed").values()) == ([1] if locked else [2])


def test_a_word_given_during_the_sweep_is_not_overlooked() -> None:
    own = office(clause(cadence(attest={"evidence": False})))
    own.sweep("2026-03-02 09:00")
    row, wang = own.only(), own.actor(own.cast.wang)

    def attest() -> None:
        with scoped(wang):
            at = moment("2026-04-01 09:00")
            attestations.attest(row.pk, statement="早做了", actor=wang, at=at, happened_at=moment("2026-03-20 09:00"))

    work = [lambda: own.sweep("2026-04-01 09:00"), attest]
    assert not in_threads(lambda: work.pop()(), 2)
    assert own.only(period="2026-03").state == "met"
    assert len(own.entries("duty.missed")) == len(own.entries("duty.miss_withdrawn")) <= 1


@pytest.mark.parametrize("dies_at", [2, 7, 12])
def test_a_worker_killed_in_between_leaves_nothing_half(dies_at: int) -> None:
    own = busy()
    own.sweep("2026-03-09 09:00")
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
            own.sweep("2026-03-31 09:00")
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    own.sweep("2026-03-31 09:01")
    rows = own.duties()
    assert len(rows) == len({(row.ref, row.period, row.unit_id) for row in rows}) == 21
    for type_ in ("duty.opened", "duty.missed", "duty.escalated"):
        assert set(told(own, type_).values()) == {1}, type_
    assert len(own.entries("duty.missed")) == 15


def test_one_broken_duty_does_not_keep_the_others_from_being_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    own = busy()
    own.sweep("2026-03-02 09:00")
    settle, broken = standing._settle, []

    def sometimes(row: Any, *args: Any, **kwargs: Any) -> Any:
        broken.append(row.pk) if not broken else None
        if row.pk == broken[0]:
            raise ZeroDivisionError("on purpose")
        return settle(row, *args, **kwargs)

    monkeypatch.setattr(opening, "open_due", lambda **_more: False)
    monkeypatch.setattr(standing, "_settle", sometimes)
    assert own.sweep("2026-03-09 09:00").failed == 1
    assert len(own.entries("duty.missed")) == 5


@pytest.mark.parametrize("locked", [True, False])
def test_two_workers_climb_one_ladder(monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """Negative control: without the locks both tell the step, and the journal refuses the second one's."""
    own = office(clause(cadence(attest={}), LADDER))
    own.sweep("2026-03-02 09:00")
    own.sweep("2026-04-01 09:00")
    meeting, outcome, tried = threading.Barrier(2), ladders._outcome, []

    def slowly(row: Any) -> Any:
        found = outcome(row)
        tried.append(row.pk)
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(1.0)
        return found

    monkeypatch.setattr(ladders, "_outcome", slowly)
    if not locked:
        from nuoda.engine.duties.models import Escalation
        from nuoda.foundation.journal.models import Dossier

        for model in (Dossier, Escalation):
            monkeypatch.setattr(model.objects, "select_for_update", lambda model=model, **_how: model.objects.all())
    in_threads(lambda: own.sweep("2026-04-02 09:00"), 2)
    assert list(told(own, "duty.escalated").values()) == [1]
    assert len(tried) == 1 if locked else len(tried) > 1


def test_the_worker_leaves_a_company_alone_whose_past_is_being_made_up() -> None:
    own = busy()
    with held(own.company_id):
        assert not in_threads(lambda: jobs.sweep(0), 1)
        assert not own.duties()
    assert not in_threads(lambda: jobs.sweep(0), 1)
    assert own.duties()


def test_a_duty_that_cannot_be_opened_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    own = office(clause(cadence("first", attest={})), clause(cadence("second", attest={}), id="XX-2"))
    written = opening._write

    def breaks(wanted: Any, *more: Any, **named: Any) -> Any:
        if wanted.rule.key == "first":
            raise ZeroDivisionError("no such day")
        return written(wanted, *more, **named)

    monkeypatch.setattr(opening, "_write", breaks)
    assert own.sweep("2026-03-02 09:00").failed == 1
    assert [row.clause_id for row in own.duties()] == ["XX-2"]
    with scoped(own.keeper):
        [error] = ClauseError.objects.all()
        assert error.ref == "XX-1/first" and "no such day" in error.reason
    monkeypatch.undo()
    assert own.sweep("2026-03-02 09:01").failed == 0
    assert {row.clause_id for row in own.duties()} == {"XX-1", "XX-2"}, "the next sweep tries it again"


def test_one_company_does_not_hold_up_another(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = office(), office()
    asked = []

    def breaks(company_id: Any) -> None:
        asked.append(company_id)
        raise ZeroDivisionError

    monkeypatch.setattr(jobs.sweeps, "sweep", breaks)
    jobs.sweep(0)
    assert {own.company_id, other.company_id} <= set(asked)
