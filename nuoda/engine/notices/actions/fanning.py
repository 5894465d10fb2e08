"""Who is told: from an entry of the journal to notices of persons and messages on channels.

What the clauses declare (consequences, warnings, misses) decides; this module only finds the persons behind the words.
Running it twice changes nothing: a person has one notice per entry and template, a channel one message per entry.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.book import Book
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.rules import BoundRule, ConsequenceRule
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.journal.models import CaseShare, Entry
from nuoda.foundation.orgs.models import Company, Delegation, Person
from nuoda.foundation.orgs.pure.roles import ROLES
from nuoda.foundation.orgs.queries import people_in_role

from .. import queries
from ..models import Channel, Delivery, Habit, Notice
from ..pure import templates
from ..pure.audience import MEANINGS, PERSON_FIELDS, named
from ..pure.hours import send_at

log = logging.getLogger("nuoda.notices")
_DEADLINES = {
    "deadline.missed": "missed", "deadline.warned": "warned", "deadline.escalated": "escalated",
    "duty.opened": "opened", "duty.missed": "missed", "duty.warned": "warned", "duty.escalated": "escalated",
}  # fmt: skip
"""Events about what is owed: they say themselves whom the clause tells, else the owner; of a beginning nobody hears unasked."""
OUTSIDE = frozenset({"customer_contact"})
"""Words that mean people outside the company: what they are told never goes to a group chat."""


@dataclass(slots=True)
class Telling:
    """One occasion: these words are told these things with this template, because of this clause."""

    words: tuple[str, ...]
    template: str
    clause: str
    direct: tuple[UUID, ...] = ()
    """Persons named by id, beside those behind the words."""
    persons: dict[UUID, UUID | None] = field(default_factory=dict)
    """Persons found, each with the person he stands in for."""


def concerns(book: Book, event_type: str, payload: Mapping[str, Any], moment: datetime) -> bool:
    """Whether anybody may be told of such an event: the cheap question that every recording asks."""
    how = _DEADLINES.get(event_type)
    if how is not None:
        owner = how != "opened" and payload.get("owner_role")
        return bool(payload.get("tell") or owner or _rules(book, event_type, payload, moment))
    return any(bound.rule.tell for bound in book.consequences_for(event_type, moment))  # type: ignore[union-attr]


def _rules(book: Book, event_type: str, payload: Mapping[str, Any], moment: datetime) -> tuple[BoundRule, ...]:
    how = _DEADLINES.get(event_type)
    return book.consequences_for(f"{how}:{payload.get('ref')}" if how else event_type, moment)


def tellings(book: Book, entry: Entry) -> list[Telling]:
    """What the book in force says about an entry; a condition that fails at run time is kept as an error of its clause and tells
    nobody."""
    found: list[Telling] = []
    payload: Mapping[str, Any] = entry.payload
    how = _DEADLINES.get(entry.type)
    if how is not None:
        words = tuple(payload.get("tell") or ()) or (() if how == "opened" else ("owner",))
        template = str(payload.get("template") or entry.type.replace(".", "_"))
        found.append(Telling(words, template, str(payload.get("clause", ""))))
    for bound in _rules(book, entry.type, payload, entry.happened_at):
        rule = bound.rule
        if not isinstance(rule, ConsequenceRule) or not rule.tell:
            continue
        try:
            # A deadline's entry carries no facts of its subject; such a rule's condition was judged when the clock
            # started.
            if rule.when != "true" and not book.holds(bound, rule.when, entry.facts or {}):
                continue
        except ConditionFailed as error:
            at = entry.recorded_at
            errors.note(
                ClauseError.of(entry.company_id, bound.ref, str(error), at=at, case_id=entry.case_id, entry_id=entry.id)
            )
            continue
        found.append(Telling(rule.tell, rule.template or entry.type.replace(".", "_"), bound.clause_id))
    return found


def fan_out(entry: Entry, *, actor: Actor, at: datetime) -> list[Notice]:
    """Write the notices of one entry and the messages that follow from them; returns the notices that are new."""
    if entry.origin == "import":
        return []
    return write(entry, tellings(rulebook.book(actor), entry), actor=actor, at=at)


def write(entry: Entry, told: Iterable[Telling], *, actor: Actor, at: datetime) -> list[Notice]:
    """Find the persons, write notices and messages."""
    rows: list[Notice] = []
    said: dict[tuple[UUID, str], Notice] = {}
    tellings = list(told)
    for telling in tellings:
        telling.persons = persons(telling.words, entry, actor=actor, at=at, direct=telling.direct)
    wishes = queries.wanted({person for telling in tellings for person in telling.persons})
    for telling in tellings:
        template = templates.of(telling.template)
        for person_id, giver in telling.persons.items():
            key = (person_id, telling.template)
            if key in said:
                continue
            row = Notice(
                id=new_id() if entry.origin == "live" else id_at(at),
                company_id=entry.company_id,
                person_id=person_id,
                dossier_id=entry.dossier_id,
                case_id=entry.case_id,
                entry_id=entry.id,
                template=telling.template,
                topic=template.topic,
                urgent=template.urgent,
                params=_params(entry, telling.clause, giver),
                happened_at=entry.happened_at,
                created_at=at,
                hidden=not queries.wants(wishes.get(person_id, {}), template.topic, "inapp"),
                origin=entry.origin,
            )
            said[key] = row
            rows.append(row)
    with transaction.atomic():
        known = set(
            Notice.objects.filter(entry_id=entry.id, person_id__in=[row.person_id for row in rows]).values_list(
                "person_id", "template"
            )
        )
        fresh = [row for row in rows if (row.person_id, row.template) not in known]
        Notice.objects.bulk_create(fresh, ignore_conflicts=True)
        # Another worker may have been quicker: only rows that are really there carry deliveries.
        there = set(Notice.objects.filter(pk__in=[row.pk for row in fresh]).values_list("pk", flat=True))
        fresh = [row for row in fresh if row.pk in there]
        if entry.origin == "live":
            _deliver(entry, fresh, tellings, actor=actor, at=at)
    return fresh


def _params(entry: Entry, clause: str, giver: UUID | None) -> dict[str, Any]:
    payload = entry.payload
    params: dict[str, Any] = {"clause": clause}
    for name, source in (("ref", "ref"), ("due", "due_at"), ("deadline", "deadline")):
        if payload.get(source):
            params[name] = payload[source]
    moments = ("promised_at", "appointed_at", "starts_at", "planned_at", "due_at")
    for source in moments if entry.type not in _DEADLINES else ():
        if payload.get(source):
            params["moment"] = payload[source]
            break
    if entry.actor_id:
        params["actor"] = str(entry.actor_id)
    if giver is not None:
        params["for"] = str(giver)
    return params


def persons(
    words: Iterable[str], entry: Entry, *, actor: Actor, at: datetime, direct: Iterable[UUID] = ()
) -> dict[UUID, UUID | None]:
    """Active persons behind the words, each with the one he stands in for; who did it is not told of his own deed."""
    found: dict[UUID, UUID | None] = dict.fromkeys(direct)
    for word in words:
        for person_id in _behind(word, entry, actor=actor, at=at):
            found.setdefault(person_id, None)
    if entry.actor_id is not None and entry.type not in _DEADLINES:
        found.pop(entry.actor_id, None)
    lent = Delegation.objects.filter(
        Q(revoked_at=None) | Q(revoked_at__gt=at), giver_id__in=list(found), starts_at__lte=at, ends_at__gt=at
    )
    for giver, taker in lent.values_list("giver_id", "taker_id"):
        found.setdefault(taker, giver)
    rows = Person.objects.filter(company_id=entry.company_id, pk__in=list(found), active=True)
    active = set(rows.values_list("pk", flat=True))
    return {person_id: giver for person_id, giver in found.items() if person_id in active}


def _behind(word: str, entry: Entry, *, actor: Actor, at: datetime) -> Iterable[UUID]:
    if word in MEANINGS:
        return MEANINGS[word](actor, entry.dossier, entry.payload, at)
    if word == "owner":
        person, role = entry.payload.get("owner_person"), str(entry.payload.get("owner_role") or "")
        if person:
            there = Person.objects.filter(company_id=entry.company_id, pk=str(person), active=True)
            if (there.filter(memberships__role=role, memberships__until=None) if role else there).exists():
                return [UUID(str(person))]
        # Whoever had it has left, or lost the role: it is owed all the same, and those who hold the role have to hear of it.
        return _behind(role, entry, actor=actor, at=at) if role and role != "owner" else []
    if word == "assignee":
        return named(entry.payload) or _last_named(entry)
    if word == "technician":
        direct = named(entry.payload)
        if direct or entry.case_id is None:
            return direct
        shares = CaseShare.objects.filter(case_id=entry.case_id).values_list("person_id", flat=True)
        return list(shares)
    if word == "customer_contact":
        if entry.customer_id is None:
            return []
        rows = Person.objects.filter(company_id=entry.company_id, customer_id=entry.customer_id, active=True)
        return list(rows.values_list("pk", flat=True))
    if word not in ROLES:
        log.warning("A clause tells %r, which is no role of this installation (entry %s)", word, entry.id)
        return []
    if ROLES[word].at_dealer and entry.dealer_id is not None:
        own = list(people_in_role(actor, [word], dealer_id=entry.dealer_id, at=at).values_list("pk", flat=True))
        if own:
            return own
    return list(people_in_role(actor, [word], at=at).values_list("pk", flat=True))


def _last_named(entry: Entry) -> list[UUID]:
    """Who was last named on the entry's own dossier: a cancelled job tells the one it had been given to."""
    if entry.dossier_id is None:
        return []
    earlier = Entry.objects.filter(
        company_id=entry.company_id,
        case_id=entry.case_id,
        dossier_id=entry.dossier_id,
        recorded_at__lte=entry.recorded_at,
        payload__has_any_keys=list(PERSON_FIELDS),
    )
    found = earlier.order_by("-recorded_at", "-chain_seq").values_list("payload", flat=True).first()
    return named(found) if found else []


