"""Random histories of cases under the shipped regulations, and what both forms of the fold make of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import Happening
from nuoda.engine.clocks.queries import Ruling
from nuoda.engine.replay.pure.columnfold import Folded
from nuoda.engine.replay.pure.columns import Columns
from nuoda.engine.replay.pure.working import moment_of
from nuoda.engine.rulebook.pure.book import Book, Tenure

Row = tuple[object, ...]
BEGIN = datetime(2025, 11, 20, tzinfo=UTC)
DEALERS = tuple(str(UUID(int=900 + number)) for number in range(3))
_OFFICE = ((540, 720), (810, 1080))


@dataclass(frozen=True)
class Standing:
    """A version of a calendar and the time it holds."""

    dealer_id: UUID | None
    valid_from: datetime
    valid_until: datetime | None
    calendar: Calendar


def calendars() -> tuple[Standing, ...]:
    """The company's, in two versions, and those of two of three dealers."""
    turn, later = BEGIN + timedelta(days=70), BEGIN + timedelta(days=20)
    spring = {date(2026, 2, 16) + timedelta(days=n): () for n in range(8)} | {date(2026, 2, 14): _OFFICE}
    plain = Calendar("office", "Asia/Shanghai", (_OFFICE,) * 5 + ((),) * 2, spring)
    longer = Calendar("longer", "Asia/Shanghai", (((510, 1080),),) * 6 + ((),), spring, version=2)
    night = Calendar("night", "Asia/Shanghai", (((0, 1440),), *(((0, 360), (1200, 1440)),) * 6))
    abroad = Calendar("abroad", "Europe/Berlin", (((480, 1020),),) * 5 + ((),) * 2)
    return (
        Standing(None, BEGIN, turn, plain),
        Standing(None, turn, None, longer),
        Standing(UUID(DEALERS[0]), later, None, night),
        Standing(UUID(DEALERS[1]), BEGIN, turn, abroad),
    )


_BEFORE = """\
policy: before
code: BF
version: '1.0'
effective: 2020-01-01
title: &t {zh-hans: 事前, zh-hant: 事前, en: before}
department: *t
scope: *t
note: *t
roles: [{code: agent, name: *t}]
clauses:
  - {id: BF-1, section: 一, text: *t, source: 一, binds: [agent], rules: [
      {clock: reply, label: *t, start: ticket.promised, end: [ticket.responded, ticket.solved], due: due_at, ahead: 90 min,
       cancel: ticket.cancelled, replace: true, pauses: [{reason: waiting_customer, limit: 2 working hours}], owner: agent},
      {clock: again, label: *t, start: ticket.promised, when: kind == "fault", end: ticket.responded, due: due_at,
       ahead: 1 working days, reassess: ticket.severity_changed, owner: agent},
      {clock: ready, label: *t, start: work_order.appointed, end: [work_order.contacted, work_order.arrived], due: starts_at,
       ahead: 5 working hours, per: work_order, cancel: work_order.cancelled, replace: true, owner: agent},
      {clock: told, label: *t, start: work_order.appointed, end: work_order.arrived, due: starts_at, ahead: 2 working days,
       calendar: company, owner: agent},
      {clock: early, label: *t, start: work_order.appointed, end: work_order.contacted, due: starts_at, ahead: 1 d,
       pauses: [{reason: waiting_customer}], owner: agent},
      {clock: decide, label: *t, start: approval.step_opened, when: has_due, end: approval.step_decided, due: due_at,
       ahead: 1 calendar month, per: step, cancel: approval.step_closed, owner: agent}]}
"""
"""Limits before a promised moment on the events of the histories, with every kind of duration."""


@lru_cache(maxsize=1)
def shipped() -> tuple[Tenure, ...]:
    """The shipped regulations and limits before a promised moment, in force since long before the histories."""
    from nuoda.engine.rulebook.actions import packs
    from nuoda.engine.rulebook.pure import loading

    texts = [path.read_text(encoding="utf-8") for path in packs.files()]
    policies = [loading.load(text) for text in (*texts, _BEFORE)]
    return tuple(Tenure(UUID(int=50 + n), p, datetime(2020, 1, 1, tzinfo=UTC)) for n, p in enumerate(policies))


def ruling(tenures: Sequence[Tenure] | None = None) -> Ruling:
    return Ruling(Book(shipped() if tenures is None else tenures), calendars())  # type: ignore[arg-type]


_AFTER: Mapping[str, tuple[str, ...]] = {
    "ticket": (
        "answered", "promised", "promised", "handed_over", "severity_changed", "responded", "solved", "closed", "reopened",
        "cancelled", "paused", "resumed", "paused", "resumed", "reassigned",
    ),
    "work_order": (
        "dispatched", "dispatched", "declined", "contacted", "appointed", "arrived", "nobody_home", "completed", "cancelled",
        "paused", "resumed",
    ),
    "follow_up": ("planned", "recorded", "dissatisfied", "unreachable"),
    "approval": ("step_opened", "step_decided", "step_closed"),
    "customer": ("contacted_after_dissatisfaction",),
}  # fmt: skip


