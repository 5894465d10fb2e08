"""Reads of tickets and work orders; every public one takes `actor`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Model, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Stale
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.orgs.models import Leave, Person, Qualification
from nuoda.foundation.orgs.queries import people_in_role

from .models import Ticket, WorkOrder
from .pure.ranking import Candidate, Job, Measure, Span, Suggestion, rank
from .pure.times import local_date
from .states import ACTIVE, OPEN

Row = TypeVar("Row", bound=Model)
_WITH = ("dossier", "customer", "contact", "site", "product__model__category", "keeper")


def ticket(actor: Actor, *, number: str | None = None, id: UUID | None = None) -> Ticket:  # noqa: A002
    """One ticket with what its page shows; raises NotYours when the actor may not know of it."""
    rows = _read(actor, Ticket.visible_to(actor)).select_related(*_WITH).prefetch_related(_jobs())
    return _one(rows, number, id)


def hold(
    actor: Actor,
    *,
    number: str | None = None,
    id: UUID | None = None,
    version: int | None = None,  # noqa: A002
) -> Ticket:
    """The ticket, locked until the transaction ends; raises Stale when `version` (what the form was made from) has passed."""
    rows = _read(actor, Ticket.visible_to(actor)).select_for_update(of=("self",), no_key=True)
    row = _one(rows.select_related(*_WITH).prefetch_related(_jobs()), number, id)
    _fresh(row.version, version)
    return row


def work_order(actor: Actor, *, number: str | None = None, id: UUID | None = None) -> WorkOrder:  # noqa: A002
    """One work order with its ticket; raises NotYours when the actor may not know of it."""
    return _one(_work_rows(actor), number, id)


def hold_work_order(
    actor: Actor,
    *,
    number: str | None = None,
    id: UUID | None = None,
    version: int | None = None,  # noqa: A002
) -> WorkOrder:
    """The work order, its ticket locked first (the one order of locks in this app); Stale as in `hold`."""
    rows = WorkOrder.visible_to(actor).order_by()
    wanted = rows.filter(dossier__number=number) if number is not None else rows.filter(pk=id)
    found = wanted.values_list("pk", "ticket_id").first()
    if found is None:
        raise NotYours()
    Ticket.objects.select_for_update(no_key=True).filter(pk=found[1]).order_by().values_list("pk").first()
    row = _one(_work_rows(actor), None, found[0])
    _fresh(row.version, version)
    return row


def open_tickets(actor: Actor) -> QuerySet[Ticket]:
    """Tickets that somebody still owes something, urgent first, newest first: the order of the index."""
    return Ticket.visible_to(actor).filter(state__in=OPEN).order_by("severity_rank", "-reported_at", "-dossier_id")


def standing(actor: Actor) -> dict[str, int]:
    """Open tickets counted: all, urgent, unanswered, complaints, paused. One statement over the index of the open ones."""
    return (
        Ticket.visible_to(actor)
        .filter(state__in=OPEN)
        .aggregate(
            open=Count("pk"),
            urgent=Count("pk", filter=Q(severity="urgent")),
            unanswered=Count("pk", filter=Q(state="reported")),
            complaints=Count("pk", filter=Q(kind="complaint")),
            paused=Count("pk", filter=Q(paused_at__isnull=False)),
        )
    )


def open_matters_of(actor: Actor, customer_id: UUID) -> QuerySet[Ticket]:
    """What is open for a customer: shown when he calls."""
    return open_tickets(actor).filter(customer_id=customer_id).select_related("dossier", "keeper")


def tickets_of(actor: Actor, customer_id: UUID) -> QuerySet[Ticket]:
    """All matters of a customer, newest first."""
    rows = Ticket.visible_to(actor).filter(customer_id=customer_id)
    return rows.select_related("dossier", "customer").order_by("-reported_at")


def passed_to(actor: Actor) -> QuerySet[Ticket]:
    """Open matters that were passed to the actor to look after, urgent first, without those that he has a job for."""
    jobs = WorkOrder.objects.filter(technician_id=actor.person_id, state__in=ACTIVE).values("ticket_id")
    rows = open_tickets(actor).filter(keeper_id=actor.person_id).exclude(pk__in=jobs)
    return rows.select_related("dossier", "customer")


def earlier_answers(actor: Actor, text: str, *, limit: int = 8) -> list[Ticket]:
    """Solved matters about the same words, the latest first: what was answered before (DL-3.1b)."""
    rows = Ticket.visible_to(actor).filter(solved_at__isnull=False).exclude(solution="").exclude(kind="complaint")
    found = rows.filter(dossier__in=journal.matching(actor, text, kinds=["ticket"]))
    return list(found.select_related("dossier", "product__model").order_by("-solved_at")[:limit])


def jobs_of(actor: Actor, *, technician_id: UUID | None = None) -> QuerySet[WorkOrder]:
    """Jobs under way of a technician (default: the actor), in the order of their planned time."""
    rows = WorkOrder.visible_to(actor).filter(technician_id=technician_id or actor.person_id, state__in=ACTIVE)
    return rows.select_related("dossier", "ticket__dossier", "ticket__customer", "ticket__product__model").order_by(
        "planned"
    )


def finished_jobs(actor: Actor) -> QuerySet[WorkOrder]:
    """The actor's jobs that ended, the latest first."""
    rows = WorkOrder.visible_to(actor).filter(technician_id=actor.person_id).exclude(state__in=ACTIVE)
    return rows.select_related("dossier", "ticket__customer").order_by("-finished_at")


