"""Following up: planned after closing, called, recorded; and the dissatisfied customer is spoken with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from nuoda.domain.service import queries as service
from nuoda.domain.service.actions import closures
from nuoda.domain.service.models import Ticket
from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.base.pure.refusals import Invalid
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Entry

from .. import access, events, facts, queries
from ..models import FollowUp
from ..models.follow_ups import CANCEL_REASONS
from ..pure.outcomes import outcome
from ..states import FOLLOW_UP


def plan(ticket: Ticket, *, actor: Actor, at: datetime, happened_at: datetime | None = None) -> FollowUp | None:
    """A call is planned for a closed ticket, with the questions of the regulation in force.

    The book asks for it (a consequence with the effect follow_up.plan), whoever closed the ticket. Emits
    follow_up.planned. Does nothing
    when one is planned already.
    """
    if FollowUp.objects.filter(ticket=ticket, state="planned").exists():
        return None
    when = happened_at or at
    policy = queries.policy(actor, when)
    dossier = dossiers.open(
        kind="follow_up", actor=actor, at=at, title=ticket.subject, parent=ticket.dossier, dealer_id=ticket.dealer_id,
        customer_id=ticket.customer_id, search=[ticket.number, str(ticket.customer or "")],
    )  # fmt: skip
    row = FollowUp(
        dossier=dossier, company_id=ticket.company_id, dealer_id=ticket.dealer_id, customer_id=ticket.customer_id,
        case_id=dossier.case_id, ticket=ticket, state="planned", planned_at=at, caller_id=ticket.keeper_id,
        due_at=queries.call_from(actor, ticket.dealer_id, when, policy.after),
        script=[dict(text) for text in policy.script],
    )  # fmt: skip
    known = facts.of(row)
    clauses = moves.check(
        FOLLOW_UP, None, "plan", event=events.FollowUpPlanned, facts=known, actor=actor, at=at, happened_at=happened_at,
        dossier=dossier,
    )  # fmt: skip
    row.save(force_insert=True)
    entries.record(
        events.FollowUpPlanned(follow_up=row.pk, ticket=ticket.pk, due_at=row.due_at),
        dossier=dossier, actor=actor, at=at, happened_at=happened_at, facts=known, clauses=clauses,
    )  # fmt: skip
    return row


def attempt(
    row: FollowUp, *, actor: Actor, at: datetime, happened_at: datetime | None = None, note: str = "", source: str = ""
) -> None:
    """Somebody called and did not reach the customer: the next try is due after a while, or it is given up.

    Emits follow_up.attempted, and follow_up.unreachable after the declared number of attempts (LC-4.3.4a).
    """
    access.require(actor, "attempt")
    policy = queries.policy(actor, at)
    when = happened_at or at
    count = row.attempts + 1
    last = count >= policy.attempts
    due_at = row.due_at if last else queries.call_from(actor, row.dealer_id, when, policy.retry)
    event = events.FollowUpAttempted(
        follow_up=row.pk, ticket=row.ticket_id, attempt=count, due_at=None if last else due_at
    )
    _change(
        row, "attempt", event, actor=actor, at=at, happened_at=happened_at, remark=note, source=source,
        attempts=count, last_attempt_at=when, due_at=due_at, caller_id=actor.person_id,
    )  # fmt: skip
    if last:
        given_up = events.FollowUpUnreachable(follow_up=row.pk, ticket=row.ticket_id, attempt=count)
        _change(row, "give_up", given_up, actor=actor, at=at, happened_at=happened_at, result="unreachable")
        dossiers.close(row.dossier, at=at)


def record(
    row: FollowUp,
    *,
    score: int | None = None,
    satisfied: bool | None = None,
    answers: Sequence[str] = (),
    comment: str = "",
    declined: bool = False,
    reopen: str = "",
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    source: str = "",
) -> None:
    """What the customer said on the phone is written down; with `reopen` (what is still wrong) his ticket is opened
    again.

    Emits follow_up.recorded, follow_up.dissatisfied for a low score or a dissatisfied word, ticket.reopened. The
    gate of LC-4.3.4a asks
    that every question was asked. Refuses a call without score and word, and scores outside 1–5.
    """
    access.require(actor, "record")
    if score is not None and not 1 <= score <= 5:
        raise Invalid(_("The score is a number from 1 to 5."), fields={"score": _("From 1 to 5.")})
    if not declined and score is None and satisfied is None:
        raise Invalid(
            _("Write down the score, or that the customer did not want to answer."),
            fields={"score": _("How did the customer rate the service?")},
        )
    when = happened_at or at
    limit = queries.policy(actor, when).dissatisfied_score
    result = outcome(score, satisfied, limit=limit, declined=declined)
    said = events.FollowUpRecorded(follow_up=row.pk, ticket=row.ticket_id, result=result, score=score)
    _change(
        row, "record", said, actor=actor, at=at, happened_at=happened_at, source=source,
        result=result, score=score, satisfied=None if declined else result == "satisfied",
        answers=[answer.strip() for answer in answers], comment=comment.strip(), attempts=row.attempts + 1,
        last_attempt_at=when, caller_id=actor.person_id, recorded_at=when,
    )  # fmt: skip
    dossiers.close(row.dossier, at=at)
    if result == "dissatisfied":
        entries.record(
            events.FollowUpDissatisfied(follow_up=row.pk, ticket=row.ticket_id, score=score),
            dossier=row.dossier, actor=actor, at=at, happened_at=happened_at, facts=facts.of(row),
        )  # fmt: skip
        # The book may have asked for a contact in that event's consequences.
        row.refresh_from_db(fields=["contact_asked_at", "version"])
    if reopen.strip():
        _reopen(row, reopen, actor=actor, at=at)


def ask_contact(row: FollowUp, *, actor: Actor, at: datetime) -> None:
    """The book wants somebody to speak with the dissatisfied customer (effect follow_up.contact).

    Emits follow_up.contact_asked. Does nothing when it was asked before.
    """
    if row.contact_asked_at is not None:
        return
    row.contact_asked_at = at
    row.version += 1
    row.save(update_fields=["contact_asked_at", "version"])
    entries.record(
        events.FollowUpContactAsked(follow_up=row.pk, ticket=row.ticket_id), dossier=row.dossier, actor=actor, at=at,
        facts=facts.of(row),
    )  # fmt: skip


def contact_dissatisfied(
    row: FollowUp,
    *,
    agreed: str,
    reopen: str = "",
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    source: str = "",
) -> None:
    """Somebody has spoken with the dissatisfied customer, and this was agreed; with `reopen` his ticket is opened
    again.

    Emits customer.contacted_after_dissatisfaction (meets LC-5.3.3b), ticket.reopened. Refuses when the customer was
    not dissatisfied,
    was contacted already, or nothing is said of what was agreed.
    """
    access.require(actor, "contact")
    if not agreed.strip():
        raise Invalid(_("Say what was agreed."), fields={"agreed": _("Say what was agreed.")})
    if row.result != "dissatisfied":
        raise Invalid(_("This customer was not dissatisfied."))
    if row.contacted_at is not None:
        raise Invalid(_("Somebody has spoken with this customer already."))
    event = events.CustomerContactedAfterDissatisfaction(follow_up=row.pk, ticket=row.ticket_id)
    _change(
        row, "contact", event, actor=actor, at=at, happened_at=happened_at, source=source,
        contacted_at=happened_at or at, contacted_by_id=actor.person_id, agreed=agreed.strip(),
    )  # fmt: skip
    if reopen.strip():
        _reopen(row, reopen, actor=actor, at=at)


def cancel(row: FollowUp, *, reason: str, actor: Actor, at: datetime, source: str = "") -> None:
    """A planned call is not needed any more. Emits follow_up.cancelled. Refuses a reason that is none of the codes offered."""
    access.require(actor, "cancel")
    if reason not in CANCEL_REASONS:
        raise Invalid(
            _("Choose one of the reasons offered."), fields={"reason": _("Choose one of the reasons offered.")}
        )
    _cancel(row, reason, actor=actor, at=at, source=source)


def cancel_of(ticket_id: UUID, *, reason: str, actor: Actor, at: datetime) -> None:
    """The planned calls of a ticket that was opened again or ended otherwise fall away, whoever did that."""
    rows = FollowUp.objects.filter(ticket_id=ticket_id, state="planned").select_related("dossier", "ticket")
    for row in rows.select_for_update(of=("self",), no_key=True):
        _cancel(row, reason, actor=actor, at=at)


def rehome(ticket_id: UUID) -> None:
    """The ticket went to another dealer or customer: so do its follow-ups."""
    home = Ticket.objects.values("dealer_id", "customer_id").get(pk=ticket_id)
    FollowUp.objects.filter(ticket_id=ticket_id).update(**home)


def _cancel(row: FollowUp, reason: str, *, actor: Actor, at: datetime, source: str = "") -> None:
    event = events.FollowUpCancelled(follow_up=row.pk, ticket=row.ticket_id, reason=reason)
    _change(row, "cancel", event, actor=actor, at=at, source=source, cancel_reason=reason)
    dossiers.close(row.dossier, at=at)


def _reopen(row: FollowUp, reason: str, *, actor: Actor, at: datetime) -> None:
    closures.reopen(service.hold(actor, id=row.ticket_id), reason=reason, actor=actor, at=at)


def _change(
    row: FollowUp,
    verb: str,
    event: Event,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    remark: str = "",
    source: str = "",
    **changes: Any,
) -> Entry:
    """A move of the follow-up with its facts as they would be."""
    return moves.move(
        FOLLOW_UP,
        row,
        verb,
        actor=actor,
        at=at,
        event=event,
        facts=moves.as_if(FOLLOW_UP, row, verb, changes, facts.of),
        changes={**changes, "version": row.version + 1},
        dossier=row.dossier,
        happened_at=happened_at,
        remark=remark,
        source=source,
    )
