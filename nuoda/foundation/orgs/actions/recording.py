"""Writing what happened among people into the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import Event
from nuoda.foundation.journal.actions import entries


def keeper(actor: Actor) -> Actor:
    """The same person with a reach that may write entries outside any case.

    What somebody does to his own login or calendar is recorded whoever he is; row-level security would refuse a technician's or a
    customer's entry that belongs to no case of theirs.
    """
    return replace(actor, reach="system")


def note(event: Event, *, actor: Actor, at: datetime) -> None:
    """Record an event that belongs to no dossier."""
    if actor.reach in ("technician", "customer"):
        own = keeper(actor)
        with scoped(own):
            entries.record(event, dossier=None, actor=own, at=at)
    else:
        entries.record(event, dossier=None, actor=actor, at=at)
