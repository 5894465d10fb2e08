"""Working a ticket: from the first answer to the closing, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from nuoda.domain.customers.models import Customer
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.refusals import Invalid, Refused
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Dealer, Person

from .. import access, events, facts
from ..models import Ticket
from ..models.tickets import PAUSE_REASONS, SEVERITIES, SEVERITY_RANKS
from ..states import TICKET
from . import homes


def answer(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    apologised: bool = False,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
) -> None:
    """A person answers the customer for the first time. Emits ticket.answered (MN-3.2.1a, LC-4.1.2a)."""
    access.require(actor, "answer", ticket)
    when = happened_at or at
    change(
        ticket,
        "answer",
        events.TicketAnswered(ticket=ticket.pk, channel=ticket.channel),
        actor=actor,
        at=at,
        happened_at=when,
        remark=remark,
        source=source,
        answered_at=when,
        keeper_id=ticket.keeper_id or actor.person_id,
        apologised=ticket.apologised or apologised,
    )


def promise(
    ticket: Ticket, *, due_at: datetime, actor: Actor, at: datetime, remark: str = "", source: str = ""
) -> None:
    """Promise the customer an answer by a moment. Emits ticket.promised (DL-3.1c); a later promise replaces it."""
    access.require(actor, "promise", ticket)
    if due_at <= at:
        raise Invalid(_("A promise lies in the future."), fields={"due_at": _("Choose a later time.")})
    change(
        ticket,
        "promise",
        events.TicketPromised(ticket=ticket.pk, due_at=due_at),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        promised_at=due_at,
    )


def hand_over(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    to_person: Person | None = None,
    to_dealer: Dealer | None = None,
    reason: str = "",
    remark: str = "",
    source: str = "",
) -> None:
    """Pass the matter to a person, or to a dealer who answers for it from now on. Emits ticket.handed_over (DL-3.1c)."""
    access.require(actor, "hand_over", ticket)
    if (to_person is None) == (to_dealer is None):
        raise Invalid(_("Name the person or the dealer who takes over."), fields={"to_person": _("Choose one.")})
    if to_dealer is not None and actor.reach not in ("company", "system"):
        raise Refused(_("Only the company gives a matter to a dealer."), code="not_allowed")
    if to_person is not None and to_person.dealer_id not in (None, ticket.dealer_id):
        raise Invalid(
            _("%(name)s belongs to another organisation; hand the matter over to his dealer.")
            % {"name": to_person.name},
            fields={"to_person": _("Choose somebody of the company or of the dealer who is responsible.")},
        )
    changes: dict[str, Any] = {"handed_over_at": at}
    if to_person is not None:
        changes["keeper_id"] = to_person.pk
        if to_person.memberships.filter(role="technician", until=None).exists():
            # Technicians see what is theirs only: this is, from now on.
            dossiers.share(ticket.dossier, person_id=to_person.pk, at=at)
    if to_dealer is not None:
        homes.rehome(ticket, dealer_id=to_dealer.pk, customer_id=ticket.customer_id, actor=actor, at=at)
        changes |= {"dealer_id": to_dealer.pk, "keeper_id": None}
    change(
        ticket,
        "hand_over",
        events.TicketHandedOver(
            ticket=ticket.pk,
            to_person=to_person.pk if to_person else None,
            to_dealer=to_dealer.pk if to_dealer else None,
            reason=reason,
        ),
        actor=actor,
        at=at,
        remark=remark,
        source=source,
        **changes,
    )


def respond(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    channel: str = "phone",
    remark: str = "",
    source: str = "",
) -> None:
    """A qualified person speaks with the customer about the fault. Emits ticket.responded (MN-3.2.1b/c)."""
    access.require(actor, "respond", ticket)
    when = happened_at or at
    change(
        ticket,
        "respond",
        events.TicketResponded(ticket=ticket.pk, channel=channel),
        actor=actor,
        at=at,
        happened_at=when,
        remark=remark,
        source=source,
        responded_at=ticket.responded_at or when,
    )


def set_severity(ticket: Ticket, *, severity: str, reason: str, actor: Actor, at: datetime, source: str = "") -> None:
    """Grade the ticket anew, with a reason; its clocks are computed anew from the report. Emits ticket.severity_changed."""
    access.require(actor, "set_severity", ticket)
    wrong = {}
    if severity not in SEVERITIES:
        wrong["severity"] = _("Choose one of the severities offered.")
    elif severity == ticket.severity:
        wrong["severity"] = _("It has this severity already.")
    if not reason.strip():
        wrong["reason"] = _("Give the reason.")
    if wrong:
        raise Invalid(_("The severity was not changed."), fields=wrong)
    before = ticket.severity
    change(
        ticket,
        "set_severity",
        events.TicketSeverityChanged(ticket=ticket.pk, before=before, severity=severity, reason="graded_by_hand"),
        actor=actor,
        at=at,
        remark=reason,
        source=source,
        severity=severity,
        severity_rank=SEVERITY_RANKS[severity],
        severity_reason=reason.strip()[:200],
    )


def solve(
    ticket: Ticket,
    *,
    solution: str,
    actor: Actor,
    at: datetime,
    how: str = "answer",
    cause_code: str = "",
    customer_confirmed: bool = False,
    happened_at: datetime | None = None,
    work_order: Any = None,
    source: str = "",
) -> None:
    """Give the customer a solution that he can use, or note that the work is complete. Emits ticket.solved."""
    access.require(actor, "solve", ticket)
    if not solution.strip():
        raise Invalid(_("Write down the solution."), fields={"solution": _("Write down the solution.")})
    when = happened_at or at
    changes: dict[str, Any] = {
        "solved_at": when,
        "solution": solution.strip(),
        "customer_confirmed": customer_confirmed or ticket.customer_confirmed,
        "paused_at": None,
        "pause_reason": "",
    }
    if cause_code:
        changes["cause_code"] = cause_code
    if ticket.responded_at is None:
        changes["responded_at"] = when
    if ticket.answered_at is None:
        changes["answered_at"] = when
    change(
        ticket,
        "solve",
        events.TicketSolved(ticket=ticket.pk, how=how, work_order=work_order),
        actor=actor,
        at=at,
        happened_at=when,
        source=source,
        **changes,
    )


def pause(
    ticket: Ticket,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    until: datetime | None = None,
    remark: str = "",
    happened_at: datetime | None = None,
    source: str = "",
) -> None:
    """Note that work waits. Only reasons that a clause lists stop its clock; the others are recorded and do not."""
    access.require(actor, "pause", ticket)
    wrong = {}
    if reason not in PAUSE_REASONS:
        wrong["reason"] = _("Choose one of the reasons offered.")
    if ticket.paused_at is not None:
        wrong["reason"] = _("It is paused already; resume it first.")
    if until is not None and until <= at:
        wrong["until"] = _("Choose a later time.")
    if wrong:
        raise Invalid(_("The ticket was not paused."), fields=wrong)
    change(
        ticket,
        "pause",
        events.TicketPaused(ticket=ticket.pk, reason=reason, until=until),
        actor=actor,
        at=at,
        happened_at=happened_at,
        remark=remark,
        source=source,
        reason=reason,
        paused_at=happened_at or at,
        pause_reason=reason,
    )


def resume(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
) -> None:
    """What was waited for has come. Emits ticket.resumed."""
    access.require(actor, "resume", ticket)
    if ticket.paused_at is None:
        raise Invalid(_("The ticket is not paused."))
    change(
        ticket,
        "resume",
        events.TicketResumed(ticket=ticket.pk, reason=ticket.pause_reason),
        actor=actor,
        at=at,
        happened_at=happened_at,
        remark=remark,
        source=source,
        reason=ticket.pause_reason,
        paused_at=None,
        pause_reason="",
    )


def reassign(ticket: Ticket, *, to_person: Person, reason: str, actor: Actor, at: datetime, source: str = "") -> None:
    """Give the ticket to somebody else to look after. Emits ticket.reassigned; open deadlines stay as they are."""
    access.require(actor, "reassign", ticket)
    if not reason.strip():
        raise Invalid(_("Give the reason."), fields={"reason": _("Give the reason.")})
    change(
        ticket,
        "reassign",
        events.TicketReassigned(ticket=ticket.pk, to_person=to_person.pk, reason="by_hand"),
        actor=actor,
        at=at,
        remark=reason,
        source=source,
        keeper_id=to_person.pk,
    )


def correct_customer(
    ticket: Ticket, *, customer: Customer, reason: str, actor: Actor, at: datetime, source: str = ""
) -> None:
    """File the ticket under the right customer; contact, place and product of the wrong one are taken off. Clocks run on."""
    access.require(actor, "correct_customer", ticket)
    if not reason.strip():
        raise Invalid(_("Give the reason."), fields={"reason": _("Give the reason.")})
    before = ticket.customer_id
    homes.rehome(ticket, dealer_id=ticket.dealer_id, customer_id=customer.pk, actor=actor, at=at)
    change(
        ticket,
        "correct_customer",
        events.TicketCustomerCorrected(ticket=ticket.pk, before=before, customer=customer.pk, reason="wrong_customer"),
        actor=actor,
        at=at,
        remark=reason,
        source=source,
        customer_id=customer.pk,
        contact_id=None,
        site_id=None,
        product_id=None,
    )
    ticket.customer, ticket.product = customer, None
    dossiers.describe(ticket.dossier, title=ticket.subject, search=homes.words(ticket))


def rate(
    ticket: Ticket, *, score: int, actor: Actor, at: datetime, channel: str = "web", remark: str = "", source: str = ""
) -> None:
    """The customer rates the service from 1 to 5. Emits ticket.rated."""
    access.require(actor, "rate", ticket)
    if ticket.state not in ("solved", "closed"):
        raise Invalid(_("A matter can be rated when it is solved."))
    if not 1 <= score <= 5:
        raise Invalid(_("Choose one to five stars."), fields={"score": _("Choose one to five stars.")})
    ticket.score = score
    Ticket.objects.filter(pk=ticket.pk).update(score=score)
    entries.record(
        events.TicketRated(ticket=ticket.pk, score=score, channel=channel),
        dossier=ticket.dossier,
        actor=actor,
        at=at,
        facts=facts.of_ticket(ticket, ticket.work_orders.all()),
        remark=remark,
        source=source,
    )


def change(
    ticket: Ticket,
    verb: str,
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
    reason: str = "",
    **changes: Any,
) -> Entry:
    """A move of the ticket with its facts as they would be; permission is the caller's matter."""
    works = list(ticket.work_orders.all())
    would_be = moves.as_if(TICKET, ticket, verb, changes, lambda row: facts.of_ticket(row, works, reason=reason))
    return moves.move(
        TICKET,
        ticket,
        verb,
        actor=actor,
        at=at,
        event=event,
        facts=would_be,
        changes={**changes, "version": ticket.version + 1},
        dossier=ticket.dossier,
        happened_at=happened_at,
        remark=remark,
        source=source,
    )
