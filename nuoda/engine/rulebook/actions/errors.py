"""Recording that a rule could not be judged."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from nuoda.foundation.base.access import afterwards, scoped, system

from ..models import ClauseError

log = logging.getLogger("nuoda.rulebook")

_kept: set[UUID] = set()
"""Errors that this process has kept apart: a page that asks the same rule again writes nothing more."""


def keep(errors: Iterable[ClauseError]) -> None:
    """Write errors within the running transaction; those known already stay as they are."""
    ClauseError.objects.bulk_create(errors, ignore_conflicts=True)


def note(error: ClauseError) -> None:
    """Write an error within the running transaction, whoever acts."""
    log.error("%s cannot be answered: %s", error.ref, error.reason)
    with scoped(system(error.company_id)):
        keep([error])


def keep_apart(error: ClauseError) -> None:
    """Write an error once the running transaction has ended: the refusal that follows rolls it back."""
    log.error("%s cannot be answered: %s", error.ref, error.reason)
    if error.pk not in _kept:
        afterwards(lambda: _write(error))


def _write(error: ClauseError) -> None:
    with scoped(system(error.company_id)):
        keep([error])
    if len(_kept) > 10_000:
        _kept.clear()
    _kept.add(error.pk)
