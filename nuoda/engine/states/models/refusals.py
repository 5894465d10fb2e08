from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier

KINDS = {
    "gate": pgettext_lazy("refusal", "condition"),
    "form": pgettext_lazy("refusal", "document"),
    "approval": pgettext_lazy("refusal", "approval"),
}
"""What was missing: a condition over the facts, a document, an approval."""


class Refusal(CompanyTable):
    """拦下: a clause held somebody back. One row for one person's tries at one thing, however often he tried in a row.

    Nothing happened, so it is no entry of the journal (docs/decisions/0024). Ids and codes only; whether it was done later is
    read from the journal.
    """

    clause_id = models.CharField(max_length=80)
    version_id = models.UUIDField(null=True)
    """The policy version that it was judged by."""
    kind = models.CharField(max_length=10, choices=list(KINDS.items()))
    missing = models.JSONField(default=dict)
    """By rule of the clause ('done'): the parts of its condition that did not hold in any of the tries; none of a document or an
    approval."""
    subject = models.CharField(max_length=40)
    verb = models.CharField(max_length=40)
    event = models.CharField(max_length=80)
    """Type of the entry that the journal would have: once it stands there, what was held back was done."""
    begins = models.BooleanField(default=False)
    """Something was to begin within the case, so that its entry belongs to another dossier."""
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """What it was about; None where a matter was to begin."""
    case_id = models.UUIDField(null=True)
    dealer_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    """Whom it held back; None where the product acts by itself."""
    origin = models.CharField(max_length=8, default="live")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    open_until = models.DateTimeField(null=True)
    """Until when another try is the same refusal; None: until it is done."""
    times = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["company_id", "clause_id", "-first_at"], name="states_refusal_clause"),
            models.Index(fields=["company_id", "-first_at"], name="states_refusal_newest"),
            models.Index(fields=["dossier", "clause_id"], name="states_refusal_dossier"),
            models.Index(fields=["actor_id", "clause_id"], name="states_refusal_begun", condition=Q(dossier=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(times__gte=1, last_at__gte=F("first_at")), name="states_refusal_counted"
            ),
            models.CheckConstraint(
                condition=Q(dossier=None, case_id=None) | Q(dossier__isnull=False, case_id__isnull=False),
                name="states_refusal_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_id} {self.subject}.{self.verb}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Refusal]:
        rows = Refusal.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        return rows.filter(dealer_id=actor.dealer_id) if actor.reach == "dealer" else rows.none()
