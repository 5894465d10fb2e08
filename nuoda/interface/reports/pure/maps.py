"""A process map: which step follows which, how often and how soon, laid out in layers for a drawing.

Steps stand in layers from top to bottom by where they usually come; a connection over several layers is led past the
steps between (Sugiyama's way: dummy places, then each layer ordered by the middle of its neighbours).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

START, END = "start", "end"
"""Where cases begin and end; no steps of their own."""


@dataclass(frozen=True, slots=True)
class Follow:
    """`after` comes right after `before`, so often, with this median time between."""

    before: str
    after: str
    n: int
    median: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A step on the map: centre and size, in units of the picture."""

    key: str
    x: float
    y: float
    width: float
    height: float
    n: int

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A connection as a path of an SVG, with the place of its label. `back` leads up: work that comes again."""

    follow: Follow
    path: str
    x: float
    y: float
    weight: float
    """Width of the stroke."""
    back: bool


@dataclass(frozen=True, slots=True)
class Map:
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


WIDTH, HEIGHT, GAP_X, GAP_Y, ROUND = 132.0, 44.0, 34.0, 62.0, 22.0
"""Size of a box, the room between boxes and layers, and the size of start and end."""


def chosen(follows: Sequence[Follow], *, steps: int, share: float) -> list[Follow]:
    """What is worth drawing: connections between the most frequent steps that carry `share` of all cases, and of each step
    the strongest way in and out, so that nothing hangs in the air."""
    counts: dict[str, int] = {}
    for one in follows:
        counts[one.after] = counts.get(one.after, 0) + one.n
    frequent = sorted((key for key in counts if key not in (START, END)), key=lambda key: (-counts[key], key))[:steps]
    kept = {START, END, *frequent}
    inside = [one for one in follows if one.before in kept and one.after in kept and one.before != one.after]
    least = share * sum(one.n for one in inside if one.before == START)
    strong = {(one.before, one.after) for one in inside if one.n >= least}
    for key in kept:
        for side in (0, 1):
            ways = [one for one in inside if (one.after, one.before)[side] == key]
            if ways:
                best = max(ways, key=lambda one: (one.n, one.before, one.after))
                strong.add((best.before, best.after))
    return [one for one in inside if (one.before, one.after) in strong]


def layers(follows: Sequence[Follow], places: Mapping[str, float]) -> dict[str, int]:
    """The layer of each step: after everything that leads to it from before; `places` says where a step usually comes."""
    keys = {key for one in follows for key in (one.before, one.after)}
    order = sorted(keys - {START, END}, key=lambda key: (places.get(key, 0.0), key))
    rank = {START: 0}
    position = {START: -1.0, END: float("inf"), **{key: float(number) for number, key in enumerate(order)}}
    for key in order:
        into = [rank[one.before] for one in follows if one.after == key and position[one.before] < position[key]]
        rank[key] = max(into, default=0) + 1
    if END in keys:
        rank[END] = max(rank.values()) + 1
    return {key: rank[key] for key in keys}


def lay_out(follows: Sequence[Follow], places: Mapping[str, float], counts: Mapping[str, int]) -> Map:
    """The drawing of these connections."""
    rank = layers(follows, places)
    rows: list[list[str]] = [[] for _ in range(max(rank.values(), default=0) + 1)]
    for key in sorted(rank, key=lambda key: (rank[key], places.get(key, 0.0), key)):
        rows[rank[key]].append(key)
    chains: dict[tuple[str, str], list[str]] = {}
    for one in follows:
        chains[one.before, one.after] = _chain(one, rank, rows)
    _order(rows, chains)
    where = _places(rows)
    most = max((one.n for one in follows), default=1)
    lines = []
    for one in follows:
        points = [where[key] for key in chains[one.before, one.after]]
        lines.append(_line(one, points, rank, most))
    width = max((x for x, _y in where.values()), default=0) + WIDTH / 2 + GAP_X
    height = len(rows) * (HEIGHT + GAP_Y)
    boxes = tuple(
        Box(key, *where[key], *((ROUND, ROUND) if key in (START, END) else (WIDTH, HEIGHT)), counts.get(key, 0))
        for key in rank
    )
    return Map(boxes, tuple(sorted(lines, key=lambda line: line.follow.n)), round(width, 1), round(height, 1))


def _chain(one: Follow, rank: Mapping[str, int], rows: list[list[str]]) -> list[str]:
    """The step, the dummy places on the way, the next step; dummies are put into their layers."""
    first, last = rank[one.before], rank[one.after]
    way = range(first + 1, last) if last > first else range(first - 1, last, -1)
    found = [one.before]
    for layer in way:
        dummy = f"·{one.before}·{one.after}·{layer}"
        rows[layer].append(dummy)
        found.append(dummy)
    return [*found, one.after]


def _order(rows: list[list[str]], chains: Mapping[tuple[str, str], Sequence[str]]) -> None:
    """Sorts each layer by the middle of its neighbours, down and up a few times: fewer crossings."""
    near: dict[str, set[str]] = {}
    for chain in chains.values():
        for one, other in pairwise(chain):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
    for turn in range(8):
        way = range(1, len(rows)) if turn % 2 == 0 else range(len(rows) - 2, -1, -1)
        for layer in way:
            beside = rows[layer - 1] if turn % 2 == 0 else rows[layer + 1]
            at = {key: (place + 0.5) / len(beside) for place, key in enumerate(beside)}
            now = {key: (place + 0.5) / len(rows[layer]) for place, key in enumerate(rows[layer])}

            def middle(key: str, at: Mapping[str, float] = at, now: Mapping[str, float] = now) -> float:
                known = [at[other] for other in near.get(key, ()) if other in at]
                return sum(known) / len(known) if known else now[key]

            rows[layer].sort(key=lambda key: (middle(key), key))


def _places(rows: Sequence[Sequence[str]]) -> dict[str, tuple[float, float]]:
    """Centres; layers are centred, dummies take less room than boxes."""
    sizes = [[22.0 if key.startswith("·") else WIDTH for key in row] for row in rows]
    widest = max((sum(row) + GAP_X * len(row) for row in sizes), default=0.0)
    found = {}
    for number, row in enumerate(rows):
        x = (widest - sum(sizes[number]) - GAP_X * len(row)) / 2 + GAP_X / 2
        for key, size in zip(row, sizes[number], strict=True):
            found[key] = (round(x + size / 2, 1), round(number * (HEIGHT + GAP_Y) + HEIGHT / 2 + 8, 1))
            x += size + GAP_X
    return found


def _line(one: Follow, points: Sequence[tuple[float, float]], rank: Mapping[str, int], most: int) -> Line:
    back = rank[one.after] <= rank[one.before]
    down = 1 if not back else -1
    half = HEIGHT / 2
    begin = (points[0][0] + (14 if back else 0), points[0][1] + down * (ROUND / 2 if one.before == START else half))
    end = (points[-1][0] + (14 if back else 0), points[-1][1] - down * ((ROUND / 2 if one.after == END else half) + 5))
    if rank[one.after] == rank[one.before]:
        begin, end = (points[0][0], points[0][1] + half), (points[-1][0], points[-1][1] + half + 5)
    way = [begin, *points[1:-1], end]
    path = f"M{begin[0]:g} {begin[1]:g}"
    for (x1, y1), (x2, y2) in pairwise(way):
        bend = (y2 - y1) / 2 if y1 != y2 else 34.0
        other = y2 - bend if y1 != y2 else y2 + bend
        path += f" C{x1:g} {y1 + bend:g} {x2:g} {other:g} {x2:g} {y2:g}"
    number = (len(way) - 1) // 2
    (x1, y1), (x2, y2) = way[number], way[number + 1]
    return Line(one, path, round((x1 + x2) / 2, 1), round((y1 + y2) / 2, 1), round(1 + 4 * one.n / most, 2), back)
