"""The demo company before its first ticket: people, dealers, customers, machines, catalogue, the book in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from pypinyin import lazy_pinyin

from nuoda.domain.customers.actions import catalogue, contacts, customers, products, sites
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, ProductModel, Site
from nuoda.domain.parts.actions import parts as part_actions
from nuoda.domain.parts.models import Part
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.orgs.actions import companies, dealers, links, people, staffing
from nuoda.foundation.orgs.models import Company, Dealer, Person, User
from nuoda.foundation.orgs.queries import actor_of

from ..pure import demo_words as words

STAFF = (
    # name, roles, title
    ("林晓", ("agent",), "客服专员"),
    ("何静怡", ("agent",), "客服专员"),
    ("许佳", ("agent",), "客服专员"),
    ("王强", ("service_manager",), "售后服务经理"),
    ("赵磊", ("technician",), "高级技师"),
    ("孙涛", ("technician",), "技师"),
    ("高飞", ("technician",), "技师"),
    ("罗明", ("technician",), "技师"),
    ("梁浩", ("technician",), "技师"),
    ("陈静", ("quality_supervisor",), "质量监督员"),
    ("周敏", ("hq_support",), "技术支持工程师"),
    ("沈建平", ("director",), "服务总监"),
    ("钱进", ("system_admin",), "系统管理员"),
    ("郑安", ("security_admin",), "安全管理员"),
    ("冯源", ("audit_admin",), "审计管理员"),
)
DEALER_STAFF = (
    (("dealer_manager",), "服务经理"),
    (("agent",), "客服"),
    (("technician",), "技师"),
    (("technician",), "技师"),
    (("technician",), "技师"),
)


@dataclass
class Client:
    """A customer as the simulation uses it."""

    customer: Customer
    contact: Contact
    site: Site
    dealer_id: UUID | None
    machines: list[InstalledProduct] = field(default_factory=list)


@dataclass
class Cast:
    """Who plays: actors by role; `None` is the company itself, else a dealer's id."""

    company_id: UUID
    password: str
    actors: dict[tuple[str, UUID | None], list[Actor]] = field(default_factory=dict)
    technicians: dict[UUID | None, list[Person]] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)
    portal: Client | None = None
    """The customer whose contact may log in."""
    parts: dict[str, list[Part]] = field(default_factory=dict)
    accounts: list[tuple[str, str, str]] = field(default_factory=list)
    """(title, name, account) of everybody whose login is printed."""

    def one(self, role: str, dealer_id: UUID | None, dice: Random) -> Actor:
        return dice.choice(self.actors[role, dealer_id])


def found(
    *,
    dice: Random,
    start: datetime,
    customers_count: int,
    machines_count: int,
    password: str,
    tell: Callable[[str], None],
) -> Cast:
    """Found the company at `start` by the same actions that anybody uses; in transactions of its own."""
    company_id = new_id()
    keeper = system(company_id).as_origin("demo")
    cast = Cast(company_id, password)
    tell("people")
    with scoped(keeper):
        companies.create(
            name="诺达示例机电股份有限公司",
            short_name="诺达示例",
            phone="400-000-0000",
            is_demo=True,
            actor=keeper,
            at=start,
        )
        Company.objects.filter(pk=company_id).update(is_demo=True)
        places = {name: (lat, lon) for name, _province, lat, lon, _region in words.CITIES}
        for number, (name, roles, title) in enumerate(STAFF):
            city = words.CITIES[number % 4]
            _person(cast, keeper, start, name, roles, title, None, (city[2], city[3]), dice)
        for code, name, region, seat, lat, lon in words.DEALERS:
            dealer = dealers.create(
                values={
                    "code": code,
                    "name": name,
                    "short_name": name[:4],
                    "region": region,
                    "address": f"{seat}市",
                    "latitude": lat,
                    "longitude": lon,
                },
                actor=keeper,
                at=start,
            )
            for roles, title in DEALER_STAFF:
                _person(cast, keeper, start, _name(dice), roles, title, dealer, places[seat], dice)
    _actors(cast)
    tell("products")
    manager = cast.actors["service_manager", None][0]
    with scoped(manager):
        models = _catalogue(cast, manager, start)
    tell("customers")
    regions = {row.region: row.pk for row in _dealers(cast)}
    agent = cast.actors["agent", None][0]
    for _count in range(customers_count):
        with scoped(agent):
            cast.clients.append(_client(agent, start, dice, regions))
    with scoped(manager):
        for number in range(machines_count):
            _machine(cast, manager, models, number, start, dice)
    with scoped(keeper):
        _portal_account(cast, keeper, start)
    _actors(cast)
    return cast


def _dealers(cast: Cast) -> list[Dealer]:
    with scoped(system(cast.company_id)):
        return list(Dealer.objects.filter(company_id=cast.company_id))


def _name(dice: Random) -> str:
    return dice.choice(words.SURNAMES) + "".join(dice.choice(words.GIVEN) for _ in range(dice.choice((1, 2, 2))))


def _phone(dice: Random) -> str:
    return f"1990000{dice.randrange(10000):04d}"


