"""UUIDs side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
_LOW = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Ids:
    """UUIDs side by side, as halves: they compare as the whole does."""

    high: Words
    low: Words

    @classmethod
    def of(cls, ids: Iterable[UUID]) -> Ids:
        numbers = [id_.int for id_ in ids]
        return cls(
            np.array([number >> 64 for number in numbers], np.uint64),
            np.array([number & _LOW for number in numbers], np.uint64),
        )

    @property
    def size(self) -> int:
        return int(self.high.size)

    def take(self, places: Any) -> Ids:
        return Ids(self.high[places], self.low[places])

    def one(self, place: int) -> UUID:
        return UUID(int=self.number(place))

    def number(self, place: int) -> int:
        return int(self.high[place]) << 64 | int(self.low[place])

    def hexes(self) -> list[str]:
        """As 32 digits each, which PostgreSQL reads too."""
        both = np.empty((self.size, 2), ">u8")
        both[:, 0], both[:, 1] = self.high, self.low
        text = both.tobytes().hex()
        return [text[place : place + 32] for place in range(0, len(text), 32)]

    def places(self, wanted: Ids) -> npt.NDArray[np.intp]:
        """Where each wanted id stands among these (in order, each once); -1 where it does not."""
        if not self.size:
            return np.full(wanted.size, -1, np.intp)
        place = np.searchsorted(self.high, wanted.high)
        last = self.size - 1
        while True:
            held = np.minimum(place, last)
            # Ids of one millisecond may share their first half.
            further = (place <= last) & (self.high[held] == wanted.high) & (self.low[held] < wanted.low)
            if not further.any():
                break
            place[further] += 1
        held = np.minimum(place, last)
        known = (place <= last) & (self.high[held] == wanted.high) & (self.low[held] == wanted.low)
        return np.where(known, held, -1)
