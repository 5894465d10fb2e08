"""What the desk itself shows on the home page: what is due, and how things stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.domain.service import access, queries
from nuoda.engine.clocks import queries as clocks
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.panels import Panel, register
from nuoda.foundation.ui.pure.tones import ClockBadge

WATCHERS = frozenset({"quality_supervisor", "director", "hq_support", "service_manager", "dealer_manager", "agent"})


def install() -> None:
    register(
        Panel(
            place="home",
            key="due",
            label=_("To do today"),
            template="desk/_due.html",
            load=due,
            roles=WATCHERS | {"technician"},
            icon="clock-exclamation",
            order=10,
            wide=True,
        )
    )
    register(
        Panel(
            place="home",
            key="figures",
            label=_("How things stand"),
            template="desk/_figures.html",
            load=figures,
            roles=access.READERS - {"technician", "customer_contact", "audit_admin"},
            icon="chart-bar",
            order=5,
            wide=True,
        )
    )


def due(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """What the actor owes by due time, with the page where it is done."""
    rows = list(clocks.due_for(actor, limit=12))
    language = get_language() or "zh-hans"
    return {
        "rows": [
            (
                row,
                ClockBadge(
                    label=row.label.get(language) or row.label.get("zh-hans") or row.ref,
                    state="missed" if row.state == "missed" else "near" if row.warned else row.state,
                    due=row.due_at,
                    clause=row.clause_id,
                ),
                reverse("desk:go", args=[row.dossier.number]),
            )
            for row in rows
        ]
    }


def figures(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """Open tickets in four numbers; each leads to exactly the rows that it counts."""
    tickets = reverse("service:tickets")
    every = "?state=reported&state=answered&state=dispatched&state=working"
    found = queries.standing(actor)
    return {
        "tiles": [
            {"value": found["open"], "label": _("open tickets"), "url": tickets + every, "tone": "info"},
            {
                "value": found["urgent"],
                "label": _("urgent"),
                "url": f"{tickets}{every}&severity=urgent",
                "tone": "missed",
            },
            {
                "value": found["unanswered"],
                "label": _("waiting for an answer"),
                "url": f"{tickets}?state=reported",
                "tone": "near",
            },
            {
                "value": found["complaints"],
                "label": _("open complaints"),
                "url": f"{tickets}{every}&kind=complaint",
                "tone": "near",
            },
            {"value": found["paused"], "label": _("paused"), "url": f"{tickets}{every}&paused=1", "tone": "paused"},
        ]
    }
