"""Background jobs of the reports: thin, idempotent."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.models import Company

from .actions import bundles, findings

LOOK_BACK = timedelta(days=45)
"""How far back the nightly look goes: what was learned late (phones that were offline, calls that were never made) is older
than a day."""


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="reports.integrity", name="reports.integrity")
def integrity(timestamp: int) -> None:
    """Every night: look for clocks that were kept on paper only."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        actor = system(company_id)
        with scoped(actor) as at:
            try:
                findings.examine(since=at - LOOK_BACK, until=at, actor=actor, at=at)
            except Refused:
                continue  # its regulations name no thresholds


@app.task(name="reports.bundle", retry=RetryStrategy(max_attempts=3, exponential_wait=5))
def bundle(company: str, dossier: str) -> None:
    """Make a file that somebody asked for; a second run finds it made."""
    close_old_connections()
    bundles.make(UUID(dossier), company_id=UUID(company))
