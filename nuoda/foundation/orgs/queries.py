"""Reads about people; every public one takes `actor`, but for the two that make one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.events import REGISTRY
from nuoda.foundation.journal.models import Entry

from . import events
from .access import runs_staff
from .models import (
    ApiToken,
    Company,
    Dealer,
    Delegation,
    Department,
    Leave,
    LoginTry,
    Membership,
    Person,
    Qualification,
    Session,
    Team,
    User,
)
from .pure.roles import EXCLUSIVE, ROLES, reach_of
from .pure.tokens import digest

_WHO = """p.id, p.company_id, p.name, p.dealer_id, p.customer_id, u.language, c.time_zone, c.book_revision,
  array(SELECT m.role FROM orgs_membership m WHERE m.person_id = p.id AND m.since <= {at} AND (m.until IS NULL OR m.until > {at})),
  array(SELECT m.role FROM orgs_delegation d
        JOIN orgs_membership m ON m.person_id = d.giver_id AND m.since <= {at} AND (m.until IS NULL OR m.until > {at})
          AND (d.role = '' OR d.role = m.role) AND m.role <> ALL (%(exclusive)s)
        JOIN orgs_person g ON g.id = d.giver_id AND g.active
        WHERE d.taker_id = p.id AND d.starts_at <= {at} AND d.ends_at > {at} AND (d.revoked_at IS NULL OR d.revoked_at > {at})),
  (SELECT d.giver_id FROM orgs_delegation d
   WHERE d.taker_id = p.id AND d.starts_at <= {at} AND d.ends_at > {at} AND (d.revoked_at IS NULL OR d.revoked_at > {at})
   ORDER BY d.starts_at LIMIT 1)"""
_FROM = "orgs_person p ON p.id = u.person_id AND p.active JOIN orgs_company c ON c.id = p.company_id"
_NOW = _WHO.format(at="statement_timestamp()")
_THEN = _WHO.format(at="%(at)s")
# The SQL below is put together from the constants above; values go by parameters.
_ACTOR = f"SELECT {{who}} FROM orgs_user u JOIN {_FROM} WHERE u.id = %(user)s AND u.is_active"  # noqa: S608
_VISIT = f"""SELECT {_NOW}, u.password, u.epoch, u.theme, c.idle_minutes, clock_timestamp(),
  c.admins_need_mfa AND NOT EXISTS (SELECT FROM mfa_authenticator f WHERE f.user_id = u.id AND f.type = 'totp')
FROM orgs_user u JOIN {_FROM} WHERE u.id = %(user)s AND u.is_active"""  # noqa: S608
_TOKEN = f"""WITH used AS (
  UPDATE orgs_apitoken SET last_used_at = statement_timestamp()
  WHERE token_hash = %(hash)s AND (last_used_at IS NULL OR last_used_at < statement_timestamp() - interval '5 minutes'))
SELECT {_NOW}, t.scopes
FROM orgs_apitoken t JOIN orgs_user u ON u.person_id = t.person_id AND u.is_active JOIN {_FROM}
WHERE t.token_hash = %(hash)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > statement_timestamp())"""  # noqa: S608
_COLUMNS = 11


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by somebody who is logged in: the actor and what the frame of the page needs."""

    actor: Actor
    at: datetime
    theme: str
    idle_minutes: int
    needs_factor: bool
    """Whether the company asks administrators for a second factor and this login has none."""


def actor_of(user_id: UUID, *, at: datetime | None = None) -> Actor | None:
    """The actor behind a login, in one statement; None when the login, or its person, is not active.

    `at` None: by the database's clock.
    """
    values: dict[str, Any] = {"user": user_id, "exclusive": list(EXCLUSIVE)}
    if at is not None:
        values["at"] = at
    row = _one(_ACTOR.format(who=_NOW if at is None else _THEN), values)
    return None if row is None else _actor(row)


def visit(user_id: UUID | str, *, proof: str) -> Visit | None:
    """The visit that a session stands for, in one statement; None when the session no longer holds.

    `proof` is the hash that the session got at login: a changed password or a raised epoch makes it worthless.
    """
    row = _one(_VISIT, {"user": user_id, "exclusive": list(EXCLUSIVE)})
    if row is None:
        return None
    password, epoch, theme, idle, at, needs_factor = row[_COLUMNS:]
    login = User(password=password, epoch=epoch)
    if not constant_time_compare(proof, login.get_session_auth_hash()):
        return None
    return Visit(_actor(row[:_COLUMNS]), at, theme, idle, needs_factor)


