"""Reading the rulebook."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.orgs.models import Company

from .access import may_see_errors
from .models import ClauseError, PolicyVersion
from .models import Policy as Policies
from .pure import loading
from .pure.book import Book, Tenure
from .pure.policies import Policy

_books: dict[UUID, tuple[int, Book]] = {}
"""Compiled books by company, each with its revision; revisions come from a sequence and never return."""
_policies: dict[str, Policy] = {}
"""Policies by the hash of their content, which never changes once it is published."""


def book(who: Actor | UUID) -> Book:
    """The company's compiled book; no statement when the actor carries the revision that this process has compiled."""
    if isinstance(who, Actor):
        company_id, revision = who.company_id, who.book_revision
    else:
        company_id, revision = who, 0
    known = _books.get(company_id)
    if known is not None and revision and known[0] == revision:
        return known[1]
    revision = Company.objects.filter(pk=company_id).values_list("book_revision", flat=True).first() or 0
    if known is not None and known[0] == revision:
        return known[1]
    made = Book(tenures(company_id))
    _books[company_id] = (revision, made)
    return made


def tenures(company_id: UUID) -> list[Tenure]:
    """Every version that is or was in force, with its time."""
    rows = PolicyVersion.objects.filter(company_id=company_id, in_force_from__isnull=False)
    return [
        Tenure(row.pk, policy_of(row), row.in_force_from, row.in_force_until)
        for row in rows.select_related("policy")
        if row.in_force_from is not None
    ]


def policy_of(row: PolicyVersion) -> Policy:
    """The version's policy as plain values."""
    if row.status == "draft":
        return loading.of_content(row.content)
    found = _policies.get(row.hash)
    if found is None:
        found = _policies[row.hash] = loading.of_content(row.content)
    return found


def versions(actor: Actor) -> QuerySet[PolicyVersion]:
    """Versions the actor may read, newest first within each policy."""
    return (
        PolicyVersion.visible_to(actor).select_related("policy").order_by("policy__code", "-effective_date", "-made_at")
    )


def in_force(actor: Actor, at: datetime) -> list[PolicyVersion]:
    """The version of each policy that binds at the moment."""
    rows = versions(actor).filter(in_force_from__lte=at)
    return [row for row in rows if row.in_force_until is None or at < row.in_force_until]


def policies(actor: Actor) -> QuerySet[Policies]:
    """The company's regulations, by their letters."""
    return Policies.visible_to(actor).order_by("code")


def version_called(actor: Actor, policy: str, number: str, at: datetime) -> PolicyVersion:
    """One version of a regulation by its number, '' for the one that binds at the moment; raises NotYours."""
    rows = versions(actor).filter(policy__name=policy, version=number) if number else in_force(actor, at)
    found = next((row for row in rows if row.policy.name == policy), None)
    if found is None:
        raise NotYours()
    return found


def errors(actor: Actor, *, clause_id: str = "", limit: int = 100) -> QuerySet[ClauseError]:
    """Rules that could not be judged, newest first; raises NotYours for whoever does not keep or supervise the rulebook."""
    if not may_see_errors(actor):
        raise NotYours()
    rows = ClauseError.visible_to(actor)
    if clause_id:
        rows = rows.filter(clause_id=clause_id)
    return rows.order_by("-found_at")[:limit]
