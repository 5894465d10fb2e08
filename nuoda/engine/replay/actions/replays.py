"""Asking for a replay, carrying it out batch by batch, stopping it."""

from __future__ import annotations

import logging
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.access import now, scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.actions import entries

from .. import access, queries
from ..events import ReplayAsked
from ..models import Replay, ReplayChange, ReplayFigure
from ..models.replays import TRIED
from . import trials

log = logging.getLogger(__name__)


def ask(
    *,
    actor: Actor,
    at: datetime,
    first_day: date,
    last_day: date,
    version: PolicyVersion | None = None,
    text: str = "",
    imports: bool = False,
) -> Replay:
    """Have a version, or the text of a policy file, tried on the cases of a period.

    id: UUID | None = None,  # noqa: A002
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
        company_id=actor.company_id,
        version=version,
        policy=content["policy"],
        id=id or new_id(),
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


def carry_out(company_id: UUID, replay_id: UUID, *, batch: int = trials.BATCH) -> None:
    """Do what is left of a replay. It may be begun by any number of workers and be killed anywhere: each batch is
    written whole, with the place it reached, or not at all."""
    actor = system(company_id)
    with scoped(actor) as at:
        row = Replay.visible_to(actor).filter(pk=replay_id, status__in=("waiting", "running")).first()
        if row is None:
            return
        if row.cases_total is None:
            row.cases_total = queries.count_cases(company_id, (row.since, row.until), imports=row.imports)
            Replay.objects.filter(pk=row.pk, status="waiting").update(
                status="running", started_at=at, cases_total=row.cases_total
            )
        trial = trials.Trial(trials.question_of(row), clocks.ruling(actor))
    try:
        while _one_batch(actor, row, trial, batch):
            pass
    except Exception as error:
        log.exception("Replay %s broke", replay_id)
        with scoped(actor) as at:
            Replay.objects.filter(pk=row.pk, status="running").update(
                status="failed", ended_at=at, error=f"{type(error).__name__}: {error}"[:300]
            )


def _one_batch(actor: Actor, row: Replay, trial: trials.Trial, batch: int) -> bool:
    with scoped(actor):
        seen = next(trial.batches(at=row.as_of, after=row.last_case or queries.NO_CASE, batch=batch), None)
        if seen is None:
            ended = Replay.objects.filter(pk=row.pk, status="running", last_case=row.last_case)
            ended.update(status="done", ended_at=now())
            return False
        # Compare and set: whoever stopped it, or went on with it meanwhile, makes this batch vanish.
        mine = Replay.objects.filter(pk=row.pk, status="running", last_case=row.last_case)
        changed = mine.update(
            last_case=seen.last,
            cases_done=F("cases_done") + seen.cases,
            by_steps=F("by_steps") + seen.by_steps,
            changed=F("changed") + len(seen.changed),
        )
        if not changed:
            return False
        _keep_figures(row, seen)
        ReplayChange.objects.bulk_create(_changes(row, seen), batch_size=1000)
    row.last_case = seen.last
    return True


def _keep_figures(row: Replay, seen: trials.Seen) -> None:
    key = ("ref", "dealer_id", "team_id", "side")
    stored = {tuple(getattr(figure, name) for name in key): figure for figure in row.figures.all()}
    touched = []
    for (ref, (dealer_id, team_id)), sides in seen.figures.items():
        for side, counts in sides.items():
            figure = stored.get((ref, dealer_id, team_id, side)) or ReplayFigure(
                company_id=row.company_id, replay=row, ref=ref, dealer_id=dealer_id, team_id=team_id, side=side
            )
            for state, count in counts.items():
                setattr(figure, state, getattr(figure, state) + count)
            touched.append(figure)
    ReplayFigure.objects.bulk_create(
        touched,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["open", "paused", "kept", "missed", "withdrawn", "waived"],
    )


def _changes(row: Replay, seen: trials.Seen) -> list[ReplayChange]:
    return [
        ReplayChange(
            company_id=row.company_id,
            replay=row,
            case_id=item.case.id,
            number=item.case.number,
            ref=item.difference.ref,
            round=item.difference.round,
            start_id=item.start_id,
            started_at=item.started_at,
            dealer_id=item.case.dealer_id,
            team_id=item.team_id,
            kind=item.difference.kind,
            life_state=item.difference.life,
            life_due=item.difference.life_due,
            draft_state=item.difference.draft,
            draft_due=item.difference.draft_due,
        )
        for item in seen.changed
    ]