def actor_of_token(token: str) -> tuple[Actor, frozenset[str]] | None:
    """The actor and the scopes of an API token, in one statement; None when it is unknown, ended, run out, or its person gone.

    The actor has the person's own roles; the scopes narrow them and never widen. The last use is noted to five minutes.
    """
    row = _one(_TOKEN, {"hash": digest(token), "exclusive": list(EXCLUSIVE)})
    return None if row is None else (_actor(row[:_COLUMNS]), frozenset(row[_COLUMNS]))


def _one(statement: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()  # type: ignore[no-any-return]


def _actor(row: tuple[Any, ...]) -> Actor:
    person, company, name, dealer, customer, language, time_zone, revision, roles, lent, giver = row
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
        time_zone=time_zone,
        book_revision=revision,
        delegated_from=giver if lent else None,
    )


def people_in_role(
    actor: Actor, roles: Iterable[str], *, dealer_id: UUID | None = None, at: datetime | None = None
) -> QuerySet[Person]:
    """Active people who hold one of the roles, at a dealer, or (dealer_id None) in the company itself."""
    rows = Person.objects.filter(
        Q(dealer_id=dealer_id),
        company_id=actor.company_id,
        active=True,
        customer_id=None,
        memberships__role__in=list(roles),
    )
    if at is None:
        rows = rows.filter(memberships__until=None)
    else:
        rows = rows.filter(Q(memberships__until=None) | Q(memberships__until__gt=at), memberships__since__lte=at)
    return rows.distinct().order_by("pinyin")


def sessions_of(actor: Actor) -> QuerySet[Session]:
    """One's own devices that are logged in, last used first."""
    return Session.objects.filter(Q(user__person_id=actor.person_id), expire_date__gt=Now()).order_by("-seen_at")


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """One's own API tokens that are not revoked."""
    return ApiToken.objects.filter(Q(person_id=actor.person_id), revoked_at=None).order_by("-created_at")


def delegations_of(actor: Actor, *, at: datetime) -> QuerySet[Delegation]:
    """Delegations given by or to the actor that run or are to come."""
    mine = Q(giver_id=actor.person_id) | Q(taker_id=actor.person_id)
    rows = Delegation.objects.filter(mine, revoked_at=None, ends_at__gt=at)
    return rows.select_related("giver", "taker").order_by("starts_at")


def colleagues(actor: Actor) -> QuerySet[Person]:
    """Active people of the actor's own organisation, without himself."""
    rows = Person.objects.filter(
        Q(dealer_id=actor.dealer_id), company_id=actor.company_id, active=True, customer_id=None
    )
    if actor.customer_id is not None:
        rows = rows.none()
    return rows.exclude(Q(pk=actor.person_id)).order_by("pinyin")


def held_by(actor: Actor) -> frozenset[str]:
    """Roles that are the actor's own, without those lent to him."""
    rows = Membership.objects.filter(Q(person_id=actor.person_id), until=None)
    return frozenset(rows.values_list("role", flat=True))


def people(actor: Actor) -> QuerySet[Person]:
    """Staff whom the actor may see, with organisation and (as `open_roles`) the roles they hold. Customers' contacts are not staff."""
    held = Prefetch("memberships", Membership.objects.filter(until=None).order_by("role"), to_attr="open_roles")
    rows = Person.visible_to(actor).filter(customer_id=None)
    return rows.select_related("dealer", "department", "team").prefetch_related(held)


def holders(role: str) -> QuerySet[Membership, UUID]:
    """Ids of the people who hold a role, of any company; for use inside a narrowed query."""
    return Membership.objects.filter(role=role, until=None).values_list("person_id", flat=True)


def roles_of(person: Person) -> frozenset[str]:
    """Codes of the roles that a person holds."""
    return frozenset(Membership.objects.filter(person=person, until=None).values_list("role", flat=True))


