"""Attested duties: a random sample that anybody can draw again, the checklist, the signature, the figures."""

from __future__ import annotations

from typing import Any

import pytest

from nuoda.engine.duties import queries
from nuoda.engine.duties.actions import audits
from nuoda.engine.duties.actions.audits import Mark
from nuoda.engine.duties.models import Audit, AuditCase
from nuoda.engine.duties.pure.sampling import draw, fingerprint
from nuoda.engine.rulebook.models import ClauseError
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.rates import wilson
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused

from .office import Office, cadence, clause, moment, office, policy, say

pytestmark = pytest.mark.django_db

ITEMS = [{"key": "uniform", "text": say("穿工装")}, {"key": "badge", "text": say("戴胸牌")}]
GOOD = {"uniform": Mark("pass"), "badge": Mark("na")}
BAD = {"uniform": Mark("pass"), "badge": Mark("fail", "没有戴")}
NONE = {"uniform": Mark("na"), "badge": Mark("na")}


def audited(size: int = 3, **more: Any) -> Office:
    rule = cadence(
        "look", owner="quality_supervisor", within="5 working days", audit={"of": "chore.done", "size": size}, **more
    )
    return office(clause(rule, checklist=ITEMS))


def drawn(own: Office) -> Audit:
    with scoped(own.keeper):
        return Audit.objects.select_related("dossier", "obligation").get(company_id=own.company_id)


def cases(own: Office, row: Audit) -> list[AuditCase]:
    with scoped(own.keeper):
        return queries.cases(row)


def test_the_sample_is_drawn_when_the_duty_opens_and_can_be_drawn_again() -> None:
    own = audited()
    done = [own.chore(f"2026-03-{day:02d} 10:00") for day in range(2, 9)]
    own.chore("2026-04-01 00:00")
    own.sweep("2026-04-01 09:00")
    row = drawn(own)
    assert set(row.frame) == {entry.dossier_id for entry in done}, "the first of April is another period"
    assert row.frame_hash == fingerprint(row.frame) and (row.wanted, row.size) == (3, 3)
    assert [case.about_id for case in cases(own, row)] == draw(row.seed, row.frame, row.wanted)
    (entry,) = own.entries("audit.drawn")
    assert (entry.payload["seed"], entry.payload["frame"]) == (row.seed, 7)
    assert own.only(period="2026-03").state == "open"


def test_a_period_without_cases_asks_for_no_audit() -> None:
    own = audited()
    own.sweep("2026-04-20 09:00")
    row = own.only(period="2026-03")
    assert (row.state, row.cause) == ("withdrawn", "no_cases")
    assert not own.entries("duty.missed") and not own.entries("audit.drawn")


