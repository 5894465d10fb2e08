from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor


class ImportState(models.TextChoices):
    PREVIEWED = "previewed", _("previewed")
    WAITING = "waiting", pgettext_lazy("import", "waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ImportRun(CompanyTable):
    """One file on its way in: tried first without effect, then run, with progress and the rows that could not be
    taken."""

    type = models.CharField(_("what"), max_length=40)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(editable=False)
    """The file itself, until the run is done."""
    state = models.CharField(_("status"), max_length=10, choices=ImportState, default=ImportState.PREVIEWED)
    person_id = models.UUIDField(null=True, editable=False)
    language = models.CharField(max_length=10)
    started_at = models.DateTimeField(editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("as before"), default=0)
    failed = models.PositiveIntegerField(_("not taken"), default=0)
    problems = models.JSONField(default=list)
    """[{row, column, value, cause, fix}], in the language of the person who imports."""

    class Meta:
        indexes = [models.Index(fields=["company_id", "-started_at"], name="customers_importrun_started")]

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ImportRun]:
        rows = ImportRun.objects.filter(company_id=actor.company_id)
        if actor.reach in ("company", "system"):
            return rows
        return rows.none()
