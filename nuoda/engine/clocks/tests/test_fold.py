"""What events do to deadlines: starts, ends, pauses, reassessment, rounds, waivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nuoda.engine.clocks.pure.fold import fold, settle, step
from nuoda.engine.clocks.pure.values import CaseState, DeadlineState, Happening, deadline_id
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.rules import PauseReason, Warning

from .worlds import CASE, OFFICE, Plain, book, bound, clock, happening, ident, moment, waiting


def run(plain: Plain, as_of: str, *happenings: Happening) -> list[DeadlineState]:
    return list(fold(CASE, happenings, plain, moment(as_of)).deadlines.values())


REPORT = happening(1, "ticket.reported", "2026-03-06 17:50", facts={"severity": "urgent"})


def test_an_answer_in_time_keeps_the_deadline() -> None:
    [d] = run(book(clock()), "2026-03-06 19:00", REPORT, happening(2, "ticket.answered", "2026-03-06 18:00"))
    assert (d.state, d.ended_at, d.end_id) == ("kept", moment("2026-03-06 18:00"), ident(2))


def test_no_answer_is_a_miss_dated_at_its_due_time() -> None:
    assert run(book(clock()), "2026-03-06 18:00", REPORT)[0].state == "open"
    [d] = run(book(clock()), "2026-03-09 09:00", REPORT)
    assert (d.state, d.ended_at, d.owed) == ("missed", moment("2026-03-06 18:00"), True)


def test_a_late_answer_leaves_the_miss_and_ends_what_is_owed() -> None:
    [d] = run(book(clock()), "2026-03-09 09:00", REPORT, happening(2, "ticket.answered", "2026-03-06 18:30"))
    assert (d.state, d.done_at, d.owed) == ("missed", moment("2026-03-06 18:30"), False)


def test_several_clocks_run_side_by_side_with_their_own_ids() -> None:
    plain = book(clock(), clock("respond", "2 h", end=("ticket.responded",)))
    found = run(plain, "2026-03-06 18:10", REPORT)
    assert [(d.ref, d.state) for d in found] == [("MN-1/answer", "missed"), ("MN-1/respond", "open")]
    assert found[1].id == deadline_id(CASE, "MN-1/respond", ident(1), "")


def test_the_version_in_force_when_the_start_happened_applies() -> None:
    old, new = bound(clock()), bound(clock(within="30 min"), version=2)
    plain = Plain([(datetime(2000, 1, 1, tzinfo=UTC), old), (moment("2026-03-06 17:55"), new)])
    [d] = run(plain, "2026-03-06 19:00", replace(REPORT, recorded_at=moment("2026-03-08 10:00")))
    assert (d.version_id, d.due_at) == (old.version_id, moment("2026-03-06 18:00"))


def test_deadlines_per_row_are_ended_by_their_own_row() -> None:
    plain = book(clock("visit", "4 h", start=("work.assigned",), end=("work.arrived",), per="work"))
    found = run(
        plain,
        "2026-03-06 12:00",
        happening(1, "work.assigned", "2026-03-06 09:00", work="a"),
        happening(2, "work.assigned", "2026-03-06 10:00", work="b"),
        happening(3, "work.arrived", "2026-03-06 11:00", work="b"),
    )
    assert [(d.correlation, d.state) for d in found] == [("a", "open"), ("b", "kept")]


def test_a_listed_reason_stops_the_clock_until_its_limit_and_another_does_not() -> None:
    plain = book(clock(within="2 h", pauses=waiting("1 h")))
    paused = happening(2, "ticket.paused", "2026-03-06 18:50", reason="customer")
    [d] = run(plain, "2026-03-06 19:00", REPORT, paused)
    assert (d.state, d.due_at, d.next_at) == ("paused", moment("2026-03-06 20:50"), moment("2026-03-06 19:50"))
    [d] = run(plain, "2026-03-06 20:00", REPORT, paused)
    assert (d.state, d.due_at) == ("open", moment("2026-03-06 20:50"))
    [d] = run(plain, "2026-03-06 21:00", REPORT, replace(paused, data={"reason": "weather"}))
    assert (d.state, d.due_at) == ("missed", moment("2026-03-06 19:50"))
    assert [(p.reason, p.stops, p.author) for p in d.pauses] == [("weather", False, "tester")]


def test_a_limit_holds_for_all_pauses_of_its_reason_together() -> None:
    plain = book(clock(within="4 h", pauses=waiting("1 h")))
    [d] = run(
        plain,
        "2026-03-06 20:30",
        REPORT,
        happening(2, "ticket.paused", "2026-03-06 18:00", reason="customer"),
        happening(3, "ticket.resumed", "2026-03-06 18:40"),
        happening(4, "ticket.paused", "2026-03-06 19:00", reason="customer"),
    )
    assert (d.state, d.due_at) == ("open", moment("2026-03-06 22:50"))


def test_the_clock_stays_stopped_when_one_of_two_reasons_ends() -> None:
    plain = book(clock(within="2 h", pauses=(PauseReason("customer", Duration.parse("30 min")), PauseReason("parts"))))
    events = [
        REPORT,
        happening(2, "ticket.paused", "2026-03-06 18:00", reason="customer"),
        happening(3, "work.paused", "2026-03-06 18:10", reason="parts"),
        happening(4, "work.resumed", "2026-03-06 19:00"),
    ]
    [d] = run(plain, "2026-03-06 18:45", *events)
    assert (d.state, d.due_at) == ("paused", None)
    [d] = run(plain, "2026-03-06 19:30", *events)
    assert (d.state, d.due_at) == ("open", moment("2026-03-06 20:50"))


def test_a_pause_at_the_due_time_cannot_save_it() -> None:
    plain = book(clock(pauses=waiting()))
    [d] = run(plain, "2026-03-06 19:00", REPORT, happening(2, "ticket.paused", "2026-03-06 18:00", reason="customer"))
    assert d.state == "missed"


SEVERITY = {"reassess": ("ticket.severity",), "cancel": ("ticket.cancelled",)}
TWO = (
    clock("urgent", "2 h", when="severity=urgent", **SEVERITY),
    clock("general", "24 h", when="severity=general", **SEVERITY),
)


def test_a_raised_severity_counts_from_the_original_start() -> None:
    report = replace(REPORT, facts={"severity": "general"})
    raised = happening(2, "ticket.severity", "2026-03-06 18:30", facts={"severity": "urgent"})
    general, urgent = run(book(*TWO), "2026-03-06 18:40", report, raised)
    assert (general.state, general.cause) == ("withdrawn", "reassessed")
    assert (urgent.state, urgent.started_at, urgent.due_at) == ("open", REPORT.happened_at, moment("2026-03-06 19:50"))
    late = replace(raised, happened_at=moment("2026-03-06 20:00"))
    _, urgent = run(book(*TWO), "2026-03-06 20:00", report, late)
    assert (urgent.state, urgent.ended_at) == ("missed", moment("2026-03-06 19:50"))


def test_a_lowered_severity_does_not_undo_a_miss() -> None:
    lowered = happening(2, "ticket.severity", "2026-03-06 20:00", facts={"severity": "general"})
    urgent, general = run(book(*TWO), "2026-03-06 21:00", REPORT, lowered)
    assert (urgent.state, urgent.owed) == ("missed", False)
    assert (general.state, general.due_at) == ("open", moment("2026-03-07 17:50"))


def test_an_answer_given_before_the_severity_rose_keeps_the_new_clock_too() -> None:
    general, urgent = run(
        book(*TWO),
        "2026-03-07 10:00",
        replace(REPORT, facts={"severity": "general"}),
        happening(2, "ticket.answered", "2026-03-06 19:00", facts={"severity": "general"}),
        happening(3, "ticket.severity", "2026-03-06 20:30", facts={"severity": "urgent"}),
    )
    assert (general.state, urgent.state, urgent.ended_at) == ("kept", "kept", moment("2026-03-06 19:00"))


def test_severity_up_and_down_again_brings_the_first_clock_back() -> None:
    [urgent, general] = run(
        book(*TWO),
        "2026-03-06 19:00",
        REPORT,
        happening(2, "ticket.severity", "2026-03-06 18:00", facts={"severity": "general"}),
        happening(3, "ticket.severity", "2026-03-06 18:10", facts={"severity": "urgent"}),
    )
    assert (urgent.state, general.state) == ("open", "withdrawn")


def test_a_cancelled_matter_is_not_brought_back_by_a_reassessment() -> None:
    found = run(
        book(*TWO),
        "2026-03-06 19:00",
        REPORT,
        happening(2, "ticket.cancelled", "2026-03-06 18:00"),
        happening(3, "ticket.severity", "2026-03-06 18:10", facts={"severity": "general"}),
    )
    assert [(d.state, d.cause) for d in found] == [("withdrawn", "cancelled")]


def test_reopening_is_a_new_round_and_the_earlier_result_stays() -> None:
    plain = book(clock(start=("ticket.reported", "ticket.reopened")))
    first, second = run(
        plain,
        "2026-03-09 10:05",
        REPORT,
        happening(2, "ticket.answered", "2026-03-06 19:00"),
        happening(3, "ticket.reopened", "2026-03-09 10:00"),
    )
    assert (first.round, first.state, second.round, second.state) == (1, "missed", 2, "open")


def test_a_renewed_promise_replaces_the_earlier_one() -> None:
    plain = book(clock("promise", None, within_fact="until", start=("ticket.promised",), replace=True))
    promise = {"until": moment("2026-03-06 20:00").isoformat()}
    first, second = run(
        plain,
        "2026-03-06 19:30",
        happening(1, "ticket.promised", "2026-03-06 18:00", facts=promise),
        happening(2, "ticket.promised", "2026-03-06 19:00", until=moment("2026-03-06 21:00").isoformat()),
    )
    assert (first.state, first.cause, second.due_at) == ("withdrawn", "replaced", moment("2026-03-06 21:00"))


def test_a_rule_that_cannot_be_judged_is_recorded_and_opens_nothing() -> None:
    plain = book(clock(when="colour=red"), clock("promise", None, within_fact="until"))
    case = fold(CASE, [REPORT], plain, moment("2026-03-06 18:00"))
    assert not case.deadlines
    assert [p.ref for p in case.problems] == ["MN-1/answer", "MN-1/promise"]


def test_a_waiver_ends_what_is_owed_and_leaves_a_miss() -> None:
    waived = str(deadline_id(CASE, "MN-1/answer", ident(1), ""))
    [d] = run(
        book(clock()), "2026-03-06 19:00", REPORT, happening(2, "deadline.waived", "2026-03-06 17:55", deadline=waived)
    )
    assert d.state == "waived"
    [d] = run(
        book(clock()), "2026-03-06 19:00", REPORT, happening(2, "deadline.waived", "2026-03-06 18:55", deadline=waived)
    )
    assert (d.state, d.owed) == ("missed", False)
    assert d.cause == "waived", "released from it, and not done"


def test_warnings_are_reached_once_and_move_with_a_pause() -> None:
    plain = book(
        clock(within="2 h", pauses=waiting(), warnings=(Warning(share=0.5), Warning(before=Duration.parse("30 min"))))
    )
    [d] = run(plain, "2026-03-06 19:25", REPORT)
    assert d.warned == ((0, moment("2026-03-06 18:50")), (1, moment("2026-03-06 19:20")))
    [d] = run(
        plain,
        "2026-03-06 19:25",
        REPORT,
        happening(2, "ticket.paused", "2026-03-06 18:00", reason="customer"),
        happening(3, "ticket.resumed", "2026-03-06 18:20"),
    )
    assert (d.warned, d.next_at) == (((0, moment("2026-03-06 19:10")),), moment("2026-03-06 19:40"))


def test_the_calendar_of_the_dealer_that_owes_it_counts() -> None:
    night = replace(OFFICE, key="night", week=(((0, 1440),),) * 7)
    plain = book(clock(within="1 working hours"))
    plain.dealers["d1"] = night
    [d] = run(plain, "2026-03-06 18:00", replace(REPORT, dealer="d1"))
    assert (d.due_at, d.calendar) == (moment("2026-03-06 18:50"), night)


def test_a_step_out_of_order_is_refused() -> None:
    case = step(CaseState(CASE), REPORT, book(clock()))
    with pytest.raises(ValueError, match="fold the whole set"):
        step(case, REPORT, book(clock()))
    settled = settle(case, moment("2026-03-07 10:00"), book(clock()))
    with pytest.raises(ValueError, match="fold the whole set"):
        step(settled, happening(2, "ticket.answered", "2026-03-06 18:00"), book(clock()))


def test_a_step_leaves_the_case_before_it_as_it_was() -> None:
    before = step(CaseState(CASE), REPORT, book(clock()))
    kept = dict(before.deadlines)
    step(before, happening(2, "ticket.answered", "2026-03-06 17:55"), book(clock()))
    assert before.deadlines == kept


def test_a_deep_case_costs_about_the_same_for_each_further_event() -> None:
    """Counts what the fold looks at, not seconds: owed deadlines, not all that ever were."""
    rule = clock(within="10 min", start=("ticket.reported",), end=("ticket.answered",), pauses=waiting("5 min"))
    base = moment("2026-03-06 10:00")
    events = []
    for number in range(1500):
        at = base + timedelta(minutes=20 * number)
        kinds = ("ticket.reported", "ticket.paused", "ticket.resumed", "ticket.answered")
        events += [
            happening(number * 4 + i + 1, kind, at + timedelta(minutes=i), reason="customer")
            for i, kind in enumerate(kinds)
        ]
    case = fold(CASE, events, book(rule), base + timedelta(days=60))
    assert len(case.deadlines) == 1500 and not case.owed
    assert {d.state for d in case.deadlines.values()} == {"kept"}
    assert not case.starts
