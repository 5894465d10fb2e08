from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.papers.models import Attachment
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from ..states import AUDIT
from .obligations import Obligation


class Audit(models.Model):
    """抽查: the checklist of a clause, gone through on a random sample of a unit's cases of a period.

    What it was drawn from (`frame`) and the seed are kept as they were: `pure.sampling.draw(seed, frame, wanted)` gives the sample again.
    """

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="audit")
    company_id = models.UUIDField(editable=False)
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    """The dealer whose people audit; None: the company."""
    clause_id = models.CharField(max_length=80)
    ref = models.CharField(max_length=120)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="audits", db_index=False)
    obligation = models.OneToOneField(Obligation, on_delete=models.PROTECT, null=True, blank=True, related_name="audit")
    """The duty that signing it does; None: a spot check of somebody's own accord."""
    items = models.JSONField(default=list)
    """The checklist as it was: [{'key', 'text' by language}]."""
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    unit_id = models.UUIDField(null=True, blank=True)
    unit_name = models.CharField(max_length=120)
    of = models.CharField(max_length=80)
    """Event type whose cases were drawn from."""
    condition = models.CharField(max_length=400, default="true")
    seed = models.CharField(max_length=64)
    frame = ArrayField(models.UUIDField(), default=list)
    """Dossiers that could have been drawn."""
    frame_hash = models.CharField(max_length=64)
    wanted = models.IntegerField()
    size = models.IntegerField()
    """Cases that were drawn."""
    auditor_role = models.CharField(max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=AUDIT.choices)
    drawn_at = models.DateTimeField()
    passed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    not_applicable = models.IntegerField(default=0)
    conclusion = models.TextField(blank=True)
    cause = models.CharField(max_length=12, blank=True)
    """Of a withdrawal: 'revised' or 'waived', what had become of its duty."""
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=8, default="live")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("drawn", "withdrawn"), signed_at=None)
                | Q(state="signed", signed_at__isnull=False),
                name="duties_audit_signed",
            )
        ]
        indexes = [
            models.Index(fields=["company_id", "-drawn_at"], name="duties_audit_newest"),
            models.Index(fields=["company_id", "clause_id", "signed_at"], name="duties_audit_clause"),
        ]

    def __str__(self) -> str:
        return self.dossier.number

    @property
    def number(self) -> str:
        return self.dossier.number

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Audit]:
        """Audits of the company; a dealer's people see those that their dealer makes."""
        rows = Audit.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        return rows.filter(dealer_id=actor.dealer_id) if actor.reach == "dealer" else rows.none()


class AuditCase(CompanyTable):
    """A case of the sample, in the order in which it was drawn."""

    class Verdict(models.TextChoices):
        OPEN = "", pgettext_lazy("audit", "to be checked")
        PASS = "pass", pgettext_lazy("audit", "kept")
        FAIL = "fail", pgettext_lazy("audit", "not kept")
        NA = "na", pgettext_lazy("audit", "not applicable")

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="cases")
    dealer_id = models.UUIDField(null=True, editable=False)
    position = models.PositiveSmallIntegerField()
    about = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=4, choices=Verdict.choices, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "about"], name="duties_auditcase_once"),
            models.UniqueConstraint(fields=["audit", "position"], name="duties_auditcase_position"),
        ]


class AuditMark(CompanyTable):
    """What was found for one item of the checklist in one case."""

    case = models.ForeignKey(AuditCase, on_delete=models.CASCADE, related_name="marks")
    dealer_id = models.UUIDField(null=True, editable=False)
    item = models.CharField(max_length=40)
    result = models.CharField(max_length=4, choices=AuditCase.Verdict.choices)
    remark = models.CharField(max_length=400, blank=True)
    photo = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="duties_auditmark_once")]
