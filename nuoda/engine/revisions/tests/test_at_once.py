"""Two people at once, and what the worker does when a version takes effect."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from nuoda.engine.approvals.actions import decisions
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.models import Entry

from . import cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_adoptions_at_once_one_takes_the_place_of_the_version_that_both_were_written_against() -> None:
    own = cast.company()
    first = cast.submitted(own, cast.ready(own, "3 h"), own.wang)
    second = cast.submitted(own, cast.ready(own, "2 h"), own.wang)
    for approval in (first, second):
        with cast.as_(own.chen) as (actor, at):
            decisions.approve(approval_id=approval.pk, actor=actor, at=at)
    gate = threading.Barrier(2)
    refused: list[str] = []

    def decide(approval: Any) -> None:
        try:
            gate.wait()
            with cast.as_(own.shen) as (actor, at):
                decisions.approve(approval_id=approval.pk, actor=actor, at=at)
        except Refused as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(approval,)) for approval in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scoped(system(own.company.pk)):
        held = PolicyVersion.objects.filter(policy__name="manual", in_force_until=None, status="in_force")
        assert held.count() == 1 and len(refused) == 1, refused
        assert Entry.objects.filter(type="policy_version.adopted").count() == 1


def test_the_adoption_asks_for_the_job_that_turns_the_page_at_its_moment() -> None:
    own = cast.company()
    version = cast.adopted(own, cast.ready(own, transition="convert"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = 'clocks.turn'")
        [(args, scheduled_at)] = cursor.fetchall()
    assert (args if isinstance(args, dict) else json.loads(args))["version"] == str(version.pk)
    assert version.in_force_from is not None and abs(scheduled_at - version.in_force_from) < timedelta(seconds=1)
