"""People for tests: single ones, and a small named cast that all stories share.

    cast = factories.cast()
    with scoped(factories.actor(cast.lin)) as at: ...
    factories.login(client, cast.wang)

Rows are written directly (no actions, no journal entries), so that every room's tests may use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.test import Client
from pypinyin import lazy_pinyin

from nuoda.foundation.base.pure.actors import Actor

from .. import queries
from ..models import Company, Dealer, Delegation, Department, Leave, Membership, Person, Qualification, Team, User

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
"""From when on everybody holds his roles: before any moment at which a test plays."""
PASSWORD = "correct-horse-42"
"""Everybody's password."""
_number = count(1)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def company(name: str = "诺达机电有限公司", **fields: Any) -> Company:
    return Company.objects.create(name=name, short_name=fields.pop("short_name", name[:4]), created_at=SINCE, **fields)


def _company() -> Company:
    return Company.objects.order_by("created_at", "pk").first() or company()


def dealer(name: str = "华东", *, of: Company | None = None, **fields: Any) -> Dealer:
    owner = of or _company()
    fields.setdefault("code", f"D{next(_number):03d}")
    return Dealer.objects.create(company_id=owner.pk, name=f"{name}服务有限公司", short_name=name, **fields)


def department(name: str = "售后服务部", *, of: Company | None = None, **fields: Any) -> Department:
    return Department.objects.create(company_id=(of or _company()).pk, name=name, **fields)


def team(name: str = "一班", *, of: Company | None = None, **fields: Any) -> Team:
    return Team.objects.create(company_id=(of or _company()).pk, name=name, **fields)


def person(
    name: str = "",
    role: str = "agent",
    *more_roles: str,
    dealer: Dealer | None = None,
    customer_id: UUID | None = None,
    of: Company | None = None,
    login: bool = True,
    username: str = "",
    language: str = "zh-hans",
    **fields: Any,
) -> Person:
    """Somebody with roles (role "" for none) and, unless `login` is False, an account with `PASSWORD`.

    `of` None: the dealer's company, else the first company there is.
    """
    number = next(_number)
    name = name or f"员工{number}"
    owner = dealer.company_id if dealer else (of or _company()).pk
    row = Person.objects.create(
        company_id=owner,
        name=name,
        pinyin=" ".join(lazy_pinyin(name)),
        dealer=dealer,
        customer_id=customer_id,
        created_at=SINCE,
        **fields,
    )
    Membership.objects.bulk_create(
        Membership(company_id=owner, person=row, role=code, since=SINCE) for code in (role, *more_roles) if code
    )
    if login:
        username = username or "".join(lazy_pinyin(name)).lower() + str(number)
        User.objects.create(
            username=username, email=f"{username}@example.test", password=_hashed(), person=row, language=language
        )
    return row


def actor(someone: Person, at: datetime | None = None) -> Actor:
    """The actor that the doors would make of a person; he needs an account that is active."""
    found = queries.actor_of(someone.user.pk, at=at)
    assert found is not None, f"{someone.name} may not act"
    return found


def login(client: Client, someone: Person) -> Client:
    """The client with the person logged in (no password asked)."""
    client.force_login(User.objects.get(person=someone))
    return client


def qualification(someone: Person, skill: str, until: date | None = None, **fields: Any) -> Qualification:
    return Qualification.objects.create(
        company_id=someone.company_id, person=someone, skill=skill, valid_from=SINCE.date(), valid_until=until, **fields
    )


def leave(someone: Person, starts_at: datetime, ends_at: datetime, **fields: Any) -> Leave:
    return Leave.objects.create(
        company_id=someone.company_id, person=someone, starts_at=starts_at, ends_at=ends_at, **fields
    )


def delegation(giver: Person, taker: Person, starts_at: datetime, ends_at: datetime, role: str = "") -> Delegation:
    return Delegation.objects.create(
        company_id=giver.company_id, giver=giver, taker=taker, role=role, starts_at=starts_at, ends_at=ends_at
    )


@dataclass(frozen=True)
class Cast:
    """Who plays in the stories. 华东 and 西部 are dealers; everybody else belongs to the company."""

    company: Company
    east: Dealer
    west: Dealer
    lin: Person
    """林晓, customer service agent"""
    wang: Person
    """王强, service manager"""
    zhao: Person
    """赵磊, technician"""
    sun: Person
    """孙涛, technician"""
    chen: Person
    """陈静, quality supervisor"""
    zhou: Person
    """周敏, HQ after-sales support"""
    shen: Person
    """沈总, director"""
    ma: Person
    """马超, manager of the dealer 华东"""
    wu: Person
    """吴迪, technician of the dealer 华东"""
    he_ping: Person
    """何平, manager of the dealer 西部"""
    system: Person
    security: Person
    audit: Person

    def everybody(self) -> list[Person]:
        return [value for value in vars(self).values() if isinstance(value, Person)]


def cast(name: str = "诺达机电有限公司") -> Cast:
    """The whole cast in a company of its own."""
    own = company(name)
    east, west = dealer("华东", of=own, region="华东"), dealer("西部", of=own, region="西部")
    return Cast(
        company=own,
        east=east,
        west=west,
        lin=person("林晓", "agent", of=own),
        wang=person("王强", "service_manager", of=own),
        zhao=person("赵磊", "technician", of=own, latitude=31.2304, longitude=121.4737),
        sun=person("孙涛", "technician", of=own, latitude=31.2990, longitude=120.5853),
        chen=person("陈静", "quality_supervisor", of=own),
        zhou=person("周敏", "hq_support", of=own),
        shen=person("沈总", "director", of=own),
        ma=person("马超", "dealer_manager", dealer=east),
        wu=person("吴迪", "technician", dealer=east),
        he_ping=person("何平", "dealer_manager", dealer=west),
        system=person("钱系统", "system_admin", of=own),
        security=person("郑安全", "security_admin", of=own),
        audit=person("冯审计", "audit_admin", of=own),
    )


def contact(customer_id: UUID, name: str = "刘工", *, of: Company | None = None) -> Person:
    """A customer's contact with a login."""
    return person(name, "customer_contact", customer_id=customer_id, of=of)
