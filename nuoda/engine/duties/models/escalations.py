from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import CaseShare, Dossier


class Escalation(CompanyTable):
    """升级: the ladder of one miss, a missed deadline's or a missed duty's, and how far it has gone.

    Its steps are fixed when the miss is announced, by the clause in force then.
    """

    class About(models.TextChoices):
        DEADLINE = "deadline", pgettext_lazy("escalation", "deadline")
        DUTY = "duty", pgettext_lazy("escalation", "duty")

    class Ended(models.TextChoices):
        RUNNING = "", pgettext_lazy("escalation", "running")
        DONE = "done", pgettext_lazy("escalation", "done meanwhile")
        WITHDRAWN = "withdrawn", pgettext_lazy("escalation", "the miss was withdrawn")
        TOP = "top", pgettext_lazy("escalation", "every step was told")

    dealer_id = models.UUIDField(null=True, editable=False)
    case_id = models.UUIDField(editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="escalations")
    about = models.CharField(max_length=10, choices=About.choices)
    about_id = models.UUIDField()
    """Id of the deadline or obligation."""
    ref = models.CharField(max_length=120)
    """Of what was missed: 'MN-3.2.1b/on_site'."""
    rule = models.CharField(max_length=120)
    """Of the consequence whose ladder it is."""
    clause_id = models.CharField(max_length=80)
    template = models.CharField(max_length=60, blank=True)
    due_at = models.DateTimeField()
    steps = models.JSONField(default=list)
    """[{'at', 'after', 'tell'}] in order; those told have 'told_at'."""
    taken = models.PositiveSmallIntegerField(default=0)
    """Steps that have been told."""
    next_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=8, default="live")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about_id", "rule"], name="duties_escalation_once"),
            models.CheckConstraint(
                condition=Q(next_at=None, ended_at__isnull=False) | Q(next_at__isnull=False, ended_at=None),
                name="duties_escalation_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="duties_escalation_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["case_id"], name="duties_escalation_case"),
        ]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Escalation]:
        rows = Escalation.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician":
            return rows.filter(case_id__in=CaseShare.cases_of(actor))
        return rows.none()
