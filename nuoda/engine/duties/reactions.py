"""What happens by itself: events do duties, and a miss begins its ladder."""

from __future__ import annotations

from uuid import UUID

from nuoda.engine.notices.actions.notices import tell
from nuoda.engine.rulebook import queries as rulebook
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions import handing, ladders, proving


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


@on("person.deactivated", "role.revoked")
def let_the_role_owe_it(entry: Entry, context: Context) -> None:
    """What somebody still owed in person who has left, or holds the role no more, is owed by the role."""
    handing.defer(entry.company_id, UUID(str(entry.payload["person"])))


@on("deadline.handed_over", "duty.handed_over")
def tell_who_took_it_over(entry: Entry, context: Context) -> None:
    """Whoever owes it now hears of it."""
    taker = UUID(str(entry.payload["taker"]))
    if taker != context.actor.person_id:
        tell(entry, template=entry.type.replace(".", "_"), persons=[taker])
