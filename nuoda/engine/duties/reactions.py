"""What happens by itself: events do duties, and a miss begins its ladder."""

from __future__ import annotations

from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions import ladders, proving


@on("*")
def do_duties(entry: Entry, context: Context) -> None:
    """Let an event count for the duties it meets; costs nothing where no cadence names it."""
    if entry.origin == "import":
        return
    found = rulebook.book(context.actor).cadences_met_by(entry.type)
    if found:
        with scoped(system(entry.company_id, book_revision=context.actor.book_revision)) as _now:
            proving.take(entry, found, actor=context.actor, at=context.at)


@on("deadline.missed")
@on("duty.missed")
def begin_the_ladder(entry: Entry, context: Context) -> None:
    """A miss whose clause has a ladder begins to climb it."""
    ladders.begin(entry, actor=context.actor)
