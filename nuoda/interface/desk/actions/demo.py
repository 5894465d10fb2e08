"""`nuoda demo`: half a year of a believable company, made by running the real actions at past times."""

from __future__ import annotations

import heapq
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.utils.translation import gettext as _

from nuoda.domain.service.pure.times import ZONE
from nuoda.engine.clocks.actions.sweeps import held, sweep
from nuoda.engine.notices.actions import notices
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import Refused
from nuoda.foundation.journal.actions import chains
from nuoda.foundation.orgs.models import Company
from nuoda.interface.reports.actions import findings

from . import demo_company, demo_duties, demo_lives, demo_repairs

logger = logging.getLogger("nuoda.demo")


@dataclass(frozen=True, slots=True)
class Size:
    tickets: int
    customers: int
    machines: int
    days: int = 182


SIZES = {"s": Size(1_500, 300, 500), "m": Size(10_000, 2_000, 4_000), "l": Size(50_000, 8_000, 20_000)}
LIVES = {
    "fault": demo_repairs.fault,
    "consultation": demo_lives.consultation,
    "complaint": demo_lives.complaint,
    "suggestion": demo_lives.suggestion,
}
_SHARES = (68, 22, 6, 4)
_PORTAL = 60
"""One matter in so many is of the customer who can log in, and one of the last days: his pages are not empty."""
_LATEST = ("complaint", "fault", "consultation", "fault", "complaint", "fault", "suggestion", "fault")
"""Kinds of the matters of the last days, which stand open when the story ends, whatever the hour: a desk is never empty."""
_SWEEP = timedelta(hours=2)
_TOLD = timedelta(days=10)


def make(
    *,
    size: Size,
    seed: int,
    until: datetime,
    tell: Callable[[str, int, int], None] = lambda what, done, total: None,
    founded: Callable[[demo_company.Cast], None] = lambda cast: None,
) -> demo_company.Cast:
    """Fill an empty database with the demo company, up to `until`; the same seed and end give the same story.

    `founded` is called as soon as people can log in, before the first ticket. Opens its own transactions. Refuses a
    database in which a company stands already.
    """
    if Company.objects.exists():
        raise Refused(_("A company stands in this database; the demo needs an empty one."), code="not_empty")
    dice = Random(seed)  # noqa: S311 — a story, no secret
    start = until - timedelta(days=size.days)
    with scoped(system(new_id())):
        chains.make_partitions(first=start, last=until)
    cast = demo_company.found(
        dice=dice,
        start=start,
        customers_count=size.customers,
        machines_count=size.machines,
        password=f"nuoda-{secrets.token_hex(3)}",
        tell=lambda what: tell(what, 0, size.tickets),
    )
    founded(cast)
    world = demo_lives.World(cast, dice, until)
    queue: list[tuple[datetime, int, demo_lives.Life]] = []
    latest = min(max(len(_LATEST), size.tickets // 50), size.tickets // 2)
    begins = sorted(_moment(dice, start, until) for _n in range(size.tickets - latest))
    kinds = [dice.choices(list(LIVES), _SHARES)[0] for _moment_of in begins]
    begins += sorted(until - timedelta(hours=dice.uniform(0.1, 60)) for _n in range(latest))
    kinds += [_LATEST[number % len(_LATEST)] for number in range(latest)]
    for number, (moment, kind) in enumerate(zip(begins, kinds, strict=True)):
        owners = [client for client in cast.clients if client.machines] if kind == "fault" else cast.clients
        client = dice.choice(owners)
        if cast.portal and (number % _PORTAL == 0 or number == len(begins) - latest + 1):
            client = cast.portal
        life = LIVES[kind](world, client)
        next(life)
        queue.append((moment, number, life))
    heapq.heapify(queue)
    with held(cast.company_id), _unhurried():
        duties = demo_duties.Duties(cast, Random(seed + 1))  # noqa: S311 — a story, no secret
        _live(queue, cast, until, size.tickets, tell, duties)
    keeper = system(cast.company_id).as_origin("demo")
    with scoped(keeper):
        # The past tells nobody by itself; the last days' messages are written afterwards, in the program only.
        notices.catch_up(actor=keeper, since=until - _TOLD, until=until)
        findings.examine(since=start, until=until, actor=keeper, at=until)
    return cast


@contextmanager
def _unhurried() -> Iterator[None]:
    """Do not wait for the disk at each of the story's commits: after a crash the demo would be made anew anyway."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _live(
    queue: list[tuple[datetime, int, demo_lives.Life]],
    cast: demo_company.Cast,
    until: datetime,
    total: int,
    tell: Callable[[str, int, int], None],
    duties: demo_duties.Duties,
) -> None:
    begun: set[int] = set()
    swept = queue[0][0] if queue else until
    while queue and queue[0][0] <= until:
        moment, number, life = heapq.heappop(queue)
        while swept + _SWEEP <= moment:
            swept += _SWEEP
            sweep(cast.company_id, at=swept)
            if swept.astimezone(ZONE).hour >= 9:
                duties.live(swept)
        if number not in begun:
            begun.add(number)
            tell("tickets", len(begun), total)
        try:
            following = life.send(moment)
        except StopIteration:
            continue
        except Refused as refusal:
            # The world would not have it; such a ticket stays as it is, open and getting late.
            logger.info("demo ticket %d stands still: %s", number, refusal)
            continue
        heapq.heappush(queue, (max(following, moment), number, life))
    sweep(cast.company_id, at=until)
    duties.live(until)


def _moment(dice: Random, start: datetime, until: datetime) -> datetime:
    """When a customer calls: mostly on working days between eight and six."""
    while True:
        moment = start + timedelta(seconds=dice.uniform(0, (until - start).total_seconds()))
        local = moment.astimezone(ZONE)
        likely = 1.0 if 8 <= local.hour < 18 else 0.12 if 6 <= local.hour < 22 else 0.03
        if local.weekday() >= 5:
            likely *= 0.3
        if dice.random() < likely:
            return moment
