"""A time limit before a promised moment: '24 h before shipping', '3 days ahead' (docs/decisions/0026)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.clocks.pure.explaining import Explanation, explain
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.clocks.pure.values import CaseState, DeadlineState, Happening
from nuoda.engine.clocks.web.words import derived
from nuoda.engine.rulebook.pure.revisions import Revision, Turn
from nuoda.engine.rulebook.pure.rules import ClockRule, Warning

from .worlds import CASE, OFFICE, Plain, Versions, book, bound, clock, duration, happening, ident, moment, waiting

PLANNED = "shipment.planned"


def before(ahead: str | None = "24 h", **more: object) -> ClockRule:
    limit = None if ahead is None else duration(ahead)
    return clock("address", None, start=(PLANNED,), end=("shipment.confirmed",), within_fact="ships_at", ahead=limit, **more)  # fmt: skip


def planned(at: str, ships_at: str, number: int = 1) -> Happening:
    return happening(number, PLANNED, at, ships_at=moment(ships_at).isoformat())


def run(plain: Plain, as_of: str, *happenings: Happening) -> CaseState:
    return fold(CASE, happenings, plain, moment(as_of))


def only(case: CaseState) -> DeadlineState:
    [found] = case.deadlines.values()
    return found


def of(rule: ClockRule, at: str, ships_at: str, working: Calendar = OFFICE) -> DeadlineState:
    return only(run(book(rule, working=working), at, planned(at, ships_at)))


@pytest.mark.parametrize(
    ("ahead", "due"),
    [
        ("90 min", "2026-03-12 12:30"),
        ("24 h", "2026-03-11 14:00"),
        ("3 d", "2026-03-09 14:00"),
        ("2 working hours", "2026-03-12 10:30"),
        ("8 working hours", "2026-03-11 13:30"),
        ("30 working min", "2026-03-12 13:30"),
        ("1 working days", "2026-03-11 18:00"),
        ("3 working days", "2026-03-09 18:00"),
        ("1 calendar month", "2026-02-12 14:00"),
    ],
)
def test_it_is_due_so_long_before_the_promised_moment(ahead: str, due: str) -> None:
    """Shipping on Thursday at 14:00, planned a long time before; office hours 9:00-12:00 and 13:30-18:00."""
    d = of(before(ahead), "2026-02-02 09:00", "2026-03-12 14:00")
    assert (d.due_at, d.promised_at, d.state) == (moment(due), moment("2026-03-12 14:00"), "open")
    assert d.budget == moment(due) - moment("2026-02-02 09:00")
    told = explain(d)
    assert told.agrees and told.ahead is not None and not told.ahead.late
    assert told.ahead.moment == told.due_at and told.ahead.pieces[-1].to_at == told.promised_at


def test_a_month_ahead_clamps_to_the_end_of_the_month() -> None:
    assert of(before("1 calendar month"), "2026-01-02 09:00", "2026-03-31 14:00").due_at == moment("2026-02-28 14:00")


def test_the_pieces_counted_back_add_up_to_the_limit() -> None:
    told = explain(of(before("12 working hours"), "2026-03-01 09:00", "2026-03-09 10:00"))
    assert told.ahead is not None
    said = [(piece.from_at, piece.to_at) for piece in told.ahead.pieces]
    assert said == [
        (moment("2026-03-05 14:30"), moment("2026-03-05 18:00")),
        (moment("2026-03-06 09:00"), moment("2026-03-06 12:00")),
        (moment("2026-03-06 13:30"), moment("2026-03-06 18:00")),
        (moment("2026-03-09 09:00"), moment("2026-03-09 10:00")),
    ]
    assert told.ahead.total == timedelta(hours=12) and (told.calendar, told.calendar_version) == ("office", 1)
    assert told.due_at == moment("2026-03-05 14:30") and told.total == told.budget


@pytest.mark.parametrize(
    ("at", "due", "late"),
    [
        ("2026-03-11 13:59", "2026-03-11 14:00", False),
        ("2026-03-11 14:00", "2026-03-11 14:00", False),
        ("2026-03-11 14:01", "2026-03-12 14:00", True),
        ("2026-03-12 13:00", "2026-03-12 14:00", True),
    ],
)
def test_what_becomes_known_too_late_is_due_by_the_promised_moment(at: str, due: str, late: bool) -> None:
    d = of(before(), at, "2026-03-12 14:00")
    told = explain(d)
    assert d.due_at == moment(due) and told.agrees
    assert told.ahead is not None and (told.ahead.late, told.ahead.moment) == (late, moment("2026-03-11 14:00"))


def test_a_promise_that_had_passed_is_due_at_once_as_without_a_limit_before_it() -> None:
    with_limit = of(before(), "2026-03-12 15:00", "2026-03-12 14:00")
    without = of(before(None), "2026-03-12 15:00", "2026-03-12 14:00")
    assert (with_limit.due_at, with_limit.budget) == (without.due_at, without.budget) == (
        moment("2026-03-12 15:00"), timedelta(0),
    )  # fmt: skip
    told = explain(with_limit)
    assert told.ahead is None and told.agrees


@pytest.mark.parametrize(
    "value", ["1066-10-14T09:00:00+00:00", "9999-12-31T23:00:00+08:00", "soon", "2026-03-12T14:00"]
)
def test_a_moment_that_no_calendar_reaches_is_a_fault_of_the_rule_and_no_deadline(value: str) -> None:
    case = run(
        book(before("3 working days")), "2026-03-02 10:00", happening(1, PLANNED, "2026-03-02 09:00", ships_at=value)
    )
    [problem] = case.problems
    assert not case.deadlines and "not a moment" in problem.reason


def test_warnings_come_before_the_limit() -> None:
    rule = before(warnings=(Warning(before=duration("4 h")), Warning(share=0.5)))
    d = only(run(book(rule), "2026-03-11 13:00", planned("2026-03-09 14:00", "2026-03-12 14:00")))
    assert d.warned == ((1, moment("2026-03-10 14:00")), (0, moment("2026-03-11 10:00")))
    assert d.next_at == moment("2026-03-11 14:00")


def test_it_is_kept_missed_and_done_late_like_any_other() -> None:
    plain, start = book(before()), planned("2026-03-09 14:00", "2026-03-12 14:00")
    kept = only(run(plain, "2026-03-12 14:00", start, happening(2, "shipment.confirmed", "2026-03-11 14:00")))
    late = only(run(plain, "2026-03-12 14:00", start, happening(2, "shipment.confirmed", "2026-03-11 14:01")))
    assert (kept.state, late.state, late.ended_at) == ("kept", "missed", moment("2026-03-11 14:00"))
    assert explain(late).late_by == timedelta(minutes=1)


def test_a_waiver_releases_from_it() -> None:
    start = planned("2026-03-09 14:00", "2026-03-12 14:00")
    deadline = only(run(book(before()), "2026-03-10 14:00", start)).id
    waived = happening(2, "deadline.waived", "2026-03-10 09:00", deadline=str(deadline))
    assert only(run(book(before()), "2026-03-13 14:00", start, waived)).state == "waived"


def test_a_new_date_replaces_the_old_one_in_whatever_order_it_is_learned() -> None:
    plain = book(before(replace=True))
    first, second = planned("2026-03-02 09:00", "2026-03-12 14:00"), planned("2026-03-03 09:00", "2026-03-20 14:00", 2)
    case = run(plain, "2026-03-15 09:00", first, second)
    assert case == run(plain, "2026-03-15 09:00", second, first)
    states = [(d.state, d.due_at) for d in case.deadlines.values()]
    assert states == [("withdrawn", moment("2026-03-11 14:00")), ("open", moment("2026-03-19 14:00"))]


def test_a_pause_that_the_clause_lists_moves_it_as_it_moves_any_promise() -> None:
    plain = book(before(pauses=waiting()))
    d = only(run(
        plain, "2026-03-10 20:00", planned("2026-03-09 14:00", "2026-03-12 14:00"),
        happening(2, "ticket.paused", "2026-03-10 10:00", reason="customer"), happening(3, "ticket.resumed", "2026-03-10 12:00"),
    ))  # fmt: skip
    assert d.due_at == moment("2026-03-11 16:00") and explain(d).agrees


# -- another version -------------------------------------------------------------------------------------

TAKES_EFFECT = "2026-03-06 12:00"


def turned(
    old: ClockRule, new: ClockRule, way: str, *happenings: Happening, as_of: str = "2026-03-06 13:00"
) -> DeadlineState:
    later = bound(new, version=2)
    plain = Versions(book(old).rules, at=moment(TAKES_EFFECT), later=[later])
    if way != "keep":
        turns = {later.ref: Turn(way, later)}  # type: ignore[arg-type]
        plain.turns = [Revision(moment(TAKES_EFFECT), "MN", ident(9002), "2.0", turns)]
    return only(run(plain, as_of, *happenings))


@pytest.mark.parametrize(
    ("way", "ahead", "due", "began"),
    [
        ("keep", "48 h", "2026-03-08 14:00", "2026-03-05 09:00"),
        ("convert", "48 h", "2026-03-07 14:00", "2026-03-05 09:00"),
        ("restart", "48 h", "2026-03-07 14:00", TAKES_EFFECT),
        ("convert", None, "2026-03-09 14:00", "2026-03-05 09:00"),
        ("restart", "5 d", "2026-03-09 14:00", TAKES_EFFECT),
    ],
)
def test_under_a_new_version_it_is_counted_back_from_the_same_promise(
    way: str, ahead: str | None, due: str, began: str
) -> None:
    """Restarted, a promise may have become too near: then it is due by the promised moment."""
    d = turned(before(), before(ahead), way, planned("2026-03-05 09:00", "2026-03-09 14:00"))
    told = explain(d)
    assert (d.due_at, d.started_at, told.agrees) == (moment(due), moment(began), True)
    if way != "keep" and ahead:
        [passed] = told.moves
        assert (passed.ahead_before, passed.ahead) == ("24 h", str(duration(ahead)))


def test_a_date_changed_before_the_version_came_is_the_one_that_it_counts_from() -> None:
    """The new limit had passed before the first date; the change of date came after that, and before the version."""
    rule = before(reassess=("shipment.moved",))
    start = planned("2026-03-05 09:00", "2026-03-07 14:00")
    moved = happening(2, "shipment.moved", "2026-03-06 10:00", ships_at=moment("2026-03-12 14:00"))
    d = turned(rule, replace(rule, ahead=duration("2 d")), "convert", start, moved)
    assert (d.state, d.due_at, d.bound.version) == ("open", moment("2026-03-10 14:00"), "2.0")


def test_what_the_new_version_puts_into_the_past_is_missed_then() -> None:
    d = turned(before(), before("4 d"), "convert", planned("2026-03-01 09:00", "2026-03-09 14:00"))
    assert (d.state, d.ended_at) == ("missed", moment("2026-03-05 14:00"))


def test_from_a_time_after_to_a_time_before_and_back() -> None:
    start = planned("2026-03-05 09:00", "2026-03-09 14:00")
    after = replace(before(), within_fact=None, ahead=None, within=duration("3 d"))
    assert turned(after, before(), "convert", start).due_at == moment("2026-03-08 14:00")
    back = turned(before(), after, "convert", start)
    assert (back.due_at, back.promised_at) == (moment("2026-03-08 09:00"), None)


# -- years without official days, and words --------------------------------------------------------------


def test_it_is_provisional_when_it_is_counted_back_over_a_year_that_is_not_known() -> None:
    plain = replace(OFFICE, years=frozenset({2026}))
    spring = replace(plain, years=None, days={date(2027, 1, 4): ()})
    d = of(before("2 working days"), "2026-12-01 09:00", "2027-01-05 14:00", plain)
    assert (d.provisional, d.due_at) == (True, moment("2027-01-01 18:00"))
    assert of(before("2 working days"), "2026-12-01 09:00", "2027-01-05 14:00", spring).due_at == moment(
        "2026-12-31 18:00"
    )
    assert not of(before("24 h"), "2026-12-01 09:00", "2027-01-05 14:00", plain).provisional
    assert not of(before("2 working days"), "2026-12-01 09:00", "2026-12-20 14:00", plain).provisional
    assert of(before("9 working days"), "2027-01-04 09:00", "2027-01-05 14:00", plain).provisional, (
        "too late by whose days?"
    )


@pytest.mark.parametrize(
    ("language", "line", "too_late"),
    [
        ("zh-hans", "提前 24 小时，倒推至", "得知太晚，已来不及提前 24 小时，改以承诺时间为限。"),
        ("zh-hant", "提前 24 小時，回推至", "得知太晚，已來不及提前 24 小時，改以承諾時間為限。"),
        (
            "en",
            "24 hours ahead, back to",
            "It became known too late for 24 hours ahead: due by the promised time itself.",
        ),
    ],
)
def test_the_derivation_is_told(language: str, line: str, too_late: str) -> None:
    def said(at: str) -> str:
        with translation.override(language), timezone.override("Asia/Shanghai"):
            return "\n".join(one.text for one in derived(told(at)))

    def told(at: str) -> Explanation:
        return explain(of(before(), at, "2026-03-12 14:00"))

    assert line in said("2026-03-02 09:00") and too_late not in said("2026-03-02 09:00")
    assert too_late in said("2026-03-12 09:00")


def test_an_explanation_whose_promise_leads_elsewhere_does_not_agree() -> None:
    d = of(before(), "2026-03-02 09:00", "2026-03-12 14:00")
    assert not explain(replace(d, promised_at=moment("2026-03-12 15:00"))).agrees
