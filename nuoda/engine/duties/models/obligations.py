from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person


class Watch(models.Model):
    """How far a company's periods have been looked through; its row is the lock of whoever opens duties."""

    company_id = models.UUIDField(primary_key=True, editable=False)
    looked_until = models.DateTimeField(null=True)


class Obligation(models.Model):
    """周期义务: what a cadence asks for one period and unit, and what became of it.

    The row is a stored result of `pure.standing` over its evidence and attestations. One exists for each rule, period and unit.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("duty", "to be done")
        CLAIMED = "claimed", pgettext_lazy("duty", "waits for confirmation")
        MET = "met", pgettext_lazy("duty", "done")
        MISSED = "missed", pgettext_lazy("duty", "missed")
        WAIVED = "waived", pgettext_lazy("duty", "waived")
        WITHDRAWN = "withdrawn", pgettext_lazy("duty", "withdrawn")

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="obligation")
    company_id = models.UUIDField(editable=False)
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    """The dealer that owes it; None: the company."""
    ref = models.CharField(max_length=120)
    """Clause and key of the rule: 'LC-6.3a/quarterly_evaluation'."""
    clause_id = models.CharField(max_length=80)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="obligations", db_index=False)
    """The policy version that was in force when it opened."""
    label = models.JSONField(default=dict)
    """What has to be done, by language."""
    period = models.CharField(max_length=12)
    """Code of the period: '2026-Q4' (see `pure.periods`)."""
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    per = models.CharField(max_length=40)
    unit_id = models.UUIDField(null=True, blank=True)
    """What it is about; None: the company itself."""
    unit_name = models.CharField(max_length=120)
    owner_role = models.CharField(max_length=40)
    owner_person_id = models.UUIDField(null=True)
    left_by_id = models.UUIDField(null=True)
    """Who owed it in person and has left, or holds the role no more; None where that never was, or somebody has taken it over."""
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    judged_at = models.DateTimeField()
    """The due time with its grace: what is done until then is kept."""
    counts_from = models.DateTimeField()
    counts_until = models.DateTimeField()
    """What happens in this half-open stretch counts for this period and no other."""
    times = models.IntegerField(default=1)
    warn_at = ArrayField(models.DateTimeField(), default=list)
    state = models.CharField(max_length=10, choices=State.choices)
    cause = models.CharField(max_length=12, blank=True)
    """Of a withdrawal: 'no_cases' when there was nothing to audit."""
    counted = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    """When it was done, in time or late; None while it is not."""
    done_by = models.CharField(max_length=40, blank=True)
    """Id of the evidence or attestation that did it."""
    next_action_at = models.DateTimeField(null=True)
    """When the sweep has to look at it."""
    warned = ArrayField(models.SmallIntegerField(), default=list)
    missed_entry_id = models.UUIDField(null=True)
    """The journal entry of the miss, while the miss stands."""
    origin = models.CharField(max_length=8, default="live")
    provisional = models.BooleanField(default=False)
    """Its due time touches a year whose official days are not known."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "ref", "period", "unit_id"], name="duties_obligation_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(missed_entry_id=None) | Q(state="missed"), name="duties_obligation_miss"
            ),
            models.CheckConstraint(
                condition=Q(judged_at__gte=F("due_at"), period_end__gt=F("period_start")), name="duties_obligation_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_action_at"], name="duties_obligation_next", condition=Q(next_action_at__isnull=False)
            ),
            models.Index(fields=["company_id", "due_at"], name="duties_obligation_due"),
            models.Index(fields=["company_id", "clause_id", "due_at"], name="duties_obligation_clause"),
            models.Index(fields=["owner_person_id", "due_at"], name="duties_obligation_person"),
            models.Index(
                fields=["left_by_id"], name="duties_obligation_left", condition=Q(done_at=None, left_by_id__isnull=False)
            ),
            models.Index(fields=["dealer_id", "due_at"], name="duties_obligation_dealer"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ref} {self.period} {self.unit_name}"

    @property
    def number(self) -> str:
        return self.dossier.number

    @property
    def owed(self) -> bool:
        """Whether somebody still has to do something."""
        return self.done_at is None and self.state in ("open", "claimed", "missed")

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Obligation]:
        """The company's, the dealer's own, a technician's own; customers know of none."""
        rows = Obligation.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician" and actor.person_id is not None:
            return rows.filter(owner_person_id=actor.person_id)
        return rows.none()


class Evidence(CompanyTable):
    """An entry of the journal that counts for a duty."""

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="evidence")
    dealer_id = models.UUIDField(null=True, editable=False)
    entry_id = models.UUIDField()
    type = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+")
    """Where it was recorded."""
    actor_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obligation", "entry_id"], name="duties_evidence_once")]


class Attestation(CompanyTable):
    """A person's word that a duty was done, with files; and who confirmed it."""

    class State(models.TextChoices):
        STANDS = "stands", pgettext_lazy("attestation", "stands")
        WAITS = "waits", pgettext_lazy("attestation", "waits for confirmation")
        CONFIRMED = "confirmed", pgettext_lazy("attestation", "confirmed")
        REJECTED = "rejected", pgettext_lazy("attestation", "not accepted")

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="attestations")
    dealer_id = models.UUIDField(null=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    statement = models.TextField()
    files = ArrayField(models.UUIDField(), default=list)
    """Attachments of the duty's dossier that prove it."""
    happened_at = models.DateTimeField()
    """When it was done, as the person says."""
    attested_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["obligation"], condition=Q(state="waits"), name="duties_attestation_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("confirmed", "rejected"), decided_at__isnull=False)
                | Q(state__in=("stands", "waits"), decided_at=None),
                name="duties_attestation_decided",
            ),
        ]

    @property
    def counts(self) -> bool:
        return self.state in ("stands", "confirmed")
