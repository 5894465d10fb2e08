"""Background jobs of the measures."""

from __future__ import annotations

import logging

from django.db import close_old_connections
from procrastinate.contrib.django import app

from nuoda.engine.clocks.actions import sweeps
from nuoda.foundation.base.access import now
from nuoda.foundation.orgs.models import Company

from .actions import closings

log = logging.getLogger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="measures.close", name="measures.close")
def close(timestamp: int) -> None:
    """Every ten minutes: close the periods of indicators that have ended and settled, in every company."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        try:
            if not sweeps.is_held(company_id):
                closings.close_due(company_id, at=now())
        except Exception:
            # One company's trouble is not another's.
            log.exception("The indicators of company %s could not be closed", company_id)