def _deliver(entry: Entry, rows: list[Notice], told: list[Telling], *, actor: Actor, at: datetime) -> None:
    company = Company.objects.filter(pk=entry.company_id).values("time_zone", "is_demo").first()
    if company is None or company["is_demo"] or not rows:
        return
    zone = ZoneInfo(company["time_zone"] or "Asia/Shanghai")
    made = [*_mails(entry, rows, zone=zone, at=at), *_messages(entry, rows, told, at=at)]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)


def _mails(entry: Entry, rows: list[Notice], *, zone: ZoneInfo, at: datetime) -> Iterable[Delivery]:
    ids = {row.person_id for row in rows}
    wishes = queries.wanted(ids)
    reachable = set(Person.objects.filter(pk__in=ids).exclude(email="").values_list("pk", flat=True))
    habits = {habit.person_id: habit for habit in Habit.objects.filter(person_id__in=ids)}
    for row in rows:
        if row.person_id not in reachable or not queries.wants(wishes.get(row.person_id, {}), row.topic, "mail"):
            continue
        habit = habits.get(row.person_id) or Habit()
        urgent = row.urgent and habit.urgent_anyway
        when = send_at(
            at, urgent=urgent, digest=habit.digest_at, start=habit.quiet_from, end=habit.quiet_until, zone=zone
        )
        yield Delivery(
            company_id=entry.company_id,
            notice=row,
            person_id=row.person_id,
            entry_id=entry.id,
            case_id=entry.case_id,
            digest=habit.digest_at is not None and not urgent,
            next_at=when,
            created_at=at,
        )


def _messages(entry: Entry, rows: list[Notice], told: list[Telling], *, at: datetime) -> Iterable[Delivery]:
    roles = {telling.template: set(telling.words) for telling in told if not set(telling.words) <= OUTSIDE}
    inside = [row for row in rows if row.template in roles]
    for channel in Channel.objects.filter(company_id=entry.company_id, active=True):
        if channel.dealer_id is not None and channel.dealer_id != entry.dealer_id:
            continue
        for row in inside:
            if channel.topics and row.topic not in channel.topics:
                continue
            if channel.roles and not roles[row.template] & set(channel.roles):
                continue
            yield Delivery(
                company_id=entry.company_id,
                notice=row,
                channel=channel,
                entry_id=entry.id,
                case_id=entry.case_id,
                next_at=at,
                created_at=at,
            )
            break
