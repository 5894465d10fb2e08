"""Bars beside each other, as numbers for an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LEFT, ROW, BAR = 720, 210, 34, 12
"""Units of the drawing: its width, the room for names, the height of a line, the height of a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: the lengths of its two bars, from 0 to the room there is."""

    name: str
    y: int
    first: int
    second: int
    first_length: float
    second_length: float
    second_y: int
    """Where the second bar begins."""
    middle: int

    @property
    def first_end(self) -> float:
        """Where the number stands behind the first bar."""
        return LEFT + self.first_length + 6

    @property
    def second_end(self) -> float:
        return LEFT + self.second_length + 6


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of pairs; `lines` without those that are nothing on both sides."""

    width: int
    height: int
    left: int
    bar: int
    lines: tuple[Bar, ...]


def bars(pairs: Sequence[tuple[str, int, int]], most: int = 20) -> Bars:
    """Pairs of numbers as bars, in the order given; all against the largest. At most `most` lines, the largest ones."""
    told = [pair for pair in pairs if pair[1] or pair[2]]
    largest = set(sorted(told, key=lambda pair: -max(pair[1:]))[:most])
    told = [pair for pair in told if pair in largest]
    top = max((max(pair[1:]) for pair in told), default=1)
    room = WIDTH - LEFT - 60
    lines = tuple(
        Bar(
            name,
            4 + ROW * number,
            first,
            second,
            round(room * first / top, 1),
            round(room * second / top, 1),
            4 + ROW * number + BAR + 2,
            4 + ROW * number + BAR + 1,
        )
        for number, (name, first, second) in enumerate(told)
    )
    return Bars(WIDTH, ROW * len(lines) + 8, LEFT, BAR, lines)
