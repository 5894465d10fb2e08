"""A version takes effect: the worker brings the open deadlines under it, in batches, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nuoda.engine.clocks import queries
from nuoda.engine.clocks.actions import sweeps, turning
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.revisions import Revision, Turn
from nuoda.engine.rulebook.pure.rules import BoundRule
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.ids import new_id

from .living import Shop, shop
from .test_following import reported, rows, rule
from .worlds import moment

pytestmark = pytest.mark.django_db
NOON = "2026-03-06 12:00"


def revised(own: Shop, way: str = "convert", within: str = "2 h") -> PolicyVersion:
    """Version 2.0 of the shop's book from noon on: the one rule with another limit."""
    [(_since, old)] = own.book.rules
    with scoped(own.system):
        first = PolicyVersion.objects.get()
        second = PolicyVersion.objects.create(
            id=new_id(), company_id=own.company_id, policy=first.policy, version="2.0", content={}, hash="1" * 64,
            effective_date=moment(NOON).date(), status="published", made_at=moment(NOON), published_at=moment(NOON),
        )  # fmt: skip
    new = BoundRule(second.pk, old.policy, "2.0", old.clause_id, replace(old.rule, within=rule(within=within).within))  # type: ignore[arg-type, type-var]
    own.book.rules.append((moment(NOON), new))
    own.book.turns = [Revision(moment(NOON), "MN", second.pk, "2.0", {new.ref: Turn(way, new)})]  # type: ignore[arg-type]
    return second


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Shop:
    found = shop(monkeypatch, rule(within="4 h"))
    monkeypatch.setattr(turning, "rulebook", queries.rulebook)
    return found


def test_open_deadlines_pass_under_it_without_anything_happening_to_their_case(own: Shop) -> None:
    for _ in range(5):
        reported(own, "2026-03-06 11:00")
    version = revised(own)
    assert turning.turn(own.company_id, version.pk, at=moment("2026-03-06 11:59")) == 0
    assert {row.due_at for row in rows(own)} == {moment("2026-03-06 15:00")}
    assert turning.turn(own.company_id, version.pk, at=moment("2026-03-06 12:01"), batch=2) == 5
    assert {(row.due_at, row.version_id) for row in rows(own)} == {(moment("2026-03-06 13:00"), version.pk)}
    sweeps.sweep(own.company_id, at=moment("2026-03-06 13:05"))
    assert {row.state for row in rows(own)} == {"missed"} and len(own.entries("deadline.missed")) == 5


def test_what_was_judged_by_the_version_before_while_the_adoption_was_not_yet_committed_is_judged_anew(
    own: Shop,
) -> None:
    """It holds from the moment at which it was adopted; others learn of it when that transaction ends, a little later."""
    matter = reported(own, "2026-03-06 12:00")
    own.tell(matter, "answered", "2026-03-06 12:01")
    version = revised(own, "convert", within="2 h")
    own.book.turns.clear()  # as with `keep`, the default: nothing that was open before changes
    turning.turn(own.company_id, version.pk, at=moment("2026-03-06 12:02"))
    [row] = rows(own)
    assert (row.version_id, row.due_at, row.state) == (version.pk, moment("2026-03-06 14:00"), "kept")


def test_done_twice_it_changes_nothing_more(own: Shop) -> None:
    reported(own, "2026-03-06 11:00")
    version = revised(own)
    turning.turn(own.company_id, version.pk, at=moment("2026-03-06 12:01"))
    before = rows(own)
    turning.turn(own.company_id, version.pk, at=moment("2026-03-06 12:01"))
    assert [vars(row) | {"_state": None} for row in rows(own)] == [vars(row) | {"_state": None} for row in before]


def test_a_version_that_was_taken_back_changes_nothing(own: Shop) -> None:
    reported(own, "2026-03-06 11:00")
    assert turning.turn(own.company_id, new_id(), at=moment("2026-03-06 12:01")) == 0


def test_what_already_passed_under_a_version_that_is_not_known_here_is_left_alone(own: Shop) -> None:
    """A process that has not yet seen the adoption must not bring the deadline back under the old version."""
    matter = reported(own, "2026-03-06 11:00")
    version = revised(own)
    turning.turn(own.company_id, version.pk, at=moment("2026-03-06 12:01"))
    own.book.turns.clear()
    own.book.rules.pop()
    own.tell(matter, "paused", "2026-03-06 12:10", reason="customer")
    [row] = rows(own)
    assert (row.version_id, row.due_at) == (version.pk, moment("2026-03-06 13:00"))
    with scoped(own.system):
        assert Deadline.objects.count() == 1
