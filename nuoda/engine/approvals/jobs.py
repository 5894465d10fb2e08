"""Background jobs of approvals."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .actions import leaving


@app.task(name="approvals.pass_on", retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def pass_on(company: str, person: str, role: str = "") -> None:
    """Somebody left or lost a role: what waited for his decision passes to others."""
    close_old_connections()
    leaving.pass_on(UUID(company), UUID(person), role=role)
