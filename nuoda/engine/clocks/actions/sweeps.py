"""The sweep: what time alone brings about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from nuoda.foundation.base.access import scoped, system

from . import cases

log = logging.getLogger(__name__)

BATCH = 100
"""Deadlines per transaction: its cases are locked meanwhile (about 0.3 s), and what a crash has to repeat."""


@dataclass(slots=True)
class Swept:
    cases: int = 0
    failed: int = 0


_CLASS = 0x6E75_6F64
"""First half of the advisory lock's key; the second is made of the company's id."""


@contextmanager
def held(company_id: UUID) -> Iterator[None]:
    """Keep the worker's sweep away while a company's past is being made up, event by event, by this connection.

    The worker lives now; it would call everything missed that the story answers a moment later. The lock belongs to the
    session and goes with it, whatever happens.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_CLASS, _half(company_id)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_CLASS, _half(company_id)])


def is_held(company_id: UUID) -> bool:
    """Whether somebody else keeps the worker's sweep away from the company."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT pg_try_advisory_lock_shared(%(c)s, %(i)s) OR NOT pg_advisory_unlock_shared(%(c)s, %(i)s)",
            {"c": _CLASS, "i": _half(company_id)},
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _half(company_id: UUID) -> int:
    return company_id.int & 0x7FFF_FFFF


def sweep(company_id: UUID, *, at: datetime | None = None, batch: int = BATCH, most: int | None = None) -> Swept:
    """Warn, miss and end pauses whose limit is over, for one company, until nothing is left (or `most` cases are done).

    Opens its own transactions. Any number of workers may run it at once: a case that another one holds is left to
    him, and warnings and misses are written together with their journal entry or not at all. `at` None: the
    database's clock.
    """
    done = Swept()
    failed: list[UUID] = []
    left: list[UUID] = []
    seen: set[UUID] = set()
    while most is None or done.cases < most:
        with scoped(system(company_id)) as now:
            moment = at or now
            case_ids = cases.candidates(company_id, at=moment, limit=batch, besides=[*failed, *left])
        if not case_ids:
            break
        # Looked at already and due still (another worker held it, or this process knows an older book): left to the next sweep, so that
        # this one comes to an end.
        left += seen.intersection(case_ids)
        case_ids = [case_id for case_id in case_ids if case_id not in seen]
        if not case_ids:
            continue
        seen.update(case_ids)
        looked_at = 0
        try:
            with scoped(system(company_id)):
                looked_at = cases.reconcile(case_ids, actor=system(company_id), at=moment, skip_locked=True)
        except Exception:
            log.exception("A batch of %d cases could not be swept; trying them one by one", len(case_ids))
            for case_id in case_ids:
                if _alone(company_id, case_id, moment):
                    looked_at += 1
                else:
                    failed.append(case_id)
        if not looked_at:
            break  # everything due is in other hands
        done.cases += looked_at
    done.failed = len(failed)
    return done


def _alone(company_id: UUID, case_id: UUID, at: datetime) -> bool:
    try:
        with scoped(system(company_id)):
            cases.reconcile([case_id], actor=system(company_id), at=at, skip_locked=True)
    except Exception:
        # Whatever is wrong with one case must not keep the others from being warned and missed.
        log.exception("Case %s could not be swept", case_id)
        return False
    return True
