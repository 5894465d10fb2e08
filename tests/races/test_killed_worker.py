"""A worker is killed between the miss and the escalation: nothing is lost, nothing stands twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from nuoda.domain.service.models import Ticket
from nuoda.domain.service.tests.stage import Stage, local
from nuoda.engine.notices.models import Notice
from nuoda.foundation.journal.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORKER = """
import json
import sys
from datetime import datetime
from uuid import UUID

import django

django.setup()
from django.db import connection
from nuoda.engine.clocks.actions import sweeps
from nuoda.engine.notices import jobs
from nuoda.engine.notices.actions import notices

how, company, at = sys.argv[1], UUID(sys.argv[2]), datetime.fromisoformat(sys.argv[3])


def stop_here(word):
    print(word, flush=True)
    sys.stdin.read()  # until it is killed


if how == "between":
    sweeps.sweep(company, at=at)
    stop_here("missed")
if how == "within":
    tell = notices.fan_action

    def told(**more):
        tell(**more)
        stop_here("told")

    notices.fan_action = told
sweeps.sweep(company, at=at)
with connection.cursor() as cursor:
    cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'notices.fan' ORDER BY id")
    waiting = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
for args in waiting:
    jobs.fan(**args)
print("done", flush=True)
"""


@contextmanager
def worker(how: str, stage: Stage) -> Iterator[subprocess.Popen[str]]:
    """A process of its own on the test's database."""
    environment = os.environ | {"NUODA_DATABASE": connection.settings_dict["NAME"], "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", WORKER, how, str(stage.cast.company.pk), stage.now.isoformat()]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed(how: str, stage: Stage, word: str) -> None:
    """Run a worker until it says `word`, and kill it with -9."""
    with worker(how, stage) as process:
        assert process.stdout is not None and process.stderr is not None
        said = process.stdout.readline().strip()
        assert said == word, process.stderr.read()
        process.kill()
        assert process.wait(30) == -9


def misses(stage: Stage, ticket: Ticket) -> Counter[str]:
    with stage.acting(stage.cast.wang):
        rows = Entry.objects.filter(case_id=ticket.pk, type="deadline.missed")
        return Counter(str(row.payload["deadline"]) for row in rows)


def notices(stage: Stage) -> dict[tuple[str, str], list[str]]:
    """Ids of the notices about misses by (person, entry)."""
    with stage.acting(stage.cast.wang):
        found: dict[tuple[str, str], list[str]] = {}
        for row in Notice.objects.filter(template="deadline_missed").select_related("person"):
            found.setdefault((row.person.name, str(row.entry_id)), []).append(str(row.pk))
        return found


def test_killed_between_the_miss_and_the_escalation() -> None:
    stage = Stage.set(local(6, 17, 50))
    ticket = stage.report()
    stage.now += timedelta(hours=5)

    killed("between", stage, "missed")
    once = misses(stage, ticket)
    assert once and set(once.values()) == {1}
    assert notices(stage) == {}, "the miss stands, and nobody has been told yet"

    killed("within", stage, "told")
    assert notices(stage) == {}, "what was not committed was not told"

    with worker("whole", stage) as process:
        out, problems = process.communicate(timeout=120)
    assert out.strip() == "done", problems
    assert misses(stage, ticket) == once, "the second and third worker found nothing to miss"
    told = notices(stage)
    with stage.acting(stage.cast.wang):
        entry = Entry.objects.get(case_id=ticket.pk, type="deadline.missed", payload__ref="MN-3.2.1b/on_site")
    assert {("王强", str(entry.id)), ("周敏", str(entry.id))} <= set(told)
    assert {len(ids) for ids in told.values()} == {1}

    with worker("whole", stage) as process:
        out, problems = process.communicate(timeout=120)
    assert out.strip() == "done", problems
    assert notices(stage) == told, "told again with the same ids: nothing is new"
