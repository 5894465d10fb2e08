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


def columns(counts: Sequence[tuple[int, int]], *, width: float, height: float, gap: float = 0.35) -> list[Bar]:
    """Stacked bars of (kept, missed), scaled to the tallest; `gap` is the share of a step left empty."""
    most = max((kept + missed for kept, missed in counts), default=0) or 1
    step = width / max(len(counts), 1)
    bars = []
    for place, (kept, missed) in enumerate(counts):
        low, high = kept / most * height, missed / most * height
        bars.append(
            Bar(_r(place * step + step * gap / 2), _r(height - low - high), _r(step * (1 - gap)), _r(low), _r(high))
        )
    return bars


def _r(value: float) -> float:
    return round(value, 2)
