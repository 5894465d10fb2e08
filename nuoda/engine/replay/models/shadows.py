from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.pure.actors import Actor

from ..access import may_read
from .replays import Found, Trial


class Shadow(Trial):
    """影子运行: a version that binds nobody, judged beside the regulation in force; nobody is told what it misses."""

    class Status(models.TextChoices):
        RUNNING = "running", pgettext_lazy("shadow", "running")
        STOPPED = "stopped", pgettext_lazy("shadow", "stopped")

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)
    since = models.DateTimeField()
    """What started from here on counts."""
    seen_until = models.DateTimeField()
    """Entries recorded before were taken in."""
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", stopped_at=None) | Q(status="stopped", stopped_at__isnull=False),
                name="replay_shadow_stopped",
            ),
            models.UniqueConstraint(
                fields=["company_id", "policy"], condition=Q(status="running"), name="replay_shadow_one_runs"
            ),
        ]
        indexes = [models.Index(fields=["company_id", "-asked_at"], name="replay_shadow_newest")]

    def __str__(self) -> str:
        return f"{self.policy} {self.number}"

    @property
    def running(self) -> bool:
        return self.status == "running"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Shadow]:
        rows = Shadow.objects.filter(company_id=actor.company_id)
        return rows if actor.reach == "system" or may_read(actor) else rows.none()


class ShadowDeadline(Found):
    """A deadline since the shadow run began, as life and as the shadow sees it."""

    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="deadlines")
    next_at = models.DateTimeField(null=True)
    """When time alone changes one side."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow", "ref", "start_id"], name="replay_shadowdeadline_once"),
        ]
        indexes = [
            models.Index(fields=["shadow", "next_at"], name="replay_shadowdeadline_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["shadow", "started_at"], name="replay_shadowdeadline_start"),
        ]  # fmt: skip

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ShadowDeadline]:
        rows = ShadowDeadline.objects.filter(company_id=actor.company_id)
        return rows if actor.reach == "system" or may_read(actor) else rows.none()
