"""The way of an approval: asked, decided step by step, sent back, taken back, passed on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nuoda.engine.rulebook.pure.rules import ApprovalStep
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.tests import factories

from .. import queries
from ..actions import approvals, decisions
from ..models import Approval, Decision
from .bargains import (  # noqa: F401
    AT,
    MATTER,
    WORLD,
    as_,
    bargain,
    chain,
    open_step,
    rule,
    say,
    state,
    submitted,
    world,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


def events(row: Approval) -> list[str]:
    with scoped(Actor(company_id=row.company_id, reach="system")):
        rows = Entry.objects.filter(dossier_id=row.pk).order_by("chain_seq")
        return [entry.type.removeprefix("approval.") for entry in rows]


def test_a_small_settlement_is_decided_by_the_service_manager(cast) -> None:
    row = submitted(cast.lin, 80_000, comment="客户停机两天")
    assert chain(row) == [("service_manager", "open", ["王强"])]
    assert row.dossier.number.startswith("SP-2026-")
    say("approve", row, cast.wang, AT + timedelta(minutes=5))
    assert state(row) == "approved"
    assert WORLD.done == [("approved", row.about_id)]
    assert events(row) == ["requested", "step_opened", "step_decided", "decided"]


def test_the_approval_lies_in_the_case_of_its_subject_and_not_in_the_customers_view(cast) -> None:
    row = submitted(cast.lin, 80_000)
    assert row.dossier.case_id == row.about.case_id == row.case_id
    assert row.about.customer_id is not None and row.dossier.customer_id is None


def test_a_large_one_goes_on_to_the_director(cast) -> None:
    row = submitted(cast.lin, 800_000)
    assert chain(row) == [("service_manager", "open", ["王强"]), ("director", "waiting", ["沈总"])]
    with pytest.raises(Refused) as refusal:
        say("approve", row, cast.zhou)
    assert refusal.value.code == "not_asked" and refusal.value.clauses == ("LC-3.4",)
    say("approve", row, cast.wang)
    assert state(row) == "pending" and not WORLD.done
    assert chain(row)[1][1] == "open"
    say("approve", row, cast.shen)
    assert state(row) == "approved" and WORLD.done == [("approved", row.about_id)]


def test_below_the_limit_there_is_nothing_to_submit(cast) -> None:
    with pytest.raises(Refused) as refusal:
        submitted(cast.lin, 50_000)
    assert refusal.value.code == "not_needed"


def test_the_step_says_until_when_it_is_to_be_decided(cast) -> None:
    row = submitted(cast.lin, 80_000)
    assert open_step(row).due_at == AT + timedelta(hours=4)
    with scoped(Actor(company_id=row.company_id, reach="system")):
        entry = Entry.objects.get(dossier_id=row.pk, type="approval.step_opened")
    assert entry.payload["due_at"] == (AT + timedelta(hours=4)).isoformat()
    assert entry.case_id == row.case_id and entry.facts["has_due"] is True


def test_a_no_ends_it_and_needs_a_reason(cast) -> None:
    row = submitted(cast.lin, 800_000)
    with pytest.raises(Invalid) as refusal:
        say("reject", row, cast.wang, comment="  ")
    assert "comment" in refusal.value.fields
    say("reject", row, cast.wang, comment="证据不足")
    assert state(row) == "rejected" and WORLD.done == [("rejected", row.about_id)]
    assert [step[1] for step in chain(row)] == ["rejected", "closed"]
    with pytest.raises(Stale):
        say("approve", row, cast.shen)


def test_nobody_decides_on_his_own_request(cast) -> None:
    row = submitted(cast.wang, 80_000)
    assert chain(row) == [("service_manager", "waiting", [])] or chain(row)[0][2] == ["沈总"]
    with pytest.raises(Refused) as refusal:
        say("approve", row, cast.wang)
    assert refusal.value.code == "own_request"


def test_nor_through_somebody_who_stands_in(cast) -> None:
    row = submitted(cast.lin, 80_000)
    factories.delegation(cast.wang, cast.lin, AT - timedelta(days=1), AT + timedelta(days=1))
    with pytest.raises(Refused) as refusal:
        say("approve", row, cast.lin)
    assert refusal.value.code == "own_request" and state(row) == "pending"
    with as_(cast.lin) as actor:
        assert not queries.waiting_for(actor, AT).exists()


def test_a_delegate_decides_while_the_other_is_away_and_only_then(cast) -> None:
    row = submitted(cast.lin, 80_000)
    factories.delegation(cast.wang, cast.zhou, AT + timedelta(days=1), AT + timedelta(days=3), role="service_manager")
    with pytest.raises(Refused):
        say("approve", row, cast.zhou, AT)
    later = AT + timedelta(days=2)
    with as_(cast.zhou, later) as actor:
        assert [item.pk for item in queries.waiting_for(actor, later)] == [row.pk]
    say("approve", row, cast.zhou, later)
    with as_(cast.shen) as actor:
        decision = Decision.objects.get(approval=row, verdict="approved")
    assert (decision.person_id, decision.on_behalf_of_id) == (cast.zhou.pk, cast.wang.pk)


def test_a_delegation_of_another_role_does_not_help(cast) -> None:
    row = submitted(cast.lin, 80_000)
    factories.delegation(cast.wang, cast.zhou, AT - timedelta(days=1), AT + timedelta(days=1), role="agent")
    with pytest.raises(Refused):
        say("approve", row, cast.zhou)


def test_all_must_agree_where_the_rule_says_all(cast) -> None:
    second = factories.person("李明", "service_manager", of=cast.company)
    WORLD.rules = [rule(ApprovalStep("service_manager", "all"))]
    row = submitted(cast.lin, 80_000)
    say("approve", row, cast.wang)
    assert state(row) == "pending"
    with pytest.raises(Stale):
        say("approve", row, cast.wang)
    say("approve", row, second)
    assert state(row) == "approved"
    assert events(row) == ["requested", "step_opened", "agreed", "step_decided", "decided"]


def test_one_is_enough_where_the_rule_says_any(cast) -> None:
    second = factories.person("李明", "service_manager", of=cast.company)
    row = submitted(cast.lin, 80_000)
    say("approve", row, second)
    assert state(row) == "approved"
    with pytest.raises(Stale):
        say("approve", row, cast.wang)


def test_sent_back_it_is_mended_and_goes_on_in_a_new_round(cast) -> None:
    row = submitted(cast.lin, 800_000)
    say("send_back", row, cast.wang, comment="金额请复核")
    assert state(row) == "sent_back" and [step[1] for step in chain(row)] == ["sent_back", "closed"]
    WORLD.amounts[row.about_id] = 90_000
    with as_(cast.lin) as actor:
        again = approvals.submit(matter=MATTER, about=Dossier.objects.get(pk=row.about_id), actor=actor, at=AT)
        assert [kept.content["facts"]["amount_fen"] for kept in queries.rounds(again)] == [800_000, 90_000]
    assert (again.pk, again.round) == (row.pk, 2)
    assert chain(again) == [("service_manager", "open", ["王强"])]


def test_it_can_go_back_to_an_earlier_step(cast) -> None:
    row = submitted(cast.lin, 800_000)
    say("approve", row, cast.wang)
    with pytest.raises(Invalid):
        say("send_back", row, cast.shen, comment="?", to=2)
    say("send_back", row, cast.shen, comment="请补充说明", to=1)
    assert [step[1] for step in chain(row)] == ["open", "waiting"]
    say("approve", row, cast.wang)
    say("approve", row, cast.shen)
    assert state(row) == "approved"


def test_the_submitter_takes_it_back_and_nobody_else(cast) -> None:
    row = submitted(cast.lin, 80_000)
    with pytest.raises(Refused) as refusal, as_(cast.wang) as actor:
        approvals.withdraw(approval_id=row.pk, actor=actor, at=AT)
    assert refusal.value.code == "not_submitter"
    with as_(cast.lin) as actor:
        approvals.withdraw(approval_id=row.pk, actor=actor, at=AT)
    assert state(row) == "withdrawn" and chain(row)[0][1] == "closed"
    with as_(cast.lin) as actor, pytest.raises(Refused):
        approvals.withdraw(approval_id=row.pk, actor=actor, at=AT)


def test_it_is_passed_on_to_somebody_who_may_see_it(cast) -> None:
    row = submitted(cast.lin, 80_000)
    for wrong in (cast.lin, cast.wang, cast.ma, factories.contact(row.about.customer_id, of=cast.company)):
        with pytest.raises(Invalid):
            say("transfer", row, cast.wang, person=wrong.pk)
    say("transfer", row, cast.wang, person=cast.zhou.pk, comment="更熟悉情况")
    assert chain(row)[0][2] == ["周敏"]
    with pytest.raises(Refused):
        say("approve", row, cast.wang)
    say("approve", row, cast.zhou)
    assert state(row) == "approved"


def test_a_signer_is_added_before_or_after(cast) -> None:
    row = submitted(cast.lin, 800_000)
    say("add_signer", row, cast.wang, person=cast.chen.pk, place="before")
    assert [(step[1], step[2]) for step in chain(row)] == [
        ("open", ["陈静"]),
        ("waiting", ["王强"]),
        ("waiting", ["沈总"]),
    ]
    say("approve", row, cast.chen)
    say("add_signer", row, cast.wang, person=cast.zhou.pk, place="after")
    say("approve", row, cast.wang)
    assert [step[1] for step in chain(row)] == ["approved", "approved", "open", "waiting"]
    say("approve", row, cast.zhou)
    say("approve", row, cast.shen)
    assert state(row) == "approved"


def test_reminding_at_most_once_an_hour(cast) -> None:
    row = submitted(cast.lin, 80_000)
    for minutes, allowed in ((0, True), (59, False), (60, True)):
        at = AT + timedelta(minutes=minutes)
        with as_(cast.lin, at) as actor:
            if allowed:
                approvals.remind(approval_id=row.pk, actor=actor, at=at)
            else:
                with pytest.raises(Refused) as refusal:
                    approvals.remind(approval_id=row.pk, actor=actor, at=at)
                assert refusal.value.code == "too_soon"
    assert events(row).count("reminded") == 2


def test_copies_are_read_and_not_decided(cast) -> None:
    row = submitted(cast.lin, 80_000, copies=[cast.zhao.pk])
    with as_(cast.zhao) as actor:
        assert [item.pk for item in queries.copied_to(actor)] == [row.pk]
    with pytest.raises(Refused):
        say("approve", row, cast.zhao)


def test_many_at_once_each_for_itself(cast) -> None:
    rows = [submitted(cast.lin, 80_000) for _ in range(3)]
    say("reject", rows[1], cast.wang, comment="重复")
    with as_(cast.wang) as actor:
        batch = decisions.approve_many(approval_ids=[row.pk for row in rows], actor=actor, at=AT)
    assert set(batch.approved) == {rows[0].pk, rows[2].pk} and set(batch.refused) == {rows[1].pk}
    assert isinstance(batch.refused[rows[1].pk], Stale)
    assert [state(row) for row in rows] == ["approved", "rejected", "approved"]


def test_where_the_book_skips_every_step_it_is_granted_and_says_so(cast) -> None:
    WORLD.rules = [rule(ApprovalStep("service_manager"), if_self="skip")]
    row = submitted(cast.wang, 80_000)
    assert state(row) == "approved" and WORLD.done == [("approved", row.about_id)]
    with as_(cast.shen):
        assert Decision.objects.get(approval=row, verdict="granted").person_id is None


def test_a_role_that_nobody_holds_refuses_with_the_clause(cast) -> None:
    WORLD.rules = [rule(ApprovalStep("dealer_manager"), if_empty="refuse")]
    with pytest.raises(Refused) as refusal:
        submitted(cast.lin, 80_000)
    assert (refusal.value.code, refusal.value.clauses) == ("no_approver", ("LC-3.4",))


def test_once_under_way_it_is_not_submitted_twice(cast) -> None:
    row = submitted(cast.lin, 80_000)
    with as_(cast.lin) as actor, pytest.raises(Refused) as refusal:
        approvals.submit(matter=MATTER, about=row.about, actor=actor, at=AT)
    assert refusal.value.code == "already_submitted" and row.dossier.number in str(refusal.value)


def test_what_was_said_is_readable_for_those_who_had_no_part(cast) -> None:
    row = submitted(cast.lin, 80_000, comment="客户停机两天")
    say("reject", row, cast.wang, comment="证据不足")
    with as_(cast.chen) as actor:
        (told,) = queries.history(row.case_id, actor)
    assert [(item.decision.verdict, item.comment) for item in told.said] == [
        ("submitted", "客户停机两天"),
        ("rejected", "证据不足"),
    ]
    with as_(cast.zhao) as actor:
        assert queries.history(row.case_id, actor) == []


def test_who_would_approve_and_why(cast) -> None:
    about = bargain(cast.wang, 800_000)
    factories.delegation(cast.shen, cast.zhou, AT - timedelta(days=1), AT + timedelta(days=1))
    with as_(cast.wang) as actor:
        found = queries.explain(actor, MATTER, about, AT)
    assert found.needed and found.chain is not None
    assert [[found.people[person] for person in step.people] for step in found.chain.steps] == [[], ["沈总"]]
    assert [note.code for note in found.chain.steps[0].why] == ["asked", "own", "raised", "covered"]
    assert found.away == {cast.shen.pk: "周敏"}


def test_a_stranger_finds_nothing(cast) -> None:
    row = submitted(cast.lin, 80_000)
    for stranger in (cast.ma, cast.zhao, cast.he_ping, factories.contact(row.about.customer_id, of=cast.company)):
        with as_(stranger) as actor:
            with pytest.raises(NotYours):
                queries.approval(actor, row.dossier.number)
            with pytest.raises(NotYours):
                decisions.approve(approval_id=row.pk, actor=actor, at=AT)


def test_a_dealers_matter_is_seen_by_the_dealer_and_decided_in_the_company(cast) -> None:
    row = submitted(cast.ma, 80_000)
    with as_(cast.ma) as actor:
        assert [item.pk for item in queries.submitted_by(actor)] == [row.pk]
        assert len(queries.steps(row)) == 1
    with as_(cast.he_ping) as actor, pytest.raises(NotYours):
        queries.approval(actor, row.dossier.number)
    say("approve", row, cast.wang)
    assert state(row) == "approved"


def test_those_who_are_asked_are_told_and_the_submitter_of_the_result(cast) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    factories.delegation(cast.wang, cast.zhou, AT - timedelta(days=1), AT + timedelta(days=1))

    def told() -> list[tuple[str, set[str]]]:
        with as_(cast.shen):
            jobs = ProcrastinateJob.objects.filter(task_name="notices.fan").order_by("id")
            return [(item["template"], set(item["persons"])) for job in jobs for item in job.args["told"]]

    row = submitted(cast.lin, 80_000)
    assert told() == [("approval_asked", {str(cast.wang.pk), str(cast.zhou.pk)})]
    say("approve", row, cast.wang)
    assert told()[1:] == [("approval_decided", {str(cast.lin.pk)})]
