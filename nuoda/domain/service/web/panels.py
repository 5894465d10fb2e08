"""What the service puts on pages of others: the homes, a customer's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuoda.engine.approvals.web.panels import of_case
from nuoda.engine.papers.web.panels import files_panel, papers_panel
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.ui.pure.panels import Panel, register

from .. import access, queries
from ..states import WORK_ORDER
from .words import next_clocks, severity_chip, state_chip


def install() -> None:
    for place in ("ticket.rail", "work_order.rail"):
        register(papers_panel(place))
        register(files_panel(place))
    register(
        Panel(
            place="ticket.rail",
            key="approvals",
            label=_("Approvals"),
            template="approvals/_panel.html",
            load=of_case,
            roles=access.DESK | {"director", "quality_supervisor"},
            icon="signature",
            order=50,
        )
    )
    register(
        Panel(
            place="home",
            key="dispatch",
            label=_("Waiting for dispatch"),
            template="service/_home_waiting.html",
            load=waiting,
            roles=access.MANAGERS,
            icon="user-check",
            order=30,
        )
    )
    register(
        Panel(
            place="home",
            key="jobs",
            label=_("My jobs"),
            template="service/_home_jobs.html",
            load=my_jobs,
            roles=frozenset({"technician"}),
            icon="tools",
            order=20,
        )
    )
    register(
        Panel(
            place="home",
            key="tickets",
            label=_("Tickets that I look after"),
            template="service/_home_tickets.html",
            load=my_tickets,
            roles=access.DESK,
            icon="inbox",
            order=40,
        )
    )
    register(
        Panel(
            place="customer.sections",
            key="tickets",
            label=_("Tickets"),
            template="service/_customer_tickets.html",
            load=of_customer,
            icon="inbox",
            order=10,
        )
    )


def waiting(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    rows = list(queries.unassigned(actor)[:8])
    return _with_clocks(actor, rows)


def my_tickets(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    rows = queries.open_tickets(actor).filter(keeper_id=actor.person_id).select_related("dossier", "customer")
    return _with_clocks(actor, list(rows[:8]))


def of_customer(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any] | None:
    """Everything that a customer came with, newest first, and the way to register the next matter for it."""
    rows = list(queries.tickets_of(actor, subject.pk)[:20])
    report = f"{reverse('service:report')}?customer={subject.pk}" if access.may(actor, "report") else ""
    return {**_with_clocks(actor, rows), "report": report} if rows or report else None


def my_jobs(actor: Actor, at: datetime, subject: Any) -> Mapping[str, Any]:
    rows = list(queries.jobs_of(actor)[:8])
    clocks = next_clocks(actor, [row.case_id for row in rows])
    return {"rows": [(row, state_chip(WORK_ORDER, row.state), clocks.get(row.case_id)) for row in rows]}


def _with_clocks(actor: Actor, rows: list[Any]) -> Mapping[str, Any]:
    clocks = next_clocks(actor, [row.pk for row in rows])
    return {
        "rows": [
            (row, severity_chip(row.severity) if row.severity != "none" else None, clocks.get(row.pk)) for row in rows
        ]
    }