def history(draw: random.Random, *, wild: float = 0.15) -> tuple[list[Happening], datetime]:
    """What happened in one case, and the moment it is judged at; `wild` is how often facts or fields are strange."""
    at = BEGIN + timedelta(days=draw.randrange(120), seconds=draw.randrange(86_400))
    facts: dict[str, object] = {
        "kind": draw.choice(("fault", "fault", "fault", "consultation", "complaint", "suggestion")),
        "severity": draw.choice(("urgent", "general")),
        "channel": draw.choice(("phone", "web")),
        "solved": False,
    }
    dealer = draw.choice(("", *DEALERS))
    found = []
    for place in range(draw.randrange(1, 16)):
        subject = "ticket" if place == 0 else draw.choices(list(_AFTER), (9, 6, 1, 1, 1))[0]
        type_ = "ticket.reported" if place == 0 else f"{subject}.{draw.choice(_AFTER[subject])}"
        if place:
            at += draw.choice((
                timedelta(0), timedelta(minutes=10), timedelta(minutes=draw.randrange(240)),
                timedelta(hours=draw.randrange(60)), timedelta(seconds=draw.randrange(20 * 86_400)),
            ))  # fmt: skip
        if type_ == "ticket.severity_changed":
            facts["severity"] = draw.choice(("urgent", "general"))
            facts["kind"] = draw.choice(("fault", "fault", facts["kind"], "complaint"))
        if type_ == "ticket.solved":
            facts["solved"] = True
        found.append(
            Happening(
                id=UUID(int=draw.getrandbits(128)),
                type=type_,
                happened_at=at,
                recorded_at=at,
                facts=_facts(draw, subject, facts, wild),
                data=_data(draw, type_, at, wild),
                dealer=dealer,
            )
        )
        if draw.random() < wild / 2:
            dealer = draw.choice(("", *DEALERS))
    as_of = at + draw.choice((timedelta(0), timedelta(hours=3), timedelta(days=draw.randrange(60)), timedelta(days=-1)))
    draw.shuffle(found)
    return found, as_of


def _facts(draw: random.Random, subject: str, facts: Mapping[str, object], wild: float) -> dict[str, object]:
    known = dict(facts)
    if subject == "work_order":
        known = {"severity": facts["severity"], "kind": "onsite", "ticket_kind": facts["kind"]}
    elif subject == "approval":
        known = {"matter": "complaint_settlement", "has_due": draw.random() < 0.7}
    if draw.random() < wild and known:
        known.pop(draw.choice(list(known)))
    return known


def _data(draw: random.Random, type_: str, at: datetime, wild: float) -> dict[str, object]:
    data: dict[str, object] = {}
    subject = type_.partition(".")[0]
    if type_.endswith((".paused", ".resumed")):
        if type_.endswith(".paused"):
            data["reason"] = draw.choice(("waiting_customer", "waiting_customer", "waiting_parts"))
        if subject == "ticket":
            data[subject] = "t"
        elif draw.random() < 0.5:
            data[subject] = draw.choice("ab")
        return data
    if subject in ("work_order", "follow_up") and draw.random() > wild / 3:
        data[subject] = draw.choice("ab")
    if subject == "approval":
        data["step"] = draw.choice("xy")
    promised = at + timedelta(minutes=draw.choice((draw.randrange(-60, 6000), draw.randrange(60_000))))
    if type_ in ("ticket.promised", "approval.step_opened") or (
        type_ == "ticket.severity_changed" and draw.random() < 0.5
    ):
        data["due_at"] = draw.choice((promised, promised.isoformat()))
    if type_ == "work_order.appointed":
        data["starts_at"] = promised.isoformat()
    if draw.random() < wild and data:
        data[draw.choice(list(data))] = draw.choice((None, "nonsense"))
    return data


def by_columns(folded: Folded, columns: Columns, places: Sequence[Happening]) -> list[dict[UUID, Row]]:
    """Per case the rows of its deadlines, named by clock and start."""
    found: list[list[Row]] = [[] for _ in range(columns.cases)]
    from nuoda.engine.replay.pure.tables import rows

    for table in folded.tables.values():
        for start, row in rows(table):
            found[int(columns.case[start])].append((table.ref, places[start].id, *row))
    return [sorted(rows, key=str) for rows in found]  # type: ignore[misc]


def by_steps(happenings: Sequence[Happening], as_of: datetime, book: Ruling) -> list[Row]:
    """The same rows from the step by step fold."""
    case = fold(UUID(int=0), happenings, book, as_of)
    return sorted(
        (
            (d.ref, d.start_id, d.version_id, d.round, d.started_at, d.state, d.cause, d.due_at, d.ended_at, d.done_at)
            for d in case.deadlines.values()
        ),
        key=str,
    )


__all__ = ["BEGIN", "by_columns", "by_steps", "calendars", "history", "moment_of", "ruling", "shipped"]
