"""豁免: releasing somebody from a deadline."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Invalid, NotYours, Refused
from nuoda.foundation.journal.actions import entries as journal

from ..access import may_waive, owes
from ..events import DeadlineWaived
from ..models import Deadline


def waive(deadline: Deadline, *, reason: str, actor: Actor, at: datetime) -> Deadline:
    """Release the owner from a deadline that is still owed; a miss already made stays a miss.

    Asks for a reason. Emits deadline.waived. Refuses whoever owes it himself, and what is not owed any more.
    """
    if not may_waive(actor):
        raise NotYours()
    if not reason.strip():
        raise Invalid(_("Say why this is waived."), fields={"reason": _("A waiver needs a reason.")})
    if owes(actor, role=deadline.owner_role, person_id=deadline.owner_person_id, dealer_id=deadline.dealer_id):
        own = _("You owe this yourself. Ask somebody else who answers for the keeping of the clauses.")
        raise Refused(own, clauses=[deadline.clause_id], code="own")
    if deadline.done_at is not None:
        raise Refused(_("Nothing is owed here any more."), clauses=[deadline.clause_id])
    event = DeadlineWaived(deadline=deadline.pk, ref=deadline.ref, clause=deadline.clause_id)
    journal.record(
        event, dossier=deadline.dossier, actor=actor, at=at, clauses=[deadline.clause_id], remark=reason.strip()
    )
    deadline.refresh_from_db()
    return deadline
