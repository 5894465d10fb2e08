"""A new version of a regulation takes effect while deadlines are open: keep, convert, restart, withdraw."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nuoda.engine.clocks.pure.explaining import explain
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import CaseState, DeadlineState, Happening
from nuoda.engine.rulebook.pure.revisions import Revision, Turn
from nuoda.engine.rulebook.pure.rules import ClockRule

from .worlds import CASE, Versions, book, bound, clock, happening, ident, moment, waiting

TAKES_EFFECT = "2026-03-06 12:00"


def versions(old: ClockRule, new: ClockRule | None, way: str) -> Versions:
    """Version 1.0 with the one rule; 2.0 at noon with the other, and what becomes of open deadlines."""
    at = moment(TAKES_EFFECT)
    later = [] if new is None else [bound(new, version=2)]
    plain = Versions(book(old).rules, at=at, later=later)
    if way != "keep":
        turn = Turn(way, later[0] if later else None)  # type: ignore[arg-type]
        plain.turns = [Revision(at, "MN", ident(9002), "2.0", {f"MN-1/{old.key}": turn})]
    return plain


def run(plain: Versions, as_of: str, *happenings: Happening) -> CaseState:
    return fold(CASE, happenings, plain, moment(as_of))


def only(case: CaseState) -> DeadlineState:
    [found] = case.deadlines.values()
    return found


REPORTED = happening(1, "ticket.reported", "2026-03-06 11:00", facts={"severity": "urgent"})


def test_keep_leaves_it_under_the_version_it_began_with() -> None:
    d = only(run(versions(clock(within="4 h"), clock(within="2 h"), "keep"), "2026-03-06 13:30", REPORTED))
    assert (d.due_at, d.bound.version, d.moves) == (moment("2026-03-06 15:00"), "1.0", ())


def test_convert_counts_anew_from_the_original_start() -> None:
    d = only(run(versions(clock(within="4 h"), clock(within="2 h"), "convert"), "2026-03-06 12:30", REPORTED))
    assert (d.due_at, d.bound.version, d.state) == (moment("2026-03-06 13:00"), "2.0", "open")
    [move] = d.moves
    assert (move.at, move.way, move.before.version, move.after.version) == (
        moment(TAKES_EFFECT), "convert", "1.0", "2.0",
    )  # fmt: skip
    told = explain(d)
    assert told.agrees
    [passed] = told.moves
    assert (passed.way, passed.version_before, passed.version) == ("convert", "1.0", "2.0")
    assert (passed.within_before, passed.within) == ("4 h", "2 h")


def test_before_it_takes_effect_nothing_is_converted() -> None:
    d = only(run(versions(clock(within="4 h"), clock(within="2 h"), "convert"), "2026-03-06 11:59", REPORTED))
    assert (d.due_at, d.bound.version) == (moment("2026-03-06 15:00"), "1.0")


def test_restart_counts_from_the_moment_it_takes_effect() -> None:
    d = only(run(versions(clock(within="4 h"), clock(within="2 h"), "restart"), "2026-03-06 12:30", REPORTED))
    assert (d.due_at, d.started_at, d.start.happened_at) == (
        moment("2026-03-06 14:00"), moment(TAKES_EFFECT), moment("2026-03-06 11:00"),
    )  # fmt: skip
    assert explain(d).agrees


def test_a_miss_already_made_stays() -> None:
    d = only(run(versions(clock(within="30 min"), clock(within="8 h"), "convert"), "2026-03-06 13:00", REPORTED))
    assert (d.state, d.ended_at, d.bound.version) == ("missed", moment("2026-03-06 11:30"), "1.0")


def test_pauses_carry_over_and_those_the_new_version_does_not_list_stop_nothing() -> None:
    stopped = happening(2, "ticket.paused", "2026-03-06 11:10", reason="customer")
    resumed = happening(3, "ticket.resumed", "2026-03-06 11:40")
    old, new = clock(within="4 h", pauses=waiting()), clock(within="2 h", pauses=waiting())
    d = only(run(versions(old, new, "convert"), "2026-03-06 12:30", REPORTED, stopped, resumed))
    assert d.due_at == moment("2026-03-06 13:30")
    d = only(run(versions(old, clock(within="2 h"), "convert"), "2026-03-06 12:30", REPORTED, stopped, resumed))
    assert d.due_at == moment("2026-03-06 13:00")


def test_a_restart_begins_paused_while_a_reason_holds() -> None:
    stopped = happening(2, "ticket.paused", "2026-03-06 11:10", reason="customer")
    resumed = happening(3, "ticket.resumed", "2026-03-06 13:00")
    new = clock(within="2 h", pauses=waiting())
    plain = versions(clock(within="4 h", pauses=waiting()), new, "restart")
    assert only(run(plain, "2026-03-06 12:30", REPORTED, stopped)).state == "paused"
    d = only(run(plain, "2026-03-06 13:30", REPORTED, stopped, resumed))
    assert (d.state, d.due_at) == ("open", moment("2026-03-06 15:00"))


def test_a_clock_that_is_gone_ends_its_deadlines_only_where_the_version_says_so() -> None:
    d = only(run(versions(clock(within="4 h"), None, "keep"), "2026-03-06 12:30", REPORTED))
    assert d.state == "open"
    d = only(run(versions(clock(within="4 h"), None, "withdraw"), "2026-03-06 12:30", REPORTED))
    assert (d.state, d.cause, d.ended_at) == ("withdrawn", "revised", moment(TAKES_EFFECT))


def test_what_the_new_version_does_not_ask_for_is_withdrawn() -> None:
    new = clock(within="2 h", when="severity=general")
    d = only(run(versions(clock(within="4 h"), new, "convert"), "2026-03-06 12:30", REPORTED))
    assert (d.state, d.cause, d.ended_at) == ("withdrawn", "revised", moment(TAKES_EFFECT))


def test_a_condition_that_cannot_be_judged_leaves_it_and_is_told() -> None:
    case = run(versions(clock(within="4 h"), clock(within="2 h", when="kind=fault"), "convert"), "2026-03-06 12:30", REPORTED)  # fmt: skip
    assert (only(case).state, only(case).bound.version) == ("open", "1.0")
    [problem] = case.problems
    assert (problem.happening_id, problem.reason) == (REPORTED.id, "no fact kind")


def test_what_was_already_done_by_the_new_version_is_kept() -> None:
    """The new clause asks for less: the answer it wants came before it took effect."""
    called = happening(2, "ticket.called", "2026-03-06 11:20")
    new = clock(within="2 h", end=("ticket.called",))
    d = only(run(versions(clock(within="4 h"), new, "convert"), "2026-03-06 12:30", REPORTED, called))
    assert (d.state, d.ended_at, d.done_id) == ("kept", moment("2026-03-06 11:20"), called.id)


def test_a_later_change_of_severity_goes_by_the_version_it_passed_under() -> None:
    rule: dict[str, Any] = {"when": "severity=urgent", "reassess": ("ticket.severity",)}
    general = happening(2, "ticket.severity", "2026-03-06 11:30", facts={"severity": "general"})
    urgent = happening(3, "ticket.severity", "2026-03-06 12:30", facts={"severity": "urgent"})
    plain = versions(clock(within="4 h", **rule), clock(within="3 h", **rule), "convert")
    d = only(run(plain, "2026-03-06 12:45", REPORTED, general, urgent))
    assert (d.due_at, d.bound.version, len(d.moves)) == (moment("2026-03-06 14:00"), "2.0", 1)


def test_a_version_learned_of_late_evidence_in_any_order_ends_alike() -> None:
    plain = versions(clock(within="4 h"), clock(within="2 h"), "convert")
    answered = happening(2, "ticket.answered", "2026-03-06 12:59")
    forwards = run(plain, "2026-03-06 14:00", REPORTED, answered)
    assert forwards == run(plain, "2026-03-06 14:00", answered, REPORTED, answered)
    assert only(forwards).state == "kept"


def test_an_import_judged_as_if_stays_with_the_version_it_names() -> None:
    plain = versions(clock(within="4 h"), clock(within="2 h"), "convert")
    imported = replace(REPORTED, as_if=True)
    d = only(run(plain, "2026-03-06 12:30", imported))
    assert (d.due_at, d.bound.version, d.moves) == (moment("2026-03-06 15:00"), "1.0", ())


def test_two_versions_one_after_the_other() -> None:
    """Restarted by the second, converted by the third: it counts from the restart under the third."""
    plain = versions(clock(within="4 h"), clock(within="2 h"), "restart")
    third = bound(clock(within="3 h"), version=3)
    plain.turns.append(
        Revision(moment("2026-03-06 13:00"), "MN", ident(9003), "3.0", {third.ref: Turn("convert", third)})
    )
    d = only(run(plain, "2026-03-06 13:30", REPORTED))
    assert (d.due_at, d.bound.version) == (moment("2026-03-06 15:00"), "3.0")
    assert [move.way for move in d.moves] == ["restart", "convert"]


def test_a_promise_restarted_is_still_the_promise() -> None:
    old = clock(within=None, within_fact="due_at")
    promised = happening(1, "ticket.reported", "2026-03-06 11:00", due_at=moment("2026-03-06 16:00").isoformat())
    new = replace(old, pauses=waiting())
    d = only(run(versions(old, new, "restart"), "2026-03-06 12:30", promised))
    assert (d.due_at, d.budget) == (moment("2026-03-06 16:00"), timedelta(hours=4))


def test_negative_control_without_revisions_nothing_passes_under_another_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = versions(clock(within="4 h"), clock(within="2 h"), "convert")
    monkeypatch.setattr(Versions, "revisions", lambda self, after, until: [])
    assert only(run(plain, "2026-03-06 12:30", REPORTED)).bound.version == "1.0"
