"""What protects approvals: content as it was, append-only acts, the database's own wall, one winner of two."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from nuoda.engine.rulebook.pure.rules import ApprovalStep
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused, Stale
from nuoda.foundation.orgs.tests import factories

from .. import queries
from ..actions import approvals, decisions
from ..events import ApprovalDecided
from ..models import Approval, Copy, Decision, Round, Seat, Step
from ..pure.contents import digest
from ..states import APPROVAL, STEP
from .bargains import (  # noqa: F401
    AT,
    BARGAIN,
    MATTER,
    TWO_STEPS,
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


def settle(someone, about):
    """Ask `states` whether the bargain may be settled now."""
    with as_(someone) as actor:
        facts = {"amount_fen": WORLD.amounts[about.pk], "state": "settled"}
        return moves.check(
            BARGAIN, "proposed", "settle", event=ApprovalDecided, facts=facts, actor=actor, at=AT, dossier=about
        )


# -- the verb is held back


def test_a_verb_under_approval_is_held_back_until_it_is_granted(cast) -> None:
    about = bargain(cast.lin, 80_000)
    with pytest.raises(Refused) as refusal:
        settle(cast.lin, about)
    assert (refusal.value.code, refusal.value.clauses) == ("needs_approval", ("LC-3.4",))
    with as_(cast.lin) as actor:
        row = approvals.submit(matter=MATTER, about=about, actor=actor, at=AT)
    with pytest.raises(Refused) as refusal:
        settle(cast.lin, about)
    assert row.dossier.number in str(refusal.value)
    say("approve", row, cast.wang)
    settle(cast.lin, about)


def test_without_the_hold_nothing_would_stop_it(cast, monkeypatch) -> None:
    """Negative control of the test above."""
    about = bargain(cast.lin, 80_000)
    monkeypatch.setattr(moves, "_providers", [item for item in moves._providers if item is not queries.hold])
    settle(cast.lin, about)


def test_a_rejected_or_withdrawn_approval_does_not_open_the_verb(cast) -> None:
    row = submitted(cast.lin, 80_000)
    say("reject", row, cast.wang, comment="证据不足")
    with pytest.raises(Refused):
        settle(cast.lin, row.about)


def test_below_the_limit_the_verb_is_free(cast) -> None:
    settle(cast.lin, bargain(cast.lin, 50_000))


# -- what was approved is kept as it was


def test_an_approval_does_not_cover_a_content_that_was_changed_afterwards(cast) -> None:
    row = submitted(cast.lin, 80_000)
    say("approve", row, cast.wang)
    WORLD.amounts[row.about_id] = 90_000
    with pytest.raises(Refused) as refusal:
        settle(cast.lin, row.about)
    assert refusal.value.code == "needs_approval"
    with as_(cast.lin) as actor:
        assert approvals.lapse(about=row.about, matter=MATTER, actor=actor, at=AT) is not None
    assert state(row) == "lapsed"
    with as_(cast.lin) as actor:
        again = approvals.submit(matter=MATTER, about=row.about, actor=actor, at=AT)
        assert (again.pk, again.round, again.state) == (row.pk, 2, "pending")
        assert [kept.content["facts"]["amount_fen"] for kept in queries.rounds(again)] == [80_000, 90_000]
    say("approve", again, cast.wang)
    settle(cast.lin, row.about)


def test_a_change_while_it_is_in_approval_is_noticed_by_the_approver(cast) -> None:
    row = submitted(cast.lin, 80_000)
    WORLD.amounts[row.about_id] = 480_000
    with pytest.raises(Stale):
        say("approve", row, cast.wang)
    assert state(row) == "pending" and not WORLD.done


def test_an_unchanged_content_does_not_lapse(cast) -> None:
    row = submitted(cast.lin, 80_000)
    with as_(cast.lin) as actor:
        assert approvals.lapse(about=row.about, matter=MATTER, actor=actor, at=AT) is None
    assert state(row) == "pending"


def test_the_kept_content_answers_for_its_hash(cast) -> None:
    row = submitted(cast.lin, 80_000)
    with as_(cast.lin):
        (kept,) = queries.rounds(row)
    assert kept.content_hash == row.content_hash == digest(kept.content)
    assert kept.content["rows"] == [{"label": "金额", "value": 80_000, "kind": "money"}]


@pytest.mark.parametrize("model", [Round, Decision])
@pytest.mark.parametrize("way", ["update", "delete"])
def test_the_database_keeps_what_was_put_and_said(cast, model, way) -> None:
    row = submitted(cast.lin, 80_000)
    with as_(cast.lin):
        rows = model.objects.filter(approval=row)
        assert rows.exists()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(content_hash="x") if way == "update" else rows._raw_delete("default")


def test_the_database_itself_allows_one_open_approval_and_one_open_step(cast) -> None:
    row = submitted(cast.lin, 800_000)
    with as_(cast.lin), pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.filter(approval=row, state="waiting").update(state="open")
    second = submitted(cast.lin, 80_000)
    with as_(cast.lin), pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=second.pk).update(about_id=row.about_id)


# -- the second wall


TABLES = [Approval, Round, Step, Seat, Decision, Copy]


def count(actor: Actor) -> dict[str, int]:
    with scoped(actor):
        return {model.__name__: model.objects.count() for model in TABLES}


def test_the_database_shows_a_dealer_only_its_own(cast) -> None:
    submitted(cast.ma, 80_000, copies=[cast.wu.pk])
    everything = count(factories.actor(cast.shen))
    assert all(everything.values())
    assert count(factories.actor(cast.ma)) == everything
    assert not any(count(factories.actor(cast.he_ping)).values())
    nobody = Actor(company_id=cast.company.pk, reach="customer", customer_id=cast.company.pk)
    assert not any(count(nobody).values())


def test_the_database_shows_a_technician_what_he_has_a_part_in(cast) -> None:
    row = submitted(cast.lin, 80_000)
    submitted(cast.lin, 90_000)
    assert not any(count(factories.actor(cast.zhao)).values())
    with as_(cast.lin) as actor:
        approvals.copy(approval_id=row.pk, person=cast.zhao.pk, actor=actor, at=AT)
    assert count(factories.actor(cast.zhao))["Approval"] == 1


def test_without_the_policies_a_dealer_would_see_all(cast, owner) -> None:
    """Negative control: the same question as the owner of the tables, whom no policy binds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'approvals_%' AND relkind = 'r' AND NOT relrowsecurity"
        )
        assert cursor.fetchall() == []
    submitted(cast.lin, 80_000)
    with scoped(factories.actor(cast.he_ping)):
        assert Approval.objects.count() == 0
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; SET ROLE nuoda_wide")
        assert Approval.objects.count() == 1


