from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Person

from ..access import supervise


class Reading(CompanyTable):
    """阅知: one person is asked to confirm that he read the clauses of a version that bind him and are new to him."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="readings")
    dealer_id = models.UUIDField(null=True, editable=False)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="readings")
    clauses = ArrayField(models.CharField(max_length=80))
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """Until when the regulation wants it confirmed; None where it names no time."""
    reminded_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it fell away unread, because its person left or lost the role it was for; None again once he has it back."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="revisions_reading_once")]
        indexes = [
            models.Index(
                fields=["person", "asked_at"], name="revisions_reading_open", condition=models.Q(confirmed_at=None)
            ),
            models.Index(fields=["version", "confirmed_at"], name="revisions_reading_version"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.version_id}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Reading]:
        """One's own; those of everybody for whoever supervises."""
        rows = Reading.objects.filter(company_id=actor.company_id)
        if supervise(actor):
            return rows
        return rows.filter(person_id=actor.person_id) if actor.person_id else rows.none()
