"""Reads about people; every public one takes `actor`, but for the two that make one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from nuoda.foundation.base.pure.actors import Actor

from .models import Person
from .pure.roles import reach_of

_ACTOR = """SELECT p.id, p.company_id, p.name, p.dealer_id, p.customer_id, u.language, c.book_revision,
  array(SELECT m.role FROM orgs_membership m WHERE m.person_id = p.id AND m.since <= %(at)s AND (m.until IS NULL OR m.until > %(at)s)),
  array(SELECT CASE WHEN d.role = '' THEN m.role ELSE d.role END
        FROM orgs_delegation d JOIN orgs_membership m ON m.person_id = d.giver_id AND m.until IS NULL AND (d.role = '' OR d.role = m.role)
        WHERE d.taker_id = p.id AND d.starts_at <= %(at)s AND d.ends_at > %(at)s AND d.revoked_at IS NULL),
  (SELECT d.giver_id FROM orgs_delegation d
   WHERE d.taker_id = p.id AND d.starts_at <= %(at)s AND d.ends_at > %(at)s AND d.revoked_at IS NULL ORDER BY d.starts_at LIMIT 1)
FROM orgs_user u JOIN orgs_person p ON p.id = u.person_id JOIN orgs_company c ON c.id = p.company_id
WHERE u.id = %(user)s AND u.is_active AND p.active"""


def actor_of(user_id: UUID, *, at: datetime | None = None) -> Actor | None:
    """The actor behind a login, in one statement; None when the login, or its person, is not active.

    `at` None: by the database's clock.
    """
    with connection.cursor() as cursor:
        if at is None:
            cursor.execute(_ACTOR.replace("%(at)s", "now()"), {"user": user_id})
        else:
            cursor.execute(_ACTOR, {"user": user_id, "at": at})
        row = cursor.fetchone()
    return None if row is None else _actor(row)


def _actor(row: tuple) -> Actor:  # type: ignore[type-arg]
    person, company, name, dealer, customer, language, revision, roles, lent, giver = row
    held = frozenset(roles)
    # A delegation lends roles; it does not make the taker see further than his own organisation.
    held |= frozenset(lent)
    return Actor(
        company_id=company,
        person_id=person,
        name=name,
        roles=held,
        reach=reach_of(held, dealer=dealer is not None, customer=customer is not None),
        dealer_id=dealer,
        customer_id=customer,
        language=language,
        book_revision=revision,
        delegated_from=giver if lent else None,
    )


def people_in_role(
    actor: Actor, roles: Iterable[str], *, dealer_id: UUID | None = None, at: datetime | None = None
) -> QuerySet[Person]:
    """Active people who hold one of the roles, at a dealer, or (dealer_id None) in the company itself."""
    rows = Person.objects.filter(
        company_id=actor.company_id,
        active=True,
        dealer_id=dealer_id,
        customer_id=None,
        memberships__role__in=list(roles),
    )
    if at is None:
        rows = rows.filter(memberships__until=None)
    else:
        rows = rows.filter(Q(memberships__until=None) | Q(memberships__until__gt=at), memberships__since__lte=at)
    return rows.distinct().order_by("pinyin")
