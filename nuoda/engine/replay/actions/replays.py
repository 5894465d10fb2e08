"""Asking for a replay, carrying it out, stopping it."""

from __future__ import annotations

import logging
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.actions import entries

from .. import access, queries
from ..events import ReplayAsked
from ..models import Replay
from ..models.replays import OPEN, TRIED
from . import hands, keeping, trials

log = logging.getLogger(__name__)

WHOLE = 100_000
"""Cases looked at after which what was found is written, with the place that was reached: what a killed worker's successor repeats."""


def ask(
    *,
    actor: Actor,
    at: datetime,
    first_day: date,
    last_day: date,
    version: PolicyVersion | None = None,
    text: str = "",
    imports: bool = False,
    id: UUID | None = None,  # noqa: A002
) -> Replay:
    """Have a version, or the text of a policy file, tried on the cases of a period.

    Asks for the version or the text. Emits replay.asked; a background job does the work. Refuses a text that does not
    load and a period that ends before it begins or has not begun.
    """
    if not access.may_try(actor):
        raise NotYours()
    content = tried_content(actor, version, text)
    since, until = trials.period(actor.company_id, first_day, last_day)
    if since >= at:
        raise Refused(_("The period has not begun yet: there is nothing to replay."), code="period_ahead")
    row = Replay.objects.create(
        id=id or new_id(),
        company_id=actor.company_id,
        version=version,
        policy=content["policy"],
        number=content["version"],
        content=content,
        hash=documents.digest(content),
        first_day=first_day,
        last_day=last_day,
        since=since,
        until=until,
        imports=imports,
        as_of=at,
        asked_by=actor.person_id,
        asked_at=at,
    )
    asked = ReplayAsked(
        replay=row.pk,
        policy=row.policy,
        version=row.number,
        content_hash=row.hash,
        first_day=first_day,
        last_day=last_day,
    )
    entries.record(asked, dossier=None, actor=actor, at=at)
    app.configure_task("replay.run", lock=f"replay:{row.pk}", allow_unknown=True).defer(
        company=str(row.company_id), replay=str(row.pk)
    )
    return row


def tried_content(actor: Actor, version: PolicyVersion | None, text: str) -> documents.Content:
    """What is to be tried: a version's content as it is now, or an uploaded text."""
    if version is None:
        return trials.read(text)[1]
    if version.company_id != actor.company_id:
        raise NotYours()
    if version.status not in TRIED:
        raise Refused(_("This version binds or has bound already: life itself shows what it did."), code="in_force")
    return dict(version.content)


def cancel(replay: Replay, *, actor: Actor, at: datetime) -> Replay:
    """Stop a replay; what it found so far stays. Refuses one that has ended."""
    if not access.may_try(actor):
        raise NotYours()
    stopped = Replay.objects.filter(pk=replay.pk, status__in=("waiting", "running")).update(
        status="cancelled", ended_at=at
    )
    if not stopped:
        raise Refused(_("This replay has ended already."), code="illegal_move")
    replay.refresh_from_db()
    return replay


def carry_out(company_id: UUID, replay_id: UUID, *, batch: int = trials.BATCH, alone: int = hands.ALONE) -> None:
    """Do what is left of a replay. It may be begun by any number of workers and be killed anywhere: what is written is whole,
    with the place that was reached, or not written at all."""
    actor = system(company_id)
    with scoped(actor) as at:
        row = Replay.visible_to(actor).filter(pk=replay_id, status__in=OPEN).first()
        if row is None:
            return
        Replay.objects.filter(pk=row.pk, status="waiting").update(status="running", started_at=at)
    try:
        _go_on(actor, row, batch, alone)
    except Exception as error:
        log.exception("Replay %s broke", replay_id)
        with scoped(actor) as at:
            Replay.objects.filter(pk=row.pk, status="running").update(
                status="failed", ended_at=at, error=f"{type(error).__name__}: {error}"[:300]
            )


def _go_on(actor: Actor, row: Replay, batch: int, alone: int) -> None:
    with scoped(actor):
        trial = trials.Trial(trials.question_of(row), clocks.ruling(actor))
        ids = trial.candidates(at=row.as_of, after=row.last_case or queries.NO_CASE)
        kept = _Ledger(row, ahead=ids.size)
        kept.tell()
    for seen in hands.seen(trial, ids, at=row.as_of, batch=batch, alone=alone):
        with scoped(actor):
            if not kept.take(seen):
                # It was stopped, or another worker went on with it: what was found before stays if it was stopped.
                kept.write(status="cancelled")
                return
    with scoped(actor) as at:
        kept.write(status="running", ends=at)


def _mine(row: Replay, status: str = "running") -> QuerySet[Replay]:
    """The replay as this worker knows it: compare and set, so that of two workers one goes on."""
    return Replay.objects.filter(pk=row.pk, status=status, last_case=row.last_case)


class _Ledger:
    """What batches showed, until it is written."""

    def __init__(self, row: Replay, ahead: int) -> None:
        self.row = row
        self.done, self.ahead = row.cases_written, ahead
        """Cases of the period that were found, and cases still to be looked at."""
        self.seen = trials.Seen()

    def tell(self) -> bool:
        """Say how far it is; False when the replay is not this worker's any more."""
        return bool(_mine(self.row).update(cases_done=self.done, cases_total=self.done + self.ahead))

    def take(self, seen: trials.Seen) -> bool:
        """Take in a batch, and write when there is much; False when the replay is not this worker's any more."""
        done, ahead = self.done, self.ahead
        self.done, self.ahead = done + seen.cases, ahead - seen.looked
        if not self.tell():
            self.done, self.ahead = done, ahead
            return False
        self.seen.add(seen)
        self.seen.changes += seen.changes
        return self.seen.looked < WHOLE or self.write(status="running")

    def write(self, *, status: str, ends: datetime | None = None) -> bool:
        """Write it all with the place that was reached, if the replay is still as it was left."""
        seen, row = self.seen, self.row
        values: dict[str, object] = {
            "cases_done": self.done,
            "cases_total": self.done + self.ahead,
            "cases_written": self.done,
            "by_steps": F("by_steps") + seen.by_steps,
            "changed": F("changed") + seen.changed,
        }
        if seen.looked:
            values["last_case"] = seen.last
        if ends is not None:
            values |= {"status": "done", "ended_at": ends}
        if not _mine(row, status).update(**values):
            return False
        keeping.figures(row, seen.figures)
        for changes in seen.changes:
            keeping.changes(row, changes)
        row.last_case = seen.last if seen.looked else row.last_case
        self.seen = trials.Seen()
        return True
