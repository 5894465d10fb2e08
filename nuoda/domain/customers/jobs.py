"""Background jobs of customers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import close_old_connections
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .actions import imports


@app.task(name="customers.import", pass_context=False, retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def carry_on(run_id: str, actor: dict[str, Any]) -> None:
    """Take the rows of a large file; started again after a crash it goes on where the last chunk ended."""
    close_old_connections()
    person = imports.actor_from(actor)
    with translation.override(person.language):
        imports.carry_on(UUID(run_id), actor=person)
