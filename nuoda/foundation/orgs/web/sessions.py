"""Sessions in a table that names their users."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from ..models import Session


class SessionStore(DatabaseStore):
    """Django's own store, with the columns that a list of sessions needs."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        row.started_at = _moment(data.get("since"))
        row.seen_at = _moment(data.get("seen"))
        row.address = data.get("address", "")[:45]
        row.device = data.get("device", "")[:200]
        return row


def _moment(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)
