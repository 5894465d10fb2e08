"""Periodic jobs of the installation itself: what no room owns."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)

SILENT = 60.0  # seconds without heartbeat after which a worker counts as dead (it writes one every 10)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="upkeep.requeue", name="upkeep.requeue", pass_context=False)
async def requeue(timestamp: int) -> None:
    """Give the jobs of dead workers back to the queue: procrastinate does not do so by itself. Jobs are idempotent."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT)
    for job in stalled:
        await app.job_manager.retry_job(job)
        log.warning("Job %s (%s) of a dead worker was given back", job.id, job.task_name)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="upkeep.tidy", name="upkeep.tidy")
async def tidy(timestamp: int) -> None:
    """Forget finished jobs after three days, failed ones after sixty."""
    await app.job_manager.delete_old_jobs(nb_hours=72)
    await app.job_manager.delete_old_jobs(nb_hours=60 * 24, include_failed=True)
