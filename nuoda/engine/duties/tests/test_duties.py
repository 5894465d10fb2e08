"""A duty's way: opened once for each period and unit, done by events or by somebody's word, warned, missed, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.engine.duties import queries
from nuoda.engine.duties.actions import attestations
from nuoda.engine.rulebook.models import ClauseError
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.orgs.models import Company
from nuoda.foundation.orgs.tests import factories

from .office import Office, cadence, clause, moment, office, policy

pytestmark = pytest.mark.django_db

FILE = ("证明.txt", "打扫记录".encode())


def test_each_period_and_unit_has_one_duty_however_often_it_is_looked() -> None:
    own = office(clause(cadence(per="organisation", missed=["director"], attest={})))
    for at in ("2026-03-02 09:00", "2026-03-02 09:01", "2026-04-03 09:00", "2026-04-03 09:00"):
        own.sweep(at)
    rows = own.duties()
    assert [(row.period, row.unit_id) for row in rows if row.unit_id is None] == [("2026-03", None), ("2026-04", None)]
    assert len(rows) == 6
    opened = own.entries("duty.opened")
    assert len(opened) == 6
    assert [entry.happened_at for entry in opened[:3]] == [moment("2026-03-01 00:00")] * 3
    assert {row.number[:3] for row in rows} == {"LZ-"}
    missed = own.entries("duty.missed")
    assert len(missed) == 3 and {entry.happened_at for entry in missed} == {moment("2026-04-01 00:00")}


def test_a_dealers_people_owe_what_their_role_owes_and_a_role_of_the_company_owes_it_about_the_dealer() -> None:
    own = office(
        clause(
            cadence("inspect", owner="service_manager", per="dealer", attest={}),
            cadence("assess", owner="quality_supervisor", per="dealer", within="5 working days", attest={}),
        )
    )
    own.sweep("2026-04-01 09:00")
    east = own.cast.east.pk
    inspect, assess = (
        own.only(ref="XX-1/inspect", unit_id=east, period="2026-04"),
        own.only(ref="XX-1/assess", unit_id=east),
    )
    assert (inspect.dealer_id, assess.dealer_id) == (east, None)
    with scoped(own.actor(own.cast.ma)):
        assert set(queries.obligations(own.actor(own.cast.ma)).values_list("ref", flat=True)) == {"XX-1/inspect"}
        assert list(queries.due_for(own.actor(own.cast.ma)).values_list("unit_id", flat=True)) == [east, east]
    with scoped(own.actor(own.cast.chen)):
        assert {row.ref for row in queries.due_for(own.actor(own.cast.chen))} == {"XX-1/assess"}
        assert queries.due_for(own.actor(own.cast.wang)).count() == 0


def test_what_looks_back_is_due_some_working_days_after_its_period() -> None:
    own = office(clause(cadence(within="5 working days", grace="1 working days", attest={})))
    own.sweep("2026-04-02 09:00")
    row = own.only()
    # 2026-04-06 is a day off (清明节), so the fifth working day is the 8th.
    assert (row.period, row.opens_at) == ("2026-03", moment("2026-04-01 00:00"))
    assert (row.due_at, row.judged_at) == (moment("2026-04-08 18:00"), moment("2026-04-09 18:00"))
    own.sweep("2026-04-09 18:00")
    assert own.only().state == "open"
    own.sweep("2026-04-09 18:01")
    assert own.only().state == "missed"
    assert own.entries("duty.missed")[0].happened_at == row.due_at


# -- done by events


def events(**more: object) -> Office:
    return office(clause(cadence(met_by="chore.done", **more)))


def test_an_event_of_the_period_does_it_also_one_from_before_it_was_opened() -> None:
    own = events()
    own.chore("2026-03-03 10:00")
    own.sweep("2026-03-04 09:00")
    row = own.only()
    assert (row.state, row.done_at) == ("met", moment("2026-03-03 10:00"))
    own.sweep("2026-04-02 09:00")
    own.chore("2026-04-05 10:00")
    assert own.only(period="2026-04").state == "met"
    assert len(own.entries("duty.met")) == 2 and not own.entries("duty.missed")


def test_late_evidence_takes_a_miss_back_and_says_so_once() -> None:
    own = events(missed=["director"])
    own.sweep("2026-03-02 09:00")
    own.sweep("2026-04-01 00:01")
    assert own.only(period="2026-03").state == "missed"
    (missed,) = own.entries("duty.missed")
    own.chore("2026-03-20 10:00", recorded="2026-04-02 10:00")
    row = own.only(period="2026-03")
    assert (row.state, row.missed_entry_id) == ("met", None)
    (withdrawn,) = own.entries("duty.miss_withdrawn")
    assert withdrawn.payload["missed"] == str(missed.id)
    own.sweep("2026-04-03 09:00")
    assert len(own.entries("duty.missed")) == len(own.entries("duty.miss_withdrawn")) == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_in_whatever_order_events_are_learned_the_duty_ends_the_same(order: tuple[int, ...]) -> None:
    own = events(times=2)
    own.sweep("2026-03-02 09:00")
    days = ("2026-03-05 10:00", "2026-03-09 10:00", "2026-03-12 10:00")
    for place, number in enumerate(order):
        own.chore(days[number], recorded=f"2026-03-2{place} 10:00")
    assert (own.only().state, own.only().done_at) == ("met", moment(days[1]))


def test_an_event_counts_for_one_period_and_for_the_unit_it_is_about() -> None:
    own = events(per="organisation", within="5 working days")
    own.sweep("2026-04-01 09:00")
    own.chore("2026-03-31 10:00", dealer_id=own.cast.east.pk, recorded="2026-04-01 10:00")
    assert {row.state for row in own.duties()} == {"open"}, "it happened in the period, the duty looks back on it"
    own.chore("2026-04-02 10:00", dealer_id=own.cast.east.pk)
    assert {row.unit_id for row in own.duties(state="met")} == {own.cast.east.pk}


def test_a_duty_is_met_by_what_the_version_that_opened_it_asked_for() -> None:
    """The next version, adopted within the period, wants another event: it counts from the next period on."""
    own = events()
    own.sweep("2026-03-02 09:00")
    own.adopt(policy(clause(cadence(met_by="attestation.made")), version="2.0"), since="2026-03-10 00:00")
    own.chore("2026-03-20 10:00")
    row = own.only(period="2026-03")
    assert (row.state, row.version_id) == ("met", own.versions["1.0"])


def test_an_event_whose_facts_do_not_fit_does_not_count_and_one_that_cannot_be_judged_is_an_error() -> None:
    own = events(when='kind == "windows"')
    own.sweep("2026-03-02 09:00")
    own.chore("2026-03-03 10:00")
    assert own.only().state == "open"
    own.chore("2026-03-04 10:00", kind="windows")
    assert own.only().state == "met"
    own.sweep("2026-04-01 09:00")
    own.chore("2026-04-03 10:00", kind="")
    assert own.only(period="2026-04").state == "open"
    with scoped(own.keeper):
        assert ClauseError.objects.get(company_id=own.company_id).ref == "XX-1/chores"


def test_a_person_owes_what_only_he_can_do() -> None:
    own = events(per="person", owner="technician")
    own.sweep("2026-03-02 09:00")
    rows = own.duties()
    zhao, wu = own.cast.zhao, own.cast.wu
    assert {zhao.pk, wu.pk} <= {row.owner_person_id for row in rows}
    own.chore("2026-03-03 10:00", who=zhao)
    assert [row.owner_person_id for row in own.duties(state="met")] == [zhao.pk]
    with scoped(own.actor(wu)):
        (mine,) = queries.obligations(own.actor(wu))
        assert mine.owner_person_id == wu.pk and mine.dossier.number
    assert own.only(unit_id=wu.pk).dealer_id == own.cast.east.pk


def test_a_kind_that_no_app_offers_is_an_error_of_the_clause_and_does_not_stop_the_others() -> None:
    own = office(clause(cadence("strange", per="spaceship", attest={}), cadence("plain", attest={})))
    own.sweep("2026-03-02 09:00")
    assert own.only().ref == "XX-1/plain"
    with scoped(own.keeper):
        assert ClauseError.objects.get(company_id=own.company_id).ref == "XX-1/strange"


# -- versions


def test_a_duty_keeps_the_version_under_which_it_opened_and_the_next_period_has_the_new_one() -> None:
    own = office(clause(cadence(attest={})))
    own.sweep("2026-03-02 09:00")
    from .office import policy

    own.adopt(policy(clause(cadence(attest={}, owner="director")), version="2.0"), "2026-03-10 00:00")
    own.sweep("2026-03-11 09:00")
    assert own.only().version_id == own.versions["1.0"]
    own.sweep("2026-04-01 09:00")
    assert own.only(period="2026-04").version_id == own.versions["2.0"]
    assert own.only(period="2026-04").owner_role == "director"


def test_a_dealer_that_came_later_owes_nothing_for_the_time_before() -> None:
    own = office(clause(cadence(per="dealer", within="5 working days", attest={})))
    own.sweep("2026-04-01 09:00")
    assert len(own.duties()) == 2
    from nuoda.foundation.orgs.actions import dealers

    with scoped(own.actor(own.cast.system)) as at:
        del at
        dealers.create(
            values={"code": "N9", "name": "北方服务", "short_name": "北方"}, actor=own.actor(own.cast.system),
            at=moment("2026-04-10 09:00"),
        )  # fmt: skip
    own.sweep("2026-04-10 10:00")
    assert len(own.duties()) == 2
    own.sweep("2026-05-01 10:00")
    assert {row.unit_name for row in own.duties(period="2026-04")} == {"华东", "西部", "北方"}


# -- done by somebody's word


def attested(**attest: object) -> Office:
    own = office(clause(cadence(attest=attest, missed=["director"])))
    own.sweep("2026-03-02 09:00")
    return own


def test_the_owner_says_so_with_evidence() -> None:
    own = attested()
    wang, at = own.actor(own.cast.wang), moment("2026-03-10 10:00")
    row = own.only()
    with scoped(wang), pytest.raises(Invalid) as refused:
        attestations.attest(row.pk, statement="都做完了", actor=wang, at=at)
    assert set(refused.value.fields) == {"evidence"}
    with scoped(wang):
        made = attestations.attest(row.pk, statement="都做完了", files=[FILE], actor=wang, at=at)
    assert (made.state, len(made.files)) == ("stands", 1)
    assert (own.only().state, own.only().done_at) == ("met", at)
    assert own.entries("duty.attested")[0].payload["files"] == 1
    assert own.entries("duty.met")[0].payload == {
        "obligation": str(row.pk), "ref": "XX-1/chores", "clause": "XX-1", "period": "2026-03", "by": "attestation", "late": False,
    }  # fmt: skip


def test_nobody_attests_what_another_role_owes_and_strangers_do_not_find_it() -> None:
    own = attested(evidence=False)
    at, row = moment("2026-03-10 10:00"), own.only()
    for who, refusal in ((own.cast.chen, Refused), (own.cast.ma, NotYours), (own.cast.zhao, NotYours)):
        actor = own.actor(who)
        with scoped(actor), pytest.raises(refusal):
            attestations.attest(row.pk, statement="都做完了", actor=actor, at=at)


def test_another_role_confirms_and_meanwhile_nothing_is_missed() -> None:
    own = attested(evidence=False, confirm="director")
    wang, shen, row = own.actor(own.cast.wang), own.actor(own.cast.shen), own.only()
    with scoped(wang):
        made = attestations.attest(row.pk, statement="都做完了", actor=wang, at=moment("2026-03-31 10:00"))
        with pytest.raises(Refused):
            attestations.attest(row.pk, statement="再说一遍", actor=wang, at=moment("2026-03-31 10:01"))
        with pytest.raises(Refused):
            attestations.confirm(made.pk, actor=wang, at=moment("2026-03-31 10:02"))
    own.sweep("2026-04-02 09:00")
    assert own.only(period="2026-03").state == "claimed"
    with scoped(shen):
        assert [item.pk for item in queries.to_confirm(shen)] == [made.pk]
        attestations.confirm(made.pk, actor=shen, at=moment("2026-04-03 10:00"))
    row = own.only(period="2026-03")
    assert (row.state, row.done_at) == ("met", moment("2026-03-31 10:00"))
    assert not own.entries("duty.missed")


def test_what_is_not_accepted_does_not_count_and_the_miss_is_dated_at_the_due_time() -> None:
    own = attested(evidence=False, confirm="director")
    wang, shen = own.actor(own.cast.wang), own.actor(own.cast.shen)
    with scoped(wang):
        made = attestations.attest(own.only().pk, statement="好了", actor=wang, at=moment("2026-03-31 10:00"))
    with scoped(shen):
        with pytest.raises(Invalid):
            attestations.reject(made.pk, actor=shen, at=moment("2026-04-03 10:00"), note=" ")
        attestations.reject(made.pk, actor=shen, at=moment("2026-04-03 10:00"), note="没有照片")
    assert own.only(period="2026-03").state == "missed"
    assert own.entries("duty.missed")[0].happened_at == moment("2026-04-01 00:00")


def test_done_late_stays_a_miss_and_says_when() -> None:
    own = attested(evidence=False)
    own.sweep("2026-04-01 09:00")
    wang, at = own.actor(own.cast.wang), moment("2026-04-02 10:00")
    row = own.only(period="2026-03")
    with scoped(wang):
        with pytest.raises(Invalid):
            attestations.attest(row.pk, statement="补", actor=wang, at=at, happened_at=at + timedelta(minutes=1))
        attestations.attest(row.pk, statement="补做了", actor=wang, at=at)
    row = own.only(period="2026-03")
    assert (row.state, row.done_at, row.owed) == ("missed", at, False)
    assert own.entries("duty.met")[0].payload["late"] is True


def test_an_exception_is_granted_by_who_answers_for_the_clause() -> None:
    own = attested(evidence=False)
    wang, shen, row = own.actor(own.cast.wang), own.actor(own.cast.shen), own.only()
    with scoped(wang), pytest.raises(NotYours):
        attestations.waive(row.pk, reason="没空", actor=wang, at=moment("2026-03-05 10:00"))
    with scoped(shen):
        attestations.waive(row.pk, reason="停业装修", actor=shen, at=moment("2026-03-05 10:00"))
    own.sweep("2026-04-01 09:00")
    assert own.only(period="2026-03").state == "waived" and not own.entries("duty.missed")


# -- warned, and told


def test_a_warning_is_given_once_to_whom_the_clause_names() -> None:
    own = office(
        clause(cadence(attest={}, opened=["agent"], warnings=[{"before": "3 d"}, {"share": 0.5, "tell": ["director"]}]))
    )
    for at in ("2026-03-02 09:00", "2026-03-17 09:00", "2026-03-29 09:00", "2026-03-30 09:00"):
        own.sweep(at)
    warned = own.entries("duty.warned")
    assert [(entry.payload["warning"], entry.payload["tell"]) for entry in warned] == [
        (1, ["director"]), (0, ["service_manager"]),
    ]  # fmt: skip
    assert own.entries("duty.opened")[0].payload["tell"] == ["agent"]


def test_figures_per_clause_count_what_is_due_in_the_span() -> None:
    own = office(
        clause(cadence(met_by="chore.done")),
        clause(cadence("other", attest={}), id="XX-2"),
    )
    own.sweep("2026-03-02 09:00")
    own.chore("2026-03-03 09:00")
    own.sweep("2026-04-01 09:00")
    director = own.actor(own.cast.shen)
    with scoped(director):
        found = queries.tally(director, moment("2026-04-01 00:00"), moment("2026-05-01 00:00"))
        assert (found["XX-1"].kept, found["XX-1"].missed, found["XX-1"].open) == (1, 0, 0)
        assert (found["XX-2"].kept, found["XX-2"].missed, found["XX-2"].open) == (0, 1, 0)
        assert found["XX-1"].interval is None and found["XX-1"].share is None
        assert not queries.tally(director, moment("2026-03-01 00:00"), moment("2026-04-01 00:00"))
    ma = factories.actor(own.cast.ma)
    with scoped(ma):
        assert queries.tally(ma, moment("2026-01-01 00:00"), moment("2027-01-01 00:00")) == {}


def test_periods_are_cut_where_the_company_is_whatever_its_calendar_says() -> None:
    """A company in Berlin whose working calendar is that of Shanghai, where April begins six hours earlier."""
    own = office()
    Company.objects.filter(pk=own.company_id).update(time_zone="Europe/Berlin")
    own.adopt(policy(clause(cadence(met_by="chore.done"))), "2026-03-01 00:00")
    own.sweep("2026-03-02 09:00")
    march = own.only(period="2026-03")
    assert march.due_at == moment("2026-04-01 06:00")
    own.sweep("2026-04-01 05:00")
    assert not own.duties(period="2026-04")
    own.chore("2026-04-01 05:30")
    assert own.only(period="2026-03").state == "met"
    own.sweep("2026-04-01 06:01")
    assert own.only(period="2026-04").state == "open"
