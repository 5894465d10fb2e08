"""Following a case: fold its entries, write what changed in its deadlines, announce misses and warnings once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.journal.actions import entries as journal
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.journal.pure.subscriptions import Context

from .. import queries
from ..events import DeadlineMissed, DeadlineMissWithdrawn, DeadlineWarned
from ..models import Deadline, DeadlinePause, LateRecord
from ..pure.fold import fold
from ..pure.values import CaseState, DeadlineState, Happening
from .seeds import seed

log = logging.getLogger(__name__)

_FIELDS = [
    item.attname
    for item in Deadline._meta.concrete_fields
    if item.attname not in ("id", "company_id", "owner_person_id", "left_by_id")
]
_PAUSE_FIELDS = [item.attname for item in DeadlinePause._meta.concrete_fields if item.attname != "id"]


@dataclass(slots=True)
class _Matter:
    """A case as it is worked on: its root, what happened, and the rows that stand."""

    root: Dossier
    happenings: list[Happening]
    dossiers: dict[UUID, UUID]
    """Dossier of each entry."""
    rows: dict[UUID, Deadline] = field(default_factory=dict)


@dataclass(slots=True)
class _Changes:
    """What has to be written and said, over all cases of one go."""

    deadlines: list[Deadline] = field(default_factory=list)
    pauses: list[DeadlinePause] = field(default_factory=list)
    problems: list[ClauseError] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    gone_pauses: list[UUID] = field(default_factory=list)
    events: list[tuple[Dossier, Event, datetime, UUID, str]] = field(default_factory=list)


def follow(entry: Entry, context: Context) -> None:
    """Move the clocks of the entry's case.

    Asks nothing of a new case (no history, no lock); of an older one, first its lock, then entries and deadlines.
    """
    if context.dossier is None or entry.case_id is None:
        return
    with _wide(context.actor):
        ruling = _ruling(context.actor)
        _mark_late(entry, context.dossier, ruling)
        if context.fresh and context.dossier.id == context.dossier.case_id:
            matter = _Matter(context.dossier, [_happening(entry)], {entry.id: context.dossier.pk})
            _bring_up([matter], ruling=ruling, at=context.at)
            return
        reconcile([entry.case_id], actor=context.actor, at=context.at)


def reconcile(case_ids: Sequence[UUID], *, actor: Actor, at: datetime, skip_locked: bool = False) -> int:
    """Fold the cases as of `at` and write the differences; how many cases were looked at.

    The root dossier is the lock of its case: whoever holds it reads every entry committed before, so two actions on one
    case cannot each overlook the other's. `skip_locked` leaves out cases that somebody is working on.
    """
    roots = _locked(case_ids, skip_locked=skip_locked)
    if not roots:
        return 0
    matters = _loaded(roots)
    _bring_up(matters, ruling=_ruling(actor), at=at)
    return len(matters)


def _ruling(actor: Actor) -> queries.Ruling:
    ruling = queries.ruling(actor)
    if not ruling.calendars:
        seed(actor.company_id)
        ruling = queries.ruling(system(actor.company_id))
    return ruling


def _wide(actor: Actor) -> AbstractContextManager[object]:
    """The whole case must be seen, also by whoever may see only a part of it."""
    if actor.reach in ("company", "system"):
        return nullcontext()
    return scoped(system(actor.company_id, book_revision=actor.book_revision))


def _locked(case_ids: Sequence[UUID], *, skip_locked: bool) -> list[Dossier]:
    rows = Dossier.objects.filter(pk__in=case_ids).order_by("pk").defer("search", "chain_head")
    return list(rows.select_for_update(no_key=True, skip_locked=skip_locked))


def _loaded(roots: Sequence[Dossier]) -> list[_Matter]:
    matters = {root.pk: _Matter(root, [], {}) for root in roots}
    for case_id, dossier_id, happening in queries.happenings(list(matters), min(root.recorded_at for root in roots)):
        matters[case_id].happenings.append(happening)
        matters[case_id].dossiers[happening.id] = dossier_id
    for row in Deadline.objects.filter(case_id__in=list(matters)):
        matters[row.case_id].rows[row.id] = row
    return list(matters.values())


def _happening(entry: Entry) -> Happening:
    return Happening(
        id=entry.id,
        type=entry.type,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        facts=entry.facts or {},
        data=entry.payload,
        actor=str(entry.actor_id or ""),
        dealer=str(entry.dealer_id or ""),
        as_if=bool(entry.as_if),
    )


def _bring_up(matters: Iterable[_Matter], *, ruling: queries.Ruling, at: datetime) -> None:
    changes = _Changes()
    paused: list[tuple[_Matter, CaseState]] = []
    for matter in matters:
        case = _folded(matter, ruling, at)
        _differences(matter, case, ruling, at, changes)
        changes.problems += _problems(matter, case, at)
        if any(row.pauses or row.held for row in case.deadlines.values()):
            paused.append((matter, case))
    if paused:
        _pause_differences(paused, changes)
    _write(changes)
    _announce(changes, revision=ruling.revision, at=at)


def _folded(matter: _Matter, ruling: queries.Ruling, at: datetime) -> CaseState:
    """The case as of `at`; an imported one as of its last happening, because its past is still arriving."""
    moment = at
    if matter.root.origin == "import" and matter.happenings:
        moment = max(h.happened_at for h in matter.happenings)
    return fold(matter.root.case_id, matter.happenings, ruling, moment)


def _problems(matter: _Matter, case: CaseState, at: datetime) -> list[ClauseError]:
    """Rules that could not be judged; written once each, however often the case is read again."""
    return [
        ClauseError.of(
            matter.root.company_id, problem.ref, problem.reason, at=at, case_id=case.id, entry_id=problem.happening_id
        )
        for problem in case.problems
    ]


def _differences(matter: _Matter, case: CaseState, ruling: queries.Ruling, at: datetime, changes: _Changes) -> None:
    late = _late(matter, ruling)
    for state in case.deadlines.values():
        old = matter.rows.get(state.id)
        if old is not None and not ruling.knows(old.version_id):
            # Another process has already brought it under a version that this one has not yet seen: not ours to judge.
            log.warning("deadline %s follows version %s, which is not loaded here", old.id, old.version_id)
            continue
        new = _row(state, matter, late)
        if old is not None:
            new.owner_person_id, new.left_by_id = old.owner_person_id, old.left_by_id
        _say(state, old, new, matter.root, at, changes)
        if old is None or any(getattr(old, name) != getattr(new, name) for name in _FIELDS):
            changes.deadlines.append(new)
    for vanished in matter.rows.keys() - case.deadlines.keys():
        row = matter.rows[vanished]
        if not ruling.knows(row.version_id):
            # This process has not yet seen the version by which another one opened it: not ours to judge.
            log.warning("deadline %s follows version %s, which is not loaded here", row.id, row.version_id)
            continue
        changes.gone.append(vanished)
        if row.missed_entry_id is not None:
            changes.events.append((matter.root, _withdrawal(row, "withdrawn"), at, new_id(), row.clause_id))


def _late(matter: _Matter, ruling: queries.Ruling) -> set[UUID]:
    if matter.root.origin != "live":
        return set()
    return {h.id for h in matter.happenings if ruling.is_late(h.happened_at, h.recorded_at)}


def _row(d: DeadlineState, matter: _Matter, late: set[UUID]) -> Deadline:
    root = matter.root
    imported = any(h.as_if for h in matter.happenings[:1])
    return Deadline(
        id=d.id,
        company_id=root.company_id,
        dealer_id=root.dealer_id,
        customer_id=root.customer_id,
        dossier_id=matter.dossiers[d.start_id],
        case_id=root.case_id,
        ref=d.ref,
        clause_id=d.clause_id,
        version_id=d.version_id,
        label=dict(d.rule.label),
        correlation=d.correlation,
        round=d.round,
        owner_role=d.rule.owner,
        start_id=d.start_id,
        start_type=d.start_type,
        started_at=d.started_at,
        due_at=d.due_at,
        promised=d.promised_at is not None,
        budget=d.budget,
        remaining=d.remaining,
        counts_from=d.cursor,
        working=d.working,
        calendar_id=UUID(d.calendar.key) if d.working else None,
        state=d.state,
        cause=d.cause,
        ended_at=d.ended_at,
        end_id=d.end_id,
        done_at=d.done_at,
        done_id=d.done_id,
        # An import is folded as of its last event: time alone brings nothing about, and the sweep would look at it forever.
        next_action_at=None if root.origin == "import" else d.next_at,
        origin=root.origin,
        as_if=imported,
        provisional=d.provisional,
        late_recorded=not late.isdisjoint(i for i in (d.start_id, d.end_id, d.done_id) if i is not None),
    )


def _say(d: DeadlineState, old: Deadline | None, new: Deadline, root: Dossier, at: datetime, changes: _Changes) -> None:
    """Carry over what was announced, and announce what is new: each warning and each standing miss has one entry."""
    # Another version has warnings of its own: what was told before was told about other points.
    told = list(old.warned) if old is not None and old.version_id == new.version_id else []
    missed = old.missed_entry_id if old is not None else None
    rule = d.rule
    about: dict[str, Any] = {
        "deadline": d.id,
        "ref": d.ref,
        "clause": d.clause_id,
        "dossier": new.dossier_id,
        "owner_role": rule.owner,
        "owner_person": new.owner_person_id,
        "due_at": d.due_at,
        "round": d.round,
    }
    for index, reached in d.warned:
        if index not in told:
            told.append(index)
            if d.owed:
                # A warning about what has been done meanwhile (learned late) would help nobody.
                tell = list(rule.warnings[index].tell) or [rule.owner]
                warned = DeadlineWarned(warning=index, tell=tell, **about)
                changes.events.append((root, warned, reached, _entry_id(root, at), d.clause_id))
    if d.state == "missed" and missed is None:
        missed = _entry_id(root, at)
        due = d.ended_at or at
        changes.events.append((root, DeadlineMissed(tell=list(rule.missed), **about), due, missed, d.clause_id))
    elif d.state != "missed" and missed is not None and old is not None:
        changes.events.append((root, _withdrawal(old, d.state), at, _entry_id(root, at), d.clause_id))
        missed = None
    new.warned, new.missed_entry_id = told, missed


def _withdrawal(row: Deadline, state: str) -> DeadlineMissWithdrawn:
    missed = row.missed_entry_id or UUID(int=0)
    return DeadlineMissWithdrawn(
        deadline=row.id, ref=row.ref, clause=row.clause_id, dossier=row.dossier_id, missed=missed, state=state
    )


def _entry_id(root: Dossier, at: datetime) -> UUID:
    return new_id() if root.origin == "live" else id_at(at)


def _pause_differences(cases: Sequence[tuple[_Matter, CaseState]], changes: _Changes) -> None:
    stored: dict[UUID, dict[UUID, DeadlinePause]] = defaultdict(dict)
    wanted_cases = [matter.root.case_id for matter, _ in cases if matter.rows]
    if wanted_cases:
        for row in DeadlinePause.objects.filter(case_id__in=wanted_cases):
            stored[row.case_id][row.id] = row
    for matter, case in cases:
        wanted: set[UUID] = set()
        for d in case.deadlines.values():
            for pause in (*d.pauses, *d.held):
                row = DeadlinePause(
                    id=DeadlinePause.key(d.id, pause.reason, pause.from_at.isoformat()),
                    company_id=matter.root.company_id,
                    dealer_id=matter.root.dealer_id,
                    customer_id=matter.root.customer_id,
                    case_id=matter.root.case_id,
                    deadline_id=d.id,
                    reason=pause.reason[:60],
                    author_id=UUID(pause.author) if pause.author else None,
                    from_at=pause.from_at,
                    to_at=pause.to_at,
                    limit_at=pause.limit_at,
                    stops=pause.stops,
                )
                if row.id in wanted:
                    continue
                wanted.add(row.id)
                old = stored[matter.root.case_id].get(row.id)
                if old is None or any(getattr(old, name) != getattr(row, name) for name in _PAUSE_FIELDS):
                    changes.pauses.append(row)
        changes.gone_pauses += stored[matter.root.case_id].keys() - wanted


def _write(changes: _Changes) -> None:
    """At most one statement for all deadlines and one for all pauses; deletions are rare."""
    if changes.gone_pauses:
        DeadlinePause.objects.filter(pk__in=changes.gone_pauses).delete()
    if changes.gone:
        Deadline.objects.filter(pk__in=changes.gone).delete()
    if changes.deadlines:
        Deadline.objects.bulk_create(
            changes.deadlines, update_conflicts=True, unique_fields=["id"], update_fields=_FIELDS
        )
    if changes.problems:
        errors.keep(changes.problems)
    if changes.pauses:
        DeadlinePause.objects.bulk_create(
            changes.pauses, update_conflicts=True, unique_fields=["id"], update_fields=_PAUSE_FIELDS
        )


def _announce(changes: _Changes, *, revision: int, at: datetime) -> None:
    for root, event, happened_at, entry_id, clause in changes.events:
        speaker = system(root.company_id, book_revision=revision).as_origin(root.origin)  # type: ignore[arg-type]
        journal.record(
            event, dossier=root, actor=speaker, at=at, happened_at=happened_at, clauses=[clause], id=entry_id
        )


def _mark_late(entry: Entry, dossier: Dossier, ruling: queries.Ruling) -> None:
    if entry.origin != "live" or not ruling.is_late(entry.happened_at, entry.recorded_at):
        return
    LateRecord.objects.create(
        entry_id=entry.id,
        company_id=entry.company_id,
        dealer_id=entry.dealer_id,
        customer_id=entry.customer_id,
        dossier_id=dossier.pk,
        case_id=dossier.case_id,
        type=entry.type,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        actor_id=entry.actor_id,
    )


def assign(
    case_id: UUID, *, role: str, person_id: UUID | None, actor: Actor, at: datetime, correlation: str | None = None
) -> None:
    """Say who owes the open deadlines of a role in a case (dispatch, hand-over); due times do not change."""
    del at
    with _wide(actor):
        rows = Deadline.objects.filter(case_id=case_id, owner_role=role, done_at=None)
        if correlation is not None:
            rows = rows.filter(correlation=correlation)
        rows.update(owner_person_id=person_id, left_by_id=None)


def candidates(company_id: UUID, *, at: datetime, limit: int, besides: Sequence[UUID] = ()) -> list[UUID]:
    """Cases with a deadline that time has changed, most urgent first; at most `limit` deadlines are looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT case_id FROM (
              SELECT case_id, next_action_at FROM clocks_deadline
              WHERE company_id = %s AND next_action_at < %s AND NOT case_id = ANY(%s)
              ORDER BY next_action_at LIMIT %s) AS due
            GROUP BY case_id ORDER BY min(next_action_at)""",
            [company_id, at, list(besides), limit],
        )
        return [row[0] for row in cursor.fetchall()]
