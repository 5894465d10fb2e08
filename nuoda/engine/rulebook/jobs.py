"""Background jobs of the rulebook."""

from __future__ import annotations

import logging

from django.db import close_old_connections
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.models import Company

from .actions import packs

log = logging.getLogger("nuoda.rulebook")


@app.periodic(cron="11 * * * *")
@app.task(queueing_lock="rulebook.shelve", name="rulebook.shelve")
def shelve(timestamp: int) -> None:
    """Every hour: keep versions that an upgrade of the program brought, as published ones. None is adopted."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        actor = system(company_id)
        try:
            with scoped(actor) as at:
                packs.load(actor=actor, at=at)
        except Refused as refusal:
            log.error("Shipped regulations were not kept: %s", refusal)
