"""What this room announces about duties, audits and ladders. Ids and codes only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("duty.opened")
class DutyOpened:
    """A period began (or ended, where the duty looks back on it) and something has to be done for a unit until `due_at`."""

    obligation: UUID
    ref: str
    clause: str
    period: str
    unit: UUID | None = None
    owner_role: str
    owner_person: UUID | None = None
    due_at: datetime
    tell: list[str]


@event("duty.warned")
class DutyWarned:
    """A duty that is not done yet reached one of its warning points."""

    obligation: UUID
    ref: str
    clause: str
    period: str
    owner_role: str
    owner_person: UUID | None = None
    due_at: datetime
    warning: int
    tell: list[str]


@event("duty.missed")
class DutyMissed:
    """The due time and its grace passed and the duty had not been done. It happened at the due time."""

    obligation: UUID
    ref: str
    clause: str
    period: str
    owner_role: str
    owner_person: UUID | None = None
    due_at: datetime
    tell: list[str]


@event("duty.miss_withdrawn")
class DutyMissWithdrawn:
    """Evidence recorded later showed that a duty had not been missed; `missed` is the entry that had said so."""

    obligation: UUID
    ref: str
    clause: str
    missed: UUID
    state: str


@event("duty.met")
class DutyMet:
    """A duty was done: by events, by what somebody attested, or by an audit; `late` when after its time."""

    obligation: UUID
    ref: str
    clause: str
    period: str
    by: str
    late: bool


@event("duty.undone")
class DutyUndone:
    """What had shown that a duty was done does not count any more."""

    obligation: UUID
    ref: str
    clause: str


@event("duty.attested")
class DutyAttested:
    """A person said that a duty was done, with evidence; another one has to confirm it where the clause says so."""

    obligation: UUID
    attestation: UUID
    clause: str
    files: int
    waits_for: str = ""


@event("duty.confirmed")
class DutyConfirmed:
    """Somebody else confirmed what was attested."""

    obligation: UUID
    attestation: UUID


@event("duty.rejected")
class DutyRejected:
    """What was attested was not accepted; it does not count."""

    obligation: UUID
    attestation: UUID


@event("duty.waived")
class DutyWaived:
    """Somebody who may do so released the owner from a duty, with a reason (kept as the entry's remark)."""

    obligation: UUID
    ref: str
    clause: str


@event("duty.released")
class DutyReleased:
    """Whoever owed an open duty in person (`left`) has left, or holds the role no more: it is owed by the role now."""

    obligation: UUID
    ref: str
    clause: str
    left: UUID
    owner_role: str


@event("duty.handed_over")
class DutyHandedOver:
    """A manager gave an open duty to somebody else (`taker`); `giver` had owed it."""

    obligation: UUID
    ref: str
    clause: str
    giver: UUID
    taker: UUID
    owner_role: str
    due_at: datetime | None = None


@event("owed.left_behind")
class OwedLeftBehind:
    """Somebody left, or lost a role, and what he still owed in person is owed by the role until a manager gives it to somebody."""

    left: UUID
    deadlines: int
    duties: int


@event("duty.escalated")
class DutyEscalated:
    """A missed duty is still not done so long after its due time: the next step of its ladder is told."""

    obligation: UUID
    ref: str
    clause: str
    step: int
    tell: list[str]
    template: str = ""
    due_at: datetime


@event("deadline.escalated")
class DeadlineEscalated:
    """What a missed deadline asked for is still not done: the next step of its ladder is told."""

    deadline: UUID
    ref: str
    clause: str
    step: int
    tell: list[str]
    template: str = ""
    due_at: datetime


@event("duty.revised")
class DutyRevised:
    """A version took effect and an open duty passed under it: `way` is convert or restart (what was done before counts no more)."""

    obligation: UUID
    ref: str
    clause: str
    period: str
    way: str
    version: UUID
    due_before: datetime
    due_at: datetime


@event("duty.withdrawn")
class DutyWithdrawn:
    """A duty fell away: `cause` is no_cases (nothing to check), unjudged (its cases could not be told) or revised (it ended
    with the version that had opened it; `version` is the one that took its place)."""

    obligation: UUID
    ref: str
    clause: str
    period: str
    cause: str
    version: UUID | None = None


@event("audit.drawn")
class AuditDrawn:
    """A random sample of cases was drawn for a checklist; seed and frame are kept, so that anybody can draw it again."""

    audit: UUID
    clause: str
    obligation: UUID | None = None
    frame: int
    frame_hash: str
    seed: str
    sample: int


@event("audit.marked")
class AuditMarked:
    """A case of an audit was gone through by the checklist."""

    audit: UUID
    case: UUID
    verdict: str


@event("audit.withdrawn")
class AuditWithdrawn:
    """An audit fell away with the duty that it was drawn for: `cause` is revised (the duty ended with its version; `version` is the
    one that took its place) or waived."""

    audit: UUID
    clause: str
    obligation: UUID | None = None
    cause: str
    version: UUID | None = None


@event("audit.signed")
class AuditSigned:
    """An audit was signed off: so many cases keep the clause, so many do not, the others could not be judged."""

    audit: UUID
    clause: str
    obligation: UUID | None = None
    passed: int
    failed: int
    not_applicable: int
