"""Background jobs of the duties."""

from __future__ import annotations

import logging

from django.db import close_old_connections
from procrastinate.contrib.django import app

from nuoda.engine.clocks.actions.sweeps import is_held
from nuoda.foundation.orgs.models import Company

from .actions import sweeps

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
