"""Having people confirm that they read what changed for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nuoda.engine.clocks import queries as clocks
from nuoda.engine.notices.actions import notices
from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.models import PolicyVersion
from nuoda.engine.rulebook.pure.book import NotInForce
from nuoda.engine.rulebook.pure.durations import Duration
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours, Refused, Stale
from nuoda.foundation.journal.actions import entries
from nuoda.foundation.orgs.models import Membership, Person
from nuoda.foundation.orgs.queries import roles_of

from .. import access, events, queries
from ..models import Reading

LIMIT = "reading_limit"
"""Parameter of the book: how long people have to confirm."""
REMINDER = "reading_reminder"
"""Parameter of the book: after how long those who have not are reminded, again and again."""


def ask(*, version: PolicyVersion, actor: Actor, at: datetime, replaces: PolicyVersion | None) -> list[Reading]:
    """Ask everybody whom a changed clause binds to read it. Emits reading.asked; they are told.

    Nobody is asked where nothing that binds him changed, and nobody twice. What somebody had not yet confirmed of the version
    before, and still binds him, he is asked again: it would fall away with that version.
    """
    found = queries.redline(replaces, version)
    by_role: dict[str, list[str]] = defaultdict(list)
    for change in found.changes:
        for role in change.binds:
            by_role[role].append(change.clause_id)
    order = [change.clause_id for change in found.changes]
    mine: dict[tuple[UUID, UUID | None], set[str]] = defaultdict(set)
    for person_id, dealer_id, role in _holders(version.company_id, by_role):
        mine[person_id, dealer_id].update(by_role[role])
    if replaces is not None:
        for person_id, dealer_id, clause_id in _left(replaces, version):
            mine[person_id, dealer_id].add(clause_id)
            if clause_id not in order:
                order.append(clause_id)
    rows = [
        _row(version, person, dealer, sorted(clauses, key=order.index), at)
        for (person, dealer), clauses in sorted(mine.items(), key=lambda item: item[0][0])
    ]
    return _ask(version, rows, actor, at)


def ask_newcomer(*, person: Person, role: str, actor: Actor, at: datetime) -> list[Reading]:
    """Somebody took a role: he is asked to read what binds it, in every regulation in force, and what is adopted to come changes
    of it. Emits reading.asked."""
    if person.customer_id is not None or not person.active:
        return []
    asked: list[Reading] = []
    by_version: dict[UUID, list[str]] = defaultdict(list)
    book = rulebook.book(actor)
    for bound in book.clauses(at):
        if role in bound.clause.obliged:
            by_version[bound.version_id].append(bound.clause.id)
    for coming in PolicyVersion.objects.filter(company_id=person.company_id, in_force_from__gt=at).select_related(
        "policy"
    ):
        changes = queries.redline(queries.before(coming), coming).changes
        by_version[coming.pk] += [change.clause_id for change in changes if role in change.binds]
    for version in PolicyVersion.objects.filter(pk__in=[pk for pk, clauses in by_version.items() if clauses]):
        clauses = by_version[version.pk]
        known = Reading.objects.select_for_update().filter(person=person, version=version).first()
        if known is not None and known.ended_at is not None:
            # What it asked was for a role that he has not.
            known.clauses, known.ended_at = [], None
        if known is None:
            asked += _ask(version, [_row(version, person.pk, person.dealer_id, clauses, at)], actor, at)
            continue
        more = [clause for clause in clauses if clause not in known.clauses]
        if more:
            # What he confirmed stays confirmed in the journal; the row asks for what the new role adds.
            known.clauses = more if known.confirmed_at is not None else [*known.clauses, *more]
            known.asked_at, known.confirmed_at, known.due_at = at, None, _until(version.company_id, at)
            known.save(update_fields=["clauses", "asked_at", "confirmed_at", "due_at", "ended_at"])
            asked.append(known)
    return asked


def confirm(*, reading_id: UUID, content_hash: str, actor: Actor, at: datetime) -> Reading:
    """Somebody confirms that he read the clauses that bind him, in the text with that hash.

    Emits reading.confirmed. Refuses a text that is not the one he was asked to read; confirming twice does nothing.
    """
    row = queries.reading(actor, reading_id)
    if row.version.hash != content_hash:
        reason = _(
            "What was confirmed is not the text of version %(version)s: it was loaded before that changed, or another one was sent. "
            "Nothing was recorded. Load the clauses again, read them, and confirm them then."
        )
        raise Stale(reason % {"version": row.version.version})
    if row.version.in_force_from is None:
        raise Refused(_("This version was taken back. There is nothing to confirm."), code="taken_back")
    if not Reading.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=at):
        return row
    row.confirmed_at = at
    # An entry without a folder is the company's; a dealer's people and technicians write none themselves.
    keeper = replace(actor, reach="system")
    with scoped(keeper):
        entries.record(
            events.ReadingConfirmed(version_id=row.version_id, content_hash=content_hash),
            dossier=None,
            actor=keeper,
            at=at,
            clauses=row.clauses,
        )
    return row


def remind(*, version_id: UUID, actor: Actor, at: datetime) -> int:
    """Remind everybody who has not yet confirmed a version; returns how many. Emits reading.reminded."""
    if not access.remind(actor):
        raise NotYours()
    return _remind(Reading.objects.filter(company_id=actor.company_id, version_id=version_id), actor=actor, at=at)


def remind_due(*, actor: Actor, at: datetime) -> int:
    """Remind those whom the book wants reminded by now; for the worker. Emits reading.reminded."""
    limit = _duration(actor, REMINDER, at)
    if limit is None:
        return 0
    calendar = clocks.calendar_of(actor, dealer_id=None, at=at)
    count = 0
    rows = _open(Reading.objects.filter(company_id=actor.company_id), at)
    for version_id in rows.values_list("version_id", flat=True).distinct().order_by("version_id"):
        late = [
            row.pk
            for row in rows.filter(version_id=version_id)
            if calendar.add(row.reminded_at or row.asked_at, limit) <= at
        ]
        if late:
            count += _remind(Reading.objects.filter(pk__in=late), actor=actor, at=at)
    return count


def end(*, person: Person, actor: Actor, at: datetime) -> list[Reading]:
    """Somebody left or lost a role: of what he has not yet read, only what still binds him is to be read. Emits reading.ended.

    What he has confirmed stays. `ask_newcomer` and `resume` bring back what ended.
    """
    held = roles_of(person) if person.active else frozenset[str]()
    ended = []
    rows = queries.unread(Reading.objects.filter(person=person), at).select_for_update(of=("self",))
    for row in rows.select_related("version__policy").order_by("pk"):
        binding = _binding(row.version)
        left = [clause for clause in row.clauses if held & binding.get(clause, frozenset())]
        if left and left != row.clauses:
            row.clauses = left
            row.save(update_fields=["clauses"])
        elif not left:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
            entries.record(
                events.ReadingEnded(version_id=row.version_id, reader=person.pk), dossier=None, actor=actor, at=at,
                clauses=row.clauses,
            )  # fmt: skip
            ended.append(row)
    return ended


def resume(*, person: Person, actor: Actor, at: datetime) -> list[Reading]:
    """Somebody came back with roles of his: what had fallen away unread and binds him still is to be read. Emits reading.resumed."""
    held, resumed = roles_of(person), []
    rows = Reading.objects.filter(person=person, ended_at__isnull=False, version__in_force_from__isnull=False)
    binds = Q(version__in_force_until=None) | Q(version__in_force_until__gt=at)
    for row in rows.filter(binds).select_for_update(of=("self",)).select_related("version__policy").order_by("pk"):
        binding = _binding(row.version)
        if any(held & binding.get(clause, frozenset()) for clause in row.clauses):
            row.ended_at, row.asked_at, row.due_at = None, at, _until(row.company_id, at)
            row.save(update_fields=["ended_at", "asked_at", "due_at"])
            entry = entries.record(
                events.ReadingResumed(version_id=row.version_id, reader=person.pk), dossier=None, actor=actor, at=at,
                clauses=row.clauses,
            )  # fmt: skip
            notices.tell(entry, template="reading_asked", persons=[person.pk])
            resumed.append(row)
    return resumed


def _binding(version: PolicyVersion) -> dict[str, frozenset[str]]:
    """The roles that each clause of a version binds; of clauses that it took out, those that they had bound."""
    found: dict[str, frozenset[str]] = {}
    for one in (queries.before(version), version):
        if one is not None:
            found |= {clause.id: frozenset(clause.obliged) for clause in rulebook.policy_of(one).clauses}
    return found


def drop(version_id: UUID) -> None:
    """The version was taken back: who has not yet read it need not."""
    Reading.objects.filter(version_id=version_id, confirmed_at=None).delete()


def _open(rows: QuerySet[Reading], at: datetime) -> QuerySet[Reading]:
    return queries.unread(rows, at).filter(person__active=True)


def _left(replaced: PolicyVersion, version: PolicyVersion) -> list[tuple[UUID, UUID | None, str]]:
    """What people were asked to read of the replaced version, have not confirmed, and still stands for them: person, dealer, clause."""
    binds = {clause.id: clause.obliged for clause in rulebook.policy_of(version).clauses}
    rows = Reading.objects.filter(version=replaced, confirmed_at=None, ended_at=None, person__active=True)
    asked = {
        (person, dealer): set(clauses)
        for person, dealer, clauses in rows.values_list("person_id", "dealer_id", "clauses")
    }
    roles = {role for clauses in asked.values() for clause in clauses for role in binds.get(clause, ())}
    return [
        (person, dealer, clause)
        for person, dealer, role in _holders(version.company_id, roles)
        for clause in sorted(asked.get((person, dealer), ()))
        if role in binds.get(clause, ())
    ]


def _remind(rows: QuerySet[Reading], *, actor: Actor, at: datetime) -> int:
    by_version: dict[UUID, list[UUID]] = defaultdict(list)
    for row in _open(rows, at).select_for_update(of=("self",), skip_locked=True):
        by_version[row.version_id].append(row.person_id)
    for version_id, people in by_version.items():
        Reading.objects.filter(version_id=version_id, person_id__in=people).update(reminded_at=at)
        entry = entries.record(
            events.ReadingReminded(version_id=version_id, people=len(people)), dossier=None, actor=actor, at=at
        )
        notices.tell(entry, template="reading_reminded", persons=people)
    return sum(len(people) for people in by_version.values())


def _ask(version: PolicyVersion, rows: list[Reading], actor: Actor, at: datetime) -> list[Reading]:
    if not rows:
        return []
    Reading.objects.bulk_create(rows, ignore_conflicts=True)
    entry = entries.record(
        events.ReadingAsked(version_id=version.pk, people=len(rows)), dossier=None, actor=actor, at=at
    )
    notices.tell(entry, template="reading_asked", persons=[row.person_id for row in rows])
    return rows


def _row(version: PolicyVersion, person: UUID, dealer: UUID | None, clauses: list[str], at: datetime) -> Reading:
    return Reading(
        company_id=version.company_id,
        person_id=person,
        dealer_id=dealer,
        version=version,
        clauses=clauses,
        asked_at=at,
        due_at=_until(version.company_id, at),
    )


def _holders(company_id: UUID, roles: Iterable[str]) -> list[tuple[UUID, UUID | None, str]]:
    """Active people of the company and of its dealers who hold one of the roles: person, dealer, role."""
    rows = Membership.objects.filter(
        Q(until=None), company_id=company_id, role__in=list(roles), person__active=True, person__customer_id=None
    )
    return list(rows.values_list("person_id", "person__dealer_id", "role"))


def _until(company_id: UUID, at: datetime) -> datetime | None:
    actor = Actor(company_id=company_id, reach="system")
    limit = _duration(actor, LIMIT, at)
    return None if limit is None else clocks.calendar_of(actor, dealer_id=None, at=at).add(at, limit)


def _duration(actor: Actor, name: str, at: datetime) -> Duration | None:
    try:
        found = rulebook.book(actor).definition(name, at)
    except NotInForce:
        return None
    return found if isinstance(found, Duration) else None
