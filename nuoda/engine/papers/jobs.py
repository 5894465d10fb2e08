"""Background jobs of papers: thin, idempotent."""

from __future__ import annotations

from uuid import UUID

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.foundation.base.access import scoped, system

from . import queries
from .actions import prints


@app.task(name="papers.print", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def print_paper(company: str, paper: str) -> None:
    """Print a paper with many photos ahead of the first reader; a second run finds it printed."""
    close_old_connections()
    actor = system(UUID(company))
    with scoped(actor):
        prints.pdf(queries.paper(actor, UUID(paper)), actor=actor)
