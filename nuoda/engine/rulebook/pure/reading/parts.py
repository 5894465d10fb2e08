"""A long regulation in parts of which each has no more proposals than one page can carry."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from .proposals import Reading


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text, half-open in characters, named by the headings that it begins and ends with."""

    start: int
    end: int
    first: str
    last: str
    proposals: int


def parts(reading: Reading, most: int) -> tuple[Part, ...]:
    """The text cut at its chapters, and inside a chapter at its items where the chapter alone has too many."""
    outer = {item.start for item in reading.items if len(item.path) == 1} | {len(reading.text)}
    cuts = sorted({item.start for item in reading.items} | {len(reading.text)})
    places = sorted(one.start for one in reading.proposals)
    found: list[Part] = []
    start = 0
    while start < len(reading.text):
        end = _end(start, cuts, outer, places, most)
        found.append(_part(reading, start, end, bisect_left(places, end) - bisect_left(places, start)))
        start = end
    return tuple(found)


def _end(start: int, cuts: list[int], outer: set[int], places: list[int], most: int) -> int:
    """The farthest cut with at most `most` proposals before it: a chapter's, else any item's, else the next one at all."""
    behind = bisect_right(cuts, start)
    limit = bisect_left(places, start) + most
    last = places[limit] if limit < len(places) else cuts[-1]
    fitting = cuts[behind : bisect_right(cuts, last)]
    chapters = [cut for cut in fitting if cut in outer]
    return (chapters or fitting or cuts[behind : behind + 1])[-1]


def _part(reading: Reading, start: int, end: int, proposals: int) -> Part:
    inside = [item for item in reading.items if start <= item.start < end]
    names = [
        " ".join(filter(None, (item.number, item.title))) for item in inside if len(item.path) < 2 or item is inside[0]
    ]
    return Part(start, end, names[0] if names else "", names[-1] if names else "", proposals)
