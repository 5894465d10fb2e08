"""A stage on which a changed manual is tried: four hours on site become two."""

from __future__ import annotations

from typing import Any

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.replay.actions import replays
from nuoda.engine.replay.models import Replay
from nuoda.engine.rulebook.actions import packs, versions
from nuoda.engine.rulebook.models import Policy, PolicyVersion

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
    from nuoda.engine.replay.actions.trials import read

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
