"""Who is told what, because a clause says so; and that what was rolled back tells nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from nuoda.engine.notices import jobs, queries
from nuoda.engine.notices.actions import fanning, notices, preferences, sending
from nuoda.engine.notices.models import Delivery, Notice
from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.actions.entries import record
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Delegation, Person

from .cast import AT, RULES, Cast, Ignored, book_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    book = book_of(RULES)
    monkeypatch.setattr(rulebook, "book", lambda who: book)
    # The test's own transaction lives on the connection that a worker would drop between jobs.
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    return Cast()


def waiting() -> list[dict[str, Any]]:
    """Arguments of the fan-out jobs that are in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'notices.fan' ORDER BY id")
        rows = [row[0] for row in cursor.fetchall()]
    import json

    return [json.loads(row) if isinstance(row, str) else row for row in rows]


def run_jobs() -> None:
    for args in waiting():
        jobs.fan(**args)


def told() -> set[tuple[str, str]]:
    return set(Notice.objects.values_list("person__name", "template"))


def test_the_dealers_manager_the_technician_and_the_customer_are_told(cast: Cast) -> None:
    with scoped(cast.system):
        entry = cast.happen(technician=cast.technician.id)
        assert Notice.objects.count() == 0, "nobody is told inside the transaction"
        notices.fan_action(case_id=entry.case_id, entry_id=entry.id, recorded_at=AT, told=(), actor=cast.system, at=AT)
        assert told() == {("陈店长", "ticket_urgent"), ("李工", "work_order_dispatched"), ("赵先生", "ticket_promised")}
        notices.fan_action(case_id=entry.case_id, entry_id=entry.id, recorded_at=AT, told=(), actor=cast.system, at=AT)
        assert Notice.objects.count() == 3, "fanning out twice changes nothing"
        assert "赵" not in str(list(Notice.objects.values_list("params", flat=True)))


def test_a_case_without_dealer_goes_to_the_company(cast: Cast) -> None:
    with scoped(cast.system):
        entry = cast.happen(cast.open("直营"), technician=cast.technician.id)
        notices.fan_action(case_id=entry.case_id, entry_id=entry.id, recorded_at=AT, told=(), actor=cast.system, at=AT)
        assert ("王经理", "ticket_urgent") in told()
        assert ("陈店长", "ticket_urgent") not in told()


def test_one_job_per_action_and_none_for_what_nobody_is_told(cast: Cast) -> None:
    with scoped(cast.system):
        record(Ignored(), dossier=cast.case, actor=cast.system, at=AT)
        assert waiting() == []
        cast.happen()
        cast.happen()
        record(Ignored(), dossier=cast.case, actor=cast.system, at=AT)
        assert len(waiting()) == 1
        cast.happen(at=AT + timedelta(seconds=1))
        cast.happen(cast.open("另一件"))
        assert len(waiting()) == 3
        entries = Entry.objects.filter(case_id=cast.case.case_id, recorded_at=AT, type="notices_test.happened")
        assert entries.count() == 2


def test_what_a_caller_adds_joins_the_job_of_the_action(cast: Cast) -> None:
    """Whichever comes first, one job: clauses and callers together; what a savepoint rolls back leaves the job."""
    someone = cast.person("另一位", "agent")
    for first in ("clauses", "caller"):
        at = AT + timedelta(minutes=1 if first == "clauses" else 2)
        with scoped(cast.system):
            before = len(waiting())
            if first == "clauses":
                cast.happen(at=at)
            entry = record(Ignored(), dossier=cast.case, actor=cast.system, at=at)
            notices.tell(entry, template="general", persons=[someone.pk])
            with pytest.raises(RuntimeError), transaction.atomic():
                notices.tell(entry, template="general", persons=[cast.dealer_manager.pk])
                raise RuntimeError
            cast.happen(at=at)
            assert len(waiting()) == before + 1
            job = waiting()[-1]
            assert job["fan"] is True
            assert [item["persons"] for item in job["told"]] == [[str(someone.pk)]]
            notices.fan_action(
                case_id=entry.case_id, entry_id=entry.id, recorded_at=at, told=job["told"], fan=job["fan"],
                actor=cast.system, at=at,
            )  # fmt: skip
            assert {"陈店长", "另一位"} <= {name for name, _template in told()}
            Notice.objects.all().delete()


