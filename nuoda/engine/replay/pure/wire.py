"""The journal's columns as PostgreSQL sends them: one array for each column, decoded without a step per row.

What the clocks look at in an entry is worked out by the database: codes (64 bits of a hash) stand for its kind, its dealer and the rows it is
about, so that every value has one width. What a code stands for is read once, from one entry that has it. Among 10,000
kinds two share a code once in 10^10 journals. Which fields an entry is asked for depends on its type: a small table beside the journal
says so, and fields of different types share a column. What few entries have comes as a shorter array: a bit of the kind's code says whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Vocabulary
from .ids import Ids
from .working import FAR, Ints

ODD = -FAR
"""Of a promise: a text that may or may not be a moment; it is read with its entry."""
_HEADER = 20
"""Bytes before the first element of an array: dimensions, nulls, type, size, first index."""
_SINCE_1970 = 946_684_800_000_000
"""Microseconds from 1970 to 2000, from which PostgreSQL counts."""
_SHOUT, _WHISPER = np.iinfo(np.int64).max, np.iinfo(np.int64).min
_UUID = np.dtype([("length", ">i4"), ("high", ">u8"), ("low", ">u8")])
_LONG = np.dtype([("length", ">i4"), ("value", ">i8")])

_FRACTIONS = ("", *("." + "9" * digits for digits in range(1, 7)))
_SHAPES = [f"9999-99-99T99:99:99{part}{zone}" for part in _FRACTIONS for zone in ("Z", "+99:99", "-99:99")]
_SHORT = "('04', '06', '09', '11')"
_USUAL = f"""translate(told, '012345678', '999999999') = ANY(%(shapes)s::text[])
    AND substr(told, 1, 2) IN ('19', '20', '21') AND substr(told, 6, 2) BETWEEN '01' AND '12' AND substr(told, 9, 2) BETWEEN '01' AND
        CASE WHEN substr(told, 6, 2) = '02' THEN '28' WHEN substr(told, 6, 2) IN {_SHORT} THEN '30' ELSE '31' END
    AND substr(told, 12, 2) < '24' AND substr(told, 15, 2) < '60' AND substr(told, 18, 2) < '60'
    AND (told LIKE '%%Z' OR left(right(told, 5), 2) < '15' AND right(told, 2) < '60')"""
"""Moments as the journal writes them, which the database reads as Python does; the 29th of February is odd. A regular expression takes
ten times as long."""

Slots = Mapping[str, tuple[str, ...]]
"""By event type: the names of the fields that are looked at, in the order of the columns that hold them."""


def slots(fields: Mapping[str, frozenset[str]]) -> Slots:
    """In which column each field (with the types that have it) of an entry stands: as many columns as one type has fields."""
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(fields):
        for type_ in fields[name]:
            found[type_] = (*found.get(type_, ()), name)
    return found


def width(of: Slots) -> int:
    """How many columns they take."""
    return max(map(len, of.values()), default=0)


@dataclass(frozen=True, slots=True)
class Raw:
    """Entries as they came."""

    case: Ids
    id: Ids
    at: Ints
    judged: Ints
    dealer: Ints
    """Codes; 0 is the company."""
    kind: Ints
    track: Ints
    """Codes; -1 for what is no pause."""
    rows: Sequence[Ints]
    """Codes, -1 without one; what the columns mean to an entry, the slots of its type say."""
    promises: Sequence[Ints]

    @property
    def size(self) -> int:
        return int(self.at.size)


def ids(value: bytes | None) -> Ids:
    """An array of UUIDs."""
    found = np.frombuffer(value or b"", _UUID, offset=_HEADER if value else 0)
    return Ids(found["high"].astype(np.uint64), found["low"].astype(np.uint64))


def longs(value: bytes | None) -> Ints:
    """An array of bigints."""
    return np.frombuffer(value or b"", _LONG, offset=_HEADER if value else 0)["value"].astype(np.int64)


def moments(value: bytes | None) -> Ints:
    """An array of moments, in microseconds since 1970; FAR for infinity, ODD for minus infinity."""
    found = longs(value)
    far, odd = found == _SHOUT, found == _WHISPER
    found += _SINCE_1970
    found[far], found[odd] = FAR, ODD
    return found


class Wire:
    """What is asked of every entry for a vocabulary, and how the answer is read."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.rows, self.promises = slots(words.rows), slots(words.promises)
        self.values: dict[str, object] = {"shapes": _SHAPES}
        """Parameters of the expressions: nothing of a policy's text becomes SQL."""
        self.asked = self._asked()
        self.sparse = list(self._sparse())
        """What few entries have, each with the condition under which one has it."""
        self.dense = [
            "entry.case_id",
            "entry.id",
            "entry.happened_at",
            "coalesce(uuid_hash_extended(entry.dealer_id, 0), 0)",
            self._kind(),
        ]

    def _given(self, value: object, kind: str) -> str:
        name = f"w{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"

    def _asked(self) -> str:
        """A row for each type that is asked for more than its columns: which facts (a number), and which fields."""
        types = sorted({*self.words.facts, *self.rows, *self.promises})
        self.facts = {names: number for number, names in enumerate(sorted(set(self.words.facts.values())))}
        numbers = [self.facts[self.words.facts[type_]] if type_ in self.words.facts else None for type_ in types]
        columns = {"of": self._given(types, "varchar[]"), "facts": self._given(numbers, "int[]")}
        for name, fields in (("row", self.rows), ("promise", self.promises)):
            for place in range(width(fields)):
                names = [(*fields.get(type_, ()), *[None] * width(fields))[place] for type_ in types]
                columns[f"{name}{place}"] = self._given(names, "text[]")
        return f"unnest({', '.join(columns.values())}) AS asked({', '.join(columns)})"

    def _sparse(self) -> Iterator[tuple[str, str]]:
        yield "entry.as_if <> ''", "entry.recorded_at"
        yield "entry.type LIKE '%%.paused' OR entry.type LIKE '%%.resumed'", _track()
        for place in range(width(self.rows)):
            code = f"coalesce(hashtextextended(entry.payload->>asked.row{place}, 0) & {_SHOUT}, -1)"
            yield f"asked.row{place} IS NOT NULL", code
        for place in range(width(self.promises)):
            yield f"asked.promise{place} IS NOT NULL", _promise(f"asked.promise{place}")

    def _kind(self) -> str:
        """Type, the facts that conditions name (by type), and the reason of a pause: as JSON, which tells 1 from '1' and from 1.0."""
        told = []
        for names, number in self.facts.items():
            values = ", chr(31), ".join(f"entry.facts->{self._given(name, 'text')}" for name in names) or "''"
            told.append(f"WHEN {number} THEN concat({values})")
        facts = f"CASE asked.facts {' '.join(told)} END" if told else "''"
        reason = "CASE WHEN entry.type LIKE '%%.paused' THEN entry.payload->'reason' END"
        code = f"hashtextextended(concat(entry.type, chr(30), {facts}, chr(30), {reason}), 0)"
        bits = len(self.sparse)
        flags = (f"CASE WHEN {has} THEN {1 << bit} ELSE 0 END" for bit, (has, _) in enumerate(self.sparse))
        return f"(({code} >> {bits}) << {bits}) | ({' + '.join(flags)})::int8"

    def select(self, which: str) -> str:
        """The statement that answers one row: an array for each column, over the entries of which this is true."""
        columns = [f"array_agg({said})" for said in self.dense]
        columns += [f"array_agg({said}) FILTER (WHERE {has})" for has, said in self.sparse]
        source = f"FROM journal_entry entry LEFT JOIN {self.asked} ON asked.of = entry.type WHERE {which}"
        return f"SELECT {', '.join(columns)} {source}"

    def read(self, values: Sequence[bytes | None]) -> Raw:
        """The entries of an answer."""
        case, id_, at, dealer, kind, judged, track, *more = values
        happened, kinds, count = moments(at), longs(kind), width(self.rows)

        def spread(bit: int, found: Ints, around: Ints) -> Ints:
            around[np.flatnonzero(kinds & (1 << bit))] = found
            return around

        def empty(value: int) -> Ints:
            return np.full(kinds.size, value, np.int64)

        return Raw(
            case=ids(case),
            id=ids(id_),
            at=happened,
            judged=spread(0, moments(judged), happened.copy()),
            dealer=longs(dealer),
            kind=kinds,
            track=spread(1, longs(track), empty(-1)),
            rows=[spread(2 + place, longs(value), empty(-1)) for place, value in enumerate(more[:count])],
            promises=[
                spread(2 + count + place, moments(value), empty(FAR)) for place, value in enumerate(more[count:])
            ],
        )


def _track() -> str:
    """What is paused or resumed: the subject, and the row of it that the payload names."""
    subject = "left(entry.type, CASE WHEN entry.type LIKE '%%.paused' THEN -7 ELSE -8 END)"
    return f"hashtextextended(concat({subject}, chr(31), coalesce(entry.payload->>{subject}, chr(30))), 0) & {_SHOUT}"


def _promise(name: str) -> str:
    value = f"CASE WHEN entry.payload ? {name} THEN entry.payload->>{name} ELSE entry.facts->>{name} END"
    odd = "CASE WHEN told IS NULL THEN 'infinity'::timestamptz ELSE '-infinity' END"
    return f"(SELECT CASE WHEN {_USUAL} THEN told::timestamptz ELSE {odd} END FROM (SELECT {value} AS told) AS promise)"  # noqa: S608 — parameters
