"""Cases as columns: what happened in many cases, one row per happening, in the order of the fold.

A happening keeps what the clocks of a book look at: its kind (type, the facts that conditions name, the reason of a
pause), its moments, whose it is, which row of the case it is about, and promised moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

from nuoda.engine.clocks.pure.values import PAUSED_SUFFIX, RESUMED_SUFFIX, Happening, clock, moment_in
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule

from .ids import Ids
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
    track: Ints
    """What is paused or resumed (a subject, or one row of it); -1 for every other happening."""
    rows: Mapping[str, Ints]
    """Per payload field that rules correlate by: a code of its value (the same within a case), -1 without one."""
    promises: Mapping[str, Ints]
    """Per field with a promised moment; FAR without one."""
    happenings: Callable[[int], Sequence[Happening]]
    """What happened in one case, whole: for the step by step fold."""
    case_ids: Ids
    ids: Ids
    """Of the happenings."""
    fetch: Callable[[Sequence[int]], None] = lambda cases: None
    """Make the happenings of these cases ready: they are asked for soon, and reading them at once is cheaper."""

    @property
    def cases(self) -> int:
        return self.first.size - 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the clocks of some books look at in a happening."""

    rows: Mapping[str, frozenset[str]]
    """Payload fields that rules correlate by, each with the event types that such a rule looks at."""
    promises: Mapping[str, frozenset[str]]
    """Fields with a promised moment, each with the event types that start a clock by it."""
    facts: Mapping[str, tuple[str, ...]]
    """Names of the facts that conditions ask for, by event type."""


def vocabulary(rules: Iterable[BoundRule], uses: Callable[[BoundRule, str], Iterable[str]]) -> Vocabulary:
    """What the clock rules look at; `uses` names the facts of a condition of a rule."""
    rows: dict[str, set[str]] = {}
    promises: dict[str, set[str]] = {}
    facts: dict[str, set[str]] = {}
    for bound in rules:
        if not isinstance(bound.rule, ClockRule):
            continue
        rule = clock(bound)
        if rule.per:
            rows.setdefault(rule.per, set()).update((*rule.start, *rule.end, *rule.cancel, *rule.reassess))
        if rule.within_fact:
            promises.setdefault(rule.within_fact, set()).update(rule.start)
        for condition, types in ((rule.when, (*rule.start, *rule.reassess)), (rule.end_when, rule.end)):
            if condition != "true":
                names = set(uses(bound, condition))
                for type_ in types:
                    facts.setdefault(type_, set()).update(names)
    return Vocabulary(
        {name: frozenset(types) for name, types in rows.items()},
        {name: frozenset(types) for name, types in promises.items()},
        {type_: tuple(sorted(names)) for type_, names in facts.items()},
    )


def columns(
    cases: Sequence[tuple[Sequence[Happening], datetime]], words: Vocabulary, ids: Sequence[UUID] = ()
) -> Columns:
    """Cases as columns; of each, what happened by its moment, in order and once. Without `ids` no case has one."""
    return _Writer(words, ids or [UUID(int=0)] * len(cases)).write(cases)


class _Writer:
    def __init__(self, words: Vocabulary, case_ids: Sequence[UUID]) -> None:
        self.words = words
        self.case_ids = case_ids
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
            track=np.fromiter(_tracks(flat), np.int64, count),
            rows={name: np.fromiter(_rows(flat, name), np.int64, count) for name in self.words.rows},
            promises={
                name: np.fromiter((promise(h, name) for h in flat), np.int64, count) for name in self.words.promises
            },
            happenings=ordered.__getitem__,
            case_ids=Ids.of(self.case_ids),
            ids=Ids.of(h.id for h in flat),
        )

    def _kind(self, h: Happening) -> int:
        values = tuple(_hashable(h.facts.get(name)) for name in self.words.facts.get(h.type, ()))
        key = (h.type, values, _reason(h), tuple(map(type, values)))
        known = self.kinds.get(key)
        if known is None:
            known = self.kinds[key] = len(self.known)
            self.known.append(kind_of(h, self.words))
        return known


def kind_of(h: Happening, words: Vocabulary) -> Kind:
    """What the happening has in common with others."""
    return Kind(h.type, {name: h.facts[name] for name in words.facts.get(h.type, ()) if name in h.facts}, _reason(h))


def _reason(h: Happening) -> str:
    return str(h.data.get("reason") or "?") if h.type.endswith(PAUSED_SUFFIX) else ""


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


def promise(h: Happening, name: str) -> int:
    """The promised moment; FAR without one."""
    found = moment_in(h.data.get(name, h.facts.get(name)))
    return FAR if found is None else micros(found)


def as_uuid(value: object) -> UUID | None:
    """The id that a payload names; None for what is none."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError:
        return None
