"""Patterns in which a clock was kept on paper only: each is found, and its honest twin is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuoda.domain.service import queries as service
from nuoda.domain.service.actions import closures, tickets
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours, Refused, Stale
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.tests import factories as people
from nuoda.foundation.ui.tests import kit

from ..actions import findings
from ..models import Finding
from ..pure import integrity
from ..pure.integrity import Claim, Closing, Happened, Limits, Running, Stop

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
LIMITS = Limits(timedelta(minutes=30), timedelta(hours=72), timedelta(hours=1), timedelta(days=10), 2)
CASE, PERSON, DEADLINE = new_id(), new_id(), new_id()


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


@pytest.mark.parametrize(("left", "found"), [(29, 1), (0, 1), (30, 0), (120, 0), (-5, 0)])
def test_a_pause_counts_when_hardly_any_time_is_left(left: int, found: int) -> None:
    stop = Stop(new_id(), DEADLINE, CASE, "MN-3.2.1b", AT, AT + minutes(left), "waiting_customer", PERSON)
    assert len(list(integrity.late_pauses([stop], LIMITS))) == found


def test_a_pause_of_a_standing_clock_is_none() -> None:
    stop = Stop(new_id(), DEADLINE, CASE, "MN-3.2.1b", AT, None, "waiting_customer", PERSON)
    assert not list(integrity.late_pauses([stop], LIMITS))


def happened(type_: str, after: float, person: object = PERSON) -> Happened:
    return Happened(new_id(), CASE, type_, AT + timedelta(hours=after), person)  # type: ignore[arg-type]


def test_a_matter_that_comes_back_soon_names_who_called_it_done_first() -> None:
    other = new_id()
    story = [happened("ticket.reopened", 40), happened("ticket.solved", 1), happened("ticket.closed", 20, other)]
    [found] = integrity.quick_closings(story, LIMITS)
    assert (found.person_id, found.facts["after"], found.happened_at) == (PERSON, 39 * 3600, AT + timedelta(hours=1))


def test_a_matter_that_comes_back_late_or_never_is_left_alone() -> None:
    assert not list(integrity.quick_closings([happened("ticket.solved", 0), happened("ticket.reopened", 80)], LIMITS))
    assert not list(integrity.quick_closings([happened("ticket.solved", 0)], LIMITS))


def test_only_what_is_dated_before_the_time_and_recorded_after_it_is_back_dated() -> None:
    claim = Claim(DEADLINE, CASE, "MN-3.2.1b", new_id(), AT, AT - minutes(5), AT + minutes(50), PERSON)
    assert len(list(integrity.back_dated([claim]))) == 1
    assert not list(integrity.back_dated([replace(claim, recorded_at=AT)]))
    assert not list(integrity.back_dated([replace(claim, happened_at=AT + minutes(1))]))


def test_lowering_counts_when_it_takes_a_limit_away_that_is_nearly_over() -> None:
    entry = Happened(new_id(), CASE, "ticket.severity_changed", AT, PERSON, "urgent", "general")
    near = Running(entry.id, DEADLINE, "MN-3.2.1b", AT + minutes(20), True)
    assert len(list(integrity.lowered([entry], [near], LIMITS))) == 1
    assert not list(integrity.lowered([entry], [replace(near, due_at=AT + minutes(90))], LIMITS))
    assert not list(integrity.lowered([entry], [replace(near, withdrawn=False)], LIMITS))
    raised = replace(entry, before="general", after="urgent")
    assert not list(integrity.lowered([raised], [near], LIMITS))


CLOSED = Closing(CASE, AT - timedelta(days=20), PERSON, "fault", 1, 0, 0, "")


@pytest.mark.parametrize(
    ("closing", "found"),
    [
        (CLOSED, 1),
        (replace(CLOSED, asked="done"), 0),
        (replace(CLOSED, asked="not_wanted"), 0),
        (replace(CLOSED, asked="unreachable"), 1),
        (replace(CLOSED, score=5), 0),
        (replace(CLOSED, score=None, kind="complaint"), 1),
        (replace(CLOSED, score=None, missed=2), 0),
        (replace(CLOSED, score=None, missed=2, asked="cancelled"), 1),
        (replace(CLOSED, closed_at=AT - timedelta(days=2)), 0),
        (replace(CLOSED, closed_at=AT - timedelta(days=2), asked="planned"), 0),
        (replace(CLOSED, asked="planned"), 1),
    ],
)
def test_an_unhappy_customer_has_to_be_asked(closing: Closing, found: int) -> None:
    assert len(list(integrity.not_asked([closing], AT, LIMITS))) == found


# -- on the stage ------------------------------------------------------------------------------------------


@pytest.fixture
def stage(db: None) -> Stage:
    """A pause three minutes before the visit was due, a severity lowered in time's last hour, and a matter reopened at once."""
    stage = Stage.set(local(5, 9))
    paused = stage.report()
    stage.after(hours=1, minutes=57)
    stage.act(stage.cast.lin, "pause", paused, reason="waiting_customer")
    lowered = stage.report()
    stage.after(hours=1, minutes=30)
    stage.act(
        stage.cast.ma if lowered.dealer_id else stage.cast.lin,
        "set_severity",
        lowered,
        severity="general",
        reason="备机已启用",
    )
    quick = stage.report(kind="consultation", production_stopped=False)
    stage.after(minutes=10)
    with stage.acting(stage.cast.lin) as (actor, at):
        row = service.hold(actor, id=quick.pk)
        tickets.solve(row, solution="请按手册校准", customer_confirmed=True, actor=actor, at=at)
        stage.after(minutes=30)
        closures.reopen(service.hold(actor, id=quick.pk), reason="还是不行", actor=actor, at=stage.now)
    stage.after(hours=1)
    return stage


