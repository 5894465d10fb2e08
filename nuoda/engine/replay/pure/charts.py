"""Bars beside each other, as numbers for an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, NAME, ROW, BAR = 400, 18, 54, 12
"""Units of the drawing, about pixels of a phone: its width, the height of a name above its bars, of a line, of a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: the lengths of its two bars, from 0 to the room there is."""

    name: str
    named: int
    """Where the name stands."""
    y: int
    first: int
    second: int
    first_length: float
    second_length: float
    second_y: int
    """Where the second bar begins."""

    @property
    def first_end(self) -> float:
        """Where the number stands behind the first bar."""
        return self.first_length + 6

    @property
    def second_end(self) -> float:
        return self.second_length + 6


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of pairs; `lines` without those that are nothing on both sides."""

    width: int
    height: int
    bar: int
    lines: tuple[Bar, ...]


def bars(pairs: Sequence[tuple[str, int, int]], most: int = 20) -> Bars:
    """Pairs of numbers as bars, in the order given; all against the largest. At most `most` lines, the largest ones."""
    told = [pair for pair in pairs if pair[1] or pair[2]]
    largest = set(sorted(told, key=lambda pair: -max(pair[1:]))[:most])
    told = [pair for pair in told if pair in largest]
    top = max((max(pair[1:]) for pair in told), default=1)
    room = WIDTH - 50
    lines = tuple(
        Bar(
            name,
            ROW * number + NAME - 5,
            ROW * number + NAME,
            first,
            second,
            round(room * first / top, 1),
            round(room * second / top, 1),
            ROW * number + NAME + BAR + 2,
        )
        for number, (name, first, second) in enumerate(told)
    )
    return Bars(WIDTH, ROW * len(lines), BAR, lines)
