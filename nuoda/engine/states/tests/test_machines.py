"""Machines as tables."""

from __future__ import annotations

import pytest

from nuoda.engine.states.pure.machines import MACHINES, Machine, Move, State

STATES = [State("new", "New", "info"), State("open", "Open", "near"), State("done", "Done", "kept")]
MOVES = [
    Move("make", (None,), "new"),
    Move("begin", ("new",), "open"),
    Move("note", ("new", "open"), None),
    Move("end", ("open",), "done"),
]


def machine(states: list[State] = STATES, moves: list[Move] = MOVES) -> Machine:
    try:
        return Machine("thing", states=states, moves=moves)
    finally:
        MACHINES.pop("thing", None)


def test_verbs_lead_where_the_table_says() -> None:
    thing = machine()
    assert thing.target("begin", "new") == "open"
    assert thing.target("note", "open") == "open"
    assert thing.verbs_from("new") == ["begin", "note"]
    with pytest.raises(KeyError):
        thing.target("end", "new")


@pytest.mark.parametrize(
    ("states", "moves"),
    [
        (STATES, [*MOVES, Move("fly", ("new",), "away")]),
        (STATES, [*MOVES, Move("fly", ("away",), "new")]),
        (STATES, [*MOVES, Move("end", ("new",), "done")]),
        ([*STATES, State("new", "Again", "info")], MOVES),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(states: list[State], moves: list[Move]) -> None:
    with pytest.raises(ValueError, match="thing"):
        machine(states, moves)


def test_states_that_nothing_reaches_are_found() -> None:
    assert machine().unreachable() == set()
    assert machine([*STATES, State("lost", "Lost", "quiet")]).unreachable() == {"lost"}
    assert machine(moves=MOVES[1:]).unreachable() == {"new", "open", "done"}
