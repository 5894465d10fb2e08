"""The clocks under the shipped regulations, as they are adopted by a new company."""

from __future__ import annotations

from datetime import date

import pytest

from nuoda.engine.clocks import queries
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.clocks.pure.explaining import explain
from nuoda.engine.clocks.pure.fold import fold
from nuoda.engine.rulebook.pure.book import Book, Tenure
from nuoda.engine.rulebook.pure.rules import ClockRule
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.tests import factories

from .worlds import CASE, OFFICE, happening, moment

pytestmark = pytest.mark.django_db


def shipped() -> Book:
    from nuoda.engine.rulebook.actions import packs
    from nuoda.engine.rulebook.pure import loading

    found = []
    for number, path in enumerate(packs.files()):
        policy = loading.build(loading.read(path.read_text(encoding="utf-8")))
        found.append(
            Tenure(happening(number + 1, "x", moment("2020-01-01 00:00")).id, policy, moment("2020-01-01 00:00"))
        )
    return Book(found)


def test_every_shipped_clock_opens_counts_and_explains_itself() -> None:
    book = shipped()
    at = moment("2026-03-06 17:50")
    clocks = [bound for bound in book.in_force(at) if isinstance(bound.rule, ClockRule)]
    assert len(clocks) > 10
    for bound in clocks:
        rule = bound.rule
        assert isinstance(rule, ClockRule)

        class One:
            def clocks_for(self, event_type: str, moment: object, bound: object = bound) -> tuple[object, ...]:
                return (bound,)

            def revisions(self, *args: object) -> tuple[object, ...]:
                return ()

            def holds(self, *args: object) -> bool:
                return True

            def calendar(self, *args: object) -> object:
                return OFFICE

        data = {rule.per: "a"} if rule.per else {}
        if rule.within_fact:
            data[rule.within_fact] = moment("2026-03-06 20:00").isoformat()
        start = happening(1, rule.start[0], at, **data)
        [found] = fold(CASE, [start], One(), at).deadlines.values()  # type: ignore[arg-type]
        assert found.due_at is not None and found.due_at > at, bound.ref
        assert explain(found).agrees, bound.ref


def test_the_late_tolerance_comes_from_the_regulations() -> None:
    company = factories.company("新公司")
    with scoped(system(company.pk)):
        ruling = queries.Ruling(shipped(), (), 1)
        assert not ruling.is_late(moment("2026-03-06 10:00"), moment("2026-03-06 10:20"))
        assert ruling.is_late(moment("2026-03-06 10:00"), moment("2026-03-06 12:00"))
        assert not Deadline.objects.filter(started_at__date=date(2026, 3, 6)).exists()
