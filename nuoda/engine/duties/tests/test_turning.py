"""A version takes effect while duties are open: they go on, pass under it, or end, as it says, and the journal tells."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.engine.duties.actions import standing, turning
from nuoda.engine.duties.models import Obligation
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure import loading
from nuoda.engine.rulebook.pure.revisions import duty_turns
from nuoda.foundation.base.access import scoped

from .office import Office, cadence, clause, moment, office, policy
from .test_audits import ITEMS

pytestmark = pytest.mark.django_db

EVENT = {"met_by": "chore.done"}


def opened(**rule: Any) -> Office:
    """The March duty of version 1.0, open since the first."""
    own = office(clause(cadence(**EVENT | rule)))
    own.sweep("2026-03-02 09:00")
    return own


def changed(own: Office, since: str = "2026-03-10 00:00", **rule: Any) -> None:
    """Version 2.0 takes effect, and the sweep comes by."""
    own.adopt(policy(clause(cadence(**EVENT | rule)), version="2.0"), since)
    own.sweep(since.replace("00:00", "00:01"))


def version(own: Office, row: Obligation) -> str:
    return next(number for number, pk in own.versions.items() if pk == row.version_id)


def test_kept_duties_go_on_under_the_version_that_opened_them() -> None:
    own = opened()
    changed(own, times=2)
    own.chore("2026-03-20 10:00")
    row = own.only(period="2026-03")
    assert (row.state, row.times, version(own, row)) == ("met", 1, "1.0")
    assert not own.entries("duty.revised") and not own.entries("duty.withdrawn")
    own.sweep("2026-04-01 09:00")
    assert (own.only(period="2026-04").times, version(own, own.only(period="2026-04"))) == (2, "2.0")


def test_converted_duties_are_what_the_new_rule_asks_for_in_their_period() -> None:
    own = opened(times=2)
    own.chore("2026-03-05 10:00")
    changed(own, times=3, owner="agent", transition="convert", warnings=[{"share": 0.1}, {"share": 0.9}])
    row = own.only(period="2026-03")
    assert (row.state, row.counted, row.times, row.owner_role, version(own, row)) == ("open", 1, 3, "agent", "2.0")
    assert len(row.warn_at) == 2 and not own.entries("duty.warned"), "a warning that had passed is not given again"
    (entry,) = own.entries("duty.revised")
    assert (entry.payload["way"], entry.payload["version"]) == ("convert", str(own.versions["2.0"]))
    assert entry.dossier_id == row.pk and entry.happened_at == moment("2026-03-10 00:00") and entry.clauses == ["XX-1"]
    own.chore("2026-03-11 10:00")
    own.chore("2026-03-12 10:00")
    assert own.only(period="2026-03").state == "met"
    assert [e.type for e in own.entries("duty.met")] == ["duty.met"]


def test_what_was_done_may_be_enough_for_the_new_rule() -> None:
    own = opened(times=2)
    own.chore("2026-03-05 10:00")
    changed(own, times=1, transition="convert")
    row = own.only(period="2026-03")
    assert row.state == "met" and row.done_at == moment("2026-03-05 10:00")


def test_restarted_duties_count_what_is_done_from_then_on() -> None:
    own = opened(times=2)
    own.chore("2026-03-05 10:00")
    changed(own, times=1, transition="restart")
    row = own.only(period="2026-03")
    assert (row.state, row.counted, row.counts_from) == ("open", 0, moment("2026-03-10 00:00"))
    own.chore("2026-03-12 10:00")
    assert own.only(period="2026-03").state == "met"


def test_a_duty_that_looks_back_has_its_time_anew_when_it_is_restarted() -> None:
    own = office(clause(cadence(attest={}, within="5 working days")))
    own.sweep("2026-04-02 09:00")
    before = own.only(period="2026-03").due_at
    own.adopt(
        policy(clause(cadence(attest={}, within="3 working days", transition="restart")), version="2.0"),
        "2026-04-07 00:00",
    )
    own.sweep("2026-04-07 00:01")
    row = own.only(period="2026-03")
    assert row.due_at.date().isoformat() == "2026-04-09" and row.due_at != before
    own.sweep("2026-04-07 00:02")
    assert len(own.entries("duty.revised")) == 1, "a second sweep finds it done"


def test_ended_duties_fall_away_and_the_new_rule_asks_from_the_next_period_on() -> None:
    own = opened()
    changed(own, times=2, transition="end")
    row = own.only(period="2026-03")
    assert (row.state, row.cause) == ("withdrawn", "revised")
    (entry,) = own.entries("duty.withdrawn")
    assert (entry.payload["cause"], entry.payload["version"]) == ("revised", str(own.versions["2.0"]))
    own.sweep("2026-04-02 09:00")
    assert not own.entries("duty.missed") and own.only(period="2026-04").state == "open"


def test_what_is_done_or_missed_stays() -> None:
    own = office(clause(cadence(**EVENT, every="week")))
    own.sweep("2026-03-02 09:00")
    own.chore("2026-03-03 10:00")
    own.sweep("2026-03-09 09:00")
    own.sweep("2026-03-17 09:00")
    own.adopt(
        policy(clause(cadence(**EVENT, every="week", times=2, transition="end")), version="2.0"), "2026-03-18 00:00"
    )
    own.sweep("2026-03-18 00:01")
    assert [row.state for row in own.duties()] == ["missed", "met", "missed", "withdrawn"], (
        "by week, the last one of February first"
    )


def test_a_miss_by_the_old_rule_after_the_new_one_took_effect_is_taken_back() -> None:
    """The worker was down from the takeover until after the old due time."""
    own = opened()
    own.adopt(
        policy(clause(cadence(**EVENT, transition="convert", within="5 working days")), version="2.0"),
        "2026-03-31 00:00",
    )
    with scoped(own.keeper):
        standing.judge(own.duties(period="2026-03"), actor=own.keeper, at=moment("2026-04-01 09:00"))
    assert own.only(period="2026-03").state == "missed"
    own.sweep("2026-04-01 09:01")
    row = own.only(period="2026-03")
    assert (row.state, version(own, row)) == ("open", "2.0") and row.due_at > moment("2026-04-02 00:00")
    assert len(own.entries("duty.miss_withdrawn")) == 1


def test_a_rule_for_other_periods_takes_over_nothing() -> None:
    own = opened()
    changed(own, every="quarter", transition="convert")
    assert own.only(period="2026-03").state == "withdrawn"
    assert own.only(period="2026-Q1").state == "open"


def test_a_cadence_that_is_gone_goes_on_unless_the_version_withdraws_it() -> None:
    for withdraws, state in (((), "open"), (("XX-1/chores",), "withdrawn")):
        own = opened()
        text = policy(clause(cadence("other", attest={}), id="XX-2"), version="2.0")
        if withdraws:
            text += "withdraws: [XX-1/chores]\n"
        own.adopt(text, "2026-03-10 00:00")
        own.sweep("2026-03-10 00:01")
        assert own.only(period="2026-03", clause_id="XX-1").state == state


def test_a_chain_of_versions_turns_each_duty_once_for_each() -> None:
    own = opened(times=2)
    changed(own, times=3, transition="convert")
    own.adopt(policy(clause(cadence(**EVENT, times=4, transition="convert")), version="3.0"), "2026-03-10 12:00")
    for at in ("2026-03-10 12:01", "2026-03-10 12:02"):
        own.sweep(at)
    row = own.only(period="2026-03")
    assert (row.times, version(own, row)) == (4, "3.0")
    assert len(own.entries("duty.revised")) == 2


def test_the_audit_that_was_drawn_stays_the_one_that_does_the_duty() -> None:
    def rule(**more: Any) -> dict[str, Any]:
        return cadence("look", owner="quality_supervisor", audit={"of": "chore.done", "size": 2}, **more)

    own = office(clause(rule(within="5 working days"), checklist=ITEMS))
    own.chore("2026-03-03 10:00")
    own.sweep("2026-04-01 09:00")
    text = policy(clause(rule(within="10 working days", transition="convert"), checklist=ITEMS), version="2.0")
    own.adopt(text, "2026-04-02 00:00")
    own.sweep("2026-04-02 00:01")
    row = own.only(period="2026-03")
    assert version(own, row) == "2.0" and len(own.entries("audit.drawn")) == 1
    with scoped(own.keeper):
        assert row.audit.version_id == own.versions["1.0"]


def test_one_that_fails_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    own = opened()
    carried = turning._carry_out

    def breaks(*_given: Any, **_more: Any) -> None:
        raise ZeroDivisionError("no such day")

    monkeypatch.setattr(turning, "_carry_out", breaks)
    own.adopt(policy(clause(cadence(**EVENT, times=2, transition="convert")), version="2.0"), "2026-03-10 00:00")
    assert own.sweep("2026-03-10 00:01").failed == 1
    with scoped(own.keeper):
        assert ClauseError.objects.filter(ref="XX-1/chores", reason__contains="no such day").exists()
    monkeypatch.setattr(turning, "_carry_out", carried)
    assert own.sweep("2026-03-12 09:00").failed == 0
    assert own.only(period="2026-03").times == 2


def test_what_becomes_of_them_is_told_by_the_two_versions_alone() -> None:
    def ways(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
        one, other = (loading.load(policy(clause(rule))) for rule in (before, after))
        return dict(duty_turns(one, other))

    plain = cadence(**EVENT)
    assert (
        ways(plain, plain | {"duty": {"zh-hans": "别的说法", "zh-hant": "別的說法", "en": "-"}, "transition": "end"})
        == {}
    )
    for way in ("keep", "convert", "restart", "end"):
        assert ways(plain, plain | {"times": 2, "transition": way}) == {"XX-1/chores": way}
    assert ways(plain, plain | {"times": 2}) == {"XX-1/chores": "keep"}
    assert ways(plain, plain | {"per": "dealer", "transition": "convert"}) == {"XX-1/chores": "end"}
    assert ways(plain, cadence("other", **EVENT)) == {"XX-1/chores": "keep"}
    person = plain | {"per": "person", "owner": "agent"}
    assert ways(person, person | {"owner": "technician", "transition": "convert"}) == {"XX-1/chores": "end"}
