from __future__ import annotations

from django.db import models

from nuoda.foundation.base.models import CompanyTable


class SentRequest(CompanyTable):
    """A mutation that was sent with an idempotency key, and what was answered. Committed with the action itself.

    A repeat finds it and gets the same answer; a sender of the same key at the same moment waits at the unique index.
    """

    person_id = models.UUIDField()
    key = models.CharField(max_length=100)
    fingerprint = models.BinaryField(max_length=32)
    """sha256 of method, path and what was sent."""
    status = models.SmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "person_id", "key"], name="api_sentrequest_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.sent_at:%Y-%m-%d %H:%M}"
