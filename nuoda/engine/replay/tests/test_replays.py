"""A replay from asking to its figures: who may, what it finds, stopped, gone on with, and broken off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.replay import queries
from nuoda.engine.replay.actions import proofs, replays, trials
from nuoda.engine.replay.models import Replay, ReplayChange
from nuoda.engine.replay.pure.ids import Ids
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.models import Entry

from .trying import FIRST_DAY, LAST_DAY, ON_SITE, arrived, asked, carried_out, drafted, manual

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """Three breakdowns: on site after one, three and five hours."""
    stage = Stage.set(local(3, 9))
    for hours in (1, 3, 5):
        arrived(stage, hours)
    return stage


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as found:
        yield
    assert found.value.code == code


def figures(stage: Stage, row: Replay) -> dict[str, tuple[queries.Counts, queries.Counts]]:
    with stage.acting(stage.cast.shen):
        return {ref: (life, draft) for ref, life, draft, _ in queries.by_clock(row)}


def test_two_hours_instead_of_four_would_have_been_missed_once_more(stage: Stage) -> None:
    row = carried_out(stage, asked(stage, drafted(stage)))
    assert (row.status, row.cases_done, row.cases_total) == ("done", row.cases_total, row.cases_done)
    life, draft = figures(stage, row)[ON_SITE]
    assert (life.opened, life.kept, life.missed) == (3, 2, 1)
    assert (draft.opened, draft.kept, draft.missed) == (3, 1, 2)
    with stage.acting(stage.cast.shen):
        changes = list(row.changes.order_by("started_at"))
        assert [change.kind for change in changes] == ["due", "worse", "due"]
        assert {change.ref for change in changes} == {ON_SITE}
        worse = changes[1]
        assert worse.life_due is not None and worse.draft_due is not None
        assert worse.life_due - worse.draft_due == timedelta(hours=2)


def test_both_sides_are_counted_out(stage: Stage) -> None:
    row = carried_out(stage, asked(stage, drafted(stage)))
    with stage.acting(stage.cast.shen) as (actor, _at):
        change = row.changes.get(kind="worse")
        life, draft = trials.derivations(row, change, actor=actor)
    assert life is not None and draft is not None
    assert (life.state, life.within, life.due_at) == ("kept", "4 h", change.life_due)
    assert (draft.state, draft.within, draft.due_at) == ("missed", "2 h", change.draft_due)
    assert life.agrees and draft.agrees


def test_the_same_text_changes_nothing(stage: Stage) -> None:
    """Negative control of the differences: the manual as it is finds none."""
    row = carried_out(stage, asked(stage, text=manual("2.0.1", "4 h")))
    assert row.status == "done" and row.changed == 0
    assert all(life == draft for life, draft in figures(stage, row).values())


def test_it_changes_nothing_in_life(stage: Stage) -> None:
    with scoped(system(stage.cast.company.pk)):
        before = Entry.objects.count()
    carried_out(stage, asked(stage, drafted(stage)))
    with scoped(system(stage.cast.company.pk)) as at:
        types = set(Entry.objects.order_by("recorded_at").values_list("type", flat=True)[before:])
        assert types <= {"policy.published", "replay.asked"}
        assert list(proofs.unlike(stage.cast.company.pk, at=max(at, stage.now))) == []


def test_a_killed_workers_successor_goes_on_and_counts_every_case_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(stage, drafted(stage))
    look, looked = trials.Trial.look, []

    class Killed(BaseException):
        pass

    def dying(self: trials.Trial, ids: Ids, **more: object) -> trials.Seen:
        if len(looked) == 2:
            raise Killed
        seen = look(self, ids, **more)  # type: ignore[arg-type]
        looked.extend([ids] * seen.cases)
        return seen

    monkeypatch.setattr(trials.Trial, "look", dying)
    with pytest.raises(Killed):
        carried_out(stage, row, batch=1)
    monkeypatch.setattr(trials.Trial, "look", look)
    with stage.acting(stage.cast.shen):
        row.refresh_from_db()
    assert (row.status, row.cases_done) == ("running", 2)
    row = carried_out(stage, row, batch=1)
    whole = carried_out(stage, asked(stage, text=manual()))
    assert row.status == whole.status == "done"
    assert (row.cases_done, row.changed) == (whole.cases_done, whole.changed)
    assert figures(stage, row) == figures(stage, whole)


def test_a_stopped_replay_writes_no_further_batch(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked(stage, drafted(stage))
    look = trials.Trial.look

    def stopped_meanwhile(self: trials.Trial, ids: Ids, **more: object) -> trials.Seen:
        seen = look(self, ids, **more)  # type: ignore[arg-type]
        with stage.acting(stage.cast.shen) as (actor, at):
            replays.cancel(row, actor=actor, at=at)
        return seen

    monkeypatch.setattr(trials.Trial, "look", stopped_meanwhile)
    carried_out(stage, row)
    assert (row.status, row.cases_done) == ("cancelled", 0)
    with stage.acting(stage.cast.shen) as (actor, at):
        assert not ReplayChange.objects.filter(replay=row).exists()
        with pytest.raises(Refused):
            replays.cancel(row, actor=actor, at=at)


def test_what_breaks_off_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked(stage, drafted(stage))

    def broken(*args: object, **more: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(trials.Trial, "look", broken)
    row = carried_out(stage, row)
    assert (row.status, row.error) == ("failed", "ValueError: no")


def test_who_may_not_and_what_cannot(stage: Stage) -> None:
    version = drafted(stage)
    for person in (stage.cast.wang, stage.cast.lin, stage.cast.system, stage.cast.ma):
        with stage.acting(person) as (actor, at), pytest.raises(NotYours):
            replays.ask(version=version, first_day=FIRST_DAY, last_day=LAST_DAY, actor=actor, at=at)
    with stage.acting(stage.cast.shen) as (actor, at):
        with refused("period_backwards"):
            replays.ask(version=version, first_day=LAST_DAY, last_day=FIRST_DAY, actor=actor, at=at)
        with refused("period_ahead"):
            ahead = (stage.now + timedelta(days=9)).date()
            replays.ask(version=version, first_day=ahead, last_day=ahead, actor=actor, at=at)
        with refused("policy_wrong"):
            replays.ask(text="policy: [", first_day=FIRST_DAY, last_day=LAST_DAY, actor=actor, at=at)
        bound = version.policy.versions.get(status="in_force")
        with refused("in_force"):
            replays.ask(version=bound, first_day=FIRST_DAY, last_day=LAST_DAY, actor=actor, at=at)
        assert not Replay.objects.exists()


def test_what_is_stored_otherwise_is_named(stage: Stage) -> None:
    """Negative control of the check: rows changed behind the engine's back, one of each kind."""
    from nuoda.engine.clocks.models import Deadline

    company = stage.cast.company.pk
    with scoped(system(company)):
        at = stage.now
        assert list(proofs.unlike(company, at=at)) == []
        kept = Deadline.objects.filter(ref=ON_SITE, state="kept").order_by("pk")
        first, second = kept[0], kept[1]
        Deadline.objects.filter(pk=first.pk).update(due_at=first.due_at + timedelta(minutes=1))
        second.delete()
        Deadline.objects.filter(ref=ON_SITE, state="missed").update(missed_entry_id=None)
        found = {(item.ref, item.what) for item in proofs.unlike(company, at=at)}
    assert found == {(ON_SITE, "due_at"), (ON_SITE, "row"), (ON_SITE, "miss")}
