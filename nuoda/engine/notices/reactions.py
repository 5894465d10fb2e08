"""What happens by itself: whoever a clause wants told of an event is told after the commit."""

from __future__ import annotations

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions.deferring import defer_fan
from .actions.fanning import concerns


@on("*")
def tell(entry: Entry, context: Context) -> None:
    """Defer the fan-out of what this action recorded, if a clause wants anybody told. Imports and the demo tell
    nobody here."""
    if entry.origin != "live":
        return
    if concerns(rulebook.book(context.actor), entry.type, entry.payload, entry.happened_at):
        defer_fan(entry)
