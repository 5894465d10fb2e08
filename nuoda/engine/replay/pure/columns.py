"""Cases as columns: what happened in many cases, one row per happening, in the order of the fold.

A happening keeps what the clocks of a book look at: its kind (type, the facts that conditions name, the reason of a
pause), its moments, whose it is, which row of the case it is about, and promised moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from nuoda.engine.clocks.pure.values import PAUSED_SUFFIX, RESUMED_SUFFIX, Happening, clock
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from .working import FAR, Ints, micros

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Kind:
    """What happenings have in common for every rule."""

    type: str
    facts: Mapping[str, object]
    reason: str = ""
    """Of a pause that begins."""

    @property
    def pausing(self) -> bool:
        return self.type.endswith((PAUSED_SUFFIX, RESUMED_SUFFIX))

    @property
    def begins(self) -> bool:
        return self.type.endswith(PAUSED_SUFFIX)


@dataclass(slots=True)
class Columns:
    """Happenings of whole cases; a case's own stand together, ordered by (happened_at, id)."""

    first: Ints
    """Place of each case's first happening, and one more for the end."""
    as_of: Ints
    """Per case: until when it is judged."""
    case: Codes
    kind: Codes
    kinds: Sequence[Kind]
    at: Ints
    judged: Ints
    """The moment whose rules apply."""
    dealer: Codes
    dealers: Sequence[str]
    track: Codes
    """What is paused or resumed (a subject, or one row of it); -1 for every other happening."""
    rows: Mapping[str, Codes]
    """Per payload field that rules correlate by: a code of its value (the same within a case), -1 without one."""
    promises: Mapping[str, Ints]
    """Per field with a promised moment; FAR without one."""
    happenings: Callable[[int], Sequence[Happening]]
    """What happened in one case, whole: for the step by step fold."""

    @property
    def cases(self) -> int:
        return self.first.size - 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the clocks of some books look at in a happening."""

    rows: frozenset[str]
    promises: frozenset[str]
    facts: Mapping[str, tuple[str, ...]]
    """Names of the facts that conditions ask for, by event type."""


def vocabulary(rules: Iterable[BoundRule], uses: Callable[[BoundRule, str], Iterable[str]]) -> Vocabulary:
    """What the clock rules look at; `uses` names the facts of a condition of a rule."""
    rows: set[str] = set()
    promises: set[str] = set()
    facts: dict[str, set[str]] = {}
    for bound in rules:
        if not isinstance(bound.rule, ClockRule):
            continue
        rule = clock(bound)
        rows |= {rule.per} if rule.per else set()
        promises |= {rule.within_fact} if rule.within_fact else set()
        for condition, types in ((rule.when, (*rule.start, *rule.reassess)), (rule.end_when, rule.end)):
            if condition != "true":
                names = set(uses(bound, condition))
                for type_ in types:
                    facts.setdefault(type_, set()).update(names)
    return Vocabulary(
        frozenset(rows), frozenset(promises), {type_: tuple(sorted(names)) for type_, names in facts.items()}
    )


def columns(cases: Sequence[tuple[Sequence[Happening], datetime]], words: Vocabulary) -> Columns:
    """Cases as columns; of each, what happened by its moment, in order and once."""
    return _Writer(words).write(cases)


class _Writer:
    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.kinds: dict[tuple[object, ...], int] = {}
        self.known: list[Kind] = []
        self.dealers: dict[str, int] = {}

    def write(self, cases: Sequence[tuple[Sequence[Happening], datetime]]) -> Columns:
        ordered = [_ordered(happenings, as_of) for happenings, as_of in cases]
        flat = [h for happenings in ordered for h in happenings]
        sizes = np.array([0, *(len(happenings) for happenings in ordered)], np.int64)
        count = len(flat)
        at = np.fromiter((micros(h.happened_at) for h in flat), np.int64, count)
        judged = at
        if any(h.as_if for h in flat):
            judged = np.fromiter((micros(h.judged_at) for h in flat), np.int64, count)
        return Columns(
            first=np.cumsum(sizes),
            as_of=np.fromiter((micros(as_of) for _, as_of in cases), np.int64, len(ordered)),
            case=np.repeat(np.arange(len(ordered), dtype=np.int32), sizes[1:]),
            kind=np.fromiter((self._kind(h) for h in flat), np.int32, count),
            kinds=self.known,
            at=at,
            judged=judged,
            dealer=np.fromiter((self.dealers.setdefault(h.dealer, len(self.dealers)) for h in flat), np.int32, count),
            dealers=list(self.dealers),
            track=np.fromiter(_tracks(flat), np.int32, count),
            rows={name: np.fromiter(_rows(flat, name), np.int32, count) for name in self.words.rows},
            promises={
                name: np.fromiter((_promise(h, name) for h in flat), np.int64, count) for name in self.words.promises
            },
            happenings=ordered.__getitem__,
        )

    def _kind(self, h: Happening) -> int:
        names = self.words.facts.get(h.type, ())
        values = tuple(_hashable(h.facts.get(name)) for name in names)
        reason = str(h.data.get("reason") or "?") if h.type.endswith(PAUSED_SUFFIX) else ""
        key = (h.type, values, reason, tuple(map(type, values)))
        known = self.kinds.get(key)
        if known is None:
            known = self.kinds[key] = len(self.known)
            facts = {name: h.facts[name] for name in names if name in h.facts}
            self.known.append(Kind(h.type, facts, reason))
        return known


def _ordered(happenings: Sequence[Happening], as_of: datetime) -> list[Happening]:
    distinct = {h.id: h for h in happenings if h.happened_at <= as_of}
    return sorted(distinct.values(), key=lambda h: h.key)


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _rows(flat: Iterable[Happening], name: str) -> Iterable[int]:
    codes: dict[str, int] = {}
    for h in flat:
        value = h.data.get(name)
        yield -1 if value is None else codes.setdefault(str(value), len(codes))


def _tracks(flat: Iterable[Happening]) -> Iterable[int]:
    codes: dict[tuple[str, str], int] = {}
    for h in flat:
        if h.type.endswith((PAUSED_SUFFIX, RESUMED_SUFFIX)):
            subject = h.type.rsplit(".", 1)[0]
            yield codes.setdefault((subject, str(h.data.get(subject))), len(codes))
        else:
            yield -1


def _promise(h: Happening, name: str) -> int:
    value = h.data.get(name, h.facts.get(name))
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return FAR
    return micros(value) if isinstance(value, datetime) and value.tzinfo is not None else FAR
