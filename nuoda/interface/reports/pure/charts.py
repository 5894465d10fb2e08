"""Small charts as numbers for inline SVG: where each bar begins and how high it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of the picture; `missed` is the height of the part above `kept`."""

    x: float
    y: float
    width: float
    kept: float
    missed: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def spark(rates: Sequence[float | None], *, width: float = 66, height: float = 18) -> list[Bar]:
    """Bars of rates (0…1), the whole height being 100 %; where nothing was judged there is no bar (width 0)."""
    step = width / max(len(rates), 1)
    bars = []
    for place, rate in enumerate(rates):
        tall = 0.0 if rate is None else max(rate * height, 1.0)
        bars.append(Bar(_r(place * step + 1), _r(height - tall), _r(step - 2) if rate is not None else 0, _r(tall), 0))
    return bars


def ceiling(most: int) -> int:
    """A round number not below `most`, for the top of an axis that begins at 0: 1, 2, 4, 6, 8 or 10 times a power of ten."""
    unit = 1
    while unit * 10 < most:
        unit *= 10
    return next(unit * times for times in (1, 2, 4, 6, 8, 10) if unit * times >= most)


def columns(
    counts: Sequence[tuple[int, int]], *, width: float, height: float, left: float = 0, gap: float = 0.35
) -> list[Bar]:
    """Stacked bars of (kept, missed) over an axis from 0 to the `ceiling` of the tallest, in a picture of this width with room
    for the axis at the left; `gap` is the share of a step left empty."""
    most = ceiling(max((kept + missed for kept, missed in counts), default=0))
    step = (width - left) / max(len(counts), 1)
    bars = []
    for place, (kept, missed) in enumerate(counts):
        low, high = kept / most * height, missed / most * height
        bars.append(
            Bar(
                _r(left + place * step + step * gap / 2),
                _r(height - low - high),
                _r(step * (1 - gap)),
                _r(low),
                _r(high),
            )
        )
    return bars


def _r(value: float) -> float:
    return round(value, 2)
