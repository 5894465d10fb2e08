from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from ..access import may_supervise

PATTERNS = {
    "late_pause": _("paused just before the time ran out"),
    "quick_close": _("closed and soon opened again"),
    "back_dated": _("recorded after the time, dated before it"),
    "lowered": _("severity lowered when time ran out"),
    "not_asked": _("unhappy customer not asked"),
}


class Finding(CompanyTable):
    """时限诚信的一处疑点: a place to look at. Its id is made of what it is about, so that it is found once.

    The case is reached through its root dossier; `person` is who did what the pattern names, which is no verdict.
    """

    pattern = models.CharField(_("pattern"), max_length=12, choices=list(PATTERNS.items()))
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    """The root of the case."""
    dealer_id = models.UUIDField(null=True, editable=False)
    """Who was responsible; for filters, opens nothing."""
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    clause_id = models.CharField(max_length=80, blank=True)
    deadline_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(null=True)
    happened_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    """Codes and numbers: seconds left, seconds after, signs."""
    found_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["company_id", "-happened_at"], name="reports_finding_newest"),
            models.Index(
                fields=["company_id", "-happened_at"], name="reports_finding_new", condition=models.Q(looked_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(looked_at=None, looked_by=None) | ~models.Q(looked_at=None) & ~models.Q(remark=""),
                name="reports_finding_looked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pattern} {self.dossier_id}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Finding]:
        rows = Finding.objects.filter(company_id=actor.company_id)
        return rows if may_supervise(actor) else rows.none()
