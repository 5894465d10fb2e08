"""Figures of real cases: open periods follow them, closed ones stay, every number opens the cases that make it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.measures import queries
from nuoda.engine.measures.actions import closings
from nuoda.engine.measures.models import Closing, Figure, FigureCase
from nuoda.engine.measures.pure.figures import PARTS, Measured
from nuoda.engine.measures.pure.spans import Span
from nuoda.engine.rulebook.pure.factsets import FACT_SETS
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.models import Person

pytestmark = pytest.mark.django_db

MARCH, APRIL = Span.parse("2026-03"), Span.parse("2026-04")
ON_TIME, FIRST, HANDLED = "DL-5.2b/on_time_repair", "DL-5.2c/first_time_fix", "DL-5.2d/complaints_handled"
LATER = local(20, 9, month=4)
ANSWER = "LC-3.2/wait_answer"


@pytest.fixture
def stage() -> Stage:
    """Three repairs of the company and one of 华东 in March, of which one of the company's was late."""
    stage = Stage.set(local(5, 10))
    repaired(stage)
    repaired(stage, late=True)
    repaired(stage)
    repaired(stage, dealer=stage.cast.east.pk)
    return stage


def repaired(stage: Stage, *, late: bool = False, dealer: UUID | None = None) -> Ticket:
    """An urgent breakdown that was repaired at the first visit, in or out of time."""
    stage.now = (stage.now + timedelta(days=1)).replace(hour=2, minute=0)
    ticket = stage.report(**({"dealer_id": dealer} if dealer else {}))
    stage.after(minutes=5)
    if late:
        stage.after(hours=5)
        stage.tick()
    stage.repaired(ticket, stage.cast.wu if dealer else stage.cast.zhao, stage.cast.ma if dealer else None)
    return ticket


def reading(stage: Stage, ref: str, person: Person | None = None, span: Span = MARCH, **more: Any) -> queries.Reading:
    with stage.acting(person or stage.cast.chen) as (actor, _at):
        found = queries.series(actor, [ref], {ref: [span]}, **more)[ref].at(span)
    assert found is not None
    return found


def opened(stage: Stage, ref: str, part: str, person: Person | None = None) -> int:
    """How many cases a number of March opens."""
    with stage.acting(person or stage.cast.chen) as (actor, at):
        rule = queries.indicator(actor, ref, at).rule
        since, until = MARCH.between(timezone.get_default_timezone())
        return queries.cases(actor, rule, since, until, [part]).count()


def close(stage: Stage, at: datetime = LATER) -> int:
    stage.now = at
    return closings.close_due(stage.cast.company.pk, at=at)


def test_the_open_month_is_computed_from_its_cases(stage: Stage) -> None:
    found = reading(stage, ON_TIME)
    assert (found.found.numerator, found.found.denominator) == (3, 4)
    assert found.found.low is not None and found.found.low < 0.75
    assert (found.status, found.sure, found.closing) == ("missed", False, None)
    assert reading(stage, FIRST).found.value == 1.0
    assert reading(stage, ANSWER).found.value == 0, "on the phone the first human reply comes at once"
    assert reading(stage, HANDLED).status == "not_assessed"


def test_a_dealers_figure_holds_only_his_own_cases(stage: Stage) -> None:
    own = reading(stage, ON_TIME, stage.cast.ma)
    assert (own.unit, own.found.numerator, own.found.denominator) == ("dealer", 1, 1)
    assert reading(stage, ON_TIME, stage.cast.he_ping).status == "not_assessed"
    with stage.acting(stage.cast.chen) as (actor, _at):
        apart = queries.series(actor, [ON_TIME], {ON_TIME: [MARCH]}, unit="dealer")[ON_TIME]
    east, own_service = apart.at(MARCH, stage.cast.east.pk), apart.at(MARCH, None)
    assert east is not None and own_service is not None
    assert (east.found.denominator, own_service.found.denominator) == (1, 3)
    assert east.found.numerator + own_service.found.numerator == reading(stage, ON_TIME).found.numerator
    close(stage)
    own = reading(stage, ON_TIME, stage.cast.ma)
    assert (own.closing is not None, own.found.denominator) == (True, 1)
    with stage.acting(stage.cast.ma) as (actor, _at):
        assert set(FigureCase.visible_to(actor).values_list("dealer_id", flat=True)) == {stage.cast.east.pk}
        assert set(FigureCase.objects.values_list("dealer_id", flat=True)) == {stage.cast.east.pk}, "the second wall"
        assert not Figure.objects.filter(unit="company").exists()
    with stage.acting(stage.cast.chen):
        assert FigureCase.objects.values("dealer_id").distinct().count() == 2, "negative control"


