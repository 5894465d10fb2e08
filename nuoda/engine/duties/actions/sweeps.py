"""The sweep: duties that begin, warnings, misses and steps of ladders that time alone brings about."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor, Origin

from ..models import Obligation
from . import ladders, opening, standing, turning

log = logging.getLogger(__name__)

BATCH = 50


@dataclass(slots=True)
class Swept:
    judged: int = 0
    climbed: int = 0
    failed: int = 0


def sweep(company_id: UUID, *, at: datetime | None = None, origin: Origin = "live", batch: int = BATCH) -> Swept:
    """Open, warn, miss and escalate for one company until nothing is left. Opens its own transactions.

    Any number of workers may run it at once: what another one holds is left to him. `at` None: the database's clock.
    """
    done = Swept()
    keeper = system(company_id).as_origin(origin)
    more, failed = True, set[opening.Key]()
    while more:
        with scoped(keeper) as now:
            moment = at or now
            turning.turn(actor=keeper, at=moment, failed=failed)
            more = opening.open_due(actor=keeper, at=moment, failed=failed)
    done.failed = len(failed)
    done.judged = _until_done(keeper, at, batch, done, _due, _judge)
    done.climbed = _until_done(keeper, at, batch, done, _steps, _climb)
    return done


Find = Callable[[Actor, datetime, int, list[UUID]], list[UUID]]
Work = Callable[[list[UUID], Actor, datetime], int]


def _until_done(keeper: Actor, at: datetime | None, batch: int, done: Swept, find: Find, work: Work) -> int:
    seen: list[UUID] = []
    count = 0
    while True:
        with scoped(keeper) as now:
            moment = at or now
            ids = find(keeper, moment, batch, seen)
        if not ids:
            return count
        seen += ids
        try:
            with scoped(keeper):
                count += work(ids, keeper, moment)
        except Exception:
            log.exception("A batch of %d could not be swept; trying them one by one", len(ids))
            for one in ids:
                count += _alone(one, keeper, moment, done, work)


def _alone(one: UUID, keeper: Actor, at: datetime, done: Swept, work: Work) -> int:
    try:
        with scoped(keeper):
            return work([one], keeper, at)
    except Exception:
        # Whatever is wrong with one must not keep the others from being warned and missed.
        log.exception("%s could not be swept", one)
        done.failed += 1
        return 0


def _due(actor: Actor, at: datetime, limit: int, besides: list[UUID]) -> list[UUID]:
    rows = Obligation.objects.filter(company_id=actor.company_id, next_action_at__lt=at).exclude(pk__in=besides)
    return list(rows.order_by("next_action_at").values_list("pk", flat=True)[:limit])


def _judge(ids: list[UUID], actor: Actor, at: datetime) -> int:
    return standing.judge([Obligation(pk=pk) for pk in ids], actor=actor, at=at, skip_locked=True)


def _steps(actor: Actor, at: datetime, limit: int, besides: list[UUID]) -> list[UUID]:
    return ladders.candidates(actor.company_id, at=at, limit=limit, besides=besides)


def _climb(ids: list[UUID], actor: Actor, at: datetime) -> int:
    return ladders.climb(ids, actor=actor, at=at)