def look(stage: Stage) -> int:
    with stage.acting(stage.cast.chen) as (actor, at):
        return findings.examine(since=local(1, 0), until=at, actor=actor, at=at)


def found(stage: Stage) -> dict[str, Finding]:
    with scoped(stage.actor(stage.cast.chen)):
        return {row.pattern: row for row in Finding.objects.select_related("person", "dossier")}


def test_the_patterns_of_a_day_are_found_once(stage: Stage) -> None:
    assert look(stage) == 3
    assert set(found(stage)) == {"late_pause", "lowered", "quick_close"}
    assert look(stage) == 0, "looking again finds the same places"
    assert {row.person.name for row in found(stage).values() if row.person} == {stage.cast.lin.name}
    assert found(stage)["late_pause"].facts["left"] == 180


def test_whoever_does_not_supervise_sees_nothing(stage: Stage) -> None:
    look(stage)
    for who in ("lin", "ma", "zhao"):
        client = people.login(Client(), getattr(stage.cast, who))
        assert client.get(reverse("reports:findings")).status_code == 404
        actor = stage.actor(getattr(stage.cast, who))
        with scoped(actor):
            assert not Finding.visible_to(actor).exists()
            if actor.reach != "company":
                assert not Finding.objects.exists(), "the database's wall stands behind"
    with pytest.raises(NotYours), stage.acting(stage.cast.lin) as (actor, at):
        findings.examine(since=local(1, 0), until=at, actor=actor, at=at)


def test_looking_leaves_name_time_and_remark(stage: Stage) -> None:
    look(stage)
    row = found(stage)["late_pause"]
    client = people.login(Client(), stage.cast.chen)
    kit.page_is_sound(client.get(reverse("reports:finding", args=[row.pk])))
    form = client.get(reverse("reports:look_at", args=[row.pk]))
    assert form.status_code == 200
    with stage.acting(stage.cast.chen) as (actor, at):
        with pytest.raises(Refused):
            findings.look_at(row, remark="  ", actor=actor, at=at)
        findings.look_at(row, remark="客户确实在开会，有通话录音", actor=actor, at=at)
        with pytest.raises(Stale):
            findings.look_at(row, remark="再看", actor=actor, at=at)
        entry = Entry.objects.get(type="finding.looked_at")
    now = found(stage)["late_pause"]
    assert (now.looked_by_id, now.looked_at) == (stage.cast.chen.pk, stage.now)
    assert (entry.actor_id, entry.payload["finding"]) == (stage.cast.chen.pk, str(row.pk))
    assert look(stage) == 0 and found(stage)["late_pause"].remark


def test_nobody_clears_himself(stage: Stage) -> None:
    look(stage)
    row = found(stage)["late_pause"]
    with scoped(stage.actor(stage.cast.chen)):
        Finding.objects.filter(pk=row.pk).update(person_id=stage.cast.wang.pk)
        row.refresh_from_db()
    with pytest.raises(Refused) as refused, stage.acting(stage.cast.wang) as (actor, at):
        findings.look_at(row, remark="没问题", actor=actor, at=at)
    assert refused.value.code == "own"


def test_people_are_counted_beside_what_they_did(stage: Stage) -> None:
    from .. import queries

    look(stage)
    actor = stage.actor(stage.cast.chen)
    with scoped(actor):
        counts = queries.findings_by_person(actor, local(1, 0), stage.now)[stage.cast.lin.pk]
    assert counts["late_pause"] == (1, 1)
    assert counts["quick_close"] == (1, 1)
    client = people.login(Client(), stage.cast.chen)
    kit.page_is_sound(client.get(f"{reverse('reports:people')}?started.from=2026-03-01&started.to=2026-03-31"))


def test_many_findings_cost_no_more_statements(stage: Stage) -> None:
    look(stage)
    client = people.login(Client(), stage.cast.chen)
    url = reverse("reports:findings")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        assert len(client.get(url).context["lines"]) == 3
    with scoped(stage.actor(stage.cast.chen)):
        for row in list(Finding.objects.all()):
            row.pk = new_id()
            row.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(url).context["lines"]) == 6
    assert len(few) == len(many)
