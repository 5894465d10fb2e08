"""Looking for clocks that were kept on paper only, and marking what was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.domain.care.models import FollowUp
from nuoda.domain.service.models import Ticket
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline, DeadlinePause, LateRecord
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import CaseState
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import NotInForce
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused, Stale
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.journal.models import Dossier, Entry

from ..access import may_mark, may_supervise
from ..events import FindingLookedAt
from ..models import Finding
from ..pure import integrity
from ..pure.integrity import Claim, Closing, Happened, Limits, Running, Stop

_CLOSINGS = ("ticket.solved", "ticket.closed", "ticket.reopened")
_GRADED = "ticket.severity_changed"
_BATCH = 200
"""Cases folded at once: what is held in memory."""


def limits(actor: Actor, at: datetime) -> Limits:
    """The thresholds in force; refused when the regulations name none."""
    book = rulebook.book(actor)

    def length(name: str) -> timedelta:
        return timedelta(seconds=book.value(name, at, Duration).seconds or 0)

    try:
        return Limits(
            pause_margin=length("integrity_pause_margin"),
            reopen_within=length("integrity_reopen_within"),
            lowering_margin=length("integrity_lowering_margin"),
            ask_within=length("integrity_ask_within"),
            unhappy_score=book.value("dissatisfied_score", at, int),
        )
    except NotInForce as gap:
        why = _("The regulations in force name no thresholds for it. Put a version into force that does.")
        raise Refused(why, code="no_thresholds") from gap


def examine(*, since: datetime, until: datetime, actor: Actor, at: datetime) -> int:
    """Look through a period and keep what was found; how many findings are new.

    Asks: to supervise. Emits: nothing (a finding is a reading of what the journal says already). Refuses: NotYours, Refused when the
    regulations name no thresholds. Looking again
    finds the same places and leaves what was said about them; what is imported is left out.
    """
    if not may_supervise(actor):
        raise NotYours()
    known = limits(actor, at)
    found = [
        *integrity.late_pauses(_stops(actor, since, until), known),
        *integrity.quick_closings(_entries(actor, _CLOSINGS, since - known.reopen_within, until), known),
        *integrity.back_dated(_claims(actor, since, until)),
        *_lowered(actor, since, until, known),
        *integrity.not_asked(_closings(actor, since - known.ask_within, until), at, known),
    ]
    return _keep([one for one in found if since <= one.happened_at < until], actor, at)


def _keep(found: Sequence[integrity.Finding], actor: Actor, at: datetime) -> int:
    roots = Dossier.objects.in_bulk({one.case_id for one in found})
    there = set(Finding.objects.filter(pk__in=[one.id for one in found]).values_list("pk", flat=True))
    rows = {
        one.id: Finding(
            id=one.id,
            company_id=actor.company_id,
            pattern=one.pattern,
            dossier_id=one.case_id,
            dealer_id=roots[one.case_id].dealer_id,
            person_id=one.person_id,
            clause_id=one.clause_id,
            deadline_id=one.deadline_id,
            entry_id=one.entry_id,
            happened_at=one.happened_at,
            facts=dict(one.facts),
            found_at=at,
        )
        for one in found
        if one.id not in there and one.case_id in roots
    }
    Finding.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows)


def look_at(finding: Finding, *, remark: str, actor: Actor, at: datetime) -> Finding:
    """Say that a finding was looked at, and what came of it.

    Asks: to mark findings. Emits: finding.looked_at. Refuses: NotYours, Stale when somebody else did so before, Refused without a
    remark and for who is named in it himself.
    """
    if not may_mark(actor) or not Finding.visible_to(actor).filter(pk=finding.pk).exists():
        raise NotYours()
    if not remark.strip():
        raise Refused(
            _("Say what you found: the remark is what an auditor reads."), fields={"remark": _("Please fill this in.")}
        )
    if finding.person_id is not None and finding.person_id == actor.person_id:
        raise Refused(_("It names you yourself. Somebody else has to look at it."), code="own")
    changed = Finding.objects.filter(pk=finding.pk, looked_at=None).update(
        looked_at=at, looked_by_id=actor.person_id, remark=remark.strip()
    )
    if not changed:
        raise Stale(_("Somebody has looked at it in the meantime."))
    record(
        FindingLookedAt(finding=finding.pk, pattern=finding.pattern),
        dossier=finding.dossier, actor=actor, at=at, remark=remark.strip(),
    )  # fmt: skip
    return finding


# -- facts ----------------------------------------------------------------------------------------------


def _entries(actor: Actor, types: Sequence[str], since: datetime, until: datetime) -> Iterator[Happened]:
    """What happened in the period, the late-recorded included (an entry is never recorded before it happened)."""
    rows = Entry.visible_to(actor).filter(
        type__in=types, recorded_at__gte=since, happened_at__gte=since, happened_at__lt=until
    )
    values = rows.exclude(origin="import").values_list("id", "case_id", "type", "happened_at", "actor_id", "payload")
    for id_, case_id, type_, happened, person, payload in values:
        if case_id is not None:
            before, after = str(payload.get("before", "")), str(payload.get("severity", ""))
            yield Happened(id_, case_id, type_, happened, person, before, after)


def _stops(actor: Actor, since: datetime, until: datetime) -> Iterator[Stop]:
    rows = DeadlinePause.objects.filter(
        company_id=actor.company_id, stops=True, from_at__gte=since, from_at__lt=until
    ).exclude(deadline__origin="import")
    by_case: dict[UUID, list[Any]] = {}
    for row in rows.select_related("deadline"):
        by_case.setdefault(row.case_id, []).append(row)
    asked = {case_id: [row.from_at for row in found] for case_id, found in by_case.items()}
    for case_id, states in _before(actor, asked):
        for row, state in zip(by_case[case_id], states, strict=True):
            deadline = state.deadlines.get(row.deadline_id)
            due_at = deadline.due_at if deadline is not None and deadline.state == "open" else None
            yield Stop(
                row.pk, row.deadline_id, case_id, row.deadline.clause_id, row.from_at, due_at, row.reason, row.author_id
            )


def _lowered(actor: Actor, since: datetime, until: datetime, known: Limits) -> Iterator[integrity.Finding]:
    graded = list(_entries(actor, (_GRADED,), since, until))
    by_case: dict[UUID, list[Happened]] = {}
    for entry in graded:
        by_case.setdefault(entry.case_id, []).append(entry)
    gone = dict(Deadline.objects.filter(case_id__in=list(by_case), cause="reassessed").values_list("pk", "ended_at"))
    asked = {case_id: [entry.happened_at for entry in found] for case_id, found in by_case.items()}
    running: list[Running] = []
    for case_id, states in _before(actor, asked):
        for entry, state in zip(by_case[case_id], states, strict=True):
            running += [
                Running(entry.id, d.id, d.clause_id, d.due_at, gone.get(d.id) == entry.happened_at)
                for d in state.deadlines.values()
                if d.owed
            ]
    yield from integrity.lowered(graded, running, known)


def _before(actor: Actor, asked: dict[UUID, list[datetime]]) -> Iterator[tuple[UUID, list[CaseState]]]:
    """Each case as it stood right before the moments asked for: the fold of what had happened until then."""
    ruling = clocks.ruling(actor)
    ids = sorted(asked)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        roots = dict(Dossier.objects.filter(pk__in=part).values_list("pk", "recorded_at"))
        happenings: dict[UUID, list[Any]] = {case_id: [] for case_id in roots}
        if roots:
            for case_id, _dossier, happening in clocks.happenings(list(roots), min(roots.values())):
                happenings[case_id].append(happening)
        for case_id in roots:
            moments = [moment - timedelta(microseconds=1) for moment in asked[case_id]]
            yield case_id, [fold(case_id, happenings[case_id], ruling, moment) for moment in moments]


def _claims(actor: Actor, since: datetime, until: datetime) -> Iterator[Claim]:
    late = {
        row.entry_id: row for row in LateRecord.visible_to(actor).filter(recorded_at__gte=since, recorded_at__lt=until)
    }
    rows = Deadline.visible_to(actor).filter(
        case_id__in={row.case_id for row in late.values()}, state="kept", end_id__in=list(late)
    )
    for row in rows:
        entry = late[row.end_id] if row.end_id else None
        if entry is not None and row.due_at is not None:
            yield Claim(
                row.pk, row.case_id, row.clause_id, entry.entry_id, row.due_at, entry.happened_at, entry.recorded_at,
                entry.actor_id,
            )  # fmt: skip


def _closings(actor: Actor, since: datetime, until: datetime) -> Iterator[Closing]:
    rows = Ticket.visible_to(actor).filter(state="closed", closed_at__gte=since, closed_at__lt=until)
    tickets = {row.pk: row for row in rows.exclude(dossier__origin="import")}
    missed: dict[UUID, int] = {}
    for case_id in Deadline.objects.filter(case_id__in=list(tickets), state="missed").values_list("case_id", flat=True):
        missed[case_id] = missed.get(case_id, 0) + 1
    calls: dict[UUID, FollowUp] = {}
    for call in FollowUp.objects.filter(ticket_id__in=list(tickets)).order_by("planned_at"):
        calls[call.ticket_id] = call
    for pk, row in tickets.items():
        asked = calls.get(pk)
        if row.closed_at is not None:
            yield Closing(
                pk, row.closed_at, row.keeper_id, row.kind, row.score, row.reopened, missed.get(pk, 0),
                _asked(asked), asked.caller_id if asked else None,
            )  # fmt: skip


def _asked(call: FollowUp | None) -> Any:
    """What became of a follow-up; one that fell away with the matter was none."""
    if call is None or call.cancel_reason.startswith("ticket."):
        return ""
    if call.cancel_reason == "not_wanted":
        return "not_wanted"
    return call.state
