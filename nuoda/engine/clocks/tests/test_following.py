"""Deadlines in the database follow the entries of their case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuoda.engine.clocks import queries
from nuoda.engine.clocks.actions import cases, sweeps, waivers
from nuoda.engine.clocks.models import Deadline, DeadlinePause
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import ClockRule, Warning
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.models import Dossier

from .living import Shop, shop
from .worlds import clock, moment, waiting

pytestmark = pytest.mark.django_db


def rule(key: str = "answer", within: str = "10 min", **more: object) -> ClockRule:
    fields: dict[str, object] = {"start": ("matter.reported",), "end": ("matter.answered",), "owner": "agent", **more}
    return clock(key, within, **fields)


def rows(of: Shop) -> list[Deadline]:
    with scoped(of.system):
        return list(Deadline.objects.filter(company_id=of.company_id).order_by("ref", "round"))


def reported(of: Shop, at: str = "2026-03-06 10:00", **more: object) -> Dossier:
    matter = of.open(at, **more)
    of.tell(matter, "reported", at)
    return matter


def test_a_report_opens_its_deadlines_with_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(), rule("respond", "2 h"), rule("visit", "4 working hours"))
    reported(own)
    matter = own.open("2026-03-06 10:00")
    agent = Actor(company_id=own.company_id, person_id=new_id(), book_revision=revision(own))
    with scoped(agent):
        queries.ruling(agent)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            own.tell(matter, "reported", "2026-03-06 10:00", actor=agent)
    writes = [q["sql"] for q in seen.captured_queries if "clocks_" in q["sql"]]
    assert len(writes) == 1 and writes[0].count("MN-1/") == 3
    found = [row for row in rows(own) if row.case_id == matter.case_id]
    assert [row.due_at for row in found] == [
        moment("2026-03-06 10:10"), moment("2026-03-06 12:00"), moment("2026-03-06 15:30"),
    ]  # fmt: skip


def revision(of: Shop) -> int:
    from nuoda.foundation.orgs.models import Company

    return Company.objects.get(pk=of.company_id).book_revision


def test_an_answer_in_time_keeps_it_and_the_sweep_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    matter = reported(own)
    own.tell(matter, "answered", "2026-03-06 10:05")
    assert sweeps.sweep(own.company_id, at=moment("2026-03-06 12:00")).cases == 0
    [row] = rows(own)
    assert (row.state, row.ended_at, row.next_action_at) == ("kept", moment("2026-03-06 10:05"), None)


def test_the_sweep_warns_and_misses_exactly_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(warnings=(Warning(share=0.5),), missed=("service_manager",)))
    reported(own)
    for minute in (6, 7, 8, 11, 12, 30):
        sweeps.sweep(own.company_id, at=moment("2026-03-06 10:00") + timedelta(minutes=minute))
    [warned], [missed] = own.entries("deadline.warned"), own.entries("deadline.missed")
    assert warned.happened_at == moment("2026-03-06 10:05") and warned.payload["tell"] == ["agent"]
    assert missed.happened_at == moment("2026-03-06 10:10") and missed.payload["tell"] == ["service_manager"]
    [row] = rows(own)
    assert (row.state, row.missed_entry_id, row.owed) == ("missed", missed.id, True)


def test_late_evidence_withdraws_the_miss_and_points_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    own.book.tolerance = Duration.parse("30 min")
    matter = reported(own)
    sweeps.sweep(own.company_id, at=moment("2026-03-06 10:30"))
    [missed] = own.entries("deadline.missed")
    own.tell(matter, "answered", "2026-03-06 12:00", happened="2026-03-06 10:08")
    [withdrawn] = own.entries("deadline.miss_withdrawn")
    assert (withdrawn.payload["missed"], withdrawn.payload["state"]) == (str(missed.id), "kept")
    [row] = rows(own)
    assert (row.state, row.ended_at, row.late_recorded) == ("kept", moment("2026-03-06 10:08"), True)
    boss = Actor(company_id=own.company_id, roles=frozenset({"service_manager"}))
    with scoped(boss):
        assert [late.type for late in queries.late_recorded(boss)] == ["matter.answered"]
    with scoped(own.agent), pytest.raises(NotYours):
        queries.late_recorded(own.agent)


def test_pauses_are_rows_and_go_with_the_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(within="2 h", pauses=waiting("1 h")))
    matter = reported(own)
    own.tell(matter, "paused", "2026-03-06 10:30", reason="customer")
    [row] = rows(own)
    assert (row.state, row.next_action_at) == ("paused", moment("2026-03-06 11:30"))
    sweeps.sweep(own.company_id, at=moment("2026-03-06 11:31"))
    [row] = rows(own)
    assert (row.state, row.due_at) == ("open", moment("2026-03-06 13:00"))
    own.tell(matter, "resumed", "2026-03-06 12:00")
    with scoped(own.system):
        [pause] = DeadlinePause.objects.filter(case_id=matter.case_id)
    assert (pause.reason, pause.stops, pause.to_at, pause.author_id) == (
        "customer", True, moment("2026-03-06 12:00"), own.agent.person_id,
    )  # fmt: skip


def test_events_in_any_order_of_arrival_end_in_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(within="2 h", pauses=waiting()))
    story = [("paused", "10:30"), ("resumed", "11:00"), ("answered", "12:20")]
    results = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        matter = reported(own)
        for place in order:
            name, at = story[place]
            data = {"reason": "customer"} if name == "paused" else {}
            own.tell(matter, name, "2026-03-06 15:00", happened=f"2026-03-06 {at}", **data)
        with scoped(own.system):
            row = Deadline.objects.get(case_id=matter.case_id)
        results.append((row.state, row.due_at, row.ended_at, row.remaining, row.missed_entry_id))
    assert results[0] == results[1] == results[2]
    assert results[0][:2] == ("kept", moment("2026-03-06 12:30"))


def test_whoever_sees_only_a_part_still_moves_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    dealer = new_id()
    matter = reported(own, dealer_id=dealer)
    manager = Actor(company_id=own.company_id, person_id=new_id(), reach="dealer", dealer_id=dealer)
    own.tell(matter, "answered", "2026-03-06 10:05", actor=manager)
    assert [row.state for row in rows(own)] == ["kept"]
    stranger = Actor(company_id=own.company_id, reach="dealer", dealer_id=new_id())
    with scoped(stranger):
        assert not Deadline.objects.exists()
    with scoped(manager):
        assert Deadline.objects.count() == 1


def test_an_import_is_judged_as_its_past_was_and_marks_nothing_late(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    own.book.tolerance = Duration.parse("30 min")
    importer = own.agent.as_origin("import")
    matter = own.open("2026-03-06 10:00", actor=importer)
    own.tell(matter, "reported", "2026-03-06 10:00", happened="2016-03-04 09:00", actor=importer)
    assert [row.state for row in rows(own)] == ["open"]
    own.tell(matter, "answered", "2026-03-06 10:00", happened="2016-03-04 09:05", actor=importer)
    [row] = rows(own)
    assert (row.state, row.origin, row.late_recorded) == ("kept", "import", False)
    assert not own.entries("deadline.missed")


def test_a_waiver_needs_a_reason_and_somebody_who_may(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    reported(own)
    boss = Actor(company_id=own.company_id, person_id=new_id(), roles=frozenset({"service_manager"}))
    at = moment("2026-03-06 10:03")
    with scoped(own.agent), pytest.raises(NotYours):
        waivers.waive(rows(own)[0], reason="x", actor=own.agent, at=at)
    with scoped(boss):
        row = Deadline.objects.select_related("dossier").get()
        with pytest.raises(Invalid):
            waivers.waive(row, reason=" ", actor=boss, at=at)
        assert waivers.waive(row, reason="停电", actor=boss, at=at).state == "waived"
        with pytest.raises(Refused):
            waivers.waive(row, reason="停电", actor=boss, at=at)


def test_nobody_releases_himself(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(owner="service_manager"))
    matter = reported(own)
    boss = Actor(company_id=own.company_id, person_id=new_id(), roles=frozenset({"service_manager"}))
    other = Actor(company_id=own.company_id, person_id=new_id(), roles=frozenset({"quality_supervisor"}))
    at = moment("2026-03-06 10:03")
    with scoped(boss):
        row = Deadline.objects.select_related("dossier").get()
        with pytest.raises(Refused) as refused:
            waivers.waive(row, reason="停电", actor=boss, at=at)
        assert refused.value.code == "own"
        cases.assign(matter.case_id, role="service_manager", person_id=other.person_id, actor=boss, at=at)
        row.refresh_from_db()
        with pytest.raises(Refused):
            waivers.waive(row, reason="停电", actor=other, at=at)
        assert waivers.waive(row, reason="停电", actor=boss, at=at).state == "waived"


def test_home_shows_what_one_owes_by_role_or_person(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    matter = reported(own)
    other = Actor(company_id=own.company_id, person_id=new_id(), roles=frozenset({"technician"}))
    with scoped(own.agent):
        assert len(queries.due_for(own.agent)) == 1 and not queries.due_for(other)
        cases.assign(
            matter.case_id, role="agent", person_id=other.person_id, actor=own.agent, at=moment("2026-03-06 10:02")
        )
        assert len(queries.due_for(other)) == 1 and not queries.due_for(own.agent)


def test_the_stored_row_is_what_the_journal_says_and_a_forged_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(within="4 working hours", pauses=waiting()))
    matter = reported(own)
    own.tell(matter, "paused", "2026-03-06 10:30", reason="customer")
    own.tell(matter, "resumed", "2026-03-06 11:00")
    at = moment("2026-03-06 11:10")
    with scoped(own.agent):
        [explained] = queries.explanations(own.agent, at=at, number=matter.number)
        assert explained.stands and explained.derivation.agrees
        assert explained.derivation.total == timedelta(hours=4)
        Deadline.objects.update(due_at=moment("2026-03-06 18:00"))
        [forged] = queries.explanations(own.agent, at=at, number=matter.number)
        assert not forged.stands


def test_a_version_this_process_does_not_know_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule())
    matter = reported(own)
    own.book.rules = []
    own.tell(matter, "answered", "2026-03-06 10:05")
    assert [row.state for row in rows(own)] == ["open"]


def test_a_rule_that_cannot_be_judged_is_recorded_once_and_counts_as_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    own = shop(monkeypatch, rule(when="colour=red"), rule("respond", "2 h"))
    matter = reported(own)
    own.tell(matter, "paused", "2026-03-06 10:05", reason="customer")
    assert [row.ref for row in rows(own)] == ["MN-1/respond"]
    boss = Actor(company_id=own.company_id, roles=frozenset({"quality_supervisor"}))
    with scoped(boss):
        [problem] = rulebook.errors(boss, clause_id="MN-1")
    assert (problem.ref, problem.reason) == ("MN-1/answer", "no fact colour")
    with scoped(own.agent), pytest.raises(NotYours):
        rulebook.errors(own.agent)
