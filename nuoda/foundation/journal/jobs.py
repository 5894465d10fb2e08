"""Background jobs of the journal: anchors over the chains, and partitions for the months ahead."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import OperationalError, close_old_connections
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system

from .actions import chains

log = logging.getLogger(__name__)

_EVERY_COMPANY = system(UUID(int=0))
"""The wide role sees every company's heads, and an anchor is one seal over all of them."""


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="journal.anchor", name="journal.anchor")
def anchor(timestamp: int) -> None:
    """Every hour: seal the heads of all chains that moved."""
    close_old_connections()
    with scoped(_EVERY_COMPANY) as at:
        chains.anchor(at=at)


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="journal.partitions", name="journal.partitions")
def partitions(timestamp: int) -> None:
    """Every hour (a laptop may sleep at night): see that the journal has its partitions for three months ahead."""
    close_old_connections()
    try:
        with scoped(_EVERY_COMPANY) as at:
            made = chains.keep_partitions(at=at)
    except OperationalError as problem:
        # Somebody writes; the next hour will do, there are months left.
        log.warning("Partitions could not be made this hour: %s", problem)
        return
    if made:
        log.info("%d partitions of the journal made", made)
