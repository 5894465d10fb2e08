"""Entries as the journal sends them (`wire`) laid out as the fold takes them (`columns`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import numpy as np

from nuoda.engine.clocks.pure.values import Happening

from .columns import Codes, Columns, Kind, Vocabulary, kind_of, promise
from .ids import Ids
from .wire import ODD, Raw, Slots, slots
from .working import FAR, Ints, Places, micros

T = TypeVar("T")
Load = Callable[[Sequence[int]], Mapping[int, Sequence[Happening]]]
"""Reads cases whole, by their places."""


class Codebook:
    """What the codes of kinds and dealers stand for; it learns each from the first entry that has it."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.rows, self.promises = slots(words.rows), slots(words.promises)
        self.kinds: dict[int, Kind] = {}
        self.dealers: dict[int, str] = {0: ""}

    def unknown(self, kind: Ints, dealer: Ints) -> list[int]:
        """Places of entries from which everything that is not known can be learned."""
        found: set[int] = set()
        for column, known in ((kind, self.kinds), (dealer, self.dealers)):
            told = np.array([*sorted(known), FAR], np.int64)
            strange = np.flatnonzero(told[np.minimum(np.searchsorted(told, column), len(known))] != column)
            found.update(strange[np.unique(column[strange], return_index=True)[1]].tolist())
        return sorted(found)

    def learn(self, kind: int, dealer: int, h: Happening) -> None:
        self.kinds[kind] = kind_of(h, self.words)
        self.dealers[dealer] = h.dealer


def lay(raw: Raw, placed: Places, cases: Ids, as_of: Ints, book: Codebook, load: Load) -> Columns:
    """Entries of the cases (in order, each once) in the order of the fold.

    `placed` says which case each entry is of; entries of other cases (-1) are left out. `as_of` is until when each case is
    judged; FAR for one that is judged as of its last happening.
    """
    order = _order(raw, placed)
    case: Codes = placed[order].astype(np.int32)
    at = raw.at[order]
    first = np.searchsorted(case, np.arange(cases.size + 1)).astype(np.int64)
    ends = _ends(at, first, as_of)
    told = at <= ends[case]
    if not told.all():
        order, case, at = order[told], case[told], at[told]
        first = np.searchsorted(case, np.arange(cases.size + 1)).astype(np.int64)
    id_ = raw.id.take(order)
    cache = _Cases(load)
    kind, dealer = raw.kind[order], raw.dealer[order]
    _learn(book, kind, dealer, case, id_, cache)
    kind_codes, kinds = _codes(kind, book.kinds)
    dealer_codes, dealers = _codes(dealer, book.dealers)
    return Columns(
        first=first,
        as_of=ends,
        case=case,
        kind=kind_codes,
        kinds=kinds,
        at=at,
        judged=raw.judged[order],
        dealer=dealer_codes,
        dealers=dealers,
        track=raw.track[order],
        rows=dict(_fields([column[order] for column in raw.rows], book.rows, kind_codes, kinds, -1)),
        promises={
            name: _promises(column, name, case, id_, cache)
            for name, column in _fields(
                [column[order] for column in raw.promises], book.promises, kind_codes, kinds, FAR
            )
        },
        happenings=cache.of,
        case_ids=cases,
        ids=id_,
        fetch=cache.fetch,
    )


def within(raw: Raw, placed: Places, cases: int, period: tuple[datetime, datetime]) -> Places:
    """Of so many cases the ones in which something happened in the half-open period; `placed` says whose each entry is."""
    since, until = map(micros, period)
    told = np.zeros(cases + 1, np.bool_)
    told[placed[(raw.at >= since) & (raw.at < until)]] = True
    return np.flatnonzero(told[:-1])


def among(placed: Places, cases: int, chosen: Places) -> Places:
    """The same when only the chosen ones of so many cases are left."""
    if chosen.size == cases:
        return placed
    renamed = np.full(cases + 1, -1, np.intp)
    renamed[chosen] = np.arange(chosen.size)
    return renamed[placed]


class _Cases:
    """Cases read whole, each at most once."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.known: dict[int, Sequence[Happening]] = {}

    def fetch(self, cases: Sequence[int]) -> None:
        wanted = sorted(set(cases) - self.known.keys())
        if wanted:
            self.known |= self.load(wanted)

    def of(self, case: int) -> Sequence[Happening]:
        self.fetch([case])
        return self.known[case]

    def one(self, case: int, id_: int) -> Happening:
        return next(h for h in self.of(case) if h.id.int == id_)


def _order(raw: Raw, case: Places) -> Places:
    """Known cases' entries by case, moment and id; most come nearly so, which sorting makes use of."""
    known = np.flatnonzero(case >= 0)
    order = known[np.lexsort((raw.at[known], case[known]))]
    same = (case[order][1:] == case[order][:-1]) & (raw.at[order][1:] == raw.at[order][:-1])
    if same.any():
        # Only what happened at one moment is put in order by its id.
        order = order[np.lexsort((raw.id.low[order], raw.id.high[order], raw.at[order], case[order]))]
    return order


def _ends(at: Ints, first: Ints, as_of: Ints) -> Ints:
    """The moment of each case, its last happening's where it has none."""
    last = np.maximum(first[1:] - 1, 0)
    known = at[last] if at.size else np.zeros(last.size, np.int64)
    return np.where((as_of == FAR) & (first[1:] > first[:-1]), known, as_of)


def _learn(book: Codebook, kind: Ints, dealer: Ints, case: Codes, id_: Ids, cache: _Cases) -> None:
    places = book.unknown(kind, dealer)
    if places:
        cache.fetch(case[places].tolist())
    for place in places:
        book.learn(int(kind[place]), int(dealer[place]), cache.one(int(case[place]), id_.number(place)))


def _codes(column: Ints, known: Mapping[int, T]) -> tuple[Codes, list[T]]:
    """Codes as places in a list of what occurs."""
    names = np.array(sorted(known), np.int64)
    place = np.searchsorted(names, column)
    used = np.flatnonzero(np.bincount(place, minlength=names.size))
    renamed = np.zeros(names.size, np.int32)
    renamed[used] = np.arange(used.size)
    return renamed[place], [known[code] for code in names[used].tolist()]


def _fields(
    columns: Sequence[Ints], of: Slots, kind: Codes, kinds: Sequence[Kind], none: int
) -> Iterator[tuple[str, Ints]]:
    """Each field by its name, taken from the columns in which the types that have it keep it; `none` for all other types."""
    held = [of.get(one.type, ()) for one in kinds]
    for name in sorted({name for names in of.values() for name in names}):
        found = np.full(kind.size, none, np.int64)
        for number, column in enumerate(columns):
            mine = np.array([names[number : number + 1] == (name,) for names in held], np.bool_)
            if mine.any():
                places = np.flatnonzero(mine[kind])
                found[places] = column[places]
        yield name, found


def _promises(column: Ints, name: str, case: Codes, id_: Ids, cache: _Cases) -> Ints:
    """Promised moments; those of unusual spelling are read from their entries."""
    odd = np.flatnonzero(column == ODD)
    if odd.size:
        cache.fetch(case[odd].tolist())
        for place in odd.tolist():
            column[place] = promise(cache.one(int(case[place]), id_.number(place)), name)
    return column
