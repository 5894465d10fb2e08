from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuoda.engine.duties.pure.standing import Kind, Proof, Terms, stand

DUE = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms(DUE, DUE + DAY, warnings=(DUE - 3 * DAY,))


def proof(days: float, kind: Kind = "event", key: str = "") -> Proof:
    return Proof(DUE + days * DAY, key or f"{kind}{days}", kind)


@pytest.mark.parametrize(
    ("proofs", "as_of", "state", "done"),
    [
        ([], -5, "open", None),
        ([], 1, "open", None),  # kept means at or before the due time, with its grace
        ([], 1.1, "missed", None),
        ([proof(-1)], 5, "met", -1),
        ([proof(1)], 5, "met", 1),
        ([proof(2)], 5, "missed", 2),
        ([proof(2)], 1.5, "missed", None),
        ([proof(-1, "claimed")], 5, "claimed", None),
        ([proof(2, "claimed")], 5, "missed", None),
        ([proof(-1, "claimed"), proof(0)], 5, "met", 0),
        ([proof(-1, "attested"), proof(2)], 5, "met", -1),
    ],
)
def test_where_a_duty_stands(proofs: list[Proof], as_of: float, state: str, done: float | None) -> None:
    found = stand(TERMS, proofs, DUE + as_of * DAY)
    assert found.state == state
    assert found.done_at == (None if done is None else DUE + done * DAY)


def test_it_takes_as_many_events_as_the_clause_says_or_one_attestation() -> None:
    terms = Terms(DUE, DUE, times=3)
    two = [proof(-3), proof(-2)]
    assert stand(terms, two, DUE).state == "open" and stand(terms, two, DUE).counted == 2
    assert stand(terms, [*two, proof(-1)], DUE).done_at == DUE - DAY
    assert stand(terms, [*two, proof(-1, "attested")], DUE).state == "met"


def test_a_warning_is_reached_only_while_it_is_not_done() -> None:
    assert stand(TERMS, [], DUE - DAY).warned == (0,)
    assert stand(TERMS, [proof(-4)], DUE).warned == ()
    assert stand(TERMS, [proof(-2)], DUE).warned == (0,)


def test_time_alone_changes_nothing_when_it_is_done_or_decided_by_a_person() -> None:
    assert stand(TERMS, [], DUE - 5 * DAY).next_at == DUE - 3 * DAY
    assert stand(TERMS, [], DUE - 2 * DAY).next_at == DUE + DAY
    for proofs in ([proof(-4)], [proof(-4, "claimed")]):
        assert stand(TERMS, proofs, DUE - 3.5 * DAY).next_at is None
    assert stand(TERMS, [], DUE + 9 * DAY).next_at is None


KINDS: tuple[Kind, ...] = ("event", "attested", "claimed")


@given(
    st.lists(st.tuples(st.integers(-90, 40), st.sampled_from(KINDS), st.integers(0, 3)), max_size=12),
    st.integers(1, 4),
    st.integers(-100, 50),
    st.integers(0, 10_000),
)
def test_the_order_in_which_it_is_learned_and_twice_make_no_difference(
    given_: list[tuple[int, Kind, int]], times: int, as_of: int, seed: int
) -> None:
    terms = Terms(DUE, DUE + DAY, times, (DUE - 3 * DAY, DUE - DAY))
    proofs = [proof(hours / 10, kind, f"{kind}{hours}{key}") for hours, kind, key in given_]
    moment = DUE + as_of / 10 * DAY
    wanted = stand(terms, proofs, moment)
    mixed = [*proofs, *proofs[::2]]
    random.Random(seed).shuffle(mixed)
    assert stand(terms, mixed, moment) == wanted


@given(st.lists(st.integers(-90, 40), max_size=8), st.integers(1, 3))
def test_what_lies_after_the_last_event_needed_changes_nothing(hours: list[int], times: int) -> None:
    """So the doors may leave it out."""
    terms, late = Terms(DUE, DUE + DAY, times), DUE + 9 * DAY
    proofs = [proof(hour / 10, key=f"{number}") for number, hour in enumerate(hours)]
    wanted = stand(terms, proofs, late)
    if wanted.done_at is not None:
        fewer = [p for p in proofs if p.at <= wanted.done_at]
        assert stand(terms, fewer, late) == wanted
