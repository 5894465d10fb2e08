from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.orgs.models import Person

from ..access import may_prove

KINDS = {
    "evidence": _("evidence pack"),
    "ocel": _("event log (OCEL 2.0, JSON)"),
    "csv": _("event log (CSV)"),
}


class Bundle(models.Model):
    """资料包: a file that was made to be handed on: an evidence pack, or an event log. Bytes lie in the storage; the hash of the
    file and of each part of it stand here and in the journal."""

    dossier = models.OneToOneField(Dossier, primary_key=True, on_delete=models.PROTECT, related_name="bundle")
    company_id = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=list(KINDS.items()))
    parameters = models.JSONField(default=dict)
    """What was asked for; ids and codes."""
    language = models.CharField(max_length=10)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=130, blank=True)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    """sha256 (hex) of the file."""
    manifest = models.JSONField(default=dict)
    """Parts of the file with size and sha256."""

    class Meta:
        indexes = [models.Index(fields=["company_id", "-asked_at"], name="reports_bundle_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ready_at=None, digest="") | models.Q(ready_at__isnull=False, failed_at=None) & ~models.Q(digest=""),
                name="reports_bundle_ready",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or self.kind

    @property
    def path(self) -> str:
        """Name in the storage."""
        return f"bundles/{self.company_id.hex}/{self.pk.hex}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Bundle]:
        rows = Bundle.objects.filter(company_id=actor.company_id)
        return rows if may_prove(actor) else rows.none()
