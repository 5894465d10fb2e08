from __future__ import annotations

from django.db import models

from nuoda.foundation.base.models import ScopedTable, Table
from nuoda.foundation.base.pure.actors import Actor

from .dossiers import CaseShare, Dossier


class Entry(ScopedTable):
    """记录: one thing that happened; append-only (the database refuses UPDATE, DELETE and TRUNCATE), partitioned by month.

    History, outbox and the input of replay in one. Nothing has a foreign key to it. `payload` and `facts` hold ids and codes.
    """

    pk = models.CompositePrimaryKey("recorded_at", "id")
    id = models.UUIDField()
    recorded_at = models.DateTimeField()
    happened_at = models.DateTimeField()
    dossier = models.ForeignKey(Dossier, on_delete=models.DO_NOTHING, null=True, db_index=False)
    case_id = models.UUIDField(null=True)
    type = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    facts = models.JSONField(null=True)
    clauses = models.JSONField(default=list)
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=40, blank=True)
    on_behalf_of = models.UUIDField(null=True)
    origin = models.CharField(max_length=8)
    as_if = models.CharField(max_length=200, blank=True)
    """For imports: the label of the rulebook it is judged by, as if it had been in force."""
    remark_hash = models.BinaryField(null=True)
    chain_seq = models.IntegerField(default=0)
    prev_hash = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        managed = True
        indexes = [
            models.Index(fields=["case_id", "recorded_at"], name="journal_entry_case"),
            models.Index(fields=["customer_id", "recorded_at"], name="journal_entry_customer"),
            models.Index(fields=["type", "recorded_at"], name="journal_entry_type"),
        ]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Entry]:
        rows = Entry.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician":
            return rows.filter(case_id__in=CaseShare.cases_of(actor))
        return rows.filter(customer_id=actor.customer_id)


class Remark(ScopedTable):
    """Free text that belongs to an entry: erasable, its salted hash is in the entry's chain."""

    entry_id = models.UUIDField(primary_key=True)
    case_id = models.UUIDField(null=True)
    text = models.TextField()
    salt = models.BinaryField()


class Source(models.Model):
    """Ids that sources gave to events: each is recorded once."""

    pk = models.CompositePrimaryKey("company_id", "source")
    company_id = models.UUIDField()
    source = models.CharField(max_length=200)
    entry_id = models.UUIDField()


class DayChain(models.Model):
    """Head of the chain of entries without a dossier, per company, day and shard (so that writers do not queue)."""

    pk = models.CompositePrimaryKey("company_id", "day", "shard")
    company_id = models.UUIDField()
    day = models.DateField()
    shard = models.SmallIntegerField()
    chain_seq = models.IntegerField(default=0)
    chain_head = models.BinaryField(default=b"")


class Anchor(Table):
    """An hourly seal over all chain heads that moved since the one before: cutting a chain's tail is noticed."""

    taken_at = models.DateTimeField()
    heads = models.IntegerField()
    prev_digest = models.BinaryField(default=b"")
    digest = models.BinaryField()


class AnchoredHead(models.Model):
    """One chain's head at an anchor. `chain` is a dossier id, or company/day/shard."""

    pk = models.CompositePrimaryKey("anchor", "chain")
    anchor = models.ForeignKey(Anchor, on_delete=models.DO_NOTHING, related_name="anchored")
    chain = models.CharField(max_length=64)
    chain_seq = models.IntegerField()
    chain_head = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["chain", "chain_seq"], name="journal_anchoredhead_chain")]
