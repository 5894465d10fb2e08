from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nuoda.domain.parts.models import Part
from nuoda.foundation.base.models import ScopedTable, Table
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import CaseShare, Dossier
from nuoda.foundation.orgs.models import Person

from ..states import ACTIVE, WORK_ORDER
from .tickets import Ticket

WORK_KINDS = {"onsite": _("on site"), "remote": _("remote session"), "software": _("software patch")}


class WorkOrder(ScopedTable):
    """工单: one visit, or one remote session, for a ticket, by one technician."""

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="work_order")
    case_id = models.UUIDField(editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="work_orders")
    visit = models.PositiveSmallIntegerField(_("visit"))
    state = models.CharField(_("state"), max_length=12, choices=WORK_ORDER.choices)
    kind = models.CharField(_("kind of work"), max_length=8, choices=list(WORK_KINDS.items()))
    technician = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="work_orders")
    task = models.CharField(_("task"), max_length=400)
    place = models.CharField(_("place"), max_length=300, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    planned = DateTimeRangeField(_("planned time"))
    """Half-open; the exclusion constraint keeps a technician from being in two places."""
    appointed = models.BooleanField(default=False)
    """Whether the customer agreed to `planned`."""
    suggestion = models.JSONField(default=dict)
    """Rank and reasons with which the technician was suggested, as they were at dispatch."""
    dispatched_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    dispatched_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True, blank=True)
    prepared_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)

    symptom = models.TextField(_("symptom"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    measure = models.TextField(_("repair action"), blank=True)
    resolution = models.CharField(_("resolution"), max_length=20, blank=True)
    explained = models.BooleanField(_("fault and measure explained to the customer"), default=False)
    tested = models.BooleanField(_("tested"), default=False)
    site_cleaned = models.BooleanField(_("site cleaned"), default=False)
    no_parts = models.BooleanField(_("no part was replaced"), default=False)
    remote_result = models.CharField(max_length=10, blank=True)
    customer_confirmed = models.BooleanField(_("the customer confirmed that it works"), default=False)
    checks = models.JSONField(default=dict)
    """Further items of the checklist by code: true, false or absent."""
    score = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    record_paper = models.UUIDField(null=True, blank=True)
    """The repair record that the customer signed (engine/papers)."""
    solved = models.BooleanField(null=True)
    version = models.IntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="service_work_order_once_at_a_time",
                expressions=[(F("technician"), RangeOperators.EQUAL), (F("planned"), RangeOperators.OVERLAPS)],
                condition=Q(state__in=ACTIVE),
            ),
            models.UniqueConstraint(fields=["ticket", "visit"], name="service_work_order_visit"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 5)), name="service_work_order_score"),
        ]
        indexes = [
            models.Index(fields=["technician", "state"], name="service_work_order_tech"),
            models.Index(fields=["case_id"], name="service_work_order_case"),
            models.Index(
                fields=["company_id", "-dispatched_at"],
                name="service_work_order_open",
                condition=Q(state__in=ACTIVE),
            ),
        ]

    @property
    def number(self) -> str:
        return self.dossier.number

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[WorkOrder]:
        rows = WorkOrder.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician":
            return rows.filter(case_id__in=CaseShare.cases_of(actor))
        return rows.filter(customer_id=actor.customer_id)


class PartUsed(ScopedTable, Table):
    """A part that was replaced: a line of the repair record. Stock is not moved here."""

    case_id = models.UUIDField(editable=False)
    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("part"), max_length=120)
    """As it was called then; a part that the catalogue does not know has only this."""
    quantity = models.PositiveIntegerField(_("quantity"))
    old_serial = models.CharField(_("serial number taken out"), max_length=60, blank=True)
    new_serial = models.CharField(_("serial number put in"), max_length=60, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="service_part_used_quantity")]
