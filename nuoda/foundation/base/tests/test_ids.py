"""Identifiers sort by time, and within one moment by the order in which they were asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nuoda.foundation.base.pure.ids import id_at, new_id

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_ids_of_one_moment_keep_their_order() -> None:
    made = [id_at(AT) for _ in range(200)]
    assert made == sorted(made)
    assert len(set(made)) == 200


def test_ids_sort_by_their_moment() -> None:
    assert id_at(AT) < id_at(AT + timedelta(milliseconds=1)) < new_id()


def test_they_are_of_version_seven() -> None:
    assert (id_at(AT).version, new_id().version) == (7, 7)


def test_a_sequence_has_twelve_bits() -> None:
    assert id_at(AT, 3) < id_at(AT, 4)
    with pytest.raises(ValueError, match="12 bits"):
        id_at(AT, 4096)


def test_live_ids_keep_their_order_too() -> None:
    made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
