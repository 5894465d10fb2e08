"""The timeline of a case tells what happened in the order of the world, also what was written down later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.domain.service.web.words import case_timeline

from .stage import Stage, local

pytestmark = pytest.mark.django_db


def test_what_was_recorded_late_stands_where_it_happened() -> None:
    stage = Stage.set(local(5, 10))
    ticket = stage.report(channel="web", answered=False)
    called = stage.now + timedelta(minutes=5)
    stage.after(minutes=8)
    stage.act(stage.cast.wang, "set_severity", ticket, severity="general", reason="备用机已顶上")
    stage.after(minutes=2)
    stage.act(stage.cast.lin, "answer", ticket, happened_at=called)
    with stage.acting(stage.cast.wang) as (actor, _at):
        told = [event.happened_at for event in case_timeline(actor, stage.ticket(ticket).dossier)]
    assert called in told and told == sorted(told, reverse=True)
