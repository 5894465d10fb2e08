"""State machines as tables: states with label and colour, and the only moves between them.

An app declares its machines in `states.py`; `actions.moves` walks them; tests enumerate them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Colour = Literal["near", "info", "kept", "missed", "paused", "quiet"]


@dataclass(frozen=True, slots=True)
class State:
    """`label` is a lazily translated text; `colour` is a meaning, never the only sign of it."""

    code: str
    label: Any
    colour: Colour


@dataclass(frozen=True, slots=True)
class Move:
    """`verb` leads from any of `sources` to `target`; a source None is the beginning, a target None keeps the state."""

    verb: str
    sources: tuple[str | None, ...]
    target: str | None


MACHINES: dict[str, Machine] = {}
"""Machines by subject."""


class Machine:
    """The states of one subject and the moves between them. Raises ValueError when the table contradicts itself."""

    def __init__(self, subject: str, *, states: Sequence[State], moves: Sequence[Move]) -> None:
        self.subject = subject
        self.states = {state.code: state for state in states}
        self.moves = {move.verb: move for move in moves}
        if len(self.states) != len(states) or len(self.moves) != len(moves):
            raise ValueError(f"{subject}: a state or verb stands twice")
        known = {*self.states, None}
        for move in moves:
            if not known.issuperset(move.sources) or move.target not in known:
                raise ValueError(f"{subject}: move {move.verb} names a state that is not declared")
        MACHINES[subject] = self

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """For a model field."""
        return [(state.code, state.label) for state in self.states.values()]

    def label(self, code: str) -> Any:
        return self.states[code].label

    def colour(self, code: str) -> Colour:
        return self.states[code].colour

    def target(self, verb: str, source: str | None) -> str | None:
        """Where `verb` leads from `source`; raises KeyError when there is no such move."""
        move = self.moves[verb]
        if source not in move.sources:
            raise KeyError(verb)
        return move.target if move.target is not None else source

    def verbs_from(self, source: str | None) -> list[str]:
        return [move.verb for move in self.moves.values() if source in move.sources]

    def unreachable(self) -> set[str]:
        """States that no sequence of moves from the beginning reaches."""
        reached: set[str | None] = {None}
        while True:
            more = {m.target for m in self.moves.values() if m.target and reached.intersection(m.sources)} - reached
            if not more:
                return set(self.states) - {code for code in reached if code}
            reached |= more