def test_every_number_opens_exactly_its_cases(stage: Stage) -> None:
    stage.report(kind="consultation", production_stopped=False, answered="现场解答")
    refs, before = (ON_TIME, FIRST, ANSWER, "LC-3.2/wait_arrival", "LC-3.1/rating"), {}
    for ref in refs:
        found = before[ref] = reading(stage, ref).found
        assert {part: opened(stage, ref, part) for part in PARTS} == counted(found), ref
        assert sum(counted(found).values()) > 0, ref
    close(stage)
    for ref in refs:
        after = reading(stage, ref)
        assert after.closing is not None and after.found == before[ref], ref
        with stage.acting(stage.cast.chen) as (actor, _at):
            kept = {part: queries.closed_cases(actor, after.closing, [part]).count() for part in PARTS}
        assert kept == counted(after.found), ref


def counted(found: Measured) -> dict[str, int]:
    """How many cases each part of a figure must open."""
    return {
        "numerator": found.numerator,
        "rest": found.denominator - found.numerator,
        "excluded": found.excluded,
        "failed": found.failed,
    }


def test_a_closed_month_stays_when_its_cases_change(stage: Stage) -> None:
    assert close(stage) > 0
    before = reading(stage, FIRST)
    assert before.closing is not None and before.found.value == 1.0
    ticket = Ticket.objects.order_by("reported_at").first
    with stage.acting(stage.cast.chen):
        row = ticket()
        assert row is not None
        Ticket.objects.filter(pk=row.pk).update(reopened=1)
    assert reading(stage, FIRST) == before
    with stage.acting(stage.cast.chen) as (actor, at):
        closings.restate(ref=FIRST, span=MARCH, reason="漏登一次重开", seen=1, actor=actor, at=at)
    after = reading(stage, FIRST)
    assert after.closing is not None
    assert (after.found.value, after.closing.edition) == (0.75, 2)
    with stage.acting(stage.cast.chen) as (actor, _at):
        first, second = Closing.visible_to(actor).filter(ref=FIRST, starts_on=MARCH.starts).order_by("edition")
        assert [c.figures.get(unit="company").value for c in (first, second)] == [1.0, 0.75], "both results stay"
        assert (second.made_by_id, second.reason, first.version_id) == (
            stage.cast.chen.pk, "漏登一次重开", second.version_id,
        )  # fmt: skip
        assert Entry.objects.filter(type="indicator.restated").count() == 1


def test_a_restatement_needs_a_reason_the_right_person_and_the_newest_edition(stage: Stage) -> None:
    def refused(person: Person, kind: type[Refused], **more: Any) -> None:
        told: dict[str, Any] = {"ref": FIRST, "span": MARCH, "reason": "补录", "seen": 1} | more
        with stage.acting(person) as (actor, at), pytest.raises(kind):
            closings.restate(**told, actor=actor, at=at)

    refused(stage.cast.chen, Refused)  # not closed yet
    close(stage)
    refused(stage.cast.ma, NotYours)
    refused(stage.cast.wang, NotYours)
    refused(stage.cast.chen, Invalid, reason="  ")
    refused(stage.cast.chen, Stale, seen=2)
    with stage.acting(stage.cast.chen) as (actor, at):
        closings.restate(ref=FIRST, span=MARCH, reason="补录", seen=1, actor=actor, at=at)
    refused(stage.cast.chen, Stale)


def test_a_period_is_closed_once_and_not_before_it_has_settled(stage: Stage) -> None:
    assert close(stage, local(31, 9)) == 0 or not Closing.objects.filter(starts_on=MARCH.starts).exists()
    close(stage, local(2, 9, month=4))
    with stage.acting(stage.cast.chen):
        assert Closing.objects.filter(ref=ON_TIME, starts_on=MARCH.starts).count() == 1
        assert not Closing.objects.filter(ref=HANDLED, starts_on=MARCH.starts).exists(), "complaints have ten days more"
    assert close(stage, local(12, 9, month=4)) == 1
    assert close(stage, local(13, 9, month=4)) == 0
    with scoped(system(stage.cast.company.pk)):
        again = closings.close(ref=ON_TIME, span=MARCH, actor=system(stage.cast.company.pk), at=local(13, 9, month=4))
        assert again is None
        with pytest.raises(Refused):
            closings.close(ref=ON_TIME, span=APRIL, actor=system(stage.cast.company.pk), at=local(13, 9, month=4))
    with stage.acting(stage.cast.chen):
        assert Entry.objects.filter(type="indicator.closed").count() == Closing.objects.count()