def _person(
    cast: Cast, keeper: Actor, at: datetime, name: str, roles: tuple[str, ...], title: str, dealer: Dealer | None,
    place: tuple[float, float], dice: Random,
) -> None:  # fmt: skip
    values = {
        "name": name,
        "title": title,
        "phone": _phone(dice),
        "dealer_id": dealer.pk if dealer else None,
        "latitude": place[0] + dice.uniform(-0.1, 0.1),
        "longitude": place[1] + dice.uniform(-0.1, 0.1),
    }
    person, _token = people.invite(values=values, roles=roles, actor=keeper, at=at)
    user = User.objects.get(person=person)
    links.set_password(user=user, password=cast.password, actor=keeper, at=at)
    cast.accounts.append((f"{dealer.short_name} {title}" if dealer else title, name, user.username))
    if "technician" in roles:
        cast.technicians.setdefault(dealer.pk if dealer else None, []).append(person)
        skills = [code for code, *_rest in words.CATEGORIES]
        for skill in skills if dealer else dice.sample(skills, 3):
            until = at.date() + timedelta(days=dice.choice((200, 400, 700)))
            staffing.qualify(
                person_id=person.pk, skill=skill, valid_from=at.date() - timedelta(days=300), valid_until=until,
                certificate_no=f"ND{dice.randrange(10**6):06d}", actor=keeper, at=at,
            )  # fmt: skip


def _actors(cast: Cast) -> None:
    """Look everybody up anew, with the revision of the book that is in force now."""
    cast.actors.clear()
    rows = User.objects.filter(person__company_id=cast.company_id).order_by("date_joined", "username")
    for user in rows:
        actor = actor_of(user.pk)
        if actor is None:
            continue
        actor = actor.as_origin("demo")
        for role in actor.roles:
            cast.actors.setdefault((role, actor.dealer_id), []).append(actor)


def _catalogue(cast: Cast, manager: Actor, at: datetime) -> list[ProductModel]:
    models = []
    for code, hans, hant, en in words.CATEGORIES:
        category = catalogue.add_category(
            actor=manager, at=at, code=code, name_zh_hans=hans, name_zh_hant=hant, name_en=en
        )
        own = [
            catalogue.add_model(
                actor=manager,
                at=at,
                category_id=category.pk,
                code=model,
                name=name,
                warranty_months=months,
                warranty_from=origin,
            )
            for model, name, of, months, origin in words.MODELS
            if of == code
        ]
        for model in own:
            model.category = category
        models += own
        cast.parts[code] = [
            part_actions.add(
                actor=manager, at=at, code=f"{code[:2].upper()}-{number:03d}", name=name, unit="件",
                price_fen=(number + 1) * 13500, category_id=category.pk, model_ids=[model.pk for model in own],
            )
            for number, name in enumerate(words.PARTS[code], 1)
        ]  # fmt: skip
    return models


def _client(agent: Actor, at: datetime, dice: Random, regions: dict[str, UUID]) -> Client:
    city, province, lat, lon, region = dice.choice(words.CITIES)
    person = dice.random() < 0.06
    name = (
        _name(dice)
        if person
        else f"{city}{dice.choice(words.NAMES_A)}{dice.choice(words.NAMES_B)}{dice.choice(words.TRADES)}有限公司"
    )
    dealer_id = regions.get(region)
    row = customers.create(
        actor=agent, at=at, name=name, kind="person" if person else "company", region=city,
        level="key" if dice.random() < 0.12 else "ordinary", dealer_id=dealer_id,
    )  # fmt: skip
    contact = contacts.add(
        row.pk,
        actor=agent,
        at=at,
        name=name if person else _name(dice),
        phone=_phone(dice),
        title="" if person else "设备主管",
    )
    site = sites.add(
        row.pk, actor=agent, at=at, name="主厂区", province=province, city=f"{city}市",
        address=f"{city}市{dice.choice('东南西北')}区工业路 {dice.randrange(1, 400)} 号",
        latitude=lat + dice.uniform(-0.2, 0.2), longitude=lon + dice.uniform(-0.2, 0.2),
    )  # fmt: skip
    return Client(row, contact, site, dealer_id)


def _machine(cast: Cast, manager: Actor, models: list[ProductModel], number: int, at: datetime, dice: Random) -> None:
    client = cast.clients[number] if number < len(cast.clients) else dice.choice(cast.clients)
    model = dice.choice(models)
    bought: date = at.date() - timedelta(days=dice.randrange(20, 900))
    row = products.register(
        actor=manager, at=at, customer_id=client.customer.pk, model_id=model.pk, site_id=client.site.pk,
        serial=f"{model.code.replace('-', '')}{2300 + number // 100:04d}{number % 100:02d}{dice.choice('ABCDEFGH')}",
        purchase_date=bought, installed_date=bought + timedelta(days=dice.randrange(3, 30)), dealer_id=client.dealer_id,
    )  # fmt: skip
    row.customer, row.site, row.model = client.customer, client.site, model
    client.machines.append(row)


def _portal_account(cast: Cast, keeper: Actor, at: datetime) -> None:
    """The first customer's contact may log in."""
    client = next(client for client in cast.clients if client.dealer_id is None and client.machines)
    cast.portal = client
    name = client.contact.name
    username = "kehu-" + "".join(lazy_pinyin(name))
    person, _token = people.invite(
        values={"name": name},
        roles=("customer_contact",),
        username=username,
        customer_id=client.customer.pk,
        actor=keeper,
        at=at,
    )
    Contact.objects.filter(pk=client.contact.pk).update(person=person)
    links.set_password(user=User.objects.get(person=person), password=cast.password, actor=keeper, at=at)
    cast.accounts.append((f"客户 {client.customer.name}", name, username))
