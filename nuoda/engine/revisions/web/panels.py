"""Blocks for other rooms' pages: what I have to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.engine.rulebook.web.menu import STAFF
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from . import words

SHOWN = 5


def register() -> None:
    for place in ("home", "phone.home"):
        panels.register(
            panels.Panel(
                place, "readings", _("To read"), "revisions/_panel.html", to_read, roles=STAFF, icon="book", order=35
            )
        )


def to_read(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """Changed clauses that bind the actor and that he has not yet confirmed."""
    rows = list(queries.to_read(actor, at)[:SHOWN])
    if not rows:
        return None
    return {
        "rows": [
            {"row": row, "title": words.title(row.version), "late": row.due_at and row.due_at < at} for row in rows
        ]
    }
