"""What happens by itself: every entry of a case moves its clocks."""

from __future__ import annotations

from nuoda.foundation.journal.models import Entry
from nuoda.foundation.journal.pure.subscriptions import Context, on

from .actions import cases

OWN = ("deadline.warned", "deadline.missed", "deadline.miss_withdrawn")
"""Results of the fold, not causes."""


@on("*")
def move_the_clocks(entry: Entry, context: Context) -> None:
    """Fold the case with the new entry and write what changed."""
    if entry.case_id is not None and entry.type not in OWN:
        cases.follow(entry, context)
