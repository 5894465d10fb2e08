"""Dispatch: the board of technicians and unassigned matters, and the form that gives out a job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers import queries as customers
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs.models import Person
from nuoda.foundation.orgs.queries import people_in_role
from nuoda.foundation.ui.pure.tones import Chip
from nuoda.foundation.ui.templatetags.ui import moment
from nuoda.foundation.ui.web.pages import BoardPage, Card, Lane, Link

from .. import access as rights
from .. import queries
from ..actions import dispatch
from ..models import Ticket, WorkOrder
from ..pure.ranking import Reason, Suggestion
from ..states import ACTIVE, WORK_ORDER
from . import forms
from .acts import TicketAct
from .words import next_clocks, severity_chip, state_chip

SHOWN = 40
"""Unassigned matters on the board; the list shows the others."""

_REASONS = {
    "qualified": _("qualified for %(skill)s"),
    "no_skill_needed": _("no certificate is needed"),
    "not_qualified": _("not qualified for %(skill)s"),
    "certificate_expired": _("the certificate for %(skill)s ended on %(until)s"),
    "open_jobs": _("%(count)s jobs under way"),
    "distance": _("%(km)s km away"),
    "been_there": _("has been at this customer %(count)s ×"),
    "free_from": _("free from %(at)s"),
    "no_gap": _("no gap in the next %(days)s days"),
    "outside_hours": _("outside working hours"),
}


def skill_names(actor: Actor) -> dict[str, str]:
    """Skills by their codes, which are those of the product categories, in words."""
    return {row.code: row.name for row in customers.categories(actor)}


def reason_text(reason: Reason | dict[str, Any], skills: Mapping[str, str]) -> str:
    """A reason of a suggestion in words."""
    known = reason if isinstance(reason, dict) else {"code": reason.code, "figures": reason.figures}
    figures = dict(known["figures"])
    if "skill" in figures:
        figures["skill"] = skills.get(figures["skill"], figures["skill"])
    if "at" in figures:
        figures["at"] = moment(timezone.localtime(datetime.fromisoformat(figures["at"])))
    return str(_REASONS[known["code"]]) % figures


class Dispatch(TicketAct):
    """派工: suggestions with their reasons, and the form with task, place, time and technician (DL-3.2a/b)."""

    verb = "dispatch"
    title = _("Dispatch")
    menu = "dispatch"
    form_class = forms.DispatchForm
    clauses = ("DL-3.2a", "DL-3.2b")
    submit = _("Give out the job")
    done_text = _("The job is given out; the technician is told.")
    wide = True

    _ranked: list[tuple[Person, Suggestion]] | None = None

    def ranked(self) -> list[tuple[Person, Suggestion]]:
        if self._ranked is None:
            self._ranked = queries.suggestions(self.actor, self.row, at=self.at)
        return self._ranked

    def initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"task": self.row.subject, "place": self.row.site.address if self.row.site else ""}
        best = next((s for _p, s in self.ranked() if s.qualified and s.slot), None)
        if best and best.slot and "technician" not in self.request.GET:
            found |= {"technician": best.person, "starts_at": best.slot[0], "ends_at": best.slot[1]}
        return found

    def form_kwargs(self) -> dict[str, Any]:
        return {"choices": {"technician": [(p.pk, p.name) for p, _s in self.ranked()]}}

    def more(self) -> dict[str, Any]:
        given = self.request.POST or self.request.GET
        chosen = given.get("technician") or str(self.initial().get("technician", ""))
        skills = skill_names(self.actor)
        rows = []
        for person, found in self.ranked()[:8]:
            use = ""
            if found.slot:
                start, end = (timezone.localtime(m).strftime("%Y-%m-%dT%H:%M") for m in found.slot)
                use = f"?technician={person.pk}&starts_at={start}&ends_at={end}"
            rows.append(
                {
                    "person": person,
                    "found": found,
                    "use": use,
                    "reasons": [(r.good, reason_text(r, skills)) for r in found.reasons],
                    "chosen": str(person.pk) == chosen,
                }
            )
        return {"form_template": "service/_dispatch_fields.html", "suggestions": rows}

    def do(self, cleaned: dict[str, Any]) -> WorkOrder:
        technician = next((p for p, _s in self.ranked() if p.pk == cleaned["technician"]), None)
        if technician is None:
            raise NotYours()
        place, found = next((n, s) for n, (p, s) in enumerate(self.ranked(), 1) if p.pk == technician.pk)
        return dispatch.assign(
            self.row,
            technician=technician,
            task=cleaned["task"],
            place=cleaned["place"],
            kind=cleaned["kind"],
            starts_at=cleaned["starts_at"],
            ends_at=cleaned["ends_at"],
            appointed=cleaned["appointed"],
            suggestion=as_kept(place, found),
            remark=cleaned["remark"],
            actor=self.actor,
            at=self.at,
        )


def as_kept(place: int, found: Suggestion) -> dict[str, Any]:
    """A suggestion as the work order keeps it: place in the ranking, score and reasons."""
    return {"place": place, "score": found.score, "reasons": [asdict(reason) for reason in found.reasons]}


class DispatchBoard(BoardPage):
    """派工看板: what waits, and what every technician has; a card moved to a technician gives him the job in his first gap."""

    access = rights.MANAGERS
    title = _("Dispatch board")
    menu = "dispatch"
    refresh = 10
    links = (
        Link(label=_("Work orders"), icon="tools", url=lambda actor: reverse("service:work_orders"), roles=rights.DESK),
    )

    def technicians(self) -> QuerySet[Person]:
        return people_in_role(self.actor, ["technician"], dealer_id=self.actor.dealer_id)

    def lanes(self) -> Sequence[Lane]:
        people = list(self.technicians())
        every = queries.unassigned(self.actor)
        waiting = list(every[:SHOWN])
        jobs: dict[UUID, list[WorkOrder]] = defaultdict(list)
        rows = WorkOrder.visible_to(self.actor).filter(state__in=ACTIVE, technician__in=people)
        for row in rows.select_related("dossier", "ticket__dossier", "ticket__customer").order_by("planned"):
            jobs[row.technician_id].append(row)
        cases = [row.pk for row in waiting] + [row.case_id for held in jobs.values() for row in held]
        clocks = next_clocks(self.actor, cases)
        lanes_of = [f"p:{person.pk}" for person in people]
        first = Lane(
            key="waiting",
            label=_("Waiting for dispatch"),
            tone="near",
            cards=[self.waiting_card(row, clocks, lanes_of) for row in waiting],
            url=reverse("service:tickets") + "?state=answered&kind=fault",
            total=every.count() if len(waiting) == SHOWN else None,
        )
        return [first] + [
            Lane(key=f"p:{person.pk}", label=person.name, cards=[self.job_card(row, clocks) for row in jobs[person.pk]])
            for person in people
        ]

    def waiting_card(self, row: Ticket, clocks: dict[UUID, Any], lanes: list[str]) -> Card:
        own = lanes if row.dealer_id == self.actor.dealer_id else []
        return Card(
            id=f"t:{row.pk}",
            title=row.subject,
            number=row.number,
            url=reverse("service:dispatch", args=[row.number]),
            text=row.customer.name if row.customer else row.caller_name,
            chips=[severity_chip(row.severity)] if row.severity != "none" else [],
            clock=clocks.get(row.pk),
            lanes=own,
        )

    def job_card(self, row: WorkOrder, clocks: dict[UUID, Any]) -> Card:
        span = timezone.localtime(row.planned.lower), timezone.localtime(row.planned.upper)
        chips: list[Chip] = [state_chip(WORK_ORDER, row.state)]
        return Card(
            id=f"w:{row.pk}",
            title=row.task,
            number=row.number,
            url=reverse("service:work_order", args=[row.number]),
            text=f"{moment(span[0])}–{span[1]:%H:%M}",
            chips=chips,
            clock=clocks.get(row.case_id),
        )

    def move(self, card: str, lane: str) -> None:
        kind, _colon, key = card.partition(":")
        target, _colon, person_key = lane.partition(":")
        if kind != "t" or target != "p":
            raise NotYours()
        try:
            ticket = queries.hold(self.actor, id=UUID(key))
            wanted = UUID(person_key)
        except ValueError as error:
            raise NotYours() from error
        ranked = queries.suggestions(self.actor, ticket, at=self.at)
        for place, (person, found) in enumerate(ranked, 1):
            if person.pk == wanted:
                start = found.slot[0] if found.slot else self.at
                end = found.slot[1] if found.slot else self.at + queries.visit_length(self.actor, ticket, self.at)
                dispatch.assign(
                    ticket,
                    technician=person,
                    task=ticket.subject,
                    starts_at=start,
                    ends_at=end,
                    suggestion=as_kept(place, found),
                    actor=self.actor,
                    at=self.at,
                )
                return
        raise NotYours()
