"""Background jobs of the moves: thin, idempotent."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import now, scoped, system
from nuoda.foundation.orgs.models import Company

from .actions import refusals


@app.periodic(cron="53 3 * * *")
@app.task(queueing_lock="states.forget", name="states.forget")
def forget(timestamp: int) -> None:
    """Every night: delete refusals that were kept long enough."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        with scoped(system(company_id)):
            refusals.forget(company_id, at=now())