def test_a_technician_submits_too(cast) -> None:
    from nuoda.foundation.base.pure.ids import new_id
    from nuoda.foundation.journal.actions import dossiers

    key = new_id()
    with as_(cast.wang) as actor:
        about = dossiers.open(kind="bargain", actor=actor, at=AT, id=key)
        dossiers.share(about, person_id=cast.zhao.pk, at=AT)
    with as_(cast.zhao) as actor:
        WORLD.amounts[key] = 80_000
        row = approvals.submit(matter=MATTER, about=about, actor=actor, at=AT)
    assert chain(row)[0][2] == ["王强"]
    say("approve", row, cast.wang)
    assert state(row) == "approved"


def test_only_who_may_do_the_thing_asks_for_its_approval(cast) -> None:
    """The subject's own rule says who may ask; in these tests everybody but the quality supervisor. Administrators never do."""
    about = bargain(cast.lin, 80_000)
    for someone, may in ((cast.security, False), (cast.audit, False), (cast.chen, False), (cast.shen, True)):
        with as_(someone) as actor:
            if may:
                assert approvals.submit(matter=MATTER, about=about, actor=actor, at=AT).state == "pending"
            else:
                with pytest.raises(NotYours):
                    approvals.submit(matter=MATTER, about=about, actor=actor, at=AT)


# -- lists


def test_the_lists_of_a_person(cast) -> None:
    row = submitted(cast.lin, 800_000)
    say("approve", row, cast.wang)

    def lists(someone):
        with as_(someone) as actor:
            found = queries.waiting_for(actor, AT), queries.submitted_by(actor), queries.decided_by(actor)
            return tuple(rows.count() for rows in found)

    assert lists(cast.lin) == (0, 1, 0)
    assert lists(cast.wang) == (0, 0, 1)
    assert lists(cast.shen) == (1, 0, 0)
    assert lists(cast.chen) == (0, 0, 0)


# -- the machine


