"""Background jobs of the programming interface."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Company

from .actions import requests


@app.periodic(cron="53 3 * * *")
@app.task(queueing_lock="api.forget", name="api.forget")
def forget(timestamp: int) -> None:
    """Every night: forget idempotency keys and answers that are older than seven days."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        actor = system(company_id)
        with scoped(actor) as at:
            requests.forget(actor=actor, at=at)
