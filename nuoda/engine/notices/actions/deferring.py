"""Jobs that are committed with the change that asked for them.

One fan-out job per action at most (a NOTIFY in a transaction halves throughput): all entries of an action share case and moment, and the
job handles them together, with whatever a caller adds to what the clauses say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from procrastinate.contrib.django import app

from nuoda.foundation.journal.models import Entry


@dataclass(frozen=True, slots=True)
class Deferred:
    """Mark on the running transaction: the job for this case (or entry without case) and moment is in it, and tells what clauses say
    (`fan`) or at least what callers add.

    It lives in the transaction's list of things to do after commit, so that rolling back the savepoint in which the job was deferred or
    widened takes the mark away together with the change of the job.
    """

    company_id: UUID
    place: UUID
    at: datetime
    job: int = 0
    fan: bool = False

    def __call__(self) -> None:
        return None

    def same(self, other: Deferred) -> bool:
        return (self.company_id, self.place, self.at) == (other.company_id, other.place, other.at)


def defer_fan(entry: Entry, *, told: Sequence[dict[str, Any]] = ()) -> None:
    """Ask for the fan-out of an entry (and of whatever else this transaction records for its case), once.

    `told` are tellings that a caller adds to what the clauses say; when the action has its job already, they join it.
    """
    mark = Deferred(entry.company_id, entry.case_id or entry.id, entry.recorded_at, fan=not told)
    marks = [hook[1] for hook in connection.run_on_commit if isinstance(hook[1], Deferred) and mark.same(hook[1])]
    if mark.fan and any(known.fan for known in marks):
        return
    added: list[Any] = [{**item, "entry": str(entry.id)} for item in told]
    if marks:
        job = marks[0].job
        with connection.cursor() as cursor:
            # No NOTIFY: the worker reads the arguments when it takes the job, which is after the commit.
            cursor.execute(
                """UPDATE procrastinate_jobs SET args = args || jsonb_build_object(
                'told', (args->'told') || %s::jsonb, 'fan', (args->>'fan')::boolean OR %s) WHERE id = %s""",
                [json.dumps(added), mark.fan, job],
            )
    else:
        job = app.configure_task("notices.fan", lock=f"notices:{mark.place}", allow_unknown=True).defer(
            company=str(entry.company_id),
            case=str(entry.case_id) if entry.case_id else "",
            entry=str(entry.id),
            recorded_at=entry.recorded_at.isoformat(),
            told=added,
            fan=mark.fan,
        )
    transaction.on_commit(replace(mark, job=job))
