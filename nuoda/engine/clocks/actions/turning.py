"""A new version takes effect: the cases whose deadlines it changes are folded then, and not when next touched."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry

from ..models import Deadline
from . import cases

BATCH = 100
"""Cases per transaction: they are locked meanwhile, and a crash repeats no more than these."""


def defer(company_id: UUID, version_id: UUID, since: datetime) -> None:
    """Have the open deadlines looked at when the version takes effect; committed with the adoption or not at all."""
    app.configure_task("clocks.turn", schedule_at=since, allow_unknown=True).defer(
        company=str(company_id), version=str(version_id)
    )


def turn(company_id: UUID, version_id: UUID, *, at: datetime | None = None, batch: int = BATCH) -> int:
    """Fold every case with an open deadline that the version changes, and every case in which something happened since it took
    effect; how many cases were looked at.

    Opens its own transactions, and may be repeated: the fold alone says what a deadline has become. A version whose adoption was
    taken back, or that has not yet taken effect, changes nothing.
    """
    done, last = 0, UUID(int=0)
    while True:
        actor = system(company_id)
        with scoped(actor) as now:
            moment = at or now
            ids = _cases(company_id, version_id, moment, last, batch)
            if not ids:
                return done
            done += cases.reconcile(ids, actor=actor, at=moment)
            last = ids[-1]


def _cases(company_id: UUID, version_id: UUID, moment: datetime, last: UUID, batch: int) -> list[UUID]:
    """The next cases behind `last`."""
    book = rulebook.book(system(company_id))
    tenure = next((found for found in book.tenures if found.version_id == version_id), None)
    if tenure is None or tenure.since > moment:
        return []
    # Between the moment from which it holds and the end of the transaction that adopted it, others still judged by the version before.
    told = Entry.objects.filter(company_id=company_id, recorded_at__gte=tenure.since, recorded_at__lte=moment)
    found = told.exclude(origin="import").filter(case_id__gt=last).order_by("case_id").values_list("case_id", flat=True)
    ids = {case_id for case_id in found.distinct()[:batch] if case_id is not None}
    revision = book.revision(version_id)
    if revision is not None:
        rows = Deadline.objects.filter(
            company_id=company_id, ref__in=list(revision.turns), done_at=None, case_id__gt=last
        )
        rows = rows.filter(state__in=("open", "paused")).exclude(origin="import")
        ids.update(rows.order_by("case_id").values_list("case_id", flat=True).distinct()[:batch])
    return sorted(ids)[:batch]
