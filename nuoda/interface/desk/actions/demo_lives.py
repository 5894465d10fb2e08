"""How tickets of the demo live: each is a generator that acts and says at which moment it goes on.

    life = fault(world, client)
    moment = next(life)          # when it wants to act
    moment = life.send(moment)   # it acts at that moment and says when it goes on

Everything is done by the real actions, at past times; what they refuse for a reason of the world (a technician who is booked) is tried
again later, as people do. Repairs are in `demo_repairs`. Verbs that people do in one go share a transaction.
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
from nuoda.domain.service.actions import closures, complaints, reports, tickets
from nuoda.domain.service.models import Ticket
from nuoda.domain.service.pure.times import ZONE
from nuoda.engine.approvals.actions import approvals, decisions
from nuoda.engine.approvals.models import Approval
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor

from ..pure import demo_words as words
from .demo_company import Cast, Client

Life = Generator[datetime, datetime, None]

HURRIED = timedelta(days=3)
"""The end of the story, when there is more to do than people for it."""


@dataclass
class World:
    cast: Cast
    dice: Random
    until: datetime
    """What would happen after it has not happened yet."""

    def after(self, at: datetime, low: float, high: float, *, desk: bool = False) -> datetime:
        """A moment some minutes later; `desk` work waits for desk hours (8:30–18:00, no Sundays).

        In the story's last days a third of the steps take much longer: what is late when it ends is late for a reason, and not for long.
        """
        moment = at + timedelta(minutes=self.dice.uniform(low, high))
        if at > self.until - HURRIED and self.chance(0.35):
            moment += (moment - at) * 7
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

    def manager(self, client: Client) -> Actor:
        """Who leads the service for a customer: the company's manager, or the dealer's."""
        return self.person("service_manager" if client.dealer_id is None else "dealer_manager", client)


def told(client: Client, **said: Any) -> reports.Report:
    return reports.Report(
        customer=client.customer,
        contact=client.contact,
        site=client.site,
        dealer_id=client.dealer_id,
        **said,
    )


def consultation(world: World, client: Client) -> Life:
    """Most are answered at once; the others are promised and answered later, some too late."""
    at = yield world.until
    subject, problem, solution = world.dice.choice(words.QUESTIONS)
    agent = world.person("agent", client)
    matter = told(client, kind="consultation", channel="phone", subject=subject, problem=problem)
    if world.chance(0.7):
        with scoped(agent):
            ticket = reports.report_and_answer(matter, solution=solution, actor=agent, at=at)
    else:
        with scoped(agent):
            ticket = reports.report(matter, actor=agent, at=at)
            tickets.promise(ticket, due_at=at + timedelta(hours=world.dice.choice((2, 4, 8))), actor=agent, at=at)
        at = yield world.after(at, 30, 600 if world.chance(0.85) else 2400, desk=True)
        with scoped(agent):
            tickets.solve(queries.hold(agent, id=ticket.pk), solution=solution, actor=agent, at=at)
    at = yield world.after(at, 60, 1500, desk=True)
    yield from close(world, client, ticket, at)


def suggestion(world: World, client: Client) -> Life:
    at = yield world.until
    subject, problem, solution = world.dice.choice(words.SUGGESTIONS)
    agent = world.person("agent", client)
    with scoped(agent):
        ticket = reports.report(
            told(client, kind="suggestion", channel="phone", subject=subject, problem=problem),
            actor=agent,
            at=at,
        )
    at = yield world.after(at, 600, 4200 if world.chance(0.9) else 9000, desk=True)
    with scoped(agent):
        tickets.solve(queries.hold(agent, id=ticket.pk), solution=solution, actor=agent, at=at)
    at = yield world.after(at, 60, 600, desk=True)
    yield from close(world, client, ticket, at)


def complaint(world: World, client: Client) -> Life:
    """An apology, a call about it, a settlement where money helps, an answer."""
    at = yield world.until
    subject, problem, cause, solution, amount = world.dice.choice(words.COMPLAINTS)
    agent = world.person("agent", client)
    with scoped(agent):
        ticket = reports.report(
            told(client, kind="complaint", channel="phone", subject=subject, problem=problem, apologised=True),
            actor=agent,
            at=at,
        )
    at = yield world.after(at, 10, 50 if world.chance(0.85) else 300, desk=True)
    manager = world.manager(client)
    with scoped(manager):
        tickets.respond(queries.hold(manager, id=ticket.pk), actor=manager, at=at)
    if amount:
        at = yield world.after(at, 60, 600, desk=True)
        at = yield from _settlement(world, agent, ticket, amount, solution, at)
    at = yield world.after(at, 60, 900, desk=True)
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
    yield from close(world, client, ticket, at)


def _settlement(
    world: World, agent: Actor, ticket: Ticket, amount: int, text: str, at: datetime
) -> Generator[datetime, datetime, datetime]:
    """Money is offered: released by the manager, or put before those whom the book asks; a refused sum is halved."""
    manager, director = (
        world.cast.one("service_manager", None, world.dice),
        world.cast.one("director", None, world.dice),
    )
    while True:
        with scoped(agent):
            row = queries.hold(agent, id=ticket.pk)
            complaints.propose_settlement(row, amount_fen=amount, text=text, actor=agent, at=at)
            asked = None
            if amount > words.RELEASED:
                asked = approvals.submit(matter=complaints.SETTLEMENT, about=row.dossier, actor=agent, at=at)
        at = yield world.after(at, 30, 400, desk=True)
        if asked is None:
            with scoped(manager):
                complaints.settle(queries.hold(manager, id=ticket.pk), actor=manager, at=at)
            return at
        for decider in (manager, director):
            if world.chance(0.15):
                with scoped(decider):
                    decisions.reject(approval_id=asked.pk, comment="金额偏高，请再与客户商量", actor=decider, at=at)
                break
            with scoped(decider):
                decisions.approve(approval_id=asked.pk, actor=decider, at=at)
                state = Approval.objects.values_list("state", flat=True).get(pk=asked.pk)
            if state == "approved":
                return at
            at = yield world.after(at, 60, 900 if world.chance(0.8) else 3000, desk=True)
        at = yield world.after(at, 60, 600, desk=True)
        amount //= 2


def close(world: World, client: Client, ticket: Ticket, at: datetime) -> Life:
    """The desk closes, and the customer is called some days later, until he is reached or given up."""
    agent = world.person("agent", client)
    with scoped(agent):
        closures.close(queries.hold(agent, id=ticket.pk), customer_confirmed=True, actor=agent, at=at)
    # Most calls are made in time; some are forgotten for days.
    at = yield world.after(at, 600, 3800 if world.chance(0.9) else 9000, desk=True)
    agent = world.person("agent", client)
    while True:
        with scoped(agent):
            row = (
                FollowUp.objects.select_related("dossier", "ticket__dossier")
                .filter(ticket_id=ticket.pk, state="planned")
                .order_by("pk")
                .first()
            )
            if row is None:
                return
            reached = not world.chance(0.12)
            if not reached:
                followups.attempt(row, actor=agent, at=at)
        if reached:
            break
        at = yield world.after(max(at, row.due_at), 10, 300, desk=True)
    with scoped(agent):
        score = world.dice.choices((5, 4, 3, 2, 1), (55, 28, 9, 5, 3))[0]
        followups.record(
            row,
            score=score,
            satisfied=score >= 3,
            answers=["都正常"] * len(row.script) if score >= 3 else ["一般"] * len(row.script),
            comment=world.dice.choice(words.COMMENTS if score >= 3 else words.UNHAPPY),
            actor=agent,
            at=at,
        )
    if score <= 2:
        at = yield world.after(at, 60, 1300 if world.chance(0.85) else 6000, desk=True)
        with scoped(agent):
            row = FollowUp.objects.select_related("dossier", "ticket__dossier").get(pk=row.pk)
            followups.contact_dissatisfied(row, agreed="致电客户了解原因，主管跟进", actor=agent, at=at)
