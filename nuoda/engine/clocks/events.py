"""What the clocks announce about deadlines. Ids and codes only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("deadline.warned")
class DeadlineWarned:
    """A deadline that is still owed reached one of its warning points."""

    deadline: UUID
    ref: str
    clause: str
    dossier: UUID
    warning: int
    tell: list[str]
    owner_role: str
    owner_person: UUID | None = None
    due_at: datetime | None = None
    round: int = 1


@event("deadline.missed")
class DeadlineMissed:
    """The due time passed and what was owed had not been done. It happened at the due time."""

    deadline: UUID
    ref: str
    clause: str
    dossier: UUID
    tell: list[str]
    owner_role: str
    owner_person: UUID | None = None
    due_at: datetime | None = None
    round: int = 1


@event("deadline.miss_withdrawn")
class DeadlineMissWithdrawn:
    """Evidence recorded later showed that a deadline had not been missed; `missed` is the entry that had said so."""

    deadline: UUID
    ref: str
    clause: str
    dossier: UUID
    missed: UUID
    state: str


@event("deadline.waived")
class DeadlineWaived:
    """Somebody who may do so released the owner from a deadline, with a reason (kept as the entry's remark)."""

    deadline: UUID
    ref: str
    clause: str


@event("deadline.released")
class DeadlineReleased:
    """Whoever owed an open deadline (`left`) has left, or holds the role no more: it is owed by the role now. Its time does not change."""

    deadline: UUID
    ref: str
    clause: str
    left: UUID
    owner_role: str


@event("deadline.handed_over")
class DeadlineHandedOver:
    """A manager gave an open deadline to somebody else (`taker`); `giver` had owed it. Its time does not change."""

    deadline: UUID
    ref: str
    clause: str
    giver: UUID
    taker: UUID
    owner_role: str
    due_at: datetime | None = None


@event("calendar.changed")
class CalendarChanged:
    """A working calendar got a new version."""

    calendar: UUID
    code: str
    version: int
    dealer: UUID | None = None
