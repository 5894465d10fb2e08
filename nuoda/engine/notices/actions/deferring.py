"""Jobs that are committed with the change that asked for them.

One fan-out job per action at most (a NOTIFY in a transaction halves throughput): all entries of an action share case
and
moment, and the job handles them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from procrastinate.contrib.django import app

from nuoda.foundation.journal.models import Entry


@dataclass(frozen=True, slots=True)
class Deferred:
    """Mark on the running transaction: the job for this case and moment is in it.

    It lives in the transaction's list of things to do after commit, so that rolling back the savepoint in which the
    job was
    deferred takes the mark away together with the job.
    """

    company_id: UUID
    case_id: UUID | None
    at: datetime

    def __call__(self) -> None:
        return None


def defer_fan(entry: Entry, *, told: Sequence[dict[str, Any]] = ()) -> None:
    """Ask for the fan-out of an entry (and of whatever else this transaction records for its case), once.

    `told` are tellings that a caller adds to what the clauses say; they get a job of their own.
    """
    mark = Deferred(entry.company_id, entry.case_id, entry.recorded_at)
    if not told and entry.case_id is not None:
        if any(hook[1] == mark for hook in connection.run_on_commit):
            return
        transaction.on_commit(mark)
    app.configure_task("notices.fan", lock=f"notices:{entry.case_id or entry.id}", allow_unknown=True).defer(
        company=str(entry.company_id),
        case=str(entry.case_id) if entry.case_id else "",
        entry=str(entry.id),
        recorded_at=entry.recorded_at.isoformat(),
        told=list(told),
    )
