"""Repairs of the demo: dispatch, visits, records, signatures; now and then a session from afar, a second visit, a customer who calls again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures, dispatch, records, reports, tickets, work
from nuoda.domain.service.models import Ticket, WorkOrder
from nuoda.domain.service.web.board import as_kept
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.orgs.models import Person

from ..pure import demo_words as words
from .demo_company import Client
from .demo_lives import Life, World, close, told

STROKES = [[[12.0, 40.0], [30.0, 22.0], [52.0, 44.0], [70.0, 20.0]], [[20.0, 60.0], [84.0, 56.0]]]


@dataclass(frozen=True, slots=True)
class Repair:
    """What is wrong with a machine and what will mend it."""

    subject: str
    cause: str
    measure: str
    part: int | None
    category: str
    remote: bool
    """Whether a session from afar is enough."""


def fault(world: World, client: Client) -> Life:
    """A breakdown: report, dispatch, visit, record, signature."""
    at = yield world.until
    machine = world.dice.choice(client.machines)
    category = machine.model.category.code
    subject, problem, cause, measure, part, stops = world.dice.choice(words.FAULTS[category])
    repair = Repair(subject, cause, measure, part, category, part is None and world.chance(0.5))
    channel = world.dice.choice(("phone", "phone", "phone", "web", "api"))
    agent = world.person("agent", client)
    matter = told(
        client,
        kind="fault",
        channel=channel,
        subject=subject,
        problem=problem,
        product=machine,
        production_stopped=stops,
    )
    with scoped(agent):
        ticket = reports.report(matter, actor=agent, at=at)
    if channel != "phone":
        at = yield world.after(at, 2, 9 if world.chance(0.85) else 40)
        with scoped(agent):
            tickets.answer(queries.hold(agent, id=ticket.pk), actor=agent, at=at)
    if world.chance(0.04):
        at = yield world.after(at, 20, 240)
        with scoped(agent):
            closures.cancel(queries.hold(agent, id=ticket.pk), reason="self_solved", actor=agent, at=at)
        return
    if world.chance(0.02):
        # Somebody else at the customer's calls about the same machine a little later.
        at = yield world.after(at, 5, 30)
        with scoped(agent):
            again = reports.report(matter, actor=agent, at=at, answered=True)
            closures.merge(queries.hold(agent, id=again.pk), into=queries.hold(agent, id=ticket.pk), actor=agent, at=at)
    at = yield world.after(at, 3, 12)
    manager = world.manager(client)
    with scoped(agent):
        row = queries.hold(agent, id=ticket.pk)
        if row.severity == "general" and world.chance(0.04):
            tickets.set_severity(row, severity="urgent", reason="客户说影响当天交货", actor=agent, at=at)
        urgent = row.severity == "urgent"
        tickets.hand_over(row, to_person=Person.objects.get(pk=cast(UUID, manager.person_id)), actor=agent, at=at)
    at = yield from _mend(world, client, ticket, repair, at, urgent)
    at = yield world.after(at, 60, 1400, desk=True)
    if world.chance(0.03):
        with scoped(agent):
            row = queries.hold(agent, id=ticket.pk)
            closures.reopen(row, reason="开机半天后同样的报警又出现", actor=agent, at=at)
        at = yield from _mend(world, client, ticket, repair, at, urgent)
        at = yield world.after(at, 60, 1400, desk=True)
    yield from close(world, client, ticket, at)


def _mend(
    world: World, client: Client, ticket: Ticket, repair: Repair, at: datetime, urgent: bool
) -> Generator[datetime, datetime, datetime]:
    """Jobs are given out until one solves the matter."""
    while True:
        low, high = (3, 25 if world.chance(0.9) else 90) if urgent else (20, 240)
        at = yield world.after(at, low, high, desk=not urgent)
        job = _dispatched(world, client, ticket, repair, at)
        while job is None:
            at = yield world.after(at, 20, 90)
            job = _dispatched(world, client, ticket, repair, at)
        if job.kind == "onsite":
            at, solved = yield from _visit(world, client, ticket, job, repair, at)
        else:
            at, solved = yield from _session(world, client, job, repair, at)
        if solved:
            return at


def _dispatched(world: World, client: Client, ticket: Ticket, repair: Repair, at: datetime) -> WorkOrder | None:
    """The manager takes the best of the suggestions; None when nobody is free."""
    manager = world.manager(client)
    try:
        with scoped(manager):
            row = queries.hold(manager, id=ticket.pk)
            for place, (person, found) in enumerate(queries.suggestions(manager, row, at=at)[:4], 1):
                if found.qualified and found.slot:
                    return dispatch.assign(
                        row,
                        technician=person,
                        task=row.subject,
                        kind="remote" if repair.remote else "onsite",
                        starts_at=found.slot[0],
                        ends_at=found.slot[1],
                        suggestion=as_kept(place, found),
                        actor=manager,
                        at=at,
                    )
    except Refused:
        return None
    return None


def _technician(world: World, client: Client, job: WorkOrder) -> Actor:
    return next(a for a in world.cast.actors["technician", client.dealer_id] if a.person_id == job.technician_id)


def _session(
    world: World, client: Client, job: WorkOrder, repair: Repair, at: datetime
) -> Generator[datetime, datetime, tuple[datetime, bool]]:
    """Help from afar: a call, a session, the customer's word that it works."""
    technician = _technician(world, client, job)
    at = yield max(world.after(at, 3, 40), job.planned.lower)
    with scoped(technician):
        row = queries.hold_work_order(technician, id=job.pk)
        work.contact(row, actor=technician, at=at)
        work.arrive(row, actor=technician, at=at)
    at = yield world.after(at, 15, 70)
    with scoped(technician):
        row = queries.hold_work_order(technician, id=job.pk)
        records.note(
            row, symptom=repair.subject, cause=repair.cause, measure=f"远程指导：{repair.measure}", resolution="session",
            explained=True, tested=True, no_parts=True, customer_confirmed=True, parts=[], actor=technician, at=at,
        )  # fmt: skip
        work.complete(row, actor=technician, at=at)
    return at, True


