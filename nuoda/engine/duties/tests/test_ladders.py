"""Ladders: a missed deadline or duty goes up step by step while it stays undone."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.engine.clocks.actions import sweeps as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.duties.actions import attestations
from nuoda.engine.duties.models import Escalation
from nuoda.engine.notices.actions import notices
from nuoda.engine.notices.models import Notice
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.events import event
from nuoda.foundation.journal.actions import entries

from .office import Office, cadence, clause, moment, office

pytestmark = pytest.mark.django_db


@event("chore.begun")
class ChoreBegun:
    """A chore was begun (tests only)."""


LADDER = {
    "consequence": "up", "on": "missed", "of": "chores",
    "ladder": [{"after": "1 d", "tell": ["service_manager"]}, {"after": "3 d", "tell": ["director"]}],
}  # fmt: skip


def told(own: Office, type_: str) -> list[tuple[int, list[str], Any]]:
    return [(e.payload["step"], e.payload["tell"], e.happened_at) for e in own.entries(type_)]


def ladder(own: Office) -> Escalation:
    with scoped(own.keeper):
        return Escalation.objects.get(company_id=own.company_id)


def test_each_step_is_told_once_in_its_time() -> None:
    own = office(clause(cadence(attest={"evidence": False}), LADDER))
    own.sweep("2026-03-02 09:00")
    for at in ("2026-04-01 09:00", "2026-04-02 09:00", "2026-04-02 09:00", "2026-04-04 09:00", "2026-04-20 09:00"):
        own.sweep(at)
    assert told(own, "duty.escalated") == [
        (1, ["service_manager"], moment("2026-04-02 00:00")),
        (2, ["director"], moment("2026-04-04 00:00")),
    ]
    row = ladder(own)
    assert (row.taken, row.ended, row.next_at) == (2, "top", None)


def test_it_stops_when_it_is_done_and_what_was_due_before_is_still_said() -> None:
    own = office(clause(cadence(attest={"evidence": False}), LADDER))
    own.sweep("2026-03-02 09:00")
    own.sweep("2026-04-01 09:00")
    wang = own.actor(own.cast.wang)
    with scoped(wang):
        row = own.only(period="2026-03")
        attestations.attest(row.pk, statement="补做", actor=wang, at=moment("2026-04-03 10:00"))
    own.sweep("2026-04-20 09:00")
    assert [step for step, *_rest in told(own, "duty.escalated")] == [1]
    assert (ladder(own).ended, ladder(own).ended_at) == ("done", moment("2026-04-03 10:00"))


def test_a_miss_that_is_withdrawn_ends_its_ladder() -> None:
    own = office(clause(cadence(met_by="chore.done"), LADDER))
    own.sweep("2026-03-02 09:00")
    own.sweep("2026-04-01 09:00")
    own.chore("2026-03-20 09:00", recorded="2026-04-01 10:00")
    own.sweep("2026-04-20 09:00")
    assert not own.entries("duty.escalated")
    assert ladder(own).ended == "withdrawn"


CLOCK = {
    "clock": "chores", "label": {"zh-hans": "做完", "zh-hant": "做完", "en": "Done"}, "start": "chore.begun",
    "end": "chore.done", "within": "2 h", "owner": "agent",
}  # fmt: skip


def test_a_missed_deadline_climbs_the_same_way_and_people_are_told() -> None:
    steps = [{"after": "1 h", "tell": ["service_manager"]}, {"after": "4 h", "tell": ["director"]}]
    own = office(clause(CLOCK, LADDER | {"ladder": steps}))
    begun = own.chore("2026-03-03 08:00")
    lin = own.actor(own.cast.lin)
    with scoped(lin):
        dossier = own.dossier(begun.dossier.number)
        entries.record(ChoreBegun(), dossier=dossier, actor=lin, at=moment("2026-03-03 09:00"), facts={"kind": "floor"})
    clocks.sweep(own.company_id, at=moment("2026-03-03 11:30"))
    own.sweep("2026-03-03 12:30")
    assert told(own, "deadline.escalated") == [(1, ["service_manager"], moment("2026-03-03 12:00"))]
    with scoped(own.keeper):
        assert Deadline.objects.get(case_id=begun.case_id).state == "missed"
        notices.catch_up(actor=own.keeper, since=moment("2026-03-03 12:00"), until=moment("2026-03-03 13:00"))
        (notice,) = Notice.objects.filter(template="deadline_escalated")
        assert notice.person_id == own.cast.wang.pk
    with scoped(lin):
        from .office import ChoreDone

        entries.record(ChoreDone(), dossier=dossier, actor=lin, at=moment("2026-03-03 13:30"), facts={"kind": "floor"})
    own.sweep("2026-03-03 20:00")
    assert len(own.entries("deadline.escalated")) == 1
    assert (ladder(own).ended, ladder(own).taken) == ("done", 1)


def test_the_chain_of_the_case_is_not_folded_anew_by_what_is_told() -> None:
    """An escalation is a result: the deadline it is about stays as it was."""
    own = office(clause(CLOCK, LADDER))
    begun = own.chore("2026-03-03 08:00")
    lin = own.actor(own.cast.lin)
    with scoped(lin):
        dossier = own.dossier(begun.dossier.number)
        entries.record(ChoreBegun(), dossier=dossier, actor=lin, at=moment("2026-03-03 09:00"), facts={"kind": "floor"})
    clocks.sweep(own.company_id, at=moment("2026-03-03 11:30"))
    with scoped(own.keeper):
        before = Deadline.objects.filter(case_id=begun.case_id).values().get()
    own.sweep("2026-03-10 12:30")
    with scoped(own.keeper):
        assert Deadline.objects.filter(case_id=begun.case_id).values().get() == before
    assert len(own.entries("deadline.escalated")) == 2
