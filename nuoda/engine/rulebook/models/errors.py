from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor


class ClauseError(CompanyTable):
    """A rule that could not be judged: it counted as neither true nor false, and the keeper of the rulebook has to look.

    One row for each rule, case, entry and reason, however often it is tried again.
    """

    clause_id = models.CharField(max_length=80)
    ref = models.CharField(max_length=120)
    """Clause and key of the rule: 'MN-3.2.1b/on_site'."""
    case_id = models.UUIDField(null=True)
    """None where something was to begin that has no case yet."""
    entry_id = models.UUIDField(null=True)
    """None where the rule held a deed back, so that nothing happened."""
    reason = models.CharField(max_length=400)
    found_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company_id", "clause_id", "-found_at"], name="rulebook_clauseerror_clause")]

    def __str__(self) -> str:
        return f"{self.ref}: {self.reason}"

    @classmethod
    def of(
        cls,
        company_id: uuid.UUID,
        ref: str,
        reason: str,
        *,
        at: datetime,
        case_id: uuid.UUID | None = None,
        entry_id: uuid.UUID | None = None,
    ) -> ClauseError:
        """The row, not yet saved; the same error has the same id."""
        return cls(
            id=uuid.uuid5(company_id, f"{ref}|{case_id or ''}|{entry_id or ''}|{reason}"),
            company_id=company_id,
            clause_id=ref.partition("/")[0],
            ref=ref,
            case_id=case_id,
            entry_id=entry_id,
            reason=reason[:400],
            found_at=at,
        )

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ClauseError]:
        rows = ClauseError.objects.filter(company_id=actor.company_id)
        return rows if actor.reach in ("company", "system") else rows.none()