def test_what_a_caller_tells_alone_fans_nothing_else(cast: Cast) -> None:
    with scoped(cast.system):
        entry = record(Ignored(), dossier=cast.case, actor=cast.system, at=AT)
        notices.tell(entry, template="general", persons=[cast.dealer_manager.pk])
        (job,) = waiting()
        assert job["fan"] is False


def test_what_is_rolled_back_tells_nobody_and_what_comes_after_it_does(cast: Cast) -> None:
    with scoped(cast.system):
        with pytest.raises(RuntimeError), transaction.atomic():
            cast.happen()
            assert len(waiting()) == 1
            raise RuntimeError
        assert waiting() == []
        cast.happen()
        assert len(waiting()) == 1, "the mark went with the savepoint, so the second attempt has a job of its own"


def test_imports_and_the_demo_have_no_outward_effect(cast: Cast) -> None:
    with scoped(cast.system):
        cast.happen(actor=cast.system.as_origin("import"), technician=cast.technician.id)
        past = cast.happen(actor=cast.system.as_origin("demo"), technician=cast.technician.id)
        assert waiting() == []
        made = notices.catch_up(actor=cast.system, since=AT, until=AT + timedelta(seconds=1))
        assert made == 3, "the demo's people find their notices in the product, imports make none"
        assert set(Notice.objects.values_list("entry_id", flat=True)) == {past.id}
        assert Delivery.objects.count() == 0
    cast.company.is_demo = True
    cast.company.save()
    with scoped(cast.system):
        cast.happen(at=AT + timedelta(seconds=2))
        run_jobs()
        assert Notice.objects.filter(origin="live").exists()
        assert Delivery.objects.count() == 0


def test_a_delegate_is_told_for_whom(cast: Cast) -> None:
    deputy = cast.person("副店长", "agent", dealer=cast.dealer)
    Delegation.objects.create(
        company_id=cast.company.id, giver=cast.dealer_manager, taker=deputy,
        starts_at=AT - timedelta(days=1), ends_at=AT + timedelta(days=1),
    )  # fmt: skip
    with scoped(cast.system):
        entry = cast.happen()
        notices.fan_action(case_id=entry.case_id, entry_id=entry.id, recorded_at=AT, told=(), actor=cast.system, at=AT)
        row = Notice.objects.get(person=deputy)
        assert row.params["for"] == str(cast.dealer_manager.id)
        assert Notice.objects.filter(person=cast.dealer_manager).exists()


def test_what_is_owed_by_somebody_who_has_left_is_told_to_his_role(cast: Cast) -> None:
    with scoped(cast.system):
        colleague = cast.person("周店长", "service_manager", dealer=cast.dealer)
        entry = cast.happen()
        entry.payload = {"owner_person": str(cast.dealer_manager.pk), "owner_role": "service_manager"}
        found = fanning.persons(("owner",), entry, actor=cast.system, at=AT)
        assert list(found) == [cast.dealer_manager.pk]
        Person.objects.filter(pk=cast.dealer_manager.pk).update(active=False)
        found = fanning.persons(("owner",), entry, actor=cast.system, at=AT)
        assert list(found) == [colleague.pk]


def test_what_is_owed_by_a_role_that_somebody_lost_is_told_to_those_who_hold_it(cast: Cast) -> None:
    with scoped(cast.system):
        entry = cast.happen()
        entry.payload = {"owner_person": str(cast.technician.pk), "owner_role": "service_manager"}
        found = fanning.persons(("owner",), entry, actor=cast.system, at=AT)
        assert list(found) == [cast.dealer_manager.pk]


def test_who_did_it_is_not_told_of_his_own_deed(cast: Cast) -> None:
    doer = cast.actor(cast.dealer_manager, "service_manager", "dealer")
    with scoped(cast.system):
        entry = cast.happen(actor=replace(doer, reach="system"))
        notices.fan_action(case_id=entry.case_id, entry_id=entry.id, recorded_at=AT, told=(), actor=cast.system, at=AT)
        assert ("陈店长", "ticket_urgent") not in told()


def test_words_are_made_when_shown_in_each_language(cast: Cast) -> None:
    with scoped(cast.system):
        cast.happen(promised_at=AT)
        run_jobs()
        row = Notice.objects.get(person=cast.contact)
        shown = queries.shown(cast.system, [row], language="zh-hans")[0]
        assert shown.subject == f"我们将在 2026-11-21 周六 14:05 前回复您：{cast.case.number}"
        assert "Sat 14:05" in queries.shown(cast.system, [row], language="en")[0].subject
        assert "主轴异响" in shown.body