def test_the_database_keeps_what_was_closed(stage: Stage) -> None:
    close(stage)
    for change in (
        "UPDATE measures_figure SET value = 1",
        "DELETE FROM measures_figurecase",
        "DELETE FROM measures_closing",
    ):
        with stage.acting(stage.cast.chen), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(change)


def test_a_month_is_measured_by_the_version_that_was_in_force_when_it_began(stage: Stage) -> None:
    from nuoda.engine.rulebook.actions import versions
    from nuoda.engine.rulebook.models import PolicyVersion

    close(stage)
    before = reading(stage, ON_TIME)
    with scoped(system(stage.cast.company.pk)) as _at:
        actor = system(stage.cast.company.pk)
        old = PolicyVersion.objects.select_related("policy").get(policy__name="dealer-service")
        content = deepcopy(old.content) | {"version": "1.1"}
        for clause in content["clauses"]:
            for parameter in clause.get("parameters", ()):
                if parameter["name"] == "on_time_repair_target":
                    parameter["value"] = 0.5
        draft = versions.draft(policy=old.policy, content=content, actor=actor, at=stage.now)
        versions.publish(draft, actor=actor, at=stage.now)
        versions.adopt(draft, since=local(25, 0, month=4), actor=actor, at=stage.now)
    stage.cast.company.refresh_from_db()
    assert reading(stage, ON_TIME) == before, "the past is never silently re-scored"
    repaired(stage)
    april = reading(stage, ON_TIME, span=APRIL)
    assert april.rule.target == 0.95, "the version changed within April; nobody is measured by a formula made later"
    may = reading(stage, ON_TIME, span=Span.parse("2026-05"))
    assert may.rule.target == 0.5


def test_imports_are_left_out_unless_asked_for(stage: Stage) -> None:
    with scoped(system(stage.cast.company.pk)):
        some = Ticket.objects.order_by("reported_at")[0]
        Dossier.objects.filter(pk=some.pk).update(origin="import")
    assert reading(stage, ON_TIME).found.denominator == 3
    asked = reading(stage, ON_TIME, imports=True)
    assert (asked.found.denominator, asked.imports) == (4, True)


def test_figures_by_clause_for_the_boards(stage: Stage) -> None:
    since, until = MARCH.between(timezone.get_default_timezone())
    with stage.acting(stage.cast.chen) as (actor, at):
        found = queries.figures(actor, since, until, at=at)
        assert {"DL-5.2a", "DL-5.2b", "DL-5.2c", "DL-5.2d", "DL-5.2e", "LC-3.1", "LC-3.2"} <= set(found)
        [rate] = found["DL-5.2b"]
        assert (rate.found.value, rate.found.denominator, rate.rule.target, rate.status) == (0.75, 4, 0.95, "missed")
        assert [item.status for item in found["DL-5.2e"]] == ["not_computed"], "nobody publishes returns yet"
        assert len(found["LC-3.2"]) == 4
    with stage.acting(stage.cast.zhao) as (actor, at), pytest.raises(NotYours):
        queries.figures(actor, since, until, at=at)


def test_more_cases_cost_no_more_statements(stage: Stage) -> None:
    def statements(ask: Callable[[], Any]) -> int:
        with stage.acting(stage.cast.chen), CaptureQueriesContext(connection) as context:
            ask()
        return len(context)

    def ask() -> None:
        actor = stage.actor(stage.cast.chen)
        refs = [item.ref for item in queries.indicators(actor, stage.now)]
        queries.series(actor, refs, {ref: [MARCH, APRIL] for ref in refs})

    once = statements(ask)
    repaired(stage)
    repaired(stage, dealer=stage.cast.east.pk)
    assert statements(ask) == once


def test_published_sets_read_every_column(stage: Stage) -> None:
    with stage.acting(stage.cast.chen) as (actor, _at):
        for facts in FACT_SETS.values():
            reads = facts.reads(actor)
            assert set(facts.columns) <= set(reads), facts.name
            rows = facts.rows(actor).annotate(
                **{f"fact_{name}": queries.read(reads[name]) for name in facts.columns},
                **{f"unit_{unit}": queries.read(path) for unit, path in facts.units.items()},
            )
            for row in rows:
                facts.subject.check({name: getattr(row, f"fact_{name}") for name in facts.columns})