def test_every_state_is_reached_and_every_other_pair_is_refused(cast) -> None:
    assert not APPROVAL.unreachable() and not STEP.unreachable()
    row = submitted(cast.lin, 80_000)
    with as_(cast.wang) as actor:
        for source in APPROVAL.states:
            for verb, move in APPROVAL.moves.items():
                if source in move.sources:
                    continue
                with pytest.raises(Refused) as refusal:
                    moves.check(
                        APPROVAL, source, verb, event=ApprovalDecided, facts={"matter": MATTER, "round": 1}, actor=actor, at=AT
                    )  # fmt: skip
                assert refusal.value.code == "illegal_move"
    for done in ("approved", "rejected", "withdrawn", "sent_back", "lapsed"):
        with as_(cast.wang) as actor:
            Approval.objects.filter(pk=row.pk).update(state=done)
            for verb in ("approve", "reject", "send_back"):
                more = {} if verb == "approve" else {"comment": "x"}
                with pytest.raises(Stale):
                    getattr(decisions, verb)(approval_id=row.pk, actor=actor, at=AT, **more)
            assert Approval.objects.get(pk=row.pk).state == done and not WORLD.done


# -- two at once


def race(*runs) -> list[object]:
    """Run functions at the same moment, each on a connection of its own; their results or refusals."""
    barrier, found = threading.Barrier(len(runs)), [None] * len(runs)

    def one(index, run):
        try:
            barrier.wait()
            found[index] = run()
        except Exception as error:
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=item) for item in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_at_once_one_wins_fifty_times() -> None:
    cast = factories.cast()
    second = factories.person("李明", "service_manager", of=cast.company)
    rows = [submitted(cast.lin, 80_000) for _ in range(50)]
    for number, row in enumerate(rows):
        other = "reject" if number % 2 else "approve"
        found = race(
            lambda row=row: say("approve", row, cast.wang),
            lambda row=row, verb=other: say(verb, row, second, **({"comment": "否"} if verb == "reject" else {})),
        )
        assert [type(item) for item in found].count(Stale) == 1, found
    assert len(WORLD.done) == 50 and len({about for _, about in WORLD.done}) == 50
    with as_(cast.shen):
        assert Decision.objects.filter(verdict__in=["approved", "rejected"]).count() == 50


@pytest.mark.django_db(transaction=True)
def test_of_two_submitters_at_once_one_opens_it() -> None:
    cast = factories.cast()
    other = factories.person("许文", "agent", of=cast.company)

    def submit(someone, about):
        with as_(someone) as actor:
            return approvals.submit(matter=MATTER, about=about, actor=actor, at=AT)

    for _ in range(10):
        about = bargain(cast.lin, 80_000)
        found = race(lambda about=about: submit(cast.lin, about), lambda about=about: submit(other, about))
        refusals = [item for item in found if isinstance(item, Refused)]
        assert len(refusals) == 1 and refusals[0].code == "already_submitted", found


@pytest.mark.django_db(transaction=True)
def test_a_change_at_the_moment_of_the_decision_waits_for_nobody() -> None:
    cast = factories.cast()
    row = submitted(cast.lin, 80_000)
    deciding, tried = threading.Event(), threading.Event()

    def decide() -> None:
        with as_(cast.wang) as actor:
            approvals.held(row.pk, actor, AT)
            deciding.set()
            tried.wait(10)

    def change() -> None:
        deciding.wait(10)
        try:
            with as_(cast.lin) as actor:
                approvals.lapse(about=row.about, matter=MATTER, actor=actor, at=AT)
        finally:
            tried.set()

    assert [type(item) for item in race(decide, change)] == [type(None), Stale]


def test_the_reminder_of_a_later_round_starts_anew(cast) -> None:
    row = submitted(cast.lin, 80_000)
    with as_(cast.lin) as actor:
        approvals.remind(approval_id=row.pk, actor=actor, at=AT)
    say("send_back", row, cast.wang, comment="补充")
    at = AT + timedelta(minutes=10)
    with as_(cast.lin, at) as actor:
        approvals.submit(matter=MATTER, about=row.about, actor=actor, at=at)
        approvals.remind(approval_id=row.pk, actor=actor, at=at)


def test_the_rules_of_the_moment_count(cast, monkeypatch) -> None:
    row = submitted(cast.lin, 80_000)
    WORLD.rules = [rule(*TWO_STEPS, ApprovalStep("hq_support"))]
    assert [step[0] for step in chain(row)] == ["service_manager"], "a chain under way keeps its steps"
    monkeypatch.setattr(
        queries, "rulebook", SimpleNamespace(book=lambda who: SimpleNamespace(approvals_for=lambda *a: ()))
    )
    with as_(cast.lin) as actor, pytest.raises(Refused) as refusal:
        approvals.submit(matter=MATTER, about=bargain(cast.lin, 80_000), actor=actor, at=AT)
    assert refusal.value.code == "not_needed"
