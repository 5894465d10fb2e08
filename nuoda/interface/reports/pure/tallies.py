"""What became of the time limits of a clause: counts, and the rate with how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nuoda.foundation.base.pure.rates import wilson

STATES = ("kept", "missed", "open", "paused", "withdrawn", "waived")
"""States of a deadline in the order of the board."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Deadlines by state. Withdrawn and waived ones are judged neither way."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, state: str) -> int:
        return self.counts.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """n of the rate: what was kept or missed."""
        return self["kept"] + self["missed"]

    @property
    def rate(self) -> float | None:
        """Kept of judged, 0…1; None when nothing was judged: not assessed, neither 100 % nor 0 %."""
        return self["kept"] / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of the rate."""
        return wilson(self["kept"], self.judged) if self.judged else None

    def __add__(self, other: Tally) -> Tally:
        return Tally({state: self[state] + other[state] for state in STATES})


def total(tallies: Iterable[Tally]) -> Tally:
    found = Tally()
    for tally in tallies:
        found += tally
    return found


def chapter(clause_id: str) -> str:
    """'MN-3' of 'MN-3.2.1b': the policy's letters and the number of the chapter."""
    letters, _dash, rest = clause_id.partition("-")
    digits = rest[: next((place for place, sign in enumerate(rest) if not sign.isdigit()), len(rest))]
    return f"{letters}-{digits}" if digits else clause_id
