"""Background jobs of the clocks."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import now
from nuoda.foundation.orgs.models import Company

from .actions import calendars, sweeps, turning


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="clocks.sweep", name="clocks.sweep")
def sweep(timestamp: int) -> None:
    """Every ten seconds: warn about and miss what is due, in every company."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        if not sweeps.is_held(company_id):
            sweeps.sweep(company_id)


@app.task(name="clocks.turn", retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def turn(company: str, version: str) -> None:
    """When a version takes effect: bring the open deadlines that it changes under it."""
    close_old_connections()
    turning.turn(UUID(company), UUID(version))


@app.periodic(cron="23 4 * * *")
@app.task(queueing_lock="clocks.look_ahead", name="clocks.look_ahead")
def look_ahead(timestamp: int) -> None:
    """Every night: warn months ahead when next year's official days are not known."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        calendars.look_ahead(company_id, at=now())
