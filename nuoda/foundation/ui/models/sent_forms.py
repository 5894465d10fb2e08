from __future__ import annotations

from django.db import models

from nuoda.foundation.base.models import CompanyTable


class SentForm(CompanyTable):
    """A form that was sent: its one-time token is the id, so that sending it twice does the work once.

    Committed with the action itself; `location` is where the first sending led.
    """

    person_id = models.UUIDField(null=True)
    page = models.CharField(max_length=80)
    location = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.page} {self.sent_at:%Y-%m-%d %H:%M}"
