"""A new version takes effect: the cases whose open deadlines it changes are folded then, and not when next touched."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped, system

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
    """Fold every case with an open deadline that the version changes; how many cases were looked at.

    Opens its own transactions, and may be repeated: the fold alone says what a deadline has become. A version whose adoption was
    taken back, or that has not yet taken effect, changes nothing.
    """
    done, last = 0, UUID(int=0)
    while True:
        actor = system(company_id)
        with scoped(actor) as now:
            moment = at or now
            revision = rulebook.book(actor).revision(version_id)
            if revision is None or revision.at > moment:
                return done
            rows = Deadline.objects.filter(company_id=company_id, ref__in=list(revision.turns), done_at=None)
            rows = rows.filter(state__in=("open", "paused"), case_id__gt=last).exclude(origin="import")
            ids = list(rows.order_by("case_id").values_list("case_id", flat=True).distinct()[:batch])
            if not ids:
                return done
            done += cases.reconcile(ids, actor=actor, at=moment)
            last = ids[-1]
