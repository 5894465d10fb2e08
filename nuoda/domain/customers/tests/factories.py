"""Customers and machines for tests, made by the real actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from nuoda.domain.customers.actions import catalogue, contacts, customers, products, sites
from nuoda.domain.customers.models import Contact, Customer, InstalledProduct, ProductCategory, ProductModel, Site
from nuoda.foundation.base.pure.actors import Actor

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_number = count(1)


def customer(actor: Actor, name: str = "", at: datetime = AT, **fields: object) -> Customer:
    return customers.create(actor=actor, at=at, name=name or f"客户{next(_number)}", **fields)  # type: ignore[arg-type]


def category(actor: Actor, code: str = "", at: datetime = AT) -> ProductCategory:
    code = code or f"cat{next(_number)}"
    return catalogue.add_category(actor=actor, at=at, code=code, name_zh_hans=f"类别{code}", name_en=f"Category {code}")


def model(actor: Actor, of: ProductCategory | None = None, at: datetime = AT, **fields: object) -> ProductModel:
    number = next(_number)
    values: dict[str, object] = {"code": f"M{number}", "name": f"型号{number}"} | fields
    return catalogue.add_model(
        actor=actor,
        at=at,
        category_id=(of or category(actor, at=at)).pk,
        **values,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Kit:
    """One customer with a contact, a site and a machine."""

    customer: Customer
    contact: Contact
    site: Site
    model: ProductModel
    machine: InstalledProduct


def kit(actor: Actor, name: str = "苏州恒力机械有限公司", at: datetime = AT, serial: str = "", **fields: object) -> Kit:
    """A customer with everything, entered by `actor` (who keeps the catalogue)."""
    row = customer(actor, name, at, **fields)
    contact = contacts.add(row.pk, actor=actor, at=at, name="王芳", phone="13812345678")
    site = sites.add(row.pk, actor=actor, at=at, name="一号厂房", address="星湖街 328 号", city="苏州市")
    made = model(actor, at=at)
    machine = products.register(
        actor=actor, at=at, customer_id=row.pk, model_id=made.pk, site_id=site.pk,
        serial=serial or f"SN-{next(_number):05d}", purchase_date=date(2025, 11, 3),
    )  # fmt: skip
    return Kit(row, contact, site, made, machine)
