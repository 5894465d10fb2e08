"""Rates out of counts: how sure a share of a sample is."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054
"""The standard normal quantile that leaves 2.5 % on either side."""


class Share(float):
    """A share in 0…1 that spreadsheets show as a percentage; everywhere else it is the number that it is."""


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a rate, as two shares in 0…1.

    Nothing was counted (`n` = 0): everything is possible, (0.0, 1.0). Raises ValueError for counts that cannot be.
    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no count")
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, Z95 * Z95
    centre = share + z2 / (2 * n)
    spread = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    below = 1 + z2 / n
    low = 0.0 if successes == 0 else (centre - spread) / below
    high = 1.0 if successes == n else (centre + spread) / below
    return low, high
