"""Blocks for home pages and for the ticket's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure import panels

from .. import queries
from ..access import DESK, MENDERS, READERS
from . import words
from .lists import address, who

SHOWN = 5


def register() -> None:
    template = "care/_panel.html"
    for place, key, label, load, roles, icon, order in (
        ("home", "follow_ups", _("Follow-up calls due"), due, DESK, "phone-call", 40),
        ("home", "dissatisfied", _("Dissatisfied customers"), owed, MENDERS, "mood-sad", 42),
        ("ticket.rail", "follow_ups", _("Follow-ups"), of_ticket, READERS, "phone-call", 60),
    ):
        panels.register(panels.Panel(place, key, label, template, load, roles=roles, icon=icon, order=order))


def due(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """The calls that have been due for the longest."""
    return _lines(list(queries.due(actor, at)[: SHOWN + 1]), "care:follow_ups")


def owed(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """Who has waited longest for somebody to speak with him."""
    return _lines(list(queries.dissatisfied(actor)[: SHOWN + 1]), "care:dissatisfied")


def of_ticket(actor: Actor, at: datetime, ticket: Any) -> Mapping[str, Any] | None:
    return _lines(list(queries.of_ticket(actor, ticket.pk)[: SHOWN + 1]), "care:follow_ups")


def _lines(rows: list[Any], more: str) -> Mapping[str, Any] | None:
    if not rows:
        return None
    lines = [{"row": row, "url": address(row), "who": who(row), "chips": words.chips(row)} for row in rows[:SHOWN]]
    return {"lines": lines, "more": more if len(rows) > SHOWN else ""}
