from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.models import ScopedTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import CaseShare, Dossier


class Deadline(ScopedTable):
    """时限: one clock of one case, as the fold of the case's entries makes it.

    The row is a stored result: the explanation folds the journal again and compares. Its id is made of case, rule,
    start and correlation, so that daily work, replay and a second reading name the same deadline.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("deadline", "open")
        PAUSED = "paused", pgettext_lazy("deadline", "paused")
        KEPT = "kept", pgettext_lazy("deadline", "kept")
        MISSED = "missed", pgettext_lazy("deadline", "missed")
        WITHDRAWN = "withdrawn", pgettext_lazy("deadline", "withdrawn")
        WAIVED = "waived", pgettext_lazy("deadline", "waived")

    id = models.UUIDField(primary_key=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="deadlines", db_index=False)
    """Where its start was recorded."""
    case_id = models.UUIDField()
    ref = models.CharField(max_length=120)
    """Clause and key of the rule: 'MN-3.2.1b/on_site'."""
    clause_id = models.CharField(max_length=80)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="deadlines", db_index=False)
    """The policy version that was in force when the start happened, or the later one that it passed under."""
    label = models.JSONField(default=dict)
    """What is owed, by language."""
    correlation = models.CharField(max_length=80, blank=True)
    round = models.IntegerField(default=1)
    owner_role = models.CharField(max_length=40, blank=True)
    owner_person_id = models.UUIDField(null=True)
    left_by_id = models.UUIDField(null=True)
    """Who owed it in person and has left, or holds the role no more; None where that never was, or somebody has taken it over."""
    start_id = models.UUIDField()
    start_type = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """None while a pause without limit stops the clock."""
    promised = models.BooleanField(default=False)
    budget = models.DurationField()
    remaining = models.DurationField()
    """What was left of the budget at `counts_from`."""
    counts_from = models.DateTimeField()
    working = models.BooleanField(default=False)
    calendar_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    cause = models.CharField(max_length=12, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_id = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    """When nothing was owed any more: equals `ended_at`, but for a miss that was done later (or not yet)."""
    done_id = models.UUIDField(null=True)
    next_action_at = models.DateTimeField(null=True)
    """When the sweep has to look at it."""
    warned = ArrayField(models.SmallIntegerField(), default=list)
    """Warnings of the rule that have their journal entry."""
    missed_entry_id = models.UUIDField(null=True)
    """The journal entry of the miss, while the miss stands."""
    origin = models.CharField(max_length=8, default="live")
    as_if = models.BooleanField(default=False)
    """An import, judged as if the rules had been in force."""
    provisional = models.BooleanField(default=False)
    late_recorded = models.BooleanField(default=False)
    """Its start or end was recorded later than the tolerance."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("open", "paused"), ended_at=None)
                | Q(state__in=("kept", "missed", "withdrawn", "waived"), ended_at__isnull=False),
                name="clocks_deadline_ended",
            ),
            models.CheckConstraint(condition=Q(missed_entry_id=None) | Q(state="missed"), name="clocks_deadline_miss"),
        ]
        indexes = [
            models.Index(
                fields=["next_action_at"], name="clocks_deadline_next", condition=Q(next_action_at__isnull=False)
            ),
            models.Index(
                fields=["company_id", "owner_role", "due_at"], name="clocks_deadline_role", condition=Q(done_at=None)
            ),
            models.Index(
                fields=["owner_person_id", "due_at"], name="clocks_deadline_person", condition=Q(done_at=None)
            ),
            models.Index(
                fields=["left_by_id"], name="clocks_deadline_left", condition=Q(done_at=None, left_by_id__isnull=False)
            ),
            models.Index(fields=["dealer_id", "due_at"], name="clocks_deadline_dealer", condition=Q(done_at=None)),
            models.Index(fields=["case_id"], name="clocks_deadline_case"),
            models.Index(fields=["company_id", "clause_id", "started_at"], name="clocks_deadline_clause"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ref} #{self.round}"

    @property
    def owed(self) -> bool:
        return self.done_at is None

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Deadline]:
        rows = Deadline.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        if actor.reach == "dealer":
            return rows.filter(dealer_id=actor.dealer_id)
        if actor.reach == "technician":
            shared = (
                CaseShare.objects.filter(person_id=actor.person_id) if actor.person_id else CaseShare.objects.none()
            )
            return rows.filter(case_id__in=shared.values("case_id"))
        return rows.filter(customer_id=actor.customer_id)


class DeadlinePause(ScopedTable):
    """暂停: a stretch in which a reason held, whether it stopped the clock or not.

    Its evidence is the journal entry of its begin.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case_id = models.UUIDField()
    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=60)
    author_id = models.UUIDField(null=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    limit_at = models.DateTimeField(null=True)
    stops = models.BooleanField()

    @staticmethod
    def key(deadline_id: uuid.UUID, reason: str, from_at: str) -> uuid.UUID:
        return uuid.uuid5(deadline_id, f"{reason}|{from_at}")


class LateRecord(ScopedTable):
    """补录: an entry of a case that was recorded later than the tolerance; for the supervisor."""

    entry_id = models.UUIDField(primary_key=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="late_records", db_index=False)
    case_id = models.UUIDField()
    type = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["company_id", "-recorded_at"], name="clocks_laterecord_newest")]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[LateRecord]:
        rows = LateRecord.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        return rows.filter(dealer_id=actor.dealer_id) if actor.reach == "dealer" else rows.none()
