"""Background jobs of the duties."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.engine.clocks.actions.sweeps import is_held
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Company

from .actions import handing, sweeps

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="duties.sweep", name="duties.sweep")
def sweep(timestamp: int) -> None:
    """Every minute: open, warn about, miss and escalate what is due, in every company."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        try:
            if not is_held(company_id):
                sweeps.sweep(company_id)
        except Exception:
            # One company's trouble is not another's.
            log.exception("The duties of company %s could not be swept", company_id)


@app.task(name="duties.pass_on", retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def pass_on(company: str, person: str) -> None:
    """Somebody left or lost a role: what he owed in person is owed by the role."""
    close_old_connections()
    handing.pass_on(UUID(company), UUID(person))


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="duties.look_after", name="duties.look_after")
def look_after(timestamp: int) -> None:
    """Every hour: nothing stays with somebody who is not there any more, however it came to be his."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        with scoped(system(company_id)):
            people = handing.left_behind(company_id)
        for person_id in people:
            handing.pass_on(company_id, person_id)
