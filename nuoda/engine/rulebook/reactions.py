"""What the rulebook does by itself: a company begins with the shipped regulations in force."""

from __future__ import annotations

from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions import packs


@on("company.created")
def begin_with_the_shipped_regulations(entry: Entry, context: Context) -> None:
    """Keep the shipped packs as published versions and put them into force; later versions wait for an adoption."""
    packs.load(actor=context.actor, at=context.at)
    packs.adopt_all(actor=context.actor, at=context.at)