def test_everybody_reads_his_own_notices_only(cast: Cast) -> None:
    with scoped(cast.system):
        cast.happen(technician=cast.technician.id)
        run_jobs()
        foreign = Notice.objects.get(person=cast.contact)
    me = cast.actor(cast.technician, "technician", "technician")
    with scoped(me):
        assert [row.template for row in queries.notices(me)] == ["work_order_dispatched"]
        count, mark = queries.bell(me)
        assert count == 1
        with pytest.raises(NotYours):
            queries.notice(me, foreign.pk)
        assert notices.read(actor=me, at=AT, ids=[foreign.pk]) == 0
        assert Notice.objects.count() == 1, "the second wall shows no others either"
        assert Delivery.objects.count() == 0
        assert notices.read(actor=me, at=AT) == 1
        assert queries.bell(me) != (count, mark)


def test_preferences_decide_ways(cast: Cast) -> None:
    me = cast.actor(cast.dealer_manager, "service_manager", "dealer")
    with scoped(me):
        preferences.set_topics({("ticket", "inapp"): False, ("ticket", "mail"): True}, actor=me, at=AT)
    with scoped(cast.system):
        cast.happen()
        run_jobs()
        assert Delivery.objects.get(person=cast.dealer_manager).state == "sent"
    with scoped(me):
        assert queries.notices(me) == []
        assert [row["mail"] for row in queries.preferences(me) if row["topic"] == "ticket"] == [True]
    assert [len(message.to) for message in mail.outbox] == [1]
    assert cast.case.number in mail.outbox[0].body
    assert mail.outbox[0].extra_headers["X-Nuoda-Id"]


def test_a_digest_collects_the_days_mail(cast: Cast) -> None:
    me = cast.actor(cast.contact, "customer_contact", "customer")
    with scoped(me):
        preferences.set_topics({("ticket", "mail"): True}, actor=me, at=AT)
        preferences.set_hours(quiet_from=None, quiet_until=None, digest_at=time(8), urgent_anyway=True, actor=me, at=AT)
    with scoped(cast.system):
        for number in range(3):
            cast.happen(at=AT + timedelta(seconds=number))
        run_jobs()
        rows = Delivery.objects.filter(person=cast.contact)
        assert rows.count() == 3
        assert {row.state for row in rows} == {"waiting"}
        assert all(row.digest and row.next_at > row.created_at for row in rows)
        rows.update(next_at=AT)
    sending.send_due(cast.company.id)
    mine = [message for message in mail.outbox if message.to == [cast.contact.email]]
    assert len(mine) == 1, "three notices, one mail"
    assert mine[0].subject.startswith("3 ")
    assert mine[0].body.count(cast.case.number) >= 3
    with scoped(cast.system):
        assert {row.state for row in Delivery.objects.filter(person=cast.contact)} == {"sent"}


def test_mail_trouble_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    me = cast.actor(cast.contact, "customer_contact", "customer")
    with scoped(me):
        preferences.set_topics({("ticket", "mail"): True}, actor=me, at=AT)

    def broken(*rest: object, **more: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch, scoped(cast.system):
        patch.setattr(sending.EmailMessage, "send", broken)
        cast.happen()
        run_jobs()
        row = Delivery.objects.get(person=cast.contact)
        assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "mail_ConnectionRefusedError")
        Delivery.objects.update(next_at=AT)
    sending.send_due(cast.company.id)
    assert [message.to for message in mail.outbox] == [[cast.contact.email]]


def test_a_technicians_deed_tells_others_although_he_may_not_see_their_notices(cast: Cast) -> None:
    with scoped(cast.system):
        dossiers.share(cast.case, person_id=cast.technician.id, at=AT)
    me = cast.actor(cast.technician, "technician", "technician")
    with scoped(me):
        cast.happen(actor=me)
        assert len(waiting()) == 1
    run_jobs()
    with scoped(cast.system):
        assert ("陈店长", "ticket_urgent") in told()
    with scoped(me):
        assert Notice.objects.count() == 0


def test_the_one_who_had_the_job_is_told_though_the_event_names_nobody(cast: Cast) -> None:
    with scoped(cast.system):
        cast.happen(technician=cast.technician.id)
        later = cast.happen(at=AT + timedelta(minutes=5))
        notices.fan_action(
            case_id=later.case_id, entry_id=later.id, recorded_at=later.recorded_at, told=(), actor=cast.system, at=AT
        )
        assert told() >= {("李工", "work_order_dispatched")}
