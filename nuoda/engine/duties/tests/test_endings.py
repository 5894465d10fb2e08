"""What ends with a duty, who may release from it, and whose it is when somebody leaves."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.engine.duties import queries
from nuoda.engine.duties.actions import attestations, audits, handing
from nuoda.engine.duties.models import Audit
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.models import Membership, Person
from nuoda.foundation.orgs.tests import factories

from .office import Office, cadence, clause, moment, office, policy
from .test_audits import GOOD, ITEMS, audited, cases, drawn

pytestmark = pytest.mark.django_db
AT = moment("2026-04-03 10:00")


def with_audit() -> Office:
    """The audit of March, drawn and waiting."""
    own = audited()
    own.chore("2026-03-05 10:00")
    own.sweep("2026-04-01 09:00")
    return own


def to_check(own: Office) -> list[Audit]:
    chen = own.actor(own.cast.chen)
    with scoped(chen):
        return list(queries.audits_for(chen))


def test_an_audit_ends_with_the_version_that_asked_for_it() -> None:
    own = with_audit()
    assert len(to_check(own)) == 1
    rule = cadence(
        "look",
        owner="quality_supervisor",
        within="5 working days",
        audit={"of": "chore.done", "size": 2},
        transition="end",
    )
    own.adopt(policy(clause(rule, checklist=ITEMS), version="2.0"), "2026-04-02 00:00")
    own.sweep("2026-04-02 09:00")
    row = drawn(own)
    assert (own.only(period="2026-03").state, row.state, row.cause) == ("withdrawn", "withdrawn", "revised")
    (entry,) = own.entries("audit.withdrawn")
    assert (entry.payload["cause"], entry.payload["version"]) == ("revised", str(own.versions["2.0"]))
    assert entry.dossier_id == row.pk and own.dossier(row.dossier.number).closed_at is not None
    assert to_check(own) == []
    chen = own.actor(own.cast.chen)
    with scoped(chen), pytest.raises(Refused):
        audits.mark(row.pk, cases(own, row)[0].pk, marks=GOOD, actor=chen, at=AT)


def test_an_audit_falls_away_with_a_duty_that_is_waived_and_a_signed_one_stays() -> None:
    own = with_audit()
    shen, chen, row = own.actor(own.cast.shen), own.actor(own.cast.chen), own.only(period="2026-03")
    with scoped(shen):
        attestations.waive(row.pk, reason="停业装修", actor=shen, at=AT)
    assert (drawn(own).state, drawn(own).cause) == ("withdrawn", "waived")
    other = with_audit()
    with scoped(other.actor(other.cast.chen)) as _now:
        chen, audit = other.actor(other.cast.chen), drawn(other)
        audits.mark(audit.pk, cases(other, audit)[0].pk, marks=GOOD, actor=chen, at=AT)
        audits.sign(audit.pk, conclusion="良好", actor=chen, at=AT)
    other.adopt(policy(version="2.0"), "2026-04-04 00:00")
    other.sweep("2026-04-04 09:00")
    assert drawn(other).state == "signed"


def test_nobody_releases_himself_from_his_own_duty(client: Client) -> None:
    own = office(clause(cadence(owner="quality_supervisor", attest={})))
    own.sweep("2026-03-02 09:00")
    chen, shen, row = own.actor(own.cast.chen), own.actor(own.cast.shen), own.only()
    with scoped(chen), pytest.raises(Refused) as refused:
        attestations.waive(row.pk, reason="没空", actor=chen, at=moment("2026-03-05 10:00"))
    assert refused.value.code == "own" and own.only().state == "open"
    page = factories.login(client, own.cast.chen).get(reverse("duties:duty", args=[row.number])).content.decode()
    assert reverse("duties:waive", args=[row.number]) not in page and "请由负责条款执行的其他人豁免" in page
    with scoped(shen):
        attestations.waive(row.pk, reason="停业装修", actor=shen, at=moment("2026-03-05 10:00"))
    assert own.only().state == "waived"


def each(own: Office, who: Person) -> object:
    return own.only(period="2026-03", owner_person_id=who.pk)


def test_a_persons_duty_is_the_roles_when_he_leaves_and_a_successor_can_do_it(client: Client) -> None:
    own = office(clause(cadence(owner="agent", per="person", met_by="chore.done", attest={})))
    successor = factories.person("李明", "agent", of=own.cast.company)
    own.sweep("2026-03-02 09:00")
    row = own.only(unit_id=own.cast.lin.pk)
    Person.objects.filter(pk=own.cast.lin.pk).update(active=False)
    with scoped(own.keeper):
        assert handing.left_behind(own.company_id) == [own.cast.lin.pk]
    assert handing.pass_on(own.company_id, own.cast.lin.pk, at=moment("2026-03-05 09:00")) == (0, 1)
    assert handing.pass_on(own.company_id, own.cast.lin.pk, at=moment("2026-03-05 09:00")) == (0, 0)
    row = own.only(unit_id=own.cast.lin.pk)
    assert (row.owner_person_id, row.left_by_id) == (None, own.cast.lin.pk)
    assert [entry.payload["left"] for entry in own.entries("duty.released")] == [str(own.cast.lin.pk)]
    mine = own.actor(successor)
    with scoped(mine):
        assert row.pk in {one.pk for one in queries.due_for(mine)} and queries.attests(mine, row)
    wang = own.actor(own.cast.wang)
    with scoped(wang):
        handing.hand_over(
            giver=own.cast.lin.pk,
            taker=successor.pk,
            duties=[row.pk],
            reason="",
            actor=wang,
            at=moment("2026-03-06 09:00"),
        )
    row = own.only(unit_id=own.cast.lin.pk)
    assert (row.owner_person_id, row.left_by_id) == (successor.pk, None)
    with scoped(wang):
        assert queries.names_of_owners(wang, [row]) == {row.pk: ["李明"]}
    own.chore("2026-03-07 10:00", who=successor)
    assert own.only(unit_id=own.cast.lin.pk).state == "met"
    assert own.only(unit_id=successor.pk, period="2026-03").state == "met", "his own duty is done by it as well"


def test_a_dealers_manager_sees_what_his_people_left_behind_and_others_do_not() -> None:
    own = office(clause(cadence(owner="technician", per="person", attest={})))
    own.sweep("2026-03-02 09:00")
    Membership.objects.filter(person=own.cast.wu, role="technician").update(until=moment("2026-03-05 08:00"))
    handing.pass_on(own.company_id, own.cast.wu.pk, at=moment("2026-03-05 09:00"))
    row = own.only(unit_id=own.cast.wu.pk)
    assert (row.left_by_id, row.dealer_id) == (own.cast.wu.pk, own.cast.east.pk)
    ma, he = own.actor(own.cast.ma), own.actor(own.cast.he_ping)
    with scoped(ma):
        assert row.pk in {one.pk for one in queries.due_for(ma)} and queries.left_behind(ma) == {own.cast.wu.pk: 1}
    with scoped(he):
        assert queries.left_behind(he) == {} and row.pk not in {one.pk for one in queries.due_for(he)}
