"""How tickets of the demo live: each is a generator that acts and says at which moment it goes on.

    life = fault(world, client)
    moment = next(life)          # when it wants to act
    moment = life.send(moment)   # it acts at that moment and says when it goes on

Everything is done by the real actions, at past times; what they refuse for a reason of the world (a technician who is booked) is tried
again later, as people do.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from nuoda.domain.care.actions import followups
from nuoda.domain.care.models import FollowUp
from nuoda.domain.service import queries
from nuoda.domain.service.actions import closures, complaints, dispatch, records, reports, tickets, work
from nuoda.domain.service.models import Ticket, WorkOrder
from nuoda.domain.service.pure.times import ZONE
from nuoda.domain.service.web.board import as_kept
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import Refused

from ..pure import demo_words as words
from .demo_company import Cast, Client

Life = Generator[datetime, datetime, None]
STROKES = [[[12.0, 40.0], [30.0, 22.0], [52.0, 44.0], [70.0, 20.0]], [[20.0, 60.0], [84.0, 56.0]]]


@dataclass
class World:
    cast: Cast
    dice: Random
    until: datetime
    """What would happen after it has not happened yet."""

    def after(self, at: datetime, low: float, high: float, *, desk: bool = False) -> datetime:
        """A moment some minutes later; `desk` work waits for desk hours (8:30–18:00, no Sundays)."""
        moment = at + timedelta(minutes=self.dice.uniform(low, high))
        if not desk:
            return moment
        local = moment.astimezone(ZONE)
        while local.weekday() == 6 or not 8.5 <= local.hour + local.minute / 60 < 18:
            local += timedelta(minutes=30)
        return local

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def person(self, role: str, client: Client) -> Actor:
        return self.cast.one(role, client.dealer_id, self.dice)


def _told(client: Client, world: World, **told: Any) -> reports.Report:
    return reports.Report(
        customer=client.customer,
        contact=client.contact,
        site=client.site,
        dealer_id=client.dealer_id,
        **told,
    )


def consultation(world: World, client: Client) -> Life:
    """Most are answered at once; the others are promised and answered later, some too late."""
    at = yield world.until
    subject, problem, solution = world.dice.choice(words.QUESTIONS)
    agent = world.person("agent", client)
    told = _told(client, world, kind="consultation", channel="phone", subject=subject, problem=problem)
    if world.chance(0.7):
        with scoped(agent):
            ticket = reports.report_and_answer(told, solution=solution, actor=agent, at=at)
    else:
        with scoped(agent):
            ticket = reports.report(told, actor=agent, at=at)
            tickets.promise(ticket, due_at=at + timedelta(hours=world.dice.choice((2, 4, 8))), actor=agent, at=at)
        at = yield world.after(at, 30, 600 if world.chance(0.85) else 2400, desk=True)
        with scoped(agent):
            tickets.solve(queries.hold(agent, id=ticket.pk), solution=solution, actor=agent, at=at)
    at = yield world.after(at, 60, 1500, desk=True)
    yield from _close(world, client, ticket, at)


def suggestion(world: World, client: Client) -> Life:
    at = yield world.until
    subject, problem, solution = world.dice.choice(words.SUGGESTIONS)
    agent = world.person("agent", client)
    with scoped(agent):
        ticket = reports.report(
            _told(client, world, kind="suggestion", channel="phone", subject=subject, problem=problem),
            actor=agent,
            at=at,
        )
    at = yield world.after(at, 600, 4200 if world.chance(0.9) else 9000, desk=True)
    with scoped(agent):
        tickets.solve(queries.hold(agent, id=ticket.pk), solution=solution, actor=agent, at=at)
    at = yield world.after(at, 60, 600, desk=True)
    yield from _close(world, client, ticket, at)


def complaint(world: World, client: Client) -> Life:
    """An apology, a settlement where money helps, an answer."""
    at = yield world.until
    subject, problem, cause, solution, amount = world.dice.choice(words.COMPLAINTS)
    agent = world.person("agent", client)
    with scoped(agent):
        ticket = reports.report(
            _told(client, world, kind="complaint", channel="phone", subject=subject, problem=problem, apologised=True),
            actor=agent,
            at=at,
        )
    at = yield world.after(at, 60, 900, desk=True)
    if amount:
        with scoped(agent):
            row = queries.hold(agent, id=ticket.pk)
            complaints.propose_settlement(row, amount_fen=amount, text=solution, actor=agent, at=at)
        at = yield world.after(at, 30, 700, desk=True)
        manager = world.person("service_manager" if client.dealer_id is None else "dealer_manager", client)
        try:
            with scoped(manager):
                complaints.settle(queries.hold(manager, id=ticket.pk), actor=manager, at=at)
        except Refused:
            return  # above the manager's limit: it waits for the approval that somebody has to ask for
    at = yield world.after(at, 60, 1500, desk=True)
    with scoped(agent):
        tickets.solve(
            queries.hold(agent, id=ticket.pk),
            solution=solution,
            cause_code=cause,
            customer_confirmed=True,
            actor=agent,
            at=at,
        )
    at = yield world.after(at, 60, 900, desk=True)
    yield from _close(world, client, ticket, at)


def fault(world: World, client: Client) -> Life:
    """A breakdown: report, dispatch, visit, record, signature; now and then a second visit, a pause, a customer who reopens."""
    at = yield world.until
    machine = world.dice.choice(client.machines)
    category = machine.model.category.code
    subject, problem, cause, measure, part, stops = world.dice.choice(words.FAULTS[category])
    channel = world.dice.choice(("phone", "phone", "phone", "web", "api"))
    agent = world.person("agent", client)
    with scoped(agent):
        ticket = reports.report(
            _told(
                client,
                world,
                kind="fault",
                channel=channel,
                subject=subject,
                problem=problem,
                product=machine,
                production_stopped=stops,
            ),
            actor=agent,
            at=at,
        )
    urgent = ticket.severity == "urgent"
    if channel != "phone":
        at = yield world.after(at, 2, 9 if world.chance(0.85) else 40)
        with scoped(agent):
            tickets.answer(queries.hold(agent, id=ticket.pk), actor=agent, at=at)
    if world.chance(0.05):
        at = yield world.after(at, 20, 240)
        with scoped(agent):
            closures.cancel(queries.hold(agent, id=ticket.pk), reason="self_solved", actor=agent, at=at)
        return
    at = yield world.after(at, 3, 12)
    with scoped(agent):
        row = queries.hold(agent, id=ticket.pk)
        if row.is_open:
            manager = world.person("service_manager" if client.dealer_id is None else "dealer_manager", client)
            tickets.hand_over(row, to_person=_person_of(manager), actor=agent, at=at)
    repair = (subject, cause, measure, part, category)
    while True:
        at = yield (
            world.after(at, 3, 25 if world.chance(0.9) else 90) if urgent else world.after(at, 20, 240, desk=True)
        )
        job = _dispatched(world, client, ticket, at)
        tries = 0
        while job is None:
            tries += 1
            if tries > 20:
                return
            at = yield world.after(at, 20, 90)
            job = _dispatched(world, client, ticket, at)
        at, solved = yield from _visit(world, client, ticket, job, repair, at, urgent)
        if solved:
            break
    at = yield world.after(at, 60, 1400, desk=True)
    yield from _close(world, client, ticket, at)


def _person_of(actor: Actor) -> Any:
    from nuoda.foundation.orgs.models import Person

    assert actor.person_id is not None  # noqa: S101 - the cast are persons
    return Person.objects.get(pk=actor.person_id)


def _dispatched(world: World, client: Client, ticket: Ticket, at: datetime) -> WorkOrder | None:
    """The manager takes the best of the suggestions; None when nobody is free."""
    manager = world.person("service_manager" if client.dealer_id is None else "dealer_manager", client)
    try:
        with scoped(manager):
            row = queries.hold(manager, id=ticket.pk)
            ranked = queries.suggestions(manager, row, at=at)
            for place, (person, found) in enumerate(ranked[:4], 1):
                if found.qualified and found.slot:
                    return dispatch.assign(
                        row,
                        technician=person,
                        task=row.subject,
                        starts_at=found.slot[0],
                        ends_at=found.slot[1],
                        suggestion=as_kept(place, found),
                        actor=manager,
                        at=at,
                    )
    except Refused:
        return None
    return None


def _visit(
    world: World, client: Client, ticket: Ticket, job: WorkOrder, repair: tuple[Any, ...], at: datetime, urgent: bool
) -> Generator[datetime, datetime, tuple[datetime, bool]]:
    """One work order; returns when it ended and whether the matter is solved."""
    technician = next(a for a in world.cast.actors["technician", client.dealer_id] if a.person_id == job.technician_id)
    start = job.planned.lower
    if world.chance(0.04):
        at = yield world.after(at, 5, 40)
        with scoped(technician):
            work.decline(queries.hold_work_order(technician, id=job.pk), reason="other_job", actor=technician, at=at)
        return at, False
    at = yield world.after(at, 3, 25 if world.chance(0.85) else 200)
    with scoped(technician):
        work.contact(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at)
    at = yield world.after(at, 1, 10)
    with scoped(technician):
        row = queries.hold_work_order(technician, id=job.pk)
        begins = max(start, at + timedelta(minutes=5))
        try:
            work.appoint(row, starts_at=begins, ends_at=begins + timedelta(hours=2), actor=technician, at=at)
        except Refused:
            begins = start
        work.prepare(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at)
    late = world.dice.uniform(-10, 10) if world.chance(0.85) else world.dice.uniform(20, 120)
    at = yield max(at + timedelta(minutes=5), begins + timedelta(minutes=late))
    if world.chance(0.02):
        with scoped(technician):
            row = queries.hold_work_order(technician, id=job.pk)
            if row.state == "appointed":
                work.nobody_home(row, actor=technician, at=at)
                return at, False
    with scoped(technician):
        position = (client.site.latitude or 0.0, client.site.longitude or 0.0)
        work.arrive(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at, position=position)
    if world.chance(0.07):
        at = yield world.after(at, 40, 120)
        with scoped(technician):
            row = queries.hold_work_order(technician, id=job.pk)
            work.leave_unfinished(row, reason="part_missing", actor=technician, at=at)
            tickets.pause(queries.hold(technician, id=ticket.pk), reason="waiting_parts", actor=technician, at=at)
        at = yield world.after(at, 600, 2800, desk=True)
        agent = world.person("agent", client)
        with scoped(agent):
            tickets.resume(queries.hold(agent, id=ticket.pk), actor=agent, at=at)
        return at, False
    at = yield world.after(at, 30, 110)
    _finish(world, client, technician, job, repair, at)
    return at, True


def _finish(
    world: World, client: Client, technician: Actor, job: WorkOrder, repair: tuple[Any, ...], at: datetime
) -> None:
    symptom, cause, measure, part, category = repair
    lines = []
    if part is not None:
        used = world.cast.parts[category][part]
        lines = [
            records.Line(
                quantity=1,
                part=used,
                old_serial=f"A{world.dice.randrange(10**5):05d}",
                new_serial=f"B{world.dice.randrange(10**5):05d}",
            )
        ]
    with scoped(technician):
        records.note(
            queries.hold_work_order(technician, id=job.pk), actor=technician, at=at, parts=lines, symptom=symptom, cause=cause,
            measure=measure, resolution="part_replaced" if lines else "repaired", explained=True, tested=True, site_cleaned=True,
            no_parts=not lines,
        )  # fmt: skip
        score = world.dice.choices((5, 4, 3, 2, 1), (60, 25, 9, 4, 2))[0]
        records.sign(
            queries.hold_work_order(technician, id=job.pk), score=score, name=client.contact.name, strokes=STROKES,
            comment=world.dice.choice(words.COMMENTS), actor=technician, at=at, device="demo",
        )  # fmt: skip
        work.complete(queries.hold_work_order(technician, id=job.pk), actor=technician, at=at)


def _close(world: World, client: Client, ticket: Ticket, at: datetime) -> Life:
    agent = world.person("agent", client)
    with scoped(agent):
        closures.close(queries.hold(agent, id=ticket.pk), customer_confirmed=True, actor=agent, at=at)
    # Most calls are made in time; some are forgotten for a week or three.
    at = yield world.after(at, 600, 3800 if world.chance(0.88) else 30000, desk=True)
    agent = world.person("agent", client)
    with scoped(agent):
        row = (
            FollowUp.objects.select_related("dossier", "ticket__dossier")
            .filter(ticket_id=ticket.pk, state="planned")
            .first()
        )
        if row is None:
            return
        if world.chance(0.12):
            followups.attempt(row, actor=agent, at=at)
            return
        score = world.dice.choices((5, 4, 3, 2, 1), (55, 28, 9, 5, 3))[0]
        followups.record(
            row,
            score=score,
            satisfied=score >= 3,
            answers=["都正常"] * len(row.script),
            comment=world.dice.choice(words.COMMENTS),
            actor=agent,
            at=at,
        )
    if score <= 2 and world.chance(0.85):
        at = yield world.after(at, 60, 1300, desk=True)
        with scoped(agent):
            row = FollowUp.objects.select_related("dossier", "ticket__dossier").get(pk=row.pk)
            followups.contact_dissatisfied(row, agreed="致电客户了解原因，主管跟进", actor=agent, at=at)
