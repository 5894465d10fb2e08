"""A stage on which a changed manual is tried: four hours on site become two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.replay.actions import replays
from nuoda.engine.replay.actions.trials import read
from nuoda.engine.replay.models import Replay, ReplayChange, Shadow, ShadowDeadline
from nuoda.engine.rulebook.actions import packs, versions
from nuoda.engine.rulebook.models import Policy, PolicyVersion
from nuoda.engine.rulebook.pure import documents
from nuoda.foundation.base.pure.ids import new_id

FIRST_DAY, LAST_DAY = local(2, 12).date(), local(31, 12).date()
ON_SITE = "MN-3.2.1b/on_site"


def manual(version: str = "2.1", within: str = "2 h") -> str:
    """The shipped manual as a file, with another time to be on site."""
    text = (packs.folder() / "manual" / "2.0.yaml").read_text(encoding="utf-8")
    begin = text.index("clock: on_site")
    place = text.index("within: 4 h", begin)
    text = f"{text[:place]}within: {within}{text[place + len('within: 4 h') :]}"
    return text.replace("version: '2.0'", f"version: '{version}'", 1)


def drafted(stage: Stage, *, within: str = "2 h", version: str = "2.1", publish: bool = True) -> PolicyVersion:
    """The changed manual as a version that binds nobody."""
    with stage.acting(stage.cast.shen) as (actor, at):
        policy = Policy.objects.get(company_id=actor.company_id, name="manual")
        row = versions.draft(policy=policy, content=read(manual(version, within))[1], actor=actor, at=at)
        return versions.publish(row, actor=actor, at=at) if publish else row


def arrived(stage: Stage, hours: float, **told: Any) -> Ticket:
    """A breakdown of an urgent kind; the technician is on site after so many hours, and a new day begins."""
    ticket = stage.report(**told)
    stage.after(minutes=5)
    job = stage.dispatch(ticket, stage.cast.zhao)
    stage.work(job, "contact")
    stage.work(job, "prepare")
    stage.after(hours=hours, minutes=-5)
    stage.tick()
    stage.work(job, "arrive")
    stage.after(hours=20)
    stage.tick()
    return ticket


def asked(stage: Stage, version: PolicyVersion | None = None, **more: Any) -> Replay:
    with stage.acting(stage.cast.shen) as (actor, at):
        return replays.ask(version=version, first_day=FIRST_DAY, last_day=LAST_DAY, actor=actor, at=at, **more)


def carried_out(stage: Stage, row: Replay, *, batch: int = 500) -> Replay:
    replays.carry_out(stage.cast.company.pk, row.pk, batch=batch)
    with stage.acting(stage.cast.shen):
        row.refresh_from_db()
    return row


REPLAY, SHADOW = UUID(int=0x7E91), UUID(int=0x5AD0)
"""Ids of the one replay and the one shadow run that tables of pages can name."""


def _kept(stage: Stage) -> dict[str, Any]:
    content = read(manual())[1]
    return {
        "company_id": stage.cast.company.pk,
        "policy": "manual",
        "number": "2.1",
        "content": content,
        "hash": documents.digest(content),
        "asked_at": stage.now,
        "since": stage.now - timedelta(days=20),
    }


def replayed(stage: Stage) -> Replay:
    """A replay that has ended, without going through the cases."""
    with stage.acting(stage.cast.shen) as (_actor, at):
        row, _new = Replay.objects.get_or_create(
            pk=REPLAY,
            defaults={
                **_kept(stage), "first_day": FIRST_DAY, "last_day": LAST_DAY, "until": at, "as_of": at, "status": "done",
                "ended_at": at, "cases_total": 1, "cases_done": 1,
            },
        )  # fmt: skip
    return row


def _found(stage: Stage, ticket: Ticket) -> dict[str, Any]:
    return {
        "company_id": ticket.company_id, "case_id": ticket.pk, "number": ticket.number, "ref": ON_SITE,
        "start_id": new_id(), "started_at": stage.now, "life_state": "kept", "life_due": stage.now + timedelta(hours=4),
        "draft_state": "missed", "draft_due": stage.now + timedelta(hours=2),
    }  # fmt: skip


def changed(stage: Stage, ticket: Ticket | None = None) -> ReplayChange:
    """One more deadline that the replay changes."""
    row, about = replayed(stage), ticket or stage.report()
    with stage.acting(stage.cast.shen):
        return ReplayChange.objects.create(replay=row, kind="worse", **_found(stage, about))


def shadowed(stage: Stage) -> Shadow:
    with stage.acting(stage.cast.shen) as (_actor, at):
        row, _new = Shadow.objects.get_or_create(pk=SHADOW, defaults={**_kept(stage), "seen_until": at})
    return row


def in_shadow(stage: Stage, ticket: Ticket | None = None) -> ShadowDeadline:
    """One more deadline in the shadow run."""
    row, about = shadowed(stage), ticket or stage.report()
    with stage.acting(stage.cast.shen):
        return ShadowDeadline.objects.create(shadow=row, **_found(stage, about))


def another_replay(stage: Stage) -> None:
    with stage.acting(stage.cast.shen) as (_actor, at):
        Replay.objects.create(**_kept(stage), first_day=FIRST_DAY, last_day=LAST_DAY, until=at, as_of=at)


def another_shadow(stage: Stage) -> None:
    with stage.acting(stage.cast.shen) as (_actor, at):
        Shadow.objects.create(**_kept(stage), seen_until=at, status="stopped", stopped_at=at)
