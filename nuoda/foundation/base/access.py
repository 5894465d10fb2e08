"""How a transaction learns whose it is.

Doors open `scoped(actor)`; everything below runs inside it. The transaction becomes one of two database roles:
`nuoda_wide` (actors who see the whole company; policies are `true`, so that indexes stay usable) or `nuoda_narrow`
(dealer, technician, customer; row-level security compares the row's own scope columns).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from .pure.actors import Actor

log = logging.getLogger("nuoda.scope")

_current: ContextVar[Actor | None] = ContextVar("nuoda_actor", default=None)
_later: ContextVar[list[Callable[[], object]] | None] = ContextVar("nuoda_later", default=None)

_SET = """SELECT set_config('nuoda.company', %s, true), set_config('nuoda.reach', %s, true),
set_config('nuoda.dealer', %s, true), set_config('nuoda.customer', %s, true), set_config('nuoda.person', %s, true),
set_config('role', %s, true), clock_timestamp()"""


def current() -> Actor | None:
    """The actor whose scope the running transaction has, if any."""
    return _current.get()


def now() -> datetime:
    """The database's clock, which is the product's only clock; doors read it once per request."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    return row[0]  # type: ignore[no-any-return]


def system(company_id: UUID, *, book_revision: int = 0) -> Actor:
    """The actor of workers: sees one whole company."""
    return Actor(company_id=company_id, reach="system", name="system", book_revision=book_revision)


def afterwards(do: Callable[[], object]) -> None:
    """Run `do` when the outermost scope has ended, committed or rolled back; at once outside of any.

    For what must be kept although the transaction is refused; it opens a scope of its own. What it raises is logged: nothing
    that comes afterwards changes what was done or refused.
    """
    waiting = _later.get()
    if waiting is None:
        _run(do)
    else:
        waiting.append(do)


def _run(do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:
        log.exception("What was to follow a transaction failed")


@contextmanager
def scoped(actor: Actor) -> Iterator[datetime]:
    """One transaction in the actor's scope; yields the database's time at its start (the door's `at`).

    One statement beside BEGIN and COMMIT. Inside another scope it opens a savepoint and restores the outer scope at its end.
    """
    if _later.get() is not None:
        with _scoped(actor) as at:
            yield at
        return
    waiting: list[Callable[[], object]] = []
    token = _later.set(waiting)
    try:
        with _scoped(actor) as at:
            yield at
    finally:
        _later.reset(token)
        for do in waiting:
            _run(do)


@contextmanager
def _scoped(actor: Actor) -> Iterator[datetime]:
    outer = _current.get()
    nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            at = _enter(actor)
            token = _current.set(actor)
            try:
                yield at
            finally:
                _current.reset(token)
    finally:
        if nested and not connection.needs_rollback:
            _enter(outer)


def _enter(actor: Actor | None) -> datetime:
    if actor is None:
        values = ["", "", "", "", "", "none"]
    else:
        wide = actor.reach in ("company", "system")
        values = [
            str(actor.company_id),
            actor.reach,
            str(actor.dealer_id or ""),
            str(actor.customer_id or ""),
            str(actor.person_id or ""),
            "nuoda_wide" if wide else "nuoda_narrow",
        ]
    with connection.cursor() as cursor:
        cursor.execute(_SET, values)
        row = cursor.fetchone()
    return row[6]  # type: ignore[no-any-return]