def role_holders(actor: Actor) -> list[tuple[str, list[Person]]]:
    """Every role with the active people who hold it, as far as the actor sees them; the source of the access matrix's roles."""
    found: dict[str, list[Person]] = {code: [] for code in ROLES}
    for row in people(actor).filter(active=True).order_by("pinyin"):
        for item in row.open_roles:  # type: ignore[attr-defined]
            found[item.role].append(row)
    return list(found.items())


def has_security_admin(actor: Actor) -> bool:
    """Whether the company has an active security administrator."""
    rows = Membership.objects.filter(company_id=actor.company_id, role="security_admin", until=None)
    return rows.filter(person__active=True).exists()


def login_of(person: Person) -> User | None:
    """A person's account."""
    return User.objects.filter(person=person).first()


def runs(actor: Actor, person: Person) -> bool:
    """Whether the actor enters qualifications and leave of this person."""
    return runs_staff(actor, dealer_id=person.dealer_id)


def staffing(actor: Actor, dealer: Dealer) -> list[tuple[str, list[Person]]]:
    """Who serves at a dealer, by the roles that a dealer's team has (DL-2.2): manager, service manager, technicians, agents."""
    wanted: dict[str, list[Person]] = {
        code: [] for code in ("dealer_manager", "service_manager", "technician", "agent")
    }
    for row in people(actor).filter(active=True, dealer=dealer).order_by("pinyin"):
        for item in row.open_roles:  # type: ignore[attr-defined]
            if item.role in wanted:
                wanted[item.role].append(row)
    return list(wanted.items())


def qualifications(actor: Actor) -> QuerySet[Qualification]:
    """Qualifications of the active people whom the actor may see."""
    visible = Person.visible_to(actor).filter(active=True, customer_id=None)
    return Qualification.objects.filter(person__in=visible).select_related("person__dealer", "person__department")


def leaves(actor: Actor) -> QuerySet[Leave]:
    """Leaves of the people whom the actor may see."""
    visible = Person.visible_to(actor).filter(active=True, customer_id=None)
    return Leave.objects.filter(person__in=visible).select_related("person__dealer", "person__department")


def delegations(actor: Actor) -> QuerySet[Delegation]:
    """Delegations between people whom the actor may see."""
    visible = Person.visible_to(actor)
    return Delegation.objects.filter(giver__in=visible).select_related("giver", "taker")


def departments(actor: Actor) -> QuerySet[Department]:
    return Department.objects.filter(company_id=actor.company_id).select_related("parent", "head")


def teams(actor: Actor) -> QuerySet[Team]:
    """The company's teams; a dealer's people see their dealer's."""
    rows = Team.objects.filter(company_id=actor.company_id).select_related("department", "dealer", "lead")
    return rows if actor.reach in ("company", "system") else rows.filter(Q(dealer_id=actor.dealer_id))


def lockouts(actor: Actor) -> QuerySet[LoginTry]:
    """Accounts of the company with wrong tries in the running window, the most first."""
    since = Now() - timedelta(seconds=settings.LOGIN_WINDOW)
    rows = LoginTry.objects.filter(user__person__company_id=actor.company_id, last_at__gt=since)
    return rows.select_related("user__person").order_by("-count")


def open_sessions(actor: Actor) -> QuerySet[Session]:
    """Sessions of the company's people, last used first."""
    rows = Session.objects.filter(user__person__company_id=actor.company_id, expire_date__gt=Now())
    return rows.select_related("user__person")


def audit_trail(actor: Actor) -> QuerySet[Entry]:
    """Entries of this room: logins, roles, people, organisation, tokens, exports. For the audit administrator."""
    mine = [name for name, cls in REGISTRY.items() if cls.__module__ == events.__name__]
    return Entry.visible_to(actor).filter(type__in=[*mine, "list.exported"])


def zone(actor: Actor) -> ZoneInfo:
    """Where the company's days begin: days, weeks, months and quarters of its lists, figures, reports and duties are cut there.

    Doors make it the current time zone of a request, as the reader's language is its language; what runs behind them asks here.
    """
    if actor.time_zone:
        return ZoneInfo(actor.time_zone)
    return ZoneInfo(Company.objects.values_list("time_zone", flat=True).get(pk=actor.company_id))


def names(actor: Actor, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of the company's people by id, for timelines and lists of entries."""
    wanted = {item for item in ids if item is not None}
    return dict(Person.objects.filter(company_id=actor.company_id, pk__in=wanted).values_list("pk", "name"))
