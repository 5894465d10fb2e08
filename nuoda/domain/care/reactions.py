"""What happens by itself: the book plans a call after closing, and wants a dissatisfied customer contacted."""

from __future__ import annotations

from nuoda.domain.service.models import Ticket
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.rules import ConsequenceRule
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions import followups
from .models import FollowUp

PLAN, CONTACT = "follow_up.plan", "follow_up.contact"
"""Names of this room's effects: `do: follow_up.plan` in a consequence."""


@on("ticket.closed")
def plan_a_call(entry: Entry, context: Context) -> None:
    """LC-4.3.4a: where the book says so, the customer is called after closing. What was imported is past: nobody
    calls."""
    if entry.origin != "import" and _asks(entry, context, PLAN):
        ticket = Ticket.objects.select_related("dossier", "customer").get(pk=context.event.ticket)
        followups.plan(ticket, actor=context.actor, at=context.at, happened_at=entry.happened_at)


@on("follow_up.dissatisfied")
def ask_for_a_contact(entry: Entry, context: Context) -> None:
    """LC-5.3.3b: somebody speaks with the dissatisfied customer."""
    if _asks(entry, context, CONTACT):
        row = FollowUp.objects.select_related("dossier", "ticket").get(pk=context.event.follow_up)
        followups.ask_contact(row, actor=context.actor, at=context.at)


@on("ticket.reopened", "ticket.cancelled", "ticket.merged")
def drop_the_call(entry: Entry, context: Context) -> None:
    """A matter that goes on, or ended otherwise, is not followed up."""
    followups.cancel_of(context.event.ticket, reason=entry.type, actor=context.actor, at=context.at)


@on("ticket.handed_over", "ticket.customer_corrected")
def follow_the_ticket(entry: Entry, context: Context) -> None:
    """Follow-ups belong to the dealer and customer of their ticket."""
    followups.rehome(context.event.ticket)


@on("customer.merged")
def follow_the_customer(entry: Entry, context: Context) -> None:
    """The calls of a card that was a duplicate belong to the card that stays."""
    FollowUp.objects.filter(customer_id=context.event.merged).update(customer_id=context.event.customer)


def _asks(entry: Entry, context: Context, effect: str) -> bool:
    """Whether a consequence in force has the effect for this event."""
    book = rulebook.book(context.actor)
    for bound in book.consequences_for(entry.type, entry.happened_at):
        rule = bound.rule
        if isinstance(rule, ConsequenceRule) and rule.do == effect:
            try:
                if book.holds(bound, rule.when, entry.facts or {}):
                    return True
            except ConditionFailed as error:
                errors.note(
                    ClauseError.of(
                        entry.company_id, bound.ref, str(error), at=context.at, case_id=entry.case_id, entry_id=entry.id
                    )
                )
    return False
