"""Reads of the clocks; and what the fold asks: the rulebook in force joined with the calendars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.pure.book import Book, NotInForce
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.engine.rulebook.pure.revisions import Revision
from nuoda.engine.rulebook.pure.rules import BoundRule, ClockRule
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Company

from .access import EVERYTHING_OWED, ONE_PER_COMPANY, WATCHERS, may_supervise
from .models import CalendarDay, CalendarPeriod, Deadline, LateRecord, WorkingCalendar
from .pure.calendars import Calendar, Period
from .pure.explaining import Explanation, explain
from .pure.fold import fold
from .pure.values import Happening

LATE = "late_recording_tolerance"
"""Parameter of the rulebook: how long after it happened an event may be recorded without being marked."""
STANDARD = "standard"
OWN = (
    "deadline.warned", "deadline.missed", "deadline.miss_withdrawn", "deadline.released", "deadline.handed_over",
)  # fmt: skip
"""What the clocks themselves announce, and who owes what: no happening of the case."""
_FAR = datetime.max.replace(tzinfo=UTC)

_compiled: dict[UUID, tuple[int, tuple[_Valid, ...]]] = {}
"""Compiled calendars by company, each with the company's revision (an edit of a calendar raises it too)."""


@dataclass(frozen=True, slots=True)
class _Valid:
    dealer_id: UUID | None
    valid_from: datetime
    valid_until: datetime | None
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rulebook of a company together with its calendars: what the fold asks (`pure.values.Book`)."""

    book: Book
    calendars: tuple[_Valid, ...]
    revision: int = 0
    """The company's revision that this was compiled for."""

    def clocks_for(self, event_type: str, moment: datetime) -> tuple[BoundRule, ...]:
        return self.book.clocks_for(event_type, moment)

    def revisions(self, after: datetime, until: datetime) -> Sequence[Revision]:
        return self.book.revisions(after, until)

    def holds(self, bound: BoundRule, condition: str, facts: Mapping[str, object]) -> bool:
        return self.book.holds(bound, condition, facts)

    def calendar(self, bound: BoundRule, start: Happening) -> Calendar:
        """The calendar of the dealer that owed it at the start; the company's if the clause says so or he has none."""
        rule = bound.rule
        if isinstance(rule, ClockRule) and rule.calendar == "owner" and start.dealer:
            own = self.valid(UUID(start.dealer), start.happened_at)
            if own is not None:
                return own
        found = self.valid(None, start.happened_at)
        if found is None:
            raise LookupError("the company has no working calendar")
        return found

    def valid(self, dealer_id: UUID | None, moment: datetime) -> Calendar | None:
        """The version valid then. Before a dealer had a calendar of its own it worked by the company's; the company's first one
        holds for whatever lies before it."""
        mine = [item for item in self.calendars if item.dealer_id == dealer_id]
        for item in mine:
            if item.valid_from <= moment and (item.valid_until is None or moment < item.valid_until):
                return item.calendar
        return mine[0].calendar if mine and dealer_id is None and moment < mine[0].valid_from else None

    def knows(self, version_id: UUID) -> bool:
        """Whether the version is compiled here; a process may be a moment behind an adoption."""
        return any(tenure.version_id == version_id for tenure in self.book.tenures)

    def is_late(self, happened_at: datetime, recorded_at: datetime) -> bool:
        """Whether an event was recorded later than the rulebook tolerates; never when it names no tolerance."""
        passed = recorded_at - happened_at
        if passed <= timedelta(0):
            return False
        try:
            tolerance = self.book.definition(LATE, recorded_at)
        except NotInForce:
            return False
        if not isinstance(tolerance, Duration) or tolerance.seconds is None:
            return False
        return passed > timedelta(seconds=tolerance.seconds)


