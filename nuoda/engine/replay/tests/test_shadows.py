"""A shadow run: it counts beside life from now on, tells nobody, costs daily work nothing, and can be stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.notices.models import Notice
from nuoda.engine.replay import queries
from nuoda.engine.replay.actions import replays, shadows
from nuoda.engine.replay.models import Shadow, ShadowDeadline
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.models import Entry

from .test_replays import refused
from .trying import ON_SITE, arrived, carried_out, drafted

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    stage = Stage.set(local(3, 9))
    arrived(stage, 3)
    return stage


def begun(stage: Stage) -> Shadow:
    with stage.acting(stage.cast.shen) as (actor, at):
        return shadows.start(version=drafted(stage), actor=actor, at=at)


def swept(stage: Stage) -> int:
    # The stage's entries are recorded at its own time, so the sweep is asked at that time too.
    return shadows.sweep(stage.cast.company.pk, at=stage.now)


def counted(stage: Stage, row: Shadow) -> dict[str, tuple[queries.Counts, queries.Counts]]:
    with stage.acting(stage.cast.shen):
        return {ref: (life, draft) for ref, life, draft, _ in queries.shadow_by_clock(row)}


def test_what_began_since_is_counted_beside_life(stage: Stage) -> None:
    row = begun(stage)
    arrived(stage, 3)
    arrived(stage, 1)
    swept(stage)
    life, draft = counted(stage, row)[ON_SITE]
    assert (life.opened, life.kept, life.missed) == (2, 2, 0)
    assert (draft.opened, draft.kept, draft.missed) == (2, 1, 1), "the breakdown before the shadow does not count"


def test_time_alone_makes_a_miss(stage: Stage) -> None:
    row = begun(stage)
    stage.report()
    swept(stage)
    assert counted(stage, row)[ON_SITE][1].open == 1
    stage.after(hours=3)
    assert swept(stage) == 1
    life, draft = counted(stage, row)[ON_SITE]
    assert (life.open, draft.missed) == (1, 1)
    assert swept(stage) <= 1, "what is past is not looked at for ever"


def test_nobody_is_told_and_nothing_is_recorded(stage: Stage) -> None:
    row = begun(stage)
    arrived(stage, 3)
    stage.told()
    with scoped(system(stage.cast.company.pk)):
        before = (Entry.objects.count(), Notice.objects.count(), Deadline.objects.count())
    swept(stage)
    assert counted(stage, row)[ON_SITE][1].missed == 1
    with scoped(system(stage.cast.company.pk)):
        assert (Entry.objects.count(), Notice.objects.count(), Deadline.objects.count()) == before


def test_taking_in_the_same_twice_changes_nothing(stage: Stage) -> None:
    row = begun(stage)
    arrived(stage, 3)
    swept(stage)
    with stage.acting(stage.cast.shen):
        first = list(ShadowDeadline.objects.order_by("ref", "start_id").values_list("ref", "start_id", "draft_state"))
        Shadow.objects.filter(pk=row.pk).update(seen_until=row.since)
    swept(stage)
    with stage.acting(stage.cast.shen):
        again = list(ShadowDeadline.objects.order_by("ref", "start_id").values_list("ref", "start_id", "draft_state"))
    assert first == again != []


def test_it_counts_what_a_replay_of_the_same_days_finds(stage: Stage) -> None:
    row = begun(stage)
    day = stage.now.date()
    for hours in (1, 3, 5):
        arrived(stage, hours)
    stage.report()
    stage.after(hours=3)
    swept(stage)
    with stage.acting(stage.cast.shen) as (actor, at):
        asked = replays.ask(version=row.version, first_day=day, last_day=at.date(), actor=actor, at=at)
    replayed = carried_out(stage, asked)
    with stage.acting(stage.cast.shen):
        of_shadow = {(ref, life, draft) for ref, life, draft, _ in queries.shadow_by_clock(row)}
        of_replay = {(ref, life, draft) for ref, life, draft, _ in queries.by_clock(replayed)}
        fields = (
            "ref",
            "start_id",
            "round",
            "life_state",
            "life_due",
            "draft_state",
            "draft_due",
            "dealer_id",
            "number",
        )
        otherwise = ~Q(life_state=F("draft_state")) | ~Q(life_due=F("draft_due"))
        differ = set(row.deadlines.filter(otherwise).values_list(*fields))
        changes = set(replayed.changes.values_list(*fields))
    assert of_shadow == of_replay and len(of_replay) == 3
    assert differ == changes and len(changes) == 4


def test_recording_an_event_costs_nothing_more_while_it_runs(stage: Stage) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            stage.report()
        return len(asked)

    cost()
    plain = cost()
    begun(stage)
    cost()  # the book's revision is read anew once
    assert cost() == plain


def test_it_stops_and_what_it_counted_stays(stage: Stage) -> None:
    row = begun(stage)
    arrived(stage, 3)
    swept(stage)
    with stage.acting(stage.cast.chen) as (actor, at):
        shadows.stop(row, actor=actor, at=at)
    before = counted(stage, row)
    arrived(stage, 3)
    assert swept(stage) == 0
    assert counted(stage, row) == before
    with stage.acting(stage.cast.chen) as (actor, at), pytest.raises(Refused):
        shadows.stop(row, actor=actor, at=at)


def test_who_may_not_and_what_cannot(stage: Stage) -> None:
    version = drafted(stage)
    for person in (stage.cast.wang, stage.cast.lin, stage.cast.system, stage.cast.ma):
        with stage.acting(person) as (actor, at), pytest.raises(NotYours):
            shadows.start(version=version, actor=actor, at=at)
    with stage.acting(stage.cast.shen) as (actor, at):
        shadows.start(version=version, actor=actor, at=at)
        with refused("shadow_runs"):
            shadows.start(version=version, actor=actor, at=at + timedelta(hours=1))
        with refused("in_force"):
            shadows.start(version=version.policy.versions.get(status="in_force"), actor=actor, at=at)
