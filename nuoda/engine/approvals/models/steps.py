from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.orgs.models import Person

from ..states import STEP
from .approvals import Approval

VERDICTS = {
    "submitted": _("submitted"),
    "approved": _("approved"),
    "rejected": _("rejected"),
    "sent_back": _("sent back"),
    "returned": _("returned to an earlier step"),
    "withdrawn": _("withdrawn"),
    "transferred": _("transferred"),
    "signer_added": _("added a signer"),
    "reminded": _("reminded"),
    "copied": _("sent a copy"),
    "lapsed": _("lapsed"),
    "granted": _("granted without a step, as the rule says"),
}


class Step(CompanyTable):
    """One step of a round's chain: who is asked by which clause, and what became of it."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="steps")
    dealer_id = models.UUIDField(null=True, editable=False)
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    """From 1, in order."""
    role = models.CharField(max_length=30, blank=True)
    """Role code; empty for a signer whom somebody added."""
    mode = models.CharField(max_length=3, choices=[("any", _("one of them")), ("all", _("all of them"))])
    within = models.CharField(max_length=30, blank=True)
    """Time limit as the book spells it ('4 working hours'); empty: none."""
    clause = models.CharField(max_length=40, blank=True)
    why = models.JSONField(default=list)
    """Notes of `pure.chains.Note` that say why these people."""
    state = models.CharField(_("state"), max_length=10, choices=STEP.choices)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["approval", "round", "position"],
                name="approvals_step_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["approval"], condition=Q(state="open"), name="approvals_one_step_open"),
        ]


class Seat(CompanyTable):
    """A person who is asked in a step."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="seats")
    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="seats")
    dealer_id = models.UUIDField(null=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    transferred_from = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "person"], name="approvals_seat_once")]
        indexes = [models.Index(fields=["person", "approval"], name="approvals_seat_person")]


class Decision(CompanyTable):
    """One act in an approval; append-only. Its comment is the remark of the journal entry `entry_id`, erasable
    there."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    dealer_id = models.UUIDField(null=True, editable=False)
    round = models.PositiveSmallIntegerField()
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, related_name="decisions")
    verdict = models.CharField(max_length=12, choices=list(VERDICTS.items()))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    """Who acted; None: the book itself (granted, lapsed by the system)."""
    on_behalf_of = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    """For whom, when a delegate acted."""
    other = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    """Whom a transfer, an added signer or a copy names."""
    content_hash = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    entry_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["approval", "decided_at"], name="approvals_decision_order"),
            models.Index(fields=["person", "-decided_at"], name="approvals_decision_person"),
        ]