def ruling(actor: Actor) -> Ruling:
    """The ruling of the actor's company; no query when the actor brings the revision that is compiled here."""
    book = rulebook.book(actor)
    known = _compiled.get(actor.company_id)
    if known is not None and actor.book_revision and known[0] == actor.book_revision:
        return Ruling(book, known[1], known[0])
    revision = Company.objects.filter(pk=actor.company_id).values_list("book_revision", flat=True).first() or 0
    if known is None or known[0] != revision:
        known = _compiled[actor.company_id] = (revision, _calendars(actor.company_id))
    return Ruling(book, known[1], known[0])


def _calendars(company_id: UUID) -> tuple[_Valid, ...]:
    """All versions of the calendars that count."""
    rows = list(WorkingCalendar.objects.filter(company_id=company_id, code=STANDARD).order_by("dealer_id", "version"))
    compiled = compile_all(rows)
    return tuple(_Valid(row.dealer_id, row.valid_from, row.valid_until, compiled[row.pk]) for row in rows)


def compile_all(rows: Sequence[WorkingCalendar]) -> dict[UUID, Calendar]:
    """Calendars as values, two queries for all of them."""
    ids = [row.pk for row in rows]
    weeks: dict[UUID, list[list[Period]]] = {pk: [[] for _ in range(7)] for pk in ids}
    for pk, weekday, starts, ends in (
        CalendarPeriod.objects.filter(calendar__in=ids)
        .order_by("starts")
        .values_list("calendar_id", "weekday", "starts", "ends")
    ):
        weeks[pk][weekday].append((starts, ends))
    days: dict[UUID, dict[date, tuple[Period, ...]]] = {pk: {} for pk in ids}
    for pk, day, kind, like in CalendarDay.objects.filter(calendar__in=ids).values_list(
        "calendar_id", "date", "kind", "like_weekday"
    ):
        days[pk][day] = tuple(weeks[pk][like]) if kind == CalendarDay.Kind.WORK else ()
    return {
        row.pk: Calendar(
            key=str(row.pk),
            zone=row.time_zone,
            week=tuple(tuple(periods) for periods in weeks[row.pk]),
            days=days[row.pk],
            years=None if row.every_year else frozenset(row.known_years),
            version=row.version,
        )
        for row in rows
    }


def happenings(case_ids: Sequence[UUID], since: datetime) -> Iterator[tuple[UUID, UUID, Happening]]:
    """What happened in the cases: (case, dossier, happening). `since` lets older partitions be skipped."""
    rows = (
        Entry.objects.filter(case_id__in=case_ids, recorded_at__gte=since)
        .exclude(type__in=OWN)
        .values_list(
            "case_id", "dossier_id", "id", "type", "happened_at", "recorded_at", "facts", "payload", "actor_id",
            "dealer_id", "as_if",
        )
    )  # fmt: skip
    for case_id, dossier_id, id_, type_, happened, recorded, facts, payload, actor, dealer, as_if in rows:
        if case_id is None or dossier_id is None:
            continue
        yield (
            case_id,
            dossier_id,
            Happening(
                id_, type_, happened, recorded, facts or {}, payload, str(actor or ""), str(dealer or ""), bool(as_if)
            ),
        )


# -- what doors ask --------------------------------------------------------------------------------------


def deadlines_of(actor: Actor, case_id: UUID) -> list[Deadline]:
    """Deadlines of a case: owed ones first by due time, then the others, newest first."""
    rows = Deadline.visible_to(actor).filter(case_id=case_id).select_related("dossier")
    owed = sorted((row for row in rows if row.owed), key=lambda row: (row.due_at or _FAR, row.ref))
    settled = sorted((row for row in rows if not row.owed), key=lambda row: row.ended_at or _FAR, reverse=True)
    return [*owed, *settled]


def due_for(actor: Actor, *, until: datetime | None = None, limit: int = 100, own: bool = False) -> QuerySet[Deadline]:
    """今日应办: what the actor owes by person or role, missed first because it is due longest.

    Roles that watch the whole company see everything owed, unless they ask for their `own`. `until` leaves out what is due later. What an import left
    open is past and owed by nobody here.
    """
    rows = Deadline.visible_to(actor).filter(done_at=None).exclude(origin="import").select_related("dossier")
    if own or not actor.has(*EVERYTHING_OWED):
        rows = rows.filter(_owed_by(actor))
    if until is not None:
        rows = rows.filter(due_at__lt=until)
    return rows.order_by("due_at", "id")[:limit]


