"""A person's word that a duty was done, with evidence; and another one's that it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.engine.papers.actions import attachments
from nuoda.engine.papers.models import Attachment
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused, Stale
from nuoda.foundation.journal.actions import entries as journal

from .. import access, queries
from ..events import DutyAttested, DutyConfirmed, DutyRejected, DutyWaived
from ..models import Attestation, Obligation
from . import audits, standing


def attest(
    obligation_id: UUID,
    *,
    statement: str,
    actor: Actor,
    at: datetime,
    files: Sequence[tuple[str, bytes]] = (),
    attached: Sequence[UUID] = (),
    happened_at: datetime | None = None,
    id: UUID | None = None,  # noqa: A002
) -> Attestation:
    """Say that a duty was done, with files that prove it (name and bytes, or ids of files attached to it before).

    Asks: the roles the clause names. Emits: duty.attested. Refuses: no statement, no evidence where the clause asks for it, a time before
    the period, another attestation that waits, a duty that somebody was released from.
    """
    row = _held(obligation_id, actor)
    if not queries.attests(actor, row):
        raise Refused(_("The clause lets others attest this duty."), clauses=[row.clause_id], code="forbidden")
    rule = queries.rule_of(row)
    if rule is None or rule.attest is None:
        raise NotYours()
    when = happened_at or at
    if not statement.strip():
        raise Invalid(_("Say what was done."), fields={"statement": _("Say what was done.")})
    if when > at or when < row.period_start:
        said = _("It can have been done since the period began, and not in the future.")
        raise Invalid(said, fields={"happened_at": said})
    if row.attestations.filter(state="waits").exists():
        raise Refused(_("An attestation waits for its confirmation already."), clauses=[row.clause_id], code="waits")
    kept = [
        attachments.attach(BytesIO(content), name=name, dossier=row.dossier, actor=actor, at=at, purpose="duty").pk
        for name, content in files
    ]
    before = Attachment.visible_to(actor).filter(pk__in=list(attached), dossier=row.dossier_id, removed_at=None)
    kept += before.values_list("pk", flat=True)
    if rule.attest.evidence and not kept:
        said = _("The clause asks for evidence: attach at least one file.")
        raise Invalid(said, clauses=[row.clause_id], fields={"evidence": said})
    if actor.person_id is None:
        raise NotYours()
    made = Attestation(
        id=id or (new_id() if actor.origin == "live" else id_at(at)),
        company_id=row.company_id,
        obligation=row,
        dealer_id=row.dealer_id,
        person_id=actor.person_id,
        statement=statement.strip(),
        files=kept,
        happened_at=when,
        attested_at=at,
        state="waits" if rule.attest.confirm else "stands",
    )
    made.save(force_insert=True)
    event = DutyAttested(
        obligation=row.pk, attestation=made.pk, clause=row.clause_id, files=len(kept), waits_for=rule.attest.confirm
    )
    journal.record(
        event, dossier=row.dossier, actor=actor, at=at, happened_at=when, clauses=[row.clause_id],
        remark=statement.strip(),
    )  # fmt: skip
    _judge(row, actor, at)
    return made


def confirm(attestation_id: UUID, *, actor: Actor, at: datetime, note: str = "") -> Attestation:
    """Confirm what somebody else attested. Asks: the role the clause names, another person. Emits: duty.confirmed."""
    made = _decide(attestation_id, "confirmed", note, actor=actor, at=at)
    event = DutyConfirmed(obligation=made.obligation_id, attestation=made.pk)
    journal.record(event, dossier=made.obligation.dossier, actor=actor, at=at, remark=note.strip())
    _judge(made.obligation, actor, at)
    return made


def reject(attestation_id: UUID, *, actor: Actor, at: datetime, note: str) -> Attestation:
    """Do not accept what somebody else attested, with a reason. Asks: as `confirm`. Emits: duty.rejected."""
    if not note.strip():
        raise Invalid(_("Say why it is not accepted."), fields={"note": _("Say why it is not accepted.")})
    made = _decide(attestation_id, "rejected", note, actor=actor, at=at)
    event = DutyRejected(obligation=made.obligation_id, attestation=made.pk)
    journal.record(event, dossier=made.obligation.dossier, actor=actor, at=at, remark=note.strip())
    _judge(made.obligation, actor, at)
    return made


def waive(obligation_id: UUID, *, reason: str, actor: Actor, at: datetime) -> Obligation:
    """Release the owner from a duty, with a reason; its audit falls away. Asks: who answers for the clauses. Emits: duty.waived.

    Refuses what is done or decided, and whoever owes it himself.
    """
    row = _held(obligation_id, actor)
    if not access.waive(actor):
        raise NotYours()
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"reason": _("Say why.")})
    if queries.owes(actor, row):
        own = _("You owe this yourself. Ask somebody else who answers for the keeping of the clauses.")
        raise Refused(own, clauses=[row.clause_id], code="own")
    if not row.owed or row.state == "missed":
        raise Refused(_("Nothing is owed here any more that could be waived."), code="not_owed")
    row.state, row.next_action_at = "waived", None
    row.save(update_fields=["state", "next_action_at"])
    event = DutyWaived(obligation=row.pk, ref=row.ref, clause=row.clause_id)
    journal.record(event, dossier=row.dossier, actor=actor, at=at, clauses=[row.clause_id], remark=reason.strip())
    with scoped(system(row.company_id, book_revision=actor.book_revision)):
        audits.withdraw(row, cause="waived", actor=actor, at=at)
    return row


def _decide(attestation_id: UUID, state: str, note: str, *, actor: Actor, at: datetime) -> Attestation:
    made = Attestation.objects.filter(pk=attestation_id, company_id=actor.company_id).first()
    if made is None:
        raise NotYours()
    row = _held(made.obligation_id, actor)
    if not queries.confirms(actor, row) or made.person_id == actor.person_id:
        raise Refused(
            _("The clause asks another person in the role it names to confirm this."),
            clauses=[row.clause_id],
            code="forbidden",
        )
    values = {"state": state, "decided_by_id": actor.person_id, "decided_at": at, "note": note.strip()}
    if not Attestation.objects.filter(pk=made.pk, state="waits").update(**values):
        raise Stale(_("Somebody else has decided this already."))
    made.refresh_from_db()
    made.obligation = row
    return made


def _held(obligation_id: UUID, actor: Actor) -> Obligation:
    """The duty, held against others."""
    rows = Obligation.visible_to(actor).select_for_update(of=("self",), no_key=True).select_related("dossier")
    row = rows.filter(pk=obligation_id).first()
    if row is None:
        raise NotYours()
    return row


def _judge(row: Obligation, actor: Actor, at: datetime) -> None:
    with scoped(system(row.company_id, book_revision=actor.book_revision)):
        standing.judge([row], actor=actor, at=at)
