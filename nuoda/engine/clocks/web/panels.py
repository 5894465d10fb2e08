"""The clocks of a case for record pages of the apps above.

class TicketPage(RecordPage):
    def clocks(self): return panels.badges(self.actor, self.row.dossier.case_id)
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.panels import Panel
from nuoda.foundation.ui.pure.tones import ClockBadge

from .. import queries
from . import words


def badges(actor: Actor, case_id: UUID, *, withdrawn: bool = False) -> list[ClockBadge]:
    """Badges of a case, most urgent first; those withdrawn only when asked for."""
    rows = queries.deadlines_of(actor, case_id)
    return [words.badge(row) for row in rows if withdrawn or row.state != "withdrawn"]


def clocks_panel(place: str, *, order: int = 10) -> Panel:
    """A block with the clocks, for pages that do not show them in their head."""
    return Panel(place, "clocks", _("Time limits"), "clocks/_clocks.html", _clocks, icon="clock", order=order)


def _clocks(actor: Actor, at: datetime, subject: Any) -> dict[str, Any] | None:
    found = badges(actor, subject.case_id)
    return {"badges": found, "at": at} if found else None