def overdue(actor: Actor, *, limit: int = 100) -> QuerySet[Deadline]:
    """What others let pass and still owe, the longest first: for roles that watch over them, as far as they see."""
    rows = Deadline.visible_to(actor).filter(done_at=None, state="missed").exclude(origin="import")
    if not actor.has(*WATCHERS):
        return rows.none()
    return rows.exclude(_owed_by(actor)).select_related("dossier").order_by("due_at", "id")[:limit]


def _owed_by(actor: Actor) -> Q:
    """Owed by the person, or by a role of his at his own organisation; at a dealer its manager is the service manager."""
    roles = set(actor.roles) | ({"service_manager"} if actor.has("dealer_manager") else set())
    of_role = Q(owner_role__in=sorted(roles - ONE_PER_COMPANY), dealer_id=actor.dealer_id)
    if actor.dealer_id and actor.has("dealer_manager"):
        # What one of his people left behind is his to give to another.
        of_role |= Q(left_by_id__isnull=False, dealer_id=actor.dealer_id)
    mine = Q(owner_person_id=None) & (of_role | Q(owner_role__in=sorted(roles & ONE_PER_COMPANY)))
    return mine | Q(owner_person_id=actor.person_id) if actor.person_id else mine


def late_recorded(actor: Actor, *, limit: int = 100) -> QuerySet[LateRecord]:
    """What was recorded later than the tolerance, newest first; raises NotYours for whoever does not supervise."""
    if not may_supervise(actor):
        raise NotYours()
    return LateRecord.visible_to(actor).select_related("dossier").order_by("-recorded_at")[:limit]


@dataclass(frozen=True, slots=True)
class Explained:
    """A stored deadline with its derivation; `stands` is False when the journal says otherwise than the row."""

    row: Deadline
    derivation: Explanation
    stands: bool


def explanations(
    actor: Actor, *, at: datetime, number: str | None = None, case_id: UUID | None = None
) -> list[Explained]:
    """Every visible deadline of a case with its derivation, folded anew from the journal.

    Raises NotYours for a number that the actor may not know.
    """
    if case_id is None:
        case_id = journal.dossier(actor, number=number).case_id
    rows = {row.pk: row for row in deadlines_of(actor, case_id)}
    if not rows:
        return []
    root = journal.dossier(actor, id=case_id)
    with scoped(system(actor.company_id, book_revision=actor.book_revision)):
        known = [h for _, _, h in happenings([case_id], root.recorded_at)]
        rules = ruling(actor)
    moment = at
    if root.origin == "import" and known:
        moment = max(h.happened_at for h in known)
    case = fold(case_id, known, rules, moment)
    return [
        Explained(row, explain(case.deadlines[pk]), _agrees(row, case.deadlines[pk], moment))
        for pk, row in rows.items()
        if pk in case.deadlines
    ]


def _agrees(row: Deadline, state: object, moment: datetime) -> bool:
    """Whether row and fold say the same; what only the sweep has not reached yet is no difference."""
    names = ("state", "due_at", "ended_at", "done_at", "budget")
    if all(getattr(row, name) == getattr(state, name) for name in names):
        return True
    return row.next_action_at is not None and row.next_action_at <= moment


def calendars_of(actor: Actor) -> QuerySet[WorkingCalendar]:
    """The calendars that hold now, the company's own first."""
    rows = WorkingCalendar.visible_to(actor).filter(valid_until=None)
    return rows.order_by("dealer_id", "code")


def calendar_of(actor: Actor, *, dealer_id: UUID | None, at: datetime) -> Calendar:
    """The working calendar of a dealer, or of the company where he has none of his own."""
    rules = ruling(actor)
    found = (dealer_id and rules.valid(dealer_id, at)) or rules.valid(None, at)
    if found is None:
        raise LookupError("the company has no working calendar")
    return found
