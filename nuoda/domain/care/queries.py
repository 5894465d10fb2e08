"""Reads of follow-ups; every public one takes `actor`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nuoda.domain.service.models import Ticket
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Stale

from .models import FollowUp

_WITH = ("dossier", "ticket__dossier", "ticket__customer", "ticket__contact", "ticket__product__model", "caller")


def follow_ups(actor: Actor) -> QuerySet[FollowUp]:
    """All that the actor may read, with what lists show."""
    return FollowUp.visible_to(actor).select_related(*_WITH)


def due(actor: Actor, at: datetime) -> QuerySet[FollowUp]:
    """Calls that are due now, the oldest first."""
    return follow_ups(actor).filter(state="planned", due_at__lte=at).order_by("due_at")


def dissatisfied(actor: Actor) -> QuerySet[FollowUp]:
    """Dissatisfied customers with whom nobody has spoken yet, the longest waiting first."""
    owed = follow_ups(actor).filter(contact_asked_at__isnull=False, contacted_at=None)
    return owed.order_by("contact_asked_at")


def of_ticket(actor: Actor, ticket_id: UUID) -> QuerySet[FollowUp]:
    return follow_ups(actor).filter(ticket_id=ticket_id).order_by("-planned_at")


def follow_up(actor: Actor, *, number: str | None = None, id: UUID | None = None) -> FollowUp:  # noqa: A002
    """One follow-up by number or id; raises NotYours when the actor may not know of it."""
    rows = follow_ups(actor)
    found = (rows.filter(dossier__number=number) if number is not None else rows.filter(pk=id)).first()
    if found is None:
        raise NotYours
    return found


def hold(
    actor: Actor,
    *,
    number: str | None = None,
    id: UUID | None = None,  # noqa: A002
    version: int | None = None,
) -> FollowUp:
    """The follow-up, locked after its ticket; raises Stale when `version` (what the form was made from) has passed."""
    rows = FollowUp.visible_to(actor)
    rows = rows.filter(dossier__number=number) if number is not None else rows.filter(pk=id)
    # The one order of locks in a case: whoever opens the ticket again holds it before he comes to its planned calls.
    ticket = Ticket.objects.filter(pk__in=rows.values("ticket_id")).select_for_update(no_key=True)
    ticket.values_list("pk").first()
    row = rows.select_related(*_WITH).select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotYours
    if version is not None and row.version != version:
        raise Stale(_("Somebody else changed this a moment ago. Load the page again and decide anew."))
    return row


@dataclass(frozen=True, slots=True)
class Policy:
    """What the book in force says about follow-ups (LC-4.3.4a, LC-5.3.3b)."""

    after: Duration
    retry: Duration
    attempts: int
    script: tuple[Mapping[str, str], ...]
    dissatisfied_score: int


def policy(actor: Actor, at: datetime) -> Policy:
    """The numbers and questions in force at a moment; raises NotInForce when no clause gives them."""
    book = rulebook.book(actor)
    found = Policy(
        after=book.definition("follow_up_after", at),  # type: ignore[arg-type]
        retry=book.definition("follow_up_retry", at),  # type: ignore[arg-type]
        attempts=book.definition("follow_up_attempts", at),  # type: ignore[arg-type]
        script=book.definition("follow_up_script", at),  # type: ignore[arg-type]
        dissatisfied_score=book.definition("dissatisfied_score", at),  # type: ignore[arg-type]
    )
    return found


def call_from(actor: Actor, dealer_id: UUID | None, start: datetime, wait: Duration) -> datetime:
    """The first working moment after `wait`, by the calendar of the organisation that is responsible."""
    calendar = clocks.calendar_of(actor, dealer_id=dealer_id, at=start)
    return calendar.next_working(calendar.add(start, wait))
