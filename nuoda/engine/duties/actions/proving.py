"""What counts for a duty: entries of the journal, each for the one period in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from nuoda.engine.rulebook import queries as rulebook
from nuoda.engine.rulebook.actions import errors
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure.book import Book
from nuoda.engine.rulebook.pure.conditions import ConditionFailed
from nuoda.engine.rulebook.pure.rules import BoundRule, CadenceRule
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Entry
from nuoda.foundation.orgs.models import Membership

from .. import queries
from ..models import Evidence, Obligation
from ..pure.units import KINDS
from . import standing


def take(entry: Entry, refs: Iterable[str], *, actor: Actor, at: datetime) -> None:
    """Let a new entry count for the duties that it meets; in the scope of the whole company."""
    rows = Obligation.objects.filter(
        Q(done_at=None) | Q(done_at__gt=entry.happened_at),
        company_id=entry.company_id, ref__in=list(refs), counts_from__lte=entry.happened_at,
        counts_until__gt=entry.happened_at,
    ).exclude(state__in=("waived", "withdrawn"))  # fmt: skip
    book = rulebook.book(actor)
    met = []
    for row in rows:
        bound = queries.bound_of(book, row.version_id, row.ref)
        if bound is not None and _counts(entry, row, bound, book, at):
            _keep(row, entry)
            met.append(row)
    if met:
        standing.judge(met, actor=actor, at=at)


def gather(row: Obligation, bound: BoundRule, *, at: datetime) -> None:
    """Let count what had happened before the duty was opened."""
    rule = bound.rule
    if not isinstance(rule, CadenceRule) or not rule.met_by or row.counts_from >= at:
        return
    book = rulebook.book(row.company_id)
    until = min(row.counts_until, at)
    found = 0
    for entry in queries.facts_of_entries(row.company_id, rule.met_by, row.counts_from, until):
        if _counts(entry, row, bound, book, at):
            _keep(row, entry)
            found += 1
            if found == rule.times:
                break  # the first ones decide; what comes later changes nothing


def _keep(row: Obligation, entry: Entry) -> None:
    evidence = Evidence(
        company_id=row.company_id, obligation=row, dealer_id=row.dealer_id, entry_id=entry.id, type=entry.type,
        happened_at=entry.happened_at, dossier_id=entry.dossier_id, actor_id=entry.actor_id,
    )  # fmt: skip
    Evidence.objects.bulk_create([evidence], ignore_conflicts=True)


def _counts(entry: Entry, row: Obligation, bound: BoundRule, book: Book, at: datetime) -> bool:
    rule = bound.rule
    if not isinstance(rule, CadenceRule) or entry.type not in rule.met_by or not concerns(entry, row):
        return False
    if rule.when == "true":
        return True
    try:
        return book.holds(bound, rule.when, entry.facts or {})
    except ConditionFailed as error:
        errors.note(
            ClauseError.of(
                row.company_id, bound.ref, str(error), at=at, case_id=entry.case_id, entry_id=entry.id
            )
        )  # fmt: skip
        return False


def concerns(entry: Entry, row: Obligation) -> bool:
    """Whether what happened is about the unit of the duty."""
    if row.per == "company":
        return True
    if row.per in ("organisation", "dealer"):
        return entry.dealer_id == row.unit_id
    if row.per == "person":
        return entry.actor_id is not None and _theirs(entry.actor_id, row)
    if row.per == "team":
        if entry.actor_id is None:
            return False
        return queries.teams_of([entry.actor_id]).get(entry.actor_id) == row.unit_id
    kind = KINDS.get(row.per)
    named: set[str] = {str(entry.customer_id or ""), str(entry.dossier_id or "")}
    if kind is not None:
        named.add(str(entry.payload.get(kind.field, "")))
    return str(row.unit_id) in named


def _theirs(person_id: UUID, row: Obligation) -> bool:
    """Whether the deed of a person is one of whoever owes the duty: he himself, who took it over, or, once he has left, the role."""
    if person_id in (row.unit_id, row.owner_person_id):
        return True
    if row.owner_person_id is not None or row.left_by_id is None:
        return False
    held = Membership.objects.filter(
        Q(person__dealer_id=row.dealer_id), person_id=person_id, role=row.owner_role, until=None
    )
    return held.exists()


def entry_counts(row: Obligation, *, entry_id: UUID, type: str, happened_at: datetime) -> None:  # noqa: A002
    """Let an entry count that this room itself recorded for the duty (an audit signed off)."""
    evidence = Evidence(
        company_id=row.company_id, obligation=row, dealer_id=row.dealer_id, entry_id=entry_id, type=type,
        happened_at=happened_at,
    )  # fmt: skip
    Evidence.objects.bulk_create([evidence], ignore_conflicts=True)
