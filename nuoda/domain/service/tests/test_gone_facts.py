"""The regulations in force name a fact that the program knows no longer: work goes on, and the keeper is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nuoda.domain.service.actions import reports
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure import conditions
from nuoda.engine.rulebook.pure.conditions import Condition, ConditionError
from nuoda.engine.rulebook.pure.facts import SUBJECTS
from nuoda.foundation.base.pure.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Conditions that name the fact do not compile any more, as after an upgrade that declares it no longer."""
    compile_ = Condition.compile

    def forgotten(subject: str, fact: str) -> None:
        def less(text: str, known: object, *more: object) -> Condition:
            if known is SUBJECTS[subject] and fact in conditions.names(text):
                raise ConditionError(f"undeclared reference to '{fact}'", 1, 1)
            return compile_(text, known, *more)  # type: ignore[arg-type]

        monkeypatch.setattr(Condition, "compile", less)
        conditions._compiled.cache_clear()

    yield forgotten
    monkeypatch.undo()
    conditions._compiled.cache_clear()


def test_a_clock_that_asks_for_it_runs_for_nobody_and_the_others_run(forget: Callable[[str, str], None]) -> None:
    stage = Stage.set(local(5, 10))
    forget("ticket", "severity")
    ticket = stage.report()
    with stage.acting(stage.cast.wang):
        running = set(Deadline.objects.filter(case_id=ticket.pk).values_list("clause_id", flat=True))
        failed = set(ClauseError.objects.values_list("clause_id", flat=True))
    assert "MN-3.2.1b" in failed and "MN-3.2.1b" not in running
    assert running and not running & failed


def test_where_the_urgency_cannot_be_proposed_the_desk_says_it(forget: Callable[[str, str], None]) -> None:
    stage = Stage.set(local(5, 10))
    forget("ticket", "production_stopped")
    with pytest.raises(Refused) as refused:
        stage.report()
    assert refused.value.code == "clause_error" and refused.value.clauses
    ticket = stage.report(severity="urgent")
    assert ticket.severity == "urgent"
    with stage.acting(stage.cast.wang):
        assert ClauseError.objects.filter(clause_id=refused.value.clauses[0]).exists()
    assert reports.SEVERITIES[ticket.severity]
