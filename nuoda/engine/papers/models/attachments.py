from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.journal.models import Dossier

from ..pure.uploads import TYPES
from .papers import CaseTable

KINDS = [
    ("photo", _("photo")),
    ("document", _("document")),
    ("video", _("video")),
    ("text", _("text file")),
]


class Attachment(CaseTable):
    """附件: a file of a dossier. The bytes lie in the storage under their hash; the type is what the bytes are."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=10, choices=KINDS)
    purpose = models.CharField(max_length=40, blank=True)
    """What it shows, as a code of the app that attached it: 'before', 'after', 'proof_of_purchase'."""
    name = models.CharField(max_length=130)
    extension = models.CharField(max_length=5)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    """sha256 (hex) of the kept bytes."""
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=8, default="live")

    class Meta:
        indexes = [
            models.Index(fields=["dossier", "added_at"], name="papers_attachment_dossier"),
            models.Index(fields=["case_id"], name="papers_attachment_case"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def content_type(self) -> str:
        return TYPES[self.extension][1]

    @property
    def path(self) -> str:
        """Name in the storage."""
        return path_of(self.company_id.hex, self.digest)


def path_of(company: str, digest: str) -> str:
    """Where the bytes of a digest lie; companies do not share bytes, so that one can be removed whole."""
    return f"attachments/{company}/{digest[:2]}/{digest}"