def _visit(
    world: World, client: Client, ticket: Ticket, job: WorkOrder, repair: Repair, at: datetime
) -> Generator[datetime, datetime, tuple[datetime, bool]]:
    """One visit; returns when it ended and whether the matter is solved."""
    technician = _technician(world, client, job)
    if world.chance(0.04):
        at = yield world.after(at, 5, 40)
        with scoped(technician):
            work.decline(queries.hold_work_order(technician, id=job.pk), reason="other_job", actor=technician, at=at)
        return at, False
    at = yield world.after(at, 3, 25 if world.chance(0.85) else 200)
    with scoped(technician):
        row = queries.hold_work_order(technician, id=job.pk)
        work.contact(row, actor=technician, at=at)
        begins = _appointed(row, technician, at)
        if begins is None:
            work.decline(row, reason="other_job", actor=technician, at=at)
            return at, False
        work.prepare(row, actor=technician, at=at)
    late = world.dice.uniform(-10, 10) if world.chance(0.85) else world.dice.uniform(20, 120)
    at = yield max(at + timedelta(minutes=5), begins + timedelta(minutes=late))
    if world.chance(0.02):
        with scoped(technician):
            work.nobody_home(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at)
        return at, False
    with scoped(technician):
        position = (client.site.latitude or 0.0, client.site.longitude or 0.0)
        work.arrive(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at, position=position)
    if world.chance(0.07):
        at = yield world.after(at, 40, 120)
        with scoped(technician):
            row = queries.hold_work_order(technician, id=job.pk)
            work.leave_unfinished(row, reason="part_missing", actor=technician, at=at)
            tickets.pause(row.ticket, reason="waiting_parts", actor=technician, at=at)
        at = yield world.after(at, 600, 2800, desk=True)
        agent = world.person("agent", client)
        with scoped(agent):
            tickets.resume(queries.hold(agent, id=ticket.pk), actor=agent, at=at)
        return at, False
    at = yield world.after(at, 30, 110)
    if world.chance(0.08):
        _hurried(technician, job, at)
        at = yield world.after(at, 2, 15)
    _finish(world, client, technician, job, repair, at)
    return at, True


def _appointed(row: WorkOrder, technician: Actor, at: datetime) -> datetime | None:
    """When the visit begins, as agreed with the customer; None when the technician's next job leaves no time for it."""
    start: datetime = row.planned.lower
    end: datetime = row.planned.upper
    begins = max(start, at + timedelta(minutes=15))
    for since, until in ((begins, begins + timedelta(hours=2)), (start, max(end, at + timedelta(minutes=30)))):
        try:
            work.appoint(row, starts_at=since, ends_at=until, actor=technician, at=at)
        except Refused:
            continue
        return max(since, at + timedelta(minutes=5))
    return None


def _hurried(technician: Actor, job: WorkOrder, at: datetime) -> None:
    """He presses 'completed' before anything is written down and signed; the gates hold him back."""
    with suppress(Refused), scoped(technician):
        work.complete(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at)


def _finish(world: World, client: Client, technician: Actor, job: WorkOrder, repair: Repair, at: datetime) -> None:
    lines = []
    if repair.part is not None:
        lines = [
            records.Line(
                quantity=1,
                part=world.cast.parts[repair.category][repair.part],
                old_serial=f"A{world.dice.randrange(10**5):05d}",
                new_serial=f"B{world.dice.randrange(10**5):05d}",
            )
        ]
    score = world.dice.choices((5, 4, 3, 2, 1), (60, 25, 9, 4, 2))[0]
    with scoped(technician):
        row = queries.hold_work_order(technician, id=job.pk)
        records.note(
            row, actor=technician, at=at, parts=lines, symptom=repair.subject, cause=repair.cause, measure=repair.measure,
            resolution="part_replaced" if lines else "repaired", explained=True, tested=True, site_cleaned=True,
            no_parts=not lines,
        )  # fmt: skip
        records.sign(
            row, score=score, name=client.contact.name, strokes=STROKES, actor=technician, at=at, device="demo",
            comment=world.dice.choice(words.COMMENTS if score >= 3 else words.UNHAPPY),
        )  # fmt: skip
        work.complete(row, actor=technician, at=at)
