from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from nuoda.foundation.base.models import ScopedTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id

from ..pure.kinds import KINDS, inward, wider


class Dossier(ScopedTable):
    """卷宗: one row per numbered business thing: one number, one scope, one timeline, one address."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    case_id = models.UUIDField()
    """The root of the matter (own id for a root): clocks run and timelines show per case."""
    origin = models.CharField(max_length=8, default="live")
    opened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    """When the first entry was recorded: no entry of this dossier lies in an earlier partition."""
    closed_at = models.DateTimeField(null=True, blank=True)
    chain_seq = models.IntegerField(default=0)
    chain_head = models.BinaryField(default=b"")
    chain_at = models.DateTimeField(null=True)
    search = SearchVectorField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "number"], name="journal_dossier_number"),
        ]
        indexes = [
            models.Index(fields=["case_id"], name="journal_dossier_case"),
            models.Index(fields=["customer_id", "-opened_at"], name="journal_dossier_customer"),
            models.Index(fields=["chain_at"], name="journal_dossier_chain_at"),
            GinIndex(fields=["search"], name="journal_dossier_search"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def kind_label(self) -> str:
        kind = KINDS.get(self.kind)
        return str(kind.label) if kind else self.kind

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Dossier]:
        """Dossiers that the actor may know of; administrators none of a customer's, nor what belongs to a customer's matter."""
        rows = Dossier.objects.filter(company_id=actor.company_id)
        if actor.only_administers:
            return rows.filter(kind__in=inward(), case_id=models.F("id"))
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "customer":
            return rows.filter(customer_id=actor.customer_id)
        dealer, shared = models.Q(dealer_id=actor.dealer_id), models.Q(case_id__in=CaseShare.cases_of(actor))
        known = dealer if actor.reach == "dealer" else shared
        for kind, customers in wider().items():
            of = customers(actor)
            if of is not None:
                known |= models.Q(kind=kind, customer_id__in=of)
        return rows.filter(known)


class CaseShare(models.Model):
    """A technician sees a case because it was shared with him; `customer_id` opens that customer's card too."""

    pk = models.CompositePrimaryKey("person_id", "case_id")
    person_id = models.UUIDField()
    case_id = models.UUIDField()
    customer_id = models.UUIDField(null=True)
    company_id = models.UUIDField()
    dealer_id = models.UUIDField(null=True)
    """The dealer of the case, for row-level security: its people share it and take it back."""
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person_id", "customer_id"], name="journal_caseshare_customer")]

    @staticmethod
    def cases_of(actor: Actor) -> models.QuerySet[CaseShare, UUID]:
        """Ids of the cases that were shared with a person; none for an actor who is nobody."""
        shares = CaseShare.objects.filter(person_id=actor.person_id) if actor.person_id else CaseShare.objects.none()
        return shares.values_list("case_id", flat=True)
