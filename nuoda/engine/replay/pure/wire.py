"""The journal's columns as PostgreSQL sends them: one array for each column, decoded without a step per row.

What the clocks look at in an entry is worked out by the database: codes (64 bits of a hash) stand for its kind, its dealer and the rows it is
about, so that every value has one width. What a code stands for is read once, from one entry that has it. Among 10,000
kinds two share a code once in 10^11 journals.
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

_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_MOMENT = rf"^(19|20|21)[0-9]{{2}}-{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
"""Moments as the journal writes them, which the database reads as Python does; the 29th of February is odd."""


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
    rows: Mapping[str, Ints]
    promises: Mapping[str, Ints]

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
        self.rows, self.promises = sorted(words.rows), sorted(words.promises)
        self.values: dict[str, object] = {}
        """Parameters of the expressions: nothing of a policy's text becomes SQL."""
        self.expressions = list(self._expressions())

    def _given(self, value: object, kind: str) -> str:
        name = f"w{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"

    def _expressions(self) -> Iterator[str]:
        yield "case_id"
        yield "id"
        yield "happened_at"
        yield "CASE WHEN as_if <> '' THEN recorded_at ELSE happened_at END"
        yield "coalesce(uuid_hash_extended(dealer_id, 0), 0)"
        yield self._kind()
        yield self._track()
        for name in self.rows:
            types = self._given(sorted(self.words.rows[name]), "varchar[]")
            code = f"hashtextextended(payload->>{self._given(name, 'text')}, 0) & {_SHOUT}"
            yield f"CASE WHEN type = ANY({types}) THEN coalesce({code}, -1) ELSE -1 END"
        for name in self.promises:
            yield self._promise(name)

    def _kind(self) -> str:
        """Type, the facts that conditions name (by type), and the reason of a pause: as JSON, which tells 1 from '1'."""
        by_names: dict[tuple[str, ...], list[str]] = {}
        for type_, names in self.words.facts.items():
            by_names.setdefault(names, []).append(type_)
        told = []
        for names, types in by_names.items():
            values = ", chr(31), ".join(f"facts->{self._given(name, 'text')}" for name in names) or "''"
            told.append(f"WHEN type = ANY({self._given(sorted(types), 'varchar[]')}) THEN concat({values})")
        facts = f"CASE {' '.join(told)} END" if told else "''"
        reason = "CASE WHEN type LIKE '%%.paused' THEN payload->'reason' END"
        return f"hashtextextended(concat(type, chr(30), {facts}, chr(30), {reason}), 0)"

    def _track(self) -> str:
        ends = (("%%.paused", 7), ("%%.resumed", 8))
        told = []
        for like, length in ends:
            subject = f"left(type, -{length})"
            code = f"hashtextextended(concat({subject}, chr(31), coalesce(payload->>{subject}, chr(30))), 0) & {_SHOUT}"
            told.append(f"WHEN type LIKE '{like}' THEN {code}")
        return f"CASE {' '.join(told)} ELSE -1 END"

    def _promise(self, name: str) -> str:
        key = self._given(name, "text")
        value = f"CASE WHEN payload ? {key} THEN payload->>{key} ELSE facts->>{key} END"
        types = self._given(sorted(self.words.promises[name]), "varchar[]")
        odd = "CASE WHEN told IS NULL THEN 'infinity'::timestamptz ELSE '-infinity' END"
        usual = f"told ~ {self._given(_MOMENT, 'text')}"
        read = (
            f"SELECT CASE WHEN {usual} THEN told::timestamptz ELSE {odd} END FROM (SELECT {value} AS told) AS promise"  # noqa: S608 — parameters
        )
        return f"CASE WHEN type = ANY({types}) THEN ({read}) ELSE 'infinity' END"

    def select(self, source: str) -> str:
        """The statement that answers one row: an array for each expression, over the entries of `source` (FROM …)."""
        names = [f"c{number}" for number in range(len(self.expressions))]
        inner = ", ".join(f"{said} AS {name}" for said, name in zip(self.expressions, names, strict=True))
        return f"SELECT {', '.join(f'array_agg({name})' for name in names)} FROM (SELECT {inner} {source}) AS entry"  # noqa: S608 — parameters

    def read(self, values: Sequence[bytes | None]) -> Raw:
        """The entries of an answer."""
        case, id_, at, judged, dealer, kind, track, *more = values
        count = len(self.rows)
        return Raw(
            ids(case),
            ids(id_),
            moments(at),
            moments(judged),
            longs(dealer),
            longs(kind),
            longs(track),
            {name: longs(value) for name, value in zip(self.rows, more[:count], strict=True)},
            {name: moments(value) for name, value in zip(self.promises, more[count:], strict=True)},
        )
