"""Many batches looked at side by side: threads with connections of their own, all of which see the journal as it was at one moment.

Half of the work is the database's, and most of the rest releases the interpreter, so that two hands fill two cores.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from django.db import connection, transaction

from nuoda.foundation.base.access import scoped, system

from ..pure.ids import Ids
from . import trials
from .trials import Seen, Trial, parts

HANDS = 2
"""As many as cores that a replay may take from daily work."""
ALONE = trials.BATCH
"""Up to so many cases are looked at by the one who asks."""
_AHEAD = 2
"""Batches that each hand may be ahead of the one who takes them: what waits is kept in memory."""

_Task = tuple[Ids, "Future[Seen]"]


def seen(trial: Trial, ids: Ids, *, at: trials.Moment, batch: int = trials.BATCH, alone: int = ALONE) -> Iterator[Seen]:
    """Look at the cases, batch by batch in their order, judged as of `at`; few by oneself."""
    if ids.size <= alone:
        for part in parts(ids, batch):
            with scoped(system(trial.question.company_id)):
                found = trial.look(part, at=at)
            yield found
        return
    tasks: queue.Queue[_Task | None] = queue.Queue()
    waiting: list[Future[Seen]] = []
    snapshot: Future[str] = Future()
    hands = [
        threading.Thread(target=_work, args=(trial, tasks, snapshot, at, number), daemon=True)
        for number in range(HANDS)
    ]
    for hand in hands:
        hand.start()
    try:
        for part in parts(ids, batch):
            waiting.append(Future())
            tasks.put((part, waiting[-1]))
            if len(waiting) >= HANDS * _AHEAD:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        # Whoever stops taking them stops the hands after the batch they hold.
        for future in waiting:
            future.cancel()
        for _ in hands:
            tasks.put(None)
        for hand in hands:
            hand.join()


def _work(
    trial: Trial, tasks: queue.Queue[_Task | None], snapshot: Future[str], at: trials.Moment, number: int
) -> None:
    """Take batches until there are no more; the first hand says which state of the database all of them see."""
    failed: BaseException | None = None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if number == 0:
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot.set_result(cursor.fetchone()[0])
            else:
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot.result()])
            with scoped(system(trial.question.company_id)):
                while (task := tasks.get()) is not None:
                    _look(trial, *task, at=at)
    except BaseException as error:
        failed = error
        if not snapshot.done():
            snapshot.set_exception(error)
    finally:
        connection.close()
    while failed is not None and (task := tasks.get()) is not None:
        if task[1].set_running_or_notify_cancel():
            task[1].set_exception(failed)


def _look(trial: Trial, part: Ids, future: Future[Seen], *, at: trials.Moment) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(trial.look(part, at=at))
    except BaseException as error:
        future.set_exception(error)
        raise
