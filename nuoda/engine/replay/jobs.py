"""Background jobs of replays and shadow runs: thin, and they may run twice."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.foundation.orgs.models import Company

from .actions import replays, shadows


@app.task(name="replay.run", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def run(company: str, replay: str) -> None:
    """Carry out a replay, or what a stopped worker left of it."""
    close_old_connections()
    replays.carry_out(UUID(company), UUID(replay))


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="replay.shadows", name="replay.shadows")
def shadow(timestamp: int) -> None:
    """Every two minutes: take in what was recorded since, in every shadow run."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        shadows.sweep(company_id)
