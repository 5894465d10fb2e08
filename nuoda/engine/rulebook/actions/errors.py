"""Recording that a rule could not be judged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from nuoda.foundation.base.access import scoped, system

from ..models import ClauseError

log = logging.getLogger("nuoda.rulebook")

_kept: set[UUID] = set()
"""Errors that this process has kept apart: a page that asks the same rule again opens no further connection."""


def keep(errors: Iterable[ClauseError]) -> None:
    """Write errors within the running transaction; those known already stay as they are."""
    ClauseError.objects.bulk_create(errors, ignore_conflicts=True)


def note(error: ClauseError) -> None:
    """Write an error within the running transaction, whoever acts."""
    log.error("%s cannot be answered: %s", error.ref, error.reason)
    with scoped(system(error.company_id)):
        keep([error])


def keep_apart(error: ClauseError) -> None:
    """Write an error by a connection of its own: the refusal that follows rolls the running transaction back.

    Waits for it, so that the error is there when the refusal is read. Never raises: the refusal itself matters more.
    """
    log.error("%s cannot be answered: %s", error.ref, error.reason)
    if error.pk in _kept:
        return
    writing = threading.Thread(target=_write, args=(error,), name="clause-error")
    writing.start()
    writing.join()


def _write(error: ClauseError) -> None:
    try:
        with scoped(system(error.company_id)):
            keep([error])
        if len(_kept) > 10_000:
            _kept.clear()
        _kept.add(error.pk)
    except Exception:
        log.exception("The error of %s could not be kept", error.ref)
    finally:
        connection.close()
