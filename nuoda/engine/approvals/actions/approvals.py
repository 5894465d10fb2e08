"""Asking for an approval, taking the question back, reminding, and noticing that the content has changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError
from django.utils.translation import gettext as _

from nuoda.engine.states.actions import moves
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions import dossiers, entries
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from .. import access, events, facts, queries
from ..models import Approval, Copy, Round, Step
from ..pure.chains import Chain, NoApprover, resolve
from ..pure.contents import digest
from ..pure.matters import MATTERS, Matter
from ..states import APPROVAL, OPEN
from . import steps

REMIND_EVERY = timedelta(hours=1)
"""At most one reminder of an approval in this time."""


def submit(
    *,
    matter: str,
    about: Dossier,
    actor: Actor,
    at: datetime,
    comment: str = "",
    copies: Iterable[UUID] = (),
    happened_at: datetime | None = None,
    id: UUID | None = None,
) -> Approval:
    """Somebody asks the people whom the book names to approve a thing as it is now.

    After it was sent back or has lapsed the same approval goes on in its next round. Asks the book for the chain. Emits
    approval.requested, approval.step_opened (or approval.decided where the book skips every step), and
    approval.lapsed for an approval
    that was given to an earlier content. Refuses when nothing is to be approved, it is approved or under way
    already, or nobody may decide.
    """
    person = actor.person_id
    if not access.submit(actor) or person is None:
        raise NotYours
    found = MATTERS[matter]
    if not found.may_ask(about.pk, actor):
        raise NotYours
    # Two submitters at once: the second waits here and then finds the first one's approval under way.
    Dossier.objects.select_for_update(no_key=True).filter(pk=about.pk).first()
    asked = found.content(about.pk, actor)
    content = asked.snapshot()
    content_hash = digest(content)
    chain = _chain(found, about, asked.known, actor, at)
    row = _earlier(found, about, content_hash, actor, at)
    if row is None:
        row = _open(found, about, content_hash, chain, person, actor, at, id)
        _keep(row, content, at)
        steps.plan(row, chain)
        known = facts.of(row)
        clauses = moves.check(
            APPROVAL,
            None,
            "submit",
            event=events.ApprovalRequested,
            facts=known,
            actor=actor,
            at=at,
            dossier=row.dossier,
        )
        entry = entries.record(
            _requested(row), dossier=row.dossier, actor=actor, at=at, happened_at=happened_at, facts=known,
            clauses=clauses, remark=comment,
        )  # fmt: skip
    else:
        dossiers.reopen(row.dossier)
        changes = {
            "round": row.round + 1, "content_hash": content_hash, "submitter_id": person, "submitted_at": at,
            "clauses": list(chain.clauses), "reminded_at": None, "decided_at": None,
        }  # fmt: skip
        entry = moves.move(
            APPROVAL, row, "resubmit", actor=actor, at=at, happened_at=happened_at, dossier=row.dossier, remark=comment,
            event=events.ApprovalRequested(
                approval=row.pk, matter=row.matter, about=row.about_id, round=row.round + 1, content=content_hash
            ),
            facts=facts.of(row) | {"state": "pending", "round": row.round + 1}, changes=changes,
        )  # fmt: skip
        steps.let_read(row, [row.submitter_id])
        _keep(row, content, at)
        steps.plan(row, chain)
    steps.note(row, "submitted", actor=actor, at=at, entry=entry)
    for person in copies:
        _copy(row, person, actor, at)
    steps.advance(row, actor=actor, at=at, happened_at=happened_at)
    return row


def withdraw(*, approval_id: UUID, actor: Actor, at: datetime, comment: str = "") -> Approval:
    """The submitter takes his request back while it is not decided.

    Emits approval.withdrawn. Refuses anybody else, and when it is decided.
    """
    row = held(approval_id, actor, at)
    _own(row, actor)
    steps.close_rest(row, reason="withdrawn", actor=actor, at=at)
    entry = moves.move(
        APPROVAL, row, "withdraw", actor=actor, at=at, dossier=row.dossier, remark=comment,
        event=events.ApprovalWithdrawn(approval=row.pk), facts=facts.of(row) | {"state": "withdrawn"},
        changes={"decided_at": at},
    )  # fmt: skip
    dossiers.close(row.dossier, at=at)
    steps.note(row, "withdrawn", actor=actor, at=at, entry=entry)
    return row


def remind(*, approval_id: UUID, actor: Actor, at: datetime) -> Approval:
    """The submitter reminds those who have not decided, at most once an hour.

    Emits approval.reminded. Refuses within the hour, anybody else, and when nobody is waited for.
    """
    row = held(approval_id, actor, at)
    _own(row, actor)
    step = Step.objects.filter(approval=row, state="open").first()
    if row.state != "pending" or step is None:
        raise Refused(_("Nobody has to decide here now."), code="not_pending")
    if row.reminded_at is not None and at < row.reminded_at + REMIND_EVERY:
        raise Refused(_("They were reminded less than an hour ago. Remind them again later."), code="too_soon")
    row.reminded_at = at
    row.save(update_fields=["reminded_at"])
    entry = entries.record(
        events.ApprovalReminded(approval=row.pk, step=step.pk),
        dossier=row.dossier,
        actor=actor,
        at=at,
        facts=facts.of(row, step),
    )
    steps.note(row, "reminded", actor=actor, at=at, entry=entry, step=step)
    return row


def copy(*, approval_id: UUID, person: UUID, actor: Actor, at: datetime) -> Approval:
    """Give the approval to a further person to read.

    Emits approval.copied. Refuses people who may not see the matter.
    """
    row = held(approval_id, actor, at)
    if not access.submit(actor):
        raise NotYours
    _copy(row, person, actor, at)
    return row


def lapse(*, about: Dossier, matter: str, actor: Actor, at: datetime, ended: bool = False) -> Approval | None:
    """The subject was changed: an approval that was asked for or given to another content does not hold any more.

    `ended`: the matter itself is over, so that nobody is asked any more whatever the content says. The subject's app calls it in the
    changing transaction, in a scope that sees approvals. Emits approval.lapsed. Returns the approval that lapsed,
    if any.
    """
    rows = (
        Approval.objects.select_for_update(of=("self",), no_key=True, nowait=True)
        .filter(about=about, matter=matter, state__in=["pending", "approved"], company_id=actor.company_id)
        .select_related("dossier")
    )
    try:
        row = rows.order_by("-submitted_at").first()
    except OperationalError as error:
        # The caller holds the subject, a decision holds the approval and wants the subject: waiting would be a deadlock.
        raise Stale(_("Somebody is deciding on this at this very moment. Try again.")) from error
    if row is None or (not ended and row.content_hash == digest(MATTERS[matter].content(about.pk, actor).snapshot())):
        return None
    _lapse(row, actor, at)
    return row


# -- what these share


def held(approval_id: UUID, actor: Actor, at: datetime) -> Approval:
    """The approval, locked: whoever acts on it at the same time waits, and then sees what the first one did. Raises
    NotYours."""
    row = (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=approval_id)
        .select_related("dossier", "about", "submitter")
        .first()
    )
    if row is None or not Approval.visible_to(actor, at=at).filter(pk=approval_id).exists():
        raise NotYours
    return row


def reachable(row: Approval, person_id: UUID) -> Person:
    """A person of the house who may see the matter: of the company, or of the dealer whose matter it is. Raises
    Invalid."""
    person = Person.objects.filter(pk=person_id, company_id=row.company_id, active=True, customer_id=None).first()
    if person is None or (person.dealer_id is not None and person.dealer_id != row.dealer_id):
        reason = _("Choose an active person of the company or of the dealer concerned.")
        raise Invalid(reason, fields={"person": reason})
    return person


def _own(row: Approval, actor: Actor) -> None:
    if actor.reach != "system" and actor.person_id != row.submitter_id:
        raise Refused(_("Only the person who submitted it can do this."), code="not_submitter")


def _chain(matter: Matter, about: Dossier, known: dict[str, object], actor: Actor, at: datetime) -> Chain:
    rules = queries.rules_for(matter, actor, known, at)
    if not rules:
        raise Refused(_("No clause asks for an approval here: it can be done at once."), code="not_needed")
    staff = queries.staff_of(actor.company_id, about.dealer_id, at)
    try:
        return resolve(
            rules,
            known,
            staff,
            submitter=actor.person_id,
            dealer=about.dealer_id,
            holds=queries.conditions(matter, actor, at),
            ladder=queries.ladder(actor, at),
            barred=matter.shut_out(about.pk, actor),
        )
    except NoApprover as refusal:
        reason = (
            _("You are the only one who could approve this, and nobody may approve his own request.")
            if refusal.own
            else _(
                "Whoever could approve this wrote part of it or submits it, and nobody approves his own work. Let somebody else "
                "submit it, or give the role that approves to another person."
            )
            if refusal.barred
            else _("Nobody holds the role that has to approve this. Ask the system administrator to fill it.")
        )
        raise Refused(reason, clauses=(refusal.clause,), code="no_approver") from refusal


def _earlier(matter: Matter, about: Dossier, content_hash: str, actor: Actor, at: datetime) -> Approval | None:
    """The approval that goes on in a new round, ready for it; None when a new one is to be opened."""
    row = (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .filter(about=about, matter=matter.code, state__in=[*OPEN, "approved"], company_id=actor.company_id)
        .select_related("dossier", "about", "submitter")
        .order_by("-submitted_at")
        .first()
    )
    if row is None or row.state in ("sent_back", "lapsed"):
        return row
    if row.content_hash == content_hash:
        said = (
            _("This is approved already: %(number)s.")
            if row.state == "approved"
            else _("This is in approval already: %(number)s.")
        )
        raise Refused(said % {"number": row.dossier.number}, code="already_submitted", clauses=row.clauses)
    _lapse(row, actor, at)
    return row


def _lapse(row: Approval, actor: Actor, at: datetime) -> None:
    steps.close_rest(row, reason="lapsed", actor=actor, at=at)
    entry = moves.move(
        APPROVAL, row, "lapse", actor=actor, at=at, dossier=row.dossier,
        event=events.ApprovalLapsed(approval=row.pk, matter=row.matter, about=row.about_id, content=row.content_hash),
        facts=facts.of(row) | {"state": "lapsed"}, changes={"decided_at": None},
    )  # fmt: skip
    steps.note(row, "lapsed", actor=actor, at=at, entry=entry)


def _open(
    matter: Matter,
    about: Dossier,
    content_hash: str,
    chain: Chain,
    person: UUID,
    actor: Actor,
    at: datetime,
    row_id: UUID | None,
) -> Approval:
    # Without customer: approvals are the house's own affair and never show in a customer's timeline.
    dossier = dossiers.open(
        kind="approval", actor=actor, at=at, title=about.title, id=row_id, parent=about, dealer_id=about.dealer_id,
        search=[about.number],
    )  # fmt: skip
    row = Approval(
        dossier=dossier, company_id=actor.company_id, dealer_id=about.dealer_id, case_id=dossier.case_id,
        matter=matter.code, about=about, state=APPROVAL.target("submit", None) or "", submitter_id=person,
        submitted_at=at, content_hash=content_hash, clauses=list(chain.clauses), readers=[person],
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _keep(row: Approval, content: dict[str, object], at: datetime) -> None:
    Round.objects.create(
        company_id=row.company_id, dealer_id=row.dealer_id, approval=row, number=row.round, content=content,
        content_hash=row.content_hash, submitted_at=at, submitter_id=row.submitter_id,
    )  # fmt: skip


def _requested(row: Approval) -> events.ApprovalRequested:
    return events.ApprovalRequested(
        approval=row.pk, matter=row.matter, about=row.about_id, round=row.round, content=row.content_hash
    )


def _copy(row: Approval, person_id: UUID, actor: Actor, at: datetime) -> None:
    person = reachable(row, person_id)
    if Copy.objects.filter(approval=row, person=person).exists():
        return
    steps.invite(row, person.pk, at)
    Copy.objects.create(company_id=row.company_id, dealer_id=row.dealer_id, approval=row, person=person, given_at=at)
    entry = entries.record(
        events.ApprovalCopied(approval=row.pk, person=person.pk),
        dossier=row.dossier,
        actor=actor,
        at=at,
        facts=facts.of(row),
    )
    steps.note(row, "copied", actor=actor, at=at, entry=entry, other=person)
