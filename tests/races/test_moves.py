"""Fifty times, two people do the same thing at the same moment: one of them wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from nuoda.domain.service import queries
from nuoda.domain.service.actions import tickets
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 50


def together(*tasks: Callable[[], Any]) -> list[Any]:
    """Run the tasks at the same moment, each in its own thread and connection; results or exceptions, in order."""
    barrier = threading.Barrier(len(tasks))
    found: list[Any] = [None] * len(tasks)

    def run(index: int, task: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            found[index] = task()
        except Exception as error:
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def race(stage: Stage) -> list[tuple[int, int]]:
    """(winners, journal entries) of each round of answering a ticket twice."""
    reported = [stage.report(stage.cast.lin, answered=False) for _ in range(ROUNDS)]
    people = [stage.actor(stage.cast.lin), stage.actor(stage.cast.wang)]
    rounds = []
    for ticket in reported:

        def answer(actor: Any, key: Any = ticket.pk) -> bool:
            with scoped(actor):
                row = queries.ticket(actor, id=key)
                tickets.answer(row, actor=actor, at=stage.now)
            return True

        results = together(*(lambda actor=actor: answer(actor) for actor in people))
        assert all(result is True or isinstance(result, Refused) for result in results), results
        with stage.acting(stage.cast.wang):
            written = Entry.objects.filter(case_id=ticket.pk, type="ticket.answered").count()
        rounds.append((results.count(True), written))
    return rounds


def test_one_of_two_wins_and_one_entry_is_written() -> None:
    assert race(Stage.set()) == [(1, 1)] * ROUNDS


def test_without_compare_and_set_both_would_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the guard on the old state is taken out of the update."""
    plain = QuerySet.filter

    def unguarded(self: QuerySet[Any], *args: Any, **terms: Any) -> QuerySet[Any]:
        if self.model is Ticket and set(terms) >= {"pk", "state"}:
            terms = {"pk": terms["pk"]}
        return plain(self, *args, **terms)

    stage = Stage.set()
    monkeypatch.setattr(QuerySet, "filter", unguarded)
    assert any(written > 1 for _winners, written in race(stage))
