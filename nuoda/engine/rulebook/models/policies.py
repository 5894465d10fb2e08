from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor

from ..access import may_draft

STATUSES = [
    ("draft", _("draft")),
    ("published", _("published")),
    ("in_force", _("in force")),
    ("retired", _("retired")),
]


class _Range(models.Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class Policy(CompanyTable):
    """制度: one regulation of the company, through all its versions."""

    name = models.CharField(max_length=40)
    """Name of its folder in `policies/`: 'manual'."""
    code = models.CharField(max_length=4)
    """The letters before its clauses: 'MN'."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "name"], name="rulebook_policy_name"),
            models.UniqueConstraint(fields=["company_id", "code"], name="rulebook_policy_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Policy]:
        """The rules that bind people are open to all of them; what is in draft is not (see PolicyVersion)."""
        return Policy.objects.filter(company_id=actor.company_id)


class PolicyVersion(CompanyTable):
    """One version of a regulation. Once published its content never changes (the database refuses it)."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=20)
    content = models.JSONField()
    """The policy file as a document; `pure.documents.export` writes the file again."""
    hash = models.CharField(max_length=64)
    effective_date = models.DateField()
    status = models.CharField(max_length=10, choices=STATUSES, default="draft")
    shipped = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    in_force_from = models.DateTimeField(null=True, blank=True)
    in_force_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "version"], name="rulebook_version_number"),
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(published_at__isnull=False),
                name="rulebook_version_published",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "published"], in_force_from=None)
                | models.Q(status__in=["in_force", "retired"], in_force_from__isnull=False),
                name="rulebook_version_tenure",
            ),
            ExclusionConstraint(
                name="rulebook_version_alone",
                expressions=[
                    ("policy", RangeOperators.EQUAL),
                    (
                        _Range("in_force_from", "in_force_until", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(in_force_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.version}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[PolicyVersion]:
        """Versions that bind or have bound are open to everybody; drafts and what waits to those who may draft."""
        rows = PolicyVersion.objects.filter(company_id=actor.company_id)
        return rows if may_draft(actor) else rows.filter(status__in=["in_force", "retired"])
