"""Blocks for other rooms' pages: what I owe, on the home; the ladder of a missed deadline, beside its derivation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.engine.papers.web.panels import files_panel
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from ..access import HANDERS, READERS
from . import handing, records, words

SHOWN = 6


def register() -> None:
    for place in ("home", "phone.home"):
        panels.register(
            panels.Panel(
                place,
                "duties",
                _("Periodic duties"),
                "duties/_home.html",
                home,
                roles=READERS,
                icon="calendar-event",
                order=25,
            )
        )
    panels.register(
        panels.Panel(
            "home", "waiting", _("Waiting for a successor"), "duties/_waiting.html", handing.waiting, roles=HANDERS,
            icon="transfer", order=15, wide=True,
        )
    )  # fmt: skip
    panels.register(
        panels.Panel(
            "person.sections", "owed", _("Still owed in person"), "duties/_owed.html", handing.on_card, roles=HANDERS,
            icon="clock",
        )
    )  # fmt: skip
    panels.register(
        panels.Panel("person.leaving", "owed", _("Still owed in person"), "duties/_leaving.html", handing.leaving)
    )
    panels.register(
        panels.Panel(
            "deadline.owner", "left", _("Left behind"), "duties/_left.html", handing.of_deadline, roles=HANDERS
        )
    )
    panels.register(
        panels.Panel("deadline.more", "ladder", _("Escalation"), "duties/_ladder.html", ladder, icon="arrow-up")
    )
    panels.register(files_panel("duty.rail"))
    panels.register(files_panel("audit.rail"))


def home(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """What the actor owes, has to confirm and has to check, the longest due first."""
    owed = list(queries.due_for(actor, limit=SHOWN + 1))
    confirm = queries.to_confirm(actor)[:SHOWN]
    if not owed and not confirm:
        return None
    return {
        "lines": [{"row": row, "badge": words.badge(row), "period": words.period(row.period)} for row in owed[:SHOWN]],
        "more": len(owed) > SHOWN,
        "confirm": confirm,
        "at": at,
    }


def ladder(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """The ladders of a deadline."""
    return records.ladder(actor, subject.pk)
