"""The numbers of dispatch stand in the book (DL-3.2a): another book, other suggestions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nuoda.engine.rulebook.pure.book import Book
from nuoda.engine.rulebook.pure.durations import Duration

from .. import queries
from .stage import Stage, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage.set(local(5, 10))


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[str, Duration]:
    """What the book says instead of the shipped values."""
    said: dict[str, Duration] = {}
    shipped = Book.value
    monkeypatch.setattr(
        Book, "value", lambda self, name, moment, kind: said.get(name) or shipped(self, name, moment, kind)
    )
    return said


@pytest.mark.parametrize(
    ("length", "hours"), [("90 min", 1.5), ("3 h", 3.0), ("5 working hours", 5.0), ("1 working days", None)]
)
def test_a_visit_is_as_long_as_the_book_says(
    stage: Stage, says: dict[str, Any], length: str, hours: float | None
) -> None:
    says["dispatch_visit_length"] = Duration.parse(length)
    ticket = stage.report()
    with stage.acting(stage.cast.wang) as (actor, at):
        found = queries.visit_length(actor, ticket, at)
        slots = {row.slot[1] - row.slot[0] for _person, row in queries.suggestions(actor, ticket, at=at) if row.slot}
    if hours is None:  # the working time that a working day leads over: more than what is left today
        assert timedelta(hours=8) <= found <= timedelta(hours=16)
    else:
        assert found == timedelta(hours=hours)
        assert slots == {found}


def test_nobody_looks_further_ahead_than_the_book_says(stage: Stage, says: dict[str, Any]) -> None:
    ticket = stage.report()
    with stage.acting(stage.cast.wang) as (actor, at):
        for horizon, free in (("10 d", True), ("1 d", False)):
            says["dispatch_horizon"] = Duration.parse(horizon)
            for person, _found in queries.suggestions(actor, ticket, at=at):
                person.leaves.all().delete()
                person.leaves.create(company_id=person.company_id, starts_at=at, ends_at=at + timedelta(days=3))
            rows = queries.suggestions(actor, ticket, at=at)
            assert rows and all((row.slot is not None) is free for _person, row in rows)
            reasons = {reason.code: reason.figures for reason in rows[0][1].reasons}
            assert free or reasons["no_gap"] == {"days": 1}
