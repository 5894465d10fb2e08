"""Words, chips, clocks and timelines of the service pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.clocks.models import Deadline
from nuoda.engine.states.pure.machines import Machine
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Dossier
from nuoda.foundation.journal.pure.words import EventWord, word
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.ui.pure.tones import Chip, ClockBadge
from nuoda.foundation.ui.web.pages import Event

from ..models.tickets import SEVERITIES

EVENTS = {
    "ticket.reported": EventWord(pgettext_lazy("event", "reported"), "headset", "info"),
    "ticket.answered": EventWord(pgettext_lazy("event", "answered"), "phone", "kept"),
    "ticket.promised": EventWord(pgettext_lazy("event", "a time was promised"), "clock"),
    "ticket.handed_over": EventWord(pgettext_lazy("event", "handed over"), "transfer"),
    "ticket.severity_changed": EventWord(pgettext_lazy("event", "severity changed"), "flag", "near"),
    "ticket.responded": EventWord(pgettext_lazy("event", "responded to the customer"), "messages", "kept"),
    "ticket.dispatched": EventWord(pgettext_lazy("event", "dispatched"), "user-check"),
    "ticket.dispatch_withdrawn": EventWord(pgettext_lazy("event", "waits for dispatch again"), "refresh", "near"),
    "ticket.work_started": EventWord(pgettext_lazy("event", "work began"), "tools"),
    "ticket.solved": EventWord(pgettext_lazy("event", "solved"), "circle-check", "kept"),
    "ticket.closed": EventWord(pgettext_lazy("event", "closed"), "checks"),
    "ticket.reopened": EventWord(pgettext_lazy("event", "reopened"), "refresh", "near"),
    "ticket.cancelled": EventWord(pgettext_lazy("event", "cancelled"), "circle-x"),
    "ticket.merged": EventWord(pgettext_lazy("event", "merged into another ticket"), "link"),
    "ticket.absorbed": EventWord(pgettext_lazy("event", "took in a duplicate"), "link"),
    "ticket.paused": EventWord(pgettext_lazy("event", "paused"), "player-pause", "paused"),
    "ticket.resumed": EventWord(pgettext_lazy("event", "resumed"), "player-play"),
    "ticket.reassigned": EventWord(pgettext_lazy("event", "given to somebody else"), "user"),
    "ticket.customer_corrected": EventWord(pgettext_lazy("event", "customer corrected"), "building"),
    "ticket.rated": EventWord(pgettext_lazy("event", "rated by the customer"), "star"),
    "complaint.settlement_proposed": EventWord(pgettext_lazy("event", "settlement proposed"), "scale"),
    "complaint.settlement_approved": EventWord(pgettext_lazy("event", "settlement released"), "scale", "kept"),
    "complaint.settlement_rejected": EventWord(pgettext_lazy("event", "settlement not approved"), "scale", "missed"),
    "work_order.dispatched": EventWord(pgettext_lazy("event", "work order given out"), "clipboard-list", "info"),
    "work_order.declined": EventWord(pgettext_lazy("event", "work order declined"), "circle-x", "near"),
    "work_order.contacted": EventWord(pgettext_lazy("event", "technician spoke with the customer"), "phone", "kept"),
    "work_order.appointed": EventWord(pgettext_lazy("event", "appointment agreed"), "calendar"),
    "work_order.prepared": EventWord(pgettext_lazy("event", "tools and parts prepared"), "package"),
    "work_order.arrived": EventWord(pgettext_lazy("event", "technician arrived"), "map-pin", "kept"),
    "work_order.session_started": EventWord(pgettext_lazy("event", "remote session began"), "device-desktop"),
    "work_order.noted": EventWord(pgettext_lazy("event", "record written"), "file-text"),
    "work_order.signed": EventWord(pgettext_lazy("event", "customer signed"), "signature", "kept"),
    "work_order.completed": EventWord(pgettext_lazy("event", "work order completed"), "circle-check", "kept"),
    "work_order.nobody_home": EventWord(pgettext_lazy("event", "nobody was there"), "home", "near"),
    "work_order.left_unfinished": EventWord(pgettext_lazy("event", "visit without result"), "alert-triangle", "near"),
    "work_order.cancelled": EventWord(pgettext_lazy("event", "work order cancelled"), "circle-x"),
}


def state_chip(machine: Machine, state: str) -> Chip:
    """A state with its colour."""
    colour = machine.colour(state)
    return Chip(machine.label(state), "neutral" if colour == "quiet" else colour)


def severity_chip(severity: str) -> Chip:
    tone = {"urgent": "missed", "general": "info"}.get(severity, "neutral")
    icon = "flame" if severity == "urgent" else ""
    return Chip(SEVERITIES[severity], tone, icon)


def badge(row: Deadline, number: str = "") -> ClockBadge:
    """A deadline as pages show it."""
    language = get_language() or "zh-hans"
    state = row.state
    if state == "missed" and row.done_at is not None:
        state = "kept_late"
    near = row.next_action_at if row.next_action_at and row.due_at and row.next_action_at < row.due_at else None
    if state == "open" and row.warned:
        state = "near"
    return ClockBadge(
        label=row.label.get(language) or row.label.get("zh-hans") or row.ref,
        state=state,
        due=row.due_at,
        clause=row.clause_id,
        url=reverse("clocks:explanation", args=[number]) if number else "",
        met=row.done_at,
        near_at=near,
    )


def case_clocks(actor: Actor, case_id: UUID, number: str) -> list[ClockBadge]:
    """All time limits of a case, what is owed first."""
    rows = clocks.deadlines_of(actor, case_id)
    return [badge(row, number) for row in rows if row.state != "withdrawn" and not _past(row)]


def _past(row: Deadline) -> bool:
    """What an import left open: its record ends there, and nobody here owes it."""
    return row.origin == "import" and row.done_at is None


def next_clocks(actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, ClockBadge]:
    """The most pressing time limit of each case, in one statement; for lists."""
    owed = Deadline.visible_to(actor).filter(case_id__in=list(case_ids), done_at=None).exclude(origin="import")
    rows = owed.order_by("case_id", "due_at")
    return {row.case_id: badge(row) for row in rows.distinct("case_id")}


def case_timeline(actor: Actor, dossier: Dossier, *, limit: int = 100) -> Iterable[Event]:
    """What happened in a case, newest first, with who did it and what he wrote; what was recorded late stands where it belongs."""
    rows = journal.timeline(actor, case_id=dossier.case_id, since=dossier.recorded_at, limit=limit)
    rows.sort(key=lambda row: row.happened_at, reverse=True)
    remarks = journal.remarks(actor, rows)
    people = names(actor, {row.actor_id for row in rows if row.actor_id})
    for row in rows:
        said = word(row.type)
        text: Any = remarks.get(row.id, "")
        number = row.dossier.number if row.dossier and row.dossier_id != dossier.pk else ""
        yield Event(
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            what=f"{said.label} · {number}" if number else said.label,
            who=people.get(row.actor_id, "") if row.actor_id else "",
            text=text,
            icon=said.icon,
            tone=said.tone,
            clauses=row.clauses,
        )


def names(actor: Actor, ids: Collection[UUID | None]) -> dict[UUID | None, str]:
    """Names of people by id."""
    found = Person.objects.filter(company_id=actor.company_id, pk__in=[pk for pk in ids if pk])
    return dict(found.values_list("pk", "name"))
