from __future__ import annotations

from django.db import models
from django.db.models import Q

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person


class Notice(CompanyTable):
    """通知: one thing that one person is told. Ids and codes only: the words are made when it is shown or sent."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, null=True, related_name="notices")
    case_id = models.UUIDField(null=True)
    entry_id = models.UUIDField()
    """The journal entry that it is about."""
    template = models.CharField(max_length=60)
    topic = models.CharField(max_length=20)
    urgent = models.BooleanField(default=False)
    params = models.JSONField(default=dict)
    """Ids, codes and moments from which the words are made: clause, ref, due, actor, for, moment."""
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    hidden = models.BooleanField(default=False)
    """Kept for deliveries only: the person does not want this topic in the product's own list."""
    origin = models.CharField(max_length=8, default="live")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "entry_id", "template"], name="notices_notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["person", "-created_at", "-id"], name="notices_notice_person", condition=Q(hidden=False)
            ),
            models.Index(fields=["person"], name="notices_notice_unread", condition=Q(read_at=None, hidden=False)),
        ]

    def __str__(self) -> str:
        return self.template

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Notice]:
        """Everybody sees his own notices and nobody else's."""
        if actor.person_id is None:
            return Notice.objects.none()
        return Notice.objects.filter(company_id=actor.company_id, person_id=actor.person_id, hidden=False)
