"""Background jobs of the notices: thin, they call actions, and may run twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.orgs.models import Company

from .actions import notices, sending


@app.task(name="notices.fan", retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def fan(
    company: str,
    case: str,
    entry: str,
    recorded_at: str,
    told: list[dict[str, Any]] | None = None,
    fan: bool = True,
) -> None:
    """Tell whom the clauses want told of what one action recorded, and send what may go out at once."""
    close_old_connections()
    actor = system(UUID(company))
    with scoped(actor) as at:
        new = notices.fan_action(
            case_id=UUID(case) if case else None,
            entry_id=UUID(entry),
            recorded_at=datetime.fromisoformat(recorded_at),
            told=told or [],
            fan=fan,
            actor=actor,
            at=at,
        )
    if new:
        sending.send_due(UUID(company), limit=20)


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="notices.send", name="notices.send")
def send(timestamp: int) -> None:
    """Every fifteen seconds: what waits for its time, for its turn or for another attempt."""
    close_old_connections()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        sending.send_due(company_id)
