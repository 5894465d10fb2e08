"""What the desk itself shows on the home page: what is due, and how things stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.domain.service import access, queries
from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs import queries as orgs
from nuoda.foundation.orgs.web.staffing import SOON
from nuoda.foundation.orgs.web.words import event_words
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
            key="overdue",
            label=_("Overdue with others"),
            template="desk/_due.html",
            load=overdue,
            roles=WATCHERS - {"agent"},
            icon="alert-triangle",
            order=20,
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
            roles=access.READERS - {"technician", "customer_contact"},
            icon="chart-bar",
            order=5,
            wide=True,
        )
    )

    for key, label, template, load, roles, icon, order in (
        ("office", _("What you look after"), "desk/_office.html", office, frozenset({"system_admin"}), "settings", 10),
        (
            "logins",
            _("Logins and rights"),
            "desk/_office.html",
            logins,
            frozenset({"security_admin"}),
            "shield-lock",
            10,
        ),
        ("recent", _("Recorded lately"), "desk/_recent.html", recent, frozenset({"audit_admin"}), "history", 10),
    ):
        register(Panel("home", key, label, template, load, roles=roles, icon=icon, order=order, wide=True))


def office(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """The organisation in numbers, each with the list that it counts."""
    ready = orgs.qualifications(actor)
    today = timezone.localdate(at)
    return {
        "tiles": [
            {
                "value": orgs.people(actor).filter(active=True).count(),
                "label": _("people"),
                "url": reverse("orgs:people"),
            },
            {
                "value": ready.filter(valid_until__gte=today, valid_until__lt=today + timedelta(days=SOON)).count(),
                "label": _("certificates that end soon"),
                "url": reverse("orgs:qualifications") + "?state=soon",
                "tone": "near",
            },
            {
                "value": ready.filter(valid_until__lt=today).count(),
                "label": _("certificates that have ended"),
                "url": reverse("orgs:qualifications") + "?state=expired",
                "tone": "missed",
            },
            {
                "value": orgs.leaves(actor).filter(starts_at__lte=at, ends_at__gt=at).count(),
                "label": _("away now"),
                "url": reverse("orgs:leaves") + "?now=1",
            },
        ]
    }


def logins(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """Who is logged in, who failed to, and who acts for whom."""
    security = reverse("orgs:security")
    return {
        "tiles": [
            {
                "value": orgs.lockouts(actor).count(),
                "label": _("accounts with wrong tries"),
                "url": security,
                "tone": "near",
            },
            {"value": orgs.open_sessions(actor).count(), "label": _("open sessions"), "url": security},
            {
                "value": orgs.delegations(actor).filter(starts_at__lte=at, ends_at__gt=at, revoked_at=None).count(),
                "label": _("delegations now"),
                "url": reverse("orgs:delegations") + "?now=1",
            },
        ]
    }


def recent(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """The newest entries about people, rights, logins and exports."""
    rows = list(orgs.audit_trail(actor).order_by("-recorded_at", "-id")[:12])
    names = orgs.names(actor, [row.actor_id for row in rows])
    return {
        "rows": [
            (event_words(row.type), names.get(row.actor_id, "") if row.actor_id else "", row.recorded_at)
            for row in rows
        ],
        "more": reverse("orgs:audit"),
    }


def due(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    """What the actor owes by due time, with the page where it is done."""
    return _duties(clocks.due_for(actor, limit=12, own=True))


def overdue(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """What others let pass, for those who watch over them."""
    found = _duties(clocks.overdue(actor, limit=12))
    return found if found["rows"] else None


def _duties(rows: Iterable[Deadline]) -> dict[str, Any]:
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
