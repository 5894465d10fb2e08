"""What happens by itself: those who are asked are told, and the submitter of what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.engine.notices.actions.notices import tell
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from . import queries
from .actions import leaving
from .models import Approval, Seat


@on("approval.step_opened", "approval.reminded")
def tell_those_who_are_asked(entry: Entry, context: Context) -> None:
    """Everybody whose decision is still missing, and who stands in for them."""
    people = asked(UUID(entry.payload["step"]), context.at)
    tell(entry, template="approval_asked", persons=people)


@on("approval.transferred")
def tell_the_new_one(entry: Entry, context: Context) -> None:
    tell(entry, template="approval_asked", persons=[UUID(entry.payload["to_person"])])


@on("person.deactivated", "role.revoked")
def let_others_decide(entry: Entry, context: Context) -> None:
    """What waited for somebody who has left, or holds the role no more, waits for others."""
    leaving.defer(entry.company_id, UUID(str(entry.payload["person"])), str(entry.payload.get("role", "")))


@on("approval.copied")
def tell_the_reader(entry: Entry, context: Context) -> None:
    tell(entry, template="general", persons=[UUID(entry.payload["person"])])


@on("approval.decided", "approval.sent_back")
def tell_the_submitter(entry: Entry, context: Context) -> None:
    submitter = Approval.objects.values_list("submitter_id", flat=True).get(pk=entry.payload["approval"])
    if submitter != context.actor.person_id:
        tell(entry, template="approval_decided", persons=[submitter])


def asked(step: UUID, at: datetime) -> list[UUID]:
    """The people of a step who have not said yes, with those who stand in for them now."""
    people = list(Seat.objects.filter(step_id=step, approved_at=None).values_list("person_id", flat=True))
    return list(dict.fromkeys([*people, *queries.stand_in_ids(people, at)]))