def unassigned(actor: Actor) -> QuerySet[Ticket]:
    """Open faults that no job is under way for: what a manager has to dispatch."""
    busy = WorkOrder.objects.filter(state__in=ACTIVE).values("ticket_id")
    rows = open_tickets(actor).filter(state="answered", kind="fault").exclude(pk__in=busy)
    return rows.select_related("dossier", "customer", "site", "product__model__category")


@dataclass(frozen=True, slots=True)
class Fitness:
    """Whether a technician fits a job: certificate, free at that time, of the organisation that is responsible."""

    qualified: bool
    available: bool
    own: bool


def fitness(row: Ticket, technician: Person, starts_at: datetime, ends_at: datetime) -> Fitness:
    """What the dispatch gates ask about the technician (DL-2.2, DL-2.2b)."""
    skill = _skill(row)
    day = local_date(starts_at)
    qualified = skill is None or (
        Qualification.objects.filter(person=technician, skill=skill, valid_from__lte=day)
        .filter(Q(valid_until=None) | Q(valid_until__gte=day))
        .exists()
    )
    away = Leave.objects.filter(person=technician, starts_at__lt=ends_at, ends_at__gt=starts_at).exists()
    return Fitness(qualified, not away, technician.dealer_id == row.dealer_id)


def visit_length(actor: Actor, row: Ticket, at: datetime) -> timedelta:
    """How long a visit is planned when nobody has estimated it (DL-3.2a); of days or months their working time counts."""
    said = rulebook.book(actor).value("dispatch_visit_length", at, Duration)
    if said.seconds is not None:
        return timedelta(seconds=said.seconds)
    calendar = clocks.calendar_of(actor, dealer_id=row.dealer_id, at=at)
    return calendar.count(at, calendar.add(at, said))