def test_cases_that_cannot_be_judged_are_not_taken_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The regulation asks for a fact that chores carry no longer: that is no month without chores."""
    own = audited()
    rule = cadence(
        "look", owner="quality_supervisor", within="5 working days",
        audit={"of": "chore.done", "size": 3, "when": 'colour == "red"'},
    )  # fmt: skip
    own.adopt(policy(clause(rule, checklist=ITEMS), version="2.0"), "2026-03-01 09:00")
    own.chore("2026-03-10 10:00")
    own.sweep("2026-04-01 09:00")
    row = own.only(period="2026-03")
    assert (row.state, row.cause) == ("withdrawn", "unjudged") and not own.entries("audit.drawn")
    with scoped(own.keeper):
        [error] = ClauseError.objects.filter(clause_id="XX-1")
        assert "chore has no fact colour any more" in error.reason
    with scoped(own.actor(own.cast.chen)) as _at, pytest.raises(Refused) as refused:
        audits.draw_spot(
            clause_id="XX-1", since=moment("2026-03-01 00:00"), until=moment("2026-04-01 00:00"), dealer_id=None,
            everybody=True, actor=own.actor(own.cast.chen), at=moment("2026-04-01 09:00"),
        )  # fmt: skip
    assert refused.value.code == "clause_error"


def test_each_organisations_cases_are_its_own() -> None:
    own = audited(per="organisation")
    mine, theirs = own.chore("2026-03-02 10:00"), own.chore("2026-03-02 11:00", dealer_id=own.cast.east.pk)
    own.sweep("2026-04-01 09:00")
    with scoped(own.keeper):
        frames = {row.unit_id: row.frame for row in Audit.objects.all()}
    assert frames == {None: [mine.dossier_id], own.cast.east.pk: [theirs.dossier_id]}
    assert own.only(unit_id=own.cast.west.pk, period="2026-03").state == "withdrawn"


def test_the_auditor_goes_through_the_cases_signs_and_the_duty_is_done() -> None:
    own = audited()
    for day in (2, 3, 4):
        own.chore(f"2026-03-{day:02d} 10:00")
    own.sweep("2026-04-01 09:00")
    row, chen, at = drawn(own), own.actor(own.cast.chen), moment("2026-04-02 10:00")
    first, second, third = cases(own, row)
    photo = ("胸牌.txt", "照片".encode())
    with scoped(chen):
        assert [found.pk for found in queries.audits_for(chen)] == [row.pk]
        with pytest.raises(Invalid) as refused:
            audits.mark(row.pk, first.pk, marks={"uniform": Mark("fail")}, actor=chen, at=at)
        assert set(refused.value.fields) == {"uniform_remark", "badge_result"}
        audits.mark(row.pk, first.pk, marks=GOOD, actor=chen, at=at)
        audits.mark(row.pk, second.pk, marks=BAD | {"uniform": Mark("pass", photo=photo)}, actor=chen, at=at)
        with pytest.raises(Refused):
            audits.sign(row.pk, conclusion="抽查完毕", actor=chen, at=at)
        audits.mark(row.pk, third.pk, marks=NONE, actor=chen, at=at)
        with pytest.raises(Invalid):
            audits.sign(row.pk, conclusion=" ", actor=chen, at=at)
        signed = audits.sign(row.pk, conclusion="抽查完毕", actor=chen, at=at)
    assert (signed.passed, signed.failed, signed.not_applicable, signed.state) == (1, 1, 1, "signed")
    assert [case.verdict for case in cases(own, row)] == ["pass", "fail", "na"]
    assert (own.only(period="2026-03").state, own.only(period="2026-03").done_at) == ("met", at)
    director = own.actor(own.cast.shen)
    with scoped(director):
        span = (moment("2026-04-01 00:00"), moment("2026-05-01 00:00"))
        found = queries.tally(director, *span)["XX-1"]
        assert (found.attested_ok, found.attested_failed, found.sample, found.kept) == (1, 1, 3, 1)
        assert (found.share, found.interval) == (0.5, wilson(1, 2))
        (failed,) = queries.failed_cases(director, clause_id="XX-1", since=span[0], until=span[1])
        assert failed.pk == second.pk
    with scoped(chen), pytest.raises(Refused):
        audits.mark(row.pk, first.pk, marks=BAD, actor=chen, at=at)


def test_only_the_role_that_audits_marks_and_others_do_not_find_it() -> None:
    own = audited()
    own.chore("2026-03-02 10:00")
    own.sweep("2026-04-01 09:00")
    row, at = drawn(own), moment("2026-04-02 10:00")
    (case,) = cases(own, row)
    for who, refusal in ((own.cast.wang, Refused), (own.cast.ma, NotYours), (own.cast.zhao, NotYours)):
        actor = own.actor(who)
        with scoped(actor), pytest.raises(refusal):
            audits.mark(row.pk, case.pk, marks=GOOD, actor=actor, at=at)


def test_an_audit_that_is_not_signed_in_time_is_missed() -> None:
    own = audited()
    own.chore("2026-03-02 10:00")
    own.sweep("2026-04-01 09:00")
    own.sweep("2026-04-09 09:00")
    assert own.only(period="2026-03").state == "missed"


def test_a_spot_check_of_ones_own_accord() -> None:
    own = audited()
    for day in (2, 3):
        own.chore(f"2026-03-{day:02d} 10:00", dealer_id=own.cast.east.pk)
    chen, zhao, at = own.actor(own.cast.chen), own.actor(own.cast.lin), moment("2026-03-20 10:00")
    said: dict[str, Any] = {
        "clause_id": "XX-1",
        "since": moment("2026-03-01 00:00"),
        "until": moment("2026-03-20 00:00"),
    }
    with scoped(zhao), pytest.raises(NotYours):
        audits.draw_spot(**said, dealer_id=None, everybody=True, actor=zhao, at=at)
    with scoped(chen):
        with pytest.raises(Refused):
            audits.draw_spot(**said, dealer_id=own.cast.west.pk, everybody=False, actor=chen, at=at)
        with pytest.raises(Invalid):
            audits.draw_spot(**(said | {"clause_id": "XX-9"}), dealer_id=None, everybody=True, actor=chen, at=at)
        with pytest.raises(Invalid):
            audits.draw_spot(
                **(said | {"until": moment("2026-03-21 00:00")}), dealer_id=None, everybody=True, actor=chen, at=at
            )
        row = audits.draw_spot(**said, dealer_id=own.cast.east.pk, everybody=False, actor=chen, at=at)
    assert (row.size, row.obligation_id, row.unit_name) == (2, None, "华东")
