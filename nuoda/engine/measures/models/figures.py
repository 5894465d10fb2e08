from __future__ import annotations

from typing import cast

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from ..access import may_read
from ..pure.figures import Measured
from ..pure.spans import Kind, Span

PARTS = {
    "numerator": pgettext_lazy("part of a figure", "in the numerator"),
    "rest": pgettext_lazy("part of a figure", "in the denominator only"),
    "excluded": pgettext_lazy("part of a figure", "not counted"),
    "failed": pgettext_lazy("part of a figure", "could not be judged"),
}
KINDS = {"month": _("month"), "quarter": _("quarter"), "year": _("year")}


class Closing(CompanyTable):
    """结账: one period of one indicator, computed for good. A restatement is a further edition; the earlier ones stay.

    The database refuses to change or delete any row of this room.
    """

    ref = models.CharField(max_length=120)
    """Clause and key of the rule: 'DL-5.2b/on_time_repair'."""
    clause_id = models.CharField(max_length=80)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    """The policy version that was in force in the period."""
    kind = models.CharField(max_length=8, choices=list(KINDS.items()))
    starts_on = models.DateField()
    ends_on = models.DateField()
    """The first day after the period."""
    measured_from = models.DateTimeField()
    """Later than the period's start when the rule came into force within it."""
    edition = models.PositiveSmallIntegerField(default=1)
    computed_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    """Why it was restated; empty for the first edition."""
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "ref", "kind", "starts_on", "edition"], name="measures_closing_once"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="measures_closing_order"),
            models.CheckConstraint(
                condition=Q(edition=1, reason="") | Q(edition__gt=1) & ~Q(reason=""), name="measures_closing_reason"
            ),
        ]

    @property
    def span(self) -> Span:
        """The period."""
        return Span(self.starts_on, cast(Kind, self.kind))

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Closing]:
        rows = Closing.objects.filter(company_id=actor.company_id)
        return rows if may_read(actor) else rows.none()


class Figure(CompanyTable):
    """指标值: the result of a closing for the company or one unit."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="figures")
    unit = models.CharField(max_length=12)
    """'company', 'dealer', 'team' or 'technician'."""
    unit_id = models.UUIDField(null=True)
    """None: the company as a whole, or what belongs to no unit of this kind."""
    dealer_id = models.UUIDField(null=True)
    """Whose manager may read it; None: the company's own readers only."""
    value = models.FloatField(null=True)
    """A share for rates, else in the column's unit; None: not assessed."""
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    excluded = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing", "unit", "unit_id"], name="measures_figure_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(numerator__lte=F("denominator")), name="measures_figure_part_of_the_whole"
            ),
            models.CheckConstraint(
                condition=Q(denominator=0, value=None) | Q(denominator__gt=0, value__isnull=False),
                name="measures_figure_not_assessed",
            ),
        ]

    @property
    def measured(self) -> Measured:
        """The result as a value."""
        return Measured(
            self.value, self.numerator, self.denominator, self.excluded, self.failed, self.low, self.high
        )  # fmt: skip

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Figure]:
        rows = Figure.objects.filter(company_id=actor.company_id)
        if not may_read(actor):
            return rows.none()
        return rows.filter(dealer_id=actor.dealer_id) if actor.reach == "dealer" else rows


class FigureCase(CompanyTable):
    """A row that a closing looked at, and the part it had; together they are the figure."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="cases", db_index=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(pgettext_lazy("part of a figure", "part"), max_length=10, choices=list(PARTS.items()))
    counted_at = models.DateTimeField()
    """The moment that placed it in the period."""
    value = models.FloatField(null=True)
    dealer_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    technician_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["closing", "dossier"], name="measures_figurecase_once")]
        indexes = [models.Index(fields=["closing", "part", "-counted_at"], name="measures_figurecase_part")]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[FigureCase]:
        rows = FigureCase.objects.filter(company_id=actor.company_id)
        if not may_read(actor):
            return rows.none()
        return rows.filter(dealer_id=actor.dealer_id) if actor.reach == "dealer" else rows