def suggestions(
    actor: Actor, row: Ticket, *, at: datetime, minutes: int | None = None
) -> list[tuple[Person, Suggestion]]:
    """Technicians of the responsible organisation, best first, each with reasons (DL-3.2a). Five statements, whatever their number."""
    book = rulebook.book(actor)
    urgent = row.severity == "urgent"
    people = list(people_in_role(actor, ["technician"], dealer_id=row.dealer_id))
    ids = [person.pk for person in people]
    calendar = clocks.calendar_of(actor, dealer_id=row.dealer_id, at=at)
    end = calendar.add(at, book.value("dispatch_horizon", at, Duration))
    booked: dict[UUID, list[Span]] = defaultdict(list)
    for person_id, span in WorkOrder.objects.filter(
        technician_id__in=ids, state__in=ACTIVE, planned__overlap=(at, end)
    ).values_list("technician_id", "planned"):
        booked[person_id].append((span.lower, span.upper))
    away: dict[UUID, list[Span]] = defaultdict(list)
    for person_id, begins, ends in Leave.objects.filter(person__in=ids, ends_at__gt=at, starts_at__lt=end).values_list(
        "person_id", "starts_at", "ends_at"
    ):
        away[person_id].append((begins, ends))
    skills: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for held in Qualification.objects.filter(person__in=ids, valid_from__lte=local_date(at)):
        known = skills[held.person_id].get(held.skill, held.valid_until)
        longer = max(known, held.valid_until) if known and held.valid_until else None
        skills[held.person_id][held.skill] = longer
    load = dict(
        WorkOrder.objects.filter(technician_id__in=ids, state__in=ACTIVE)
        .values_list("technician_id")
        .annotate(count=Count("pk"))
    )
    been = {}
    if row.customer_id:
        been = dict(
            WorkOrder.objects.filter(technician_id__in=ids, state="completed", customer_id=row.customer_id)
            .values_list("technician_id")
            .annotate(count=Count("pk"))
        )
    working = calendar.pieces(at, end)
    site = row.site
    length = minutes or visit_length(actor, row, at) // timedelta(minutes=1)
    job = Job(
        earliest=at,
        minutes=length,
        skill=_skill(row),
        urgent=urgent,
        latitude=site.latitude if site else None,
        longitude=site.longitude if site else None,
    )
    candidates = [
        Candidate(
            person=person.pk,
            skills=skills[person.pk],
            booked=booked[person.pk],
            away=away[person.pk],
            working=working,
            open_jobs=load.get(person.pk, 0),
            been_there=been.get(person.pk, 0),
            latitude=person.latitude,
            longitude=person.longitude,
        )
        for person in people
    ]
    measure = Measure(
        weights=book.value("dispatch_weights_urgent" if urgent else "dispatch_weights", at, dict),
        workload_full=book.value("dispatch_workload_full", at, int),
        distance_far_km=book.value("dispatch_distance_far_km", at, int),
        horizon=end - at,
    )
    by_id = {person.pk: person for person in people}
    return [(by_id[found.person], found) for found in rank(job, candidates, measure)]


def _skill(row: Ticket) -> str | None:
    return row.product.model.category.code if row.product else None


def _jobs() -> Prefetch[Any]:
    return Prefetch("work_orders", WorkOrder.objects.select_related("dossier", "technician").order_by("visit"))


def _work_rows(actor: Actor) -> QuerySet[WorkOrder]:
    return _read(actor, WorkOrder.visible_to(actor)).select_related(
        "dossier",
        "technician",
        "ticket__dossier",
        "ticket__customer",
        "ticket__contact",
        "ticket__site",
        "ticket__product__model__category",
    )


def _read(actor: Actor, rows: QuerySet[Row]) -> QuerySet[Row]:
    """What of his scope the actor reads one by one; administrators nothing, although their figures count it."""
    return rows.none() if actor.only_administers else rows


def _one(rows: QuerySet[Row], number: str | None, id: UUID | None) -> Row:  # noqa: A002
    found = (rows.filter(dossier__number=number) if number is not None else rows.filter(pk=id)).first()
    if found is None:
        raise NotYours()
    return found


def _fresh(now: int, expected: int | None) -> None:
    if expected is not None and expected != now:
        raise Stale(_("Somebody else changed this a moment ago. Load the page again and decide anew."))
