from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuoda.domain.service.models import Ticket
from nuoda.foundation.base.models import ScopedTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from ..access import COUNTERS, READERS
from ..states import FOLLOW_UP

RESULTS = {
    "satisfied": _("satisfied"),
    "dissatisfied": _("dissatisfied"),
    "unreachable": _("not reached"),
    "declined": _("did not want to answer"),
}
CANCEL_REASONS = {
    "ticket.reopened": _("the ticket was opened again"),
    "ticket.cancelled": _("the ticket was cancelled"),
    "ticket.merged": _("the ticket was merged"),
    "not_wanted": _("the customer wants no call"),
    "mistake": _("planned by mistake"),
}


class FollowUp(ScopedTable):
    """回访: the call after a ticket was closed. What the customer said stands here (erasable), never in the journal."""

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="follow_up")
    case_id = models.UUIDField(editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="follow_ups")
    state = models.CharField(_("state"), max_length=12, choices=FOLLOW_UP.choices)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField(_("to be called from"))
    """When to call, or to try again."""
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    caller = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """Who is to call, later who called."""
    script = models.JSONField(default=list)
    """The questions in force when the call was planned, each a text by language."""
    answers = models.JSONField(default=list)
    """The answers in the order of the questions."""
    result = models.CharField(_("result"), max_length=12, blank=True, choices=list(RESULTS.items()))
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    satisfied = models.BooleanField(_("satisfied"), null=True, blank=True)
    comment = models.TextField(_("what the customer said"), blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    contact_asked_at = models.DateTimeField(null=True, blank=True)
    """Since when the book wants somebody to speak with the dissatisfied customer."""
    contacted_at = models.DateTimeField(null=True, blank=True)
    contacted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreed = models.TextField(_("what was agreed"), blank=True)
    cancel_reason = models.CharField(max_length=20, blank=True, choices=list(CANCEL_REASONS.items()))
    version = models.IntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(state="planned"), name="care_one_planned"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 5)), name="care_followup_score"),
            models.CheckConstraint(
                condition=Q(contacted_at=None) | Q(result="dissatisfied") & ~Q(agreed=""), name="care_followup_contact"
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "due_at"], name="care_followup_due", condition=Q(state="planned")),
            models.Index(
                fields=["company_id", "contact_asked_at"],
                name="care_followup_owed",
                condition=Q(contacted_at=None, contact_asked_at__isnull=False),
            ),
            models.Index(fields=["company_id", "-planned_at"], name="care_followup_newest"),
        ]

    def __str__(self) -> str:
        return self.dossier.number

    @property
    def number(self) -> str:
        return self.dossier.number

    @property
    def owes_contact(self) -> bool:
        """Whether a dissatisfied customer still waits for somebody to speak with him."""
        return self.contact_asked_at is not None and self.contacted_at is None

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[FollowUp]:
        """Follow-ups of the company, or of the dealer, for those who care and supervise."""
        return _scope(actor) if actor.has(*READERS) else FollowUp.objects.none()

    @staticmethod
    def counted_for(actor: Actor) -> models.QuerySet[FollowUp]:
        """Follow-ups behind the actor's figures."""
        return _scope(actor) if actor.has(*COUNTERS) else FollowUp.objects.none()


def _scope(actor: Actor) -> models.QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(company_id=actor.company_id)
    if actor.reach in ("company", "system"):
        return rows
    return rows.filter(dealer_id=actor.dealer_id) if actor.reach == "dealer" else rows.none()
