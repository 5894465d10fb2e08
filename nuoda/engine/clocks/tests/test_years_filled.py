"""What becomes of stored deadlines when a calendar learns of a year, and when a dealer gets a calendar of its own.

The stored rows have to be what the journal folds to afterwards, whatever their state.
"""

from __future__ import annotations

from datetime import date

import pytest

from nuoda.engine.clocks import queries
from nuoda.engine.clocks.actions import calendars, sweeps
from nuoda.engine.clocks.actions.seeds import Day
from nuoda.engine.clocks.models import Deadline, WorkingCalendar
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories

from .living import Shop, shop
from .worlds import clock, moment, waiting

pytestmark = pytest.mark.django_db
MAKE_UP = Day(date(2028, 1, 1), True, "补班")
OFF = Day(date(2028, 1, 3), False, "元旦")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Shop:
    rule = clock(
        "visit", "2 working days", start=("matter.reported",), end=("matter.answered",), owner="agent",
        pauses=waiting("1 working days"),
    )  # fmt: skip
    return shop(monkeypatch, rule)


def reported(own: Shop, at: str = "2027-12-30 10:00", **more: object) -> Dossier:
    matter = own.open(at, **more)
    own.tell(matter, "reported", at)
    return matter


def edit(own: Shop, at: str, **what: object) -> None:
    boss = Actor(company_id=own.company_id, roles=frozenset({"system_admin"}))
    with scoped(boss):
        row = WorkingCalendar.objects.get(company_id=own.company_id, code="standard", dealer_id=None, valid_until=None)
        known = [*row.known_years, 2027, 2028] if what.pop("known", False) else None
        calendars.edit(row, actor=boss, at=moment(at), known_years=known, **what)  # type: ignore[arg-type]


def stands(own: Shop, at: str) -> list[Deadline]:
    """The rows, after each was found to say what the journal says."""
    with scoped(own.system):
        rows = list(Deadline.objects.filter(company_id=own.company_id).order_by("case_id"))
        for row in rows:
            [told] = queries.explanations(own.system, at=moment(at), case_id=row.case_id)
            assert told.stands, row
        return rows


def test_what_was_kept_or_missed_on_plain_weeks_is_judged_by_the_official_days(own: Shop) -> None:
    own.tell(reported(own), "answered", "2028-01-03 16:00")
    late = reported(own)
    sweeps.sweep(own.company_id, at=moment("2028-01-04 10:00"))
    own.tell(late, "answered", "2028-01-04 11:00")
    assert [(row.state, row.provisional) for row in stands(own, "2028-01-04 12:00")] == [
        ("kept", True),
        ("missed", True),
    ]
    # The 3rd was off: due on the 4th at 18:00.
    edit(own, "2028-01-12 10:00", days={OFF.date: OFF}, known=True)
    rows = stands(own, "2028-01-12 11:00")
    assert [(row.state, row.due_at, row.provisional) for row in rows] == [
        ("kept", moment("2028-01-04 18:00"), False), ("kept", moment("2028-01-04 18:00"), False),
    ]  # fmt: skip
    assert len(own.entries("deadline.miss_withdrawn")) == 1


def test_a_limit_counted_back_over_days_that_nobody_knew_is_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Duration.parse("2 working days")
    rule = clock(
        "ready", None, start=("matter.reported",), end=("matter.answered",), owner="agent", within_fact="ready_by", ahead=limit,
    )  # fmt: skip
    own = shop(monkeypatch, rule)
    matter = own.open("2027-12-01 10:00")
    own.tell(matter, "reported", "2027-12-01 10:00", facts={"ready_by": moment("2028-01-05 10:00").isoformat()})
    [row] = stands(own, "2027-12-01 11:00")
    assert (row.due_at, row.provisional, row.promised, row.working) == (moment("2028-01-03 18:00"), True, True, False)
    edit(own, "2027-12-02 10:00", days={OFF.date: OFF}, known=True)
    [row] = stands(own, "2027-12-02 11:00")
    assert (row.due_at, row.provisional) == (moment("2027-12-31 18:00"), False)


def test_days_filled_one_by_one_and_confirmed_later_reach_what_began_before(own: Shop) -> None:
    """As the pages have it: first the days of a year that nobody knows yet, then the word that it is complete."""
    reported(own)
    edit(own, "2027-12-30 11:00", days={OFF.date: OFF})
    [row] = stands(own, "2027-12-30 11:30")
    assert (row.due_at, row.provisional) == (moment("2028-01-04 18:00"), True)
    edit(own, "2027-12-30 12:00", days={MAKE_UP.date: MAKE_UP})
    edit(own, "2027-12-30 13:00", known=True)
    [row] = stands(own, "2027-12-30 14:00")
    assert (row.due_at, row.provisional) == (moment("2028-01-01 18:00"), False)


def test_a_day_of_a_year_that_is_known_counts_from_now_on_only(own: Shop) -> None:
    reported(own, "2026-03-05 10:00")
    off = Day(date(2026, 3, 9), False)
    edit(own, "2026-03-05 11:00", days={off.date: off})
    [row] = stands(own, "2026-03-05 12:00")
    assert row.due_at == moment("2026-03-09 18:00")


def test_a_stopped_clock_whose_limit_leads_into_an_unknown_year_is_provisional(own: Shop) -> None:
    matter = reported(own, "2026-12-29 10:00")
    assert not stands(own, "2026-12-29 10:10")[0].provisional
    own.tell(matter, "paused", "2026-12-30 10:00", reason="customer")
    [row] = stands(own, "2026-12-30 10:10")
    assert (row.state, row.provisional) == ("paused", True)


def test_a_dealers_own_calendar_does_not_reach_back_before_it_was_given(own: Shop) -> None:
    dealer = factories.dealer("华东", of=Company.objects.get(pk=own.company_id))
    reported(own, "2026-03-05 10:00", dealer_id=dealer.pk)
    edit(own, "2026-03-05 11:00", week=[((540, 1200),)] * 7)
    boss = Actor(company_id=own.company_id, roles=frozenset({"system_admin"}))
    with scoped(boss):
        calendars.for_dealer(dealer.pk, actor=boss, at=moment("2026-03-05 12:00"), name="华东")
    reported(own, "2026-03-05 13:00", dealer_id=dealer.pk)
    rows = sorted(stands(own, "2026-03-05 14:00"), key=lambda row: row.started_at)
    assert [row.due_at for row in rows] == [moment("2026-03-09 18:00"), moment("2026-03-07 20:00")]
