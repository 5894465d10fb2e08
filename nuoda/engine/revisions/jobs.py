"""Background jobs of revisions."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Company

from .actions import readings


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="revisions.remind", name="revisions.remind")
def remind(timestamp: int) -> None:
    """Every hour: remind those who have not yet confirmed what changed for them, when the book says so."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        with scoped(system(company_id)) as at:
            readings.remind_due(actor=system(company_id), at=at)
