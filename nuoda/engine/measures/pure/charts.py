"""Where the dots of a line of figures stand, as numbers for an SVG; gaps stay gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .figures import Measured


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure on the drawing; y grows downwards. `top` and `bottom` are the ends of its interval."""

    x: float
    y: float
    top: float
    bottom: float
    index: int
    """Which of the given figures it is."""


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    """'x,y x,y …' for each stretch without a gap."""
    target: float | None
    ticks: tuple[tuple[float, float], ...]
    """(y, value) of a few values for the axis, from the top."""
    xs: tuple[float, ...]
    """Where each given figure stands, assessed or not."""


def chart(
    found: Sequence[Measured | None],
    *,
    width: int,
    height: int,
    target: float | None = None,
    share: bool = True,
    edge: tuple[int, int, int, int] = (4, 4, 4, 4),
) -> Chart:
    """Places figures from left to right. Shares are drawn against 100 %, other numbers against 0; `edge` is the room
    left at top, right, bottom and left. Nothing assessed: no dots."""
    top, right, bottom, left = edge
    known = [item for item in found if item is not None and item.value is not None]
    values = [value for item in known for value in (item.value, item.low, item.high) if value is not None]
    values += [target] if target is not None else []
    low, high = _range(values, share)

    def y(value: float) -> float:
        return round(top + (height - top - bottom) * (1 - (value - low) / (high - low)), 1)

    step = (width - left - right) / max(len(found) - 1, 1)
    xs = tuple(
        round(left + (step * index if len(found) > 1 else (width - left - right) / 2), 1) for index in range(len(found))
    )
    dots, lines, run = list[Dot](), list[str](), list[str]()
    for index, item in enumerate(found):
        if item is None or item.value is None:
            lines, run = [*lines, " ".join(run)] if run else lines, []
            continue
        middle = y(item.value)
        ends = [y(value) if value is not None else middle for value in (item.high, item.low)]
        dots.append(Dot(xs[index], middle, ends[0], ends[1], index))
        run.append(f"{xs[index]},{middle}")
    lines = [*lines, " ".join(run)] if run else lines
    ticks = tuple((y(value), value) for value in (high, (high + low) / 2, low))
    return Chart(width, height, tuple(dots), tuple(lines), None if target is None else y(target), ticks, xs)


def _range(values: Sequence[float], share: bool) -> tuple[float, float]:
    """From where to where the axis goes."""
    if not values:
        return 0.0, 1.0
    if share:
        return min(0.9, max(0.0, int(min(values) * 10) / 10)), 1.0
    return 0.0, max(values) * 1.1 or 1.0
