"""时限诚信: patterns in which a clock was kept on paper rather than in the world. Pure: facts of the journal in, findings out.

A finding names a pattern, never a guilt: there may be a good reason, which is why somebody looks at it and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

Pattern = Literal["late_pause", "quick_close", "back_dated", "lowered", "not_asked"]
PATTERNS: tuple[Pattern, ...] = ("late_pause", "quick_close", "back_dated", "lowered", "not_asked")
_NAMESPACE = UUID("3f0e2b57-6f8f-5d0b-9b0e-6a4f0d1c7a11")
_RANKS = {"urgent": 2, "general": 1, "none": 0}


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds, all of them parameters of the regulations."""

    pause_margin: timedelta
    """A pause that begins with less than so much time left is listed."""
    reopen_within: timedelta
    """A matter that comes back so soon after it was called solved is listed."""
    lowering_margin: timedelta
    """A severity that is lowered with less than so much time left (or after the time) is listed."""
    ask_within: timedelta
    """So long after the closing an unhappy customer must have been asked."""
    unhappy_score: int
    """A rating at or below it is an unhappy customer's (1–5)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause that stopped a clock. `due_at` is when it was due right before the pause."""

    id: UUID
    deadline_id: UUID
    case_id: UUID
    clause_id: str
    from_at: datetime
    due_at: datetime | None
    reason: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of a case that closes it, opens it again, or grades it."""

    id: UUID
    case_id: UUID
    type: str
    happened_at: datetime
    person_id: UUID | None
    before: str = ""
    after: str = ""
    """Severity before and after, for a grading."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A deadline that counts as kept by an event recorded only after it was due."""

    deadline_id: UUID
    case_id: UUID
    clause_id: str
    entry_id: UUID
    due_at: datetime
    happened_at: datetime
    recorded_at: datetime
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline that was running right before an entry. `due_at` as it was then."""

    entry_id: UUID
    deadline_id: UUID
    clause_id: str
    due_at: datetime | None
    withdrawn: bool
    """Whether the entry took it away."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed matter and whether its customer was asked afterwards."""

    case_id: UUID
    closed_at: datetime
    person_id: UUID | None
    kind: str
    score: int | None
    reopened: int
    missed: int
    """Time limits of the matter that were missed."""
    asked: Literal["", "planned", "done", "unreachable", "cancelled", "not_wanted"]
    """What became of its follow-up; '' when there was none."""
    asked_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One place to look at. `facts` hold codes and numbers (seconds, scores), no personal data."""

    pattern: Pattern
    case_id: UUID
    about: UUID
    """What it is about: the pause, the entry, the deadline or the case."""
    happened_at: datetime
    person_id: UUID | None
    clause_id: str = ""
    deadline_id: UUID | None = None
    entry_id: UUID | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The same finding has the same id, however often the journal is read."""
        return uuid5(_NAMESPACE, f"{self.pattern}|{self.about}|{self.deadline_id or ''}")


def late_pauses(stops: Iterable[Stop], limits: Limits) -> Iterator[Finding]:
    """The clock was stopped when there was hardly any time left."""
    for stop in stops:
        if stop.due_at is None:
            continue
        left = stop.due_at - stop.from_at
        if timedelta(0) <= left < limits.pause_margin:
            yield Finding(
                "late_pause", stop.case_id, stop.id, stop.from_at, stop.person_id, stop.clause_id, stop.deadline_id,
                facts={"left": _seconds(left), "reason": stop.reason},
            )  # fmt: skip


def quick_closings(entries: Iterable[Happened], limits: Limits) -> Iterator[Finding]:
    """Called solved or closed, and open again soon after: the first one who called it done is named."""
    done: dict[UUID, Happened] = {}
    for entry in sorted(entries, key=lambda one: (one.happened_at, one.id)):
        if entry.type in ("ticket.solved", "ticket.closed"):
            done.setdefault(entry.case_id, entry)
        elif entry.type == "ticket.reopened":
            ended = done.pop(entry.case_id, None)
            if ended is not None and entry.happened_at - ended.happened_at <= limits.reopen_within:
                yield Finding(
                    "quick_close", entry.case_id, entry.id, ended.happened_at, ended.person_id, entry_id=ended.id,
                    facts={"after": _seconds(entry.happened_at - ended.happened_at)},
                )  # fmt: skip


def back_dated(claims: Iterable[Claim]) -> Iterator[Finding]:
    """Kept by an event that was recorded after the due time and claims to have happened before it."""
    for claim in claims:
        if claim.happened_at <= claim.due_at < claim.recorded_at:
            yield Finding(
                "back_dated", claim.case_id, claim.entry_id, claim.recorded_at, claim.person_id, claim.clause_id,
                claim.deadline_id, claim.entry_id,
                {"recorded_after": _seconds(claim.recorded_at - claim.happened_at), "past_due": _seconds(claim.recorded_at - claim.due_at)},
            )  # fmt: skip


def lowered(entries: Iterable[Happened], running: Iterable[Running], limits: Limits) -> Iterator[Finding]:
    """Severity was lowered when a stricter limit was about to pass, which took that limit away."""
    by_entry: dict[UUID, list[Running]] = {}
    for one in running:
        by_entry.setdefault(one.entry_id, []).append(one)
    for entry in entries:
        if _RANKS.get(entry.after, 0) >= _RANKS.get(entry.before, 0):
            continue
        near = [
            (one.due_at, one)
            for one in by_entry.get(entry.id, ())
            if one.withdrawn and one.due_at is not None and one.due_at - entry.happened_at < limits.lowering_margin
        ]
        if near:
            due_at, one = min(near, key=lambda pair: (pair[0], pair[1].deadline_id))
            yield Finding(
                "lowered", entry.case_id, entry.id, entry.happened_at, entry.person_id, one.clause_id, one.deadline_id,
                entry.id, {"left": _seconds(due_at - entry.happened_at), "before": entry.before, "after": entry.after},
            )  # fmt: skip


def not_asked(closings: Iterable[Closing], at: datetime, limits: Limits) -> Iterator[Finding]:
    """An unhappy customer (low rating, a complaint, opened again, missed limits) who was not asked how it was."""
    for closing in closings:
        signs = unhappy(closing, limits)
        if not signs or closing.asked in ("done", "not_wanted"):
            continue
        if closing.asked == "planned" and at - closing.closed_at <= limits.ask_within:
            continue
        if closing.asked == "" and (signs == ["missed"] or at - closing.closed_at <= limits.ask_within):
            continue  # not every matter gets a call; a late step alone does not ask for one
        yield Finding(
            "not_asked", closing.case_id, closing.case_id, closing.closed_at, closing.asked_by or closing.person_id,
            facts={"signs": " ".join(signs), "asked": closing.asked or "none"},
        )  # fmt: skip


def unhappy(closing: Closing, limits: Limits) -> list[str]:
    """What says that the customer may be unhappy: 'score', 'complaint', 'reopened', 'missed'."""
    found = []
    if closing.score is not None and closing.score <= limits.unhappy_score:
        found.append("score")
    if closing.kind == "complaint":
        found.append("complaint")
    if closing.reopened:
        found.append("reopened")
    if closing.missed:
        found.append("missed")
    return found


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
