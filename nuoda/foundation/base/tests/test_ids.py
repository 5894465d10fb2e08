"""Ids of one moment keep the order in which they were made: a case recorded at one instant is read in that order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nuoda.foundation.base.pure.ids import id_at, new_id

MOMENT = datetime(2026, 3, 6, 9, 50, tzinfo=UTC)


def test_ids_of_one_moment_sort_as_they_were_made() -> None:
    made = [id_at(MOMENT) for _ in range(3000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {row.version for row in made} == {7}


def test_ids_sort_by_moment_first_and_by_sequence_where_given() -> None:
    assert id_at(MOMENT) < id_at(MOMENT + timedelta(milliseconds=1))
    assert id_at(MOMENT, 7) < id_at(MOMENT, 8)


def test_live_ids_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(3000)]
    assert made == sorted(made)
