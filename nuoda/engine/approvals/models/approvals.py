from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable, ScopedTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Delegation, Person

from ..access import read_all
from ..states import APPROVAL, OPEN


class Approval(ScopedTable):
    """审批: a verb of a subject that waits for a chain of people. Its dossier lies in the subject's case."""

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="approval")
    case_id = models.UUIDField(editable=False)
    matter = models.CharField(max_length=60)
    about = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="approvals")
    """Dossier of the subject: the ticket whose settlement is asked for."""
    state = models.CharField(_("state"), max_length=12, choices=APPROVAL.choices)
    round = models.PositiveSmallIntegerField(default=1)
    submitter = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64)
    """SHA-256 of the content of the current round (see `pure.contents.digest`)."""
    clauses = models.JSONField(default=list)
    reminded_at = models.DateTimeField(null=True, blank=True)
    readers = ArrayField(models.UUIDField(), default=list)
    """Whoever has a part in it: the submitters, everybody who was ever asked, those who were given a copy."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "matter"], condition=Q(state__in=OPEN), name="approvals_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "rejected", "withdrawn"]) | Q(decided_at=None),
                name="approvals_decided_at",
            ),
        ]
        indexes = [
            models.Index(fields=["submitter", "-submitted_at"], name="approvals_submitter"),
            models.Index(fields=["company_id", "-submitted_at"], name="approvals_newest"),
            models.Index(fields=["case_id"], name="approvals_case"),
            GinIndex(fields=["readers"], name="approvals_readers"),
        ]

    def __str__(self) -> str:
        return self.dossier.number

    @staticmethod
    def visible_to(actor: Actor, *, at: datetime | None = None) -> models.QuerySet[Approval]:
        """Approvals one submits, decides (also for somebody who is away), is copied on, or may read by role; dealers
        only their own."""
        rows = Approval.objects.filter(company_id=actor.company_id)
        if actor.reach == "system":
            return rows
        if actor.reach == "customer":
            return rows.none()
        part = Q(readers__contains=[actor.person_id]) | Q(pk__in=_lent(actor, at))
        if read_all(actor):
            part |= Q(company_id=actor.company_id) if actor.reach == "company" else Q(dealer_id=actor.dealer_id)
        return rows.filter(part)


def _lent(actor: Actor, at: datetime | None) -> models.QuerySet[Any, Any]:
    """Approvals that ask somebody who delegated to the actor (at `at`, or ever until revoked)."""
    from .steps import Seat

    givers = Delegation.objects.filter(taker_id=actor.person_id, revoked_at=None)
    if at is not None:
        givers = givers.filter(starts_at__lte=at, ends_at__gt=at)
    return Seat.objects.filter(person_id__in=givers.values("giver_id")).values("approval_id")


class Round(CompanyTable):
    """What was put before the approvers in one round, as it was; append-only (the database refuses UPDATE and
    DELETE)."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="rounds")
    dealer_id = models.UUIDField(null=True, editable=False)
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    submitter_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "number"], name="approvals_round_number")]


class Copy(CompanyTable):
    """抄送: somebody who is given the approval to read."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="copies")
    dealer_id = models.UUIDField(null=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "person"], name="approvals_copy_once")]
        indexes = [models.Index(fields=["person", "-given_at"], name="approvals_copy_person")]
