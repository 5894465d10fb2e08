"""影子运行: a version that binds nobody runs beside the regulation in force, and tells nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents, loading
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.actions import entries

from .. import access
from ..events import ShadowStarted, ShadowStopped
from ..models import Shadow, ShadowDeadline
from ..pure.ids import Ids
from . import trials
from .replays import tried_content

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
"""Taken in once more: an entry is recorded before its transaction ends, and so may show up behind later ones."""
BATCH = 200
"""Cases folded and written in one transaction."""
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)


def start(
    *,
    version: PolicyVersion,
    actor: Actor,
    at: datetime,
    id: UUID | None = None,  # noqa: A002
) -> Shadow:
    """Run a version beside the regulation in force from now on.

    Asks for a draft or a published version. Emits shadow.started. Refuses a version that binds or has bound, and a
    second shadow of the same regulation.
    """
    if not access.may_shadow(actor):
        raise NotYours()
    content = tried_content(actor, version, "")
    if Shadow.objects.filter(company_id=actor.company_id, policy=content["policy"], status="running").exists():
        raise Refused(_("A shadow run of this regulation is under way. Stop it first."), code="shadow_runs")
    row = Shadow.objects.create(
        id=id or new_id(),
        company_id=actor.company_id,
        version=version,
        policy=content["policy"],
        number=content["version"],
        content=content,
        hash=documents.digest(content),
        asked_by=actor.person_id,
        asked_at=at,
        since=at,
        seen_until=at,
    )
    started = ShadowStarted(shadow=row.pk, policy=row.policy, version=row.number, content_hash=row.hash)
    entries.record(started, dossier=None, actor=actor, at=at)
    return row


def stop(shadow: Shadow, *, actor: Actor, at: datetime) -> Shadow:
    """End a shadow run; what it counted stays. Emits shadow.stopped. Refuses one that has ended."""
    if not access.may_shadow(actor):
        raise NotYours()
    stopped = Shadow.objects.filter(pk=shadow.pk, status="running").update(
        status="stopped", stopped_at=at, stopped_by=actor.person_id
    )
    if not stopped:
        raise Refused(_("This shadow run has ended already."), code="illegal_move")
    entries.record(ShadowStopped(shadow=shadow.pk), dossier=None, actor=actor, at=at)
    shadow.refresh_from_db()
    return shadow


def sweep(company_id: UUID, *, at: datetime | None = None) -> int:
    """Bring the running shadows of a company up to date; how many cases were folded. `at` None: the database's clock.

    Runs apart from daily work: recording an event costs nothing more while a shadow runs.
    """
    actor = system(company_id)
    folded = 0
    with scoped(actor) as now:
        running = list(Shadow.visible_to(actor).filter(status="running").order_by("pk"))
    for row in running:
        try:
            folded += _bring_up(actor, row, at or now)
        except Exception:
            # What is wrong with one text must not stop the others; the next sweep tries again.
            log.exception("Shadow run %s could not be brought up to date", row.pk)
    return folded


def _bring_up(actor: Actor, row: Shadow, at: datetime) -> int:
    policy = loading.of_content(row.content)
    question = trials.Question(row.company_id, policy, row.version_id or trials.version_id(policy), (row.since, _NEVER))
    with scoped(actor):
        trial = trials.Trial(question, clocks.ruling(actor), everything=True)
        case_ids = _touched(row, at)
    for part in _parts(case_ids):
        with scoped(actor):
            _keep(row, trial.look(Ids.of(part), at=at), part)
    with scoped(actor):
        Shadow.objects.filter(pk=row.pk, status="running").update(seen_until=at)
    return len(case_ids)


def _touched(row: Shadow, at: datetime) -> list[UUID]:
    """Cases with something recorded since the last sweep, and those in which time alone changes something."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT case_id FROM journal_entry
            WHERE company_id = %(company)s AND recorded_at >= %(after)s AND recorded_at <= %(at)s AND case_id IS NOT NULL
            UNION SELECT case_id FROM replay_shadowdeadline WHERE shadow_id = %(shadow)s AND next_at < %(at)s
            ORDER BY case_id""",
            {
                "company": row.company_id,
                "after": max(row.since, row.seen_until - OVERLAP),
                "at": at,
                "shadow": row.pk,
            },
        )
        return [found[0] for found in cursor.fetchall()]


def _parts(case_ids: list[UUID]) -> Iterator[list[UUID]]:
    for place in range(0, len(case_ids), BATCH):
        yield case_ids[place : place + BATCH]


def _keep(row: Shadow, seen: trials.Seen, case_ids: Iterable[UUID]) -> None:
    """Write the deadlines of the cases as they are now; what is no deadline any more goes."""
    wanted = [_row(row, item) for changes in seen.changes for item in trials.told(row.company_id, changes)]
    starts = {(item.ref, item.start_id) for item in wanted}
    for stored in ShadowDeadline.objects.filter(shadow=row, case_id__in=list(case_ids)).only("pk", "ref", "start_id"):
        if (stored.ref, stored.start_id) not in starts:
            stored.delete()
    ShadowDeadline.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["shadow", "ref", "start_id"],
        update_fields=["round", "life_state", "life_due", "draft_state", "draft_due", "dealer_id", "next_at"],
        batch_size=1000,
    )


def _row(row: Shadow, item: trials.Changed) -> ShadowDeadline:
    sides = ((item.life, item.life_due), (item.draft, item.draft_due))
    waiting = [due for state, due in sides if state in ("open", "paused") and due is not None]
    return ShadowDeadline(
        company_id=row.company_id,
        shadow=row,
        case_id=item.case.id,
        number=item.case.number,
        ref=item.ref,
        round=item.round,
        start_id=item.start_id,
        started_at=item.started_at,
        dealer_id=item.case.dealer_id,
        life_state=item.life,
        life_due=item.life_due,
        draft_state=item.draft,
        draft_due=item.draft_due,
        next_at=min(waiting, default=None),
    )
