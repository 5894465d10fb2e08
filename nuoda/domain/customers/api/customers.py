"""Customers, contacts, sites and machines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.utils import timezone
from pydantic import Field

from nuoda.foundation.base.pure.operations import (
    Call,
    Line,
    Listing,
    Made,
    Name,
    Paging,
    Ref,
    Shape,
    Short,
    Text,
    named,
    read,
    write,
)
from nuoda.foundation.ui.api.paging import paged

from .. import queries
from ..access import READERS, STAFF, WRITERS
from ..actions import contacts, customers, products, sites
from ..models import Contact, Customer, InstalledProduct, Site

CREATORS = WRITERS | {"system_admin"}
Kind = Literal["company", "person"]
Level = Literal["ordinary", "key"]


class CustomerOut(Shape):
    id: UUID
    number: str
    name: str
    code: str
    kind: Kind
    level: Level
    region: str
    dealer_id: UUID | None
    active: bool
    changed_at: datetime

    @classmethod
    def of(cls, row: Customer) -> CustomerOut:
        return cls(
            id=row.pk,
            number=row.number,
            name=row.name,
            code=row.code,
            kind=row.kind,
            level=row.level,
            region=row.region,
            dealer_id=row.dealer_id,
            active=row.active,
            changed_at=row.changed_at,
        )


class ContactOut(Shape):
    id: UUID
    customer_id: UUID
    name: str
    phone: str
    email: str
    title: str
    is_primary: bool

    @classmethod
    def of(cls, row: Contact) -> ContactOut:
        return cls(
            id=row.pk,
            customer_id=row.customer_id,
            name=row.name,
            phone=row.phone,
            email=row.email,
            title=row.title,
            is_primary=row.is_primary,
        )


class SiteOut(Shape):
    id: UUID
    customer_id: UUID
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    is_default: bool

    @classmethod
    def of(cls, row: Site) -> SiteOut:
        return cls(
            id=row.pk,
            customer_id=row.customer_id,
            name=row.name,
            address=row.full_address,
            latitude=row.latitude,
            longitude=row.longitude,
            is_default=row.is_default,
        )


class MachineOut(Shape):
    id: UUID
    number: str
    serial: str
    model: Ref
    customer_id: UUID
    site_id: UUID | None
    dealer_id: UUID | None
    status: str
    purchase_date: date | None
    installed_date: date | None
    in_warranty: bool | None
    warranty_until: date | None
    warranty_reason: str

    @classmethod
    def on(cls, row: InstalledProduct, day: date) -> MachineOut:
        warranty = row.warranty_on(day)
        return cls(
            id=row.pk,
            number=row.number,
            serial=row.serial,
            model=Ref(id=row.model.pk, number=row.model.code, name=row.model.name),
            customer_id=row.customer_id,
            site_id=row.site_id,
            dealer_id=row.dealer_id,
            status=row.status,
            purchase_date=row.purchase_date,
            installed_date=row.installed_date,
            in_warranty=warranty.in_warranty,
            warranty_until=warranty.until,
            warranty_reason=str(warranty.reason),
        )


class CustomerWhole(CustomerOut):
    """A customer with everything that its page shows."""

    contacts: list[ContactOut]
    sites: list[SiteOut]
    machines: list[MachineOut]
    open_matters: list[Ref]


class CustomerFilter(Paging):
    text: Line = Field("", max_length=100, description="Name, pinyin or its initials, code, number, phone or its end.")
    kind: Kind | None = None
    level: Level | None = None
    dealer: UUID | None = None
    active: bool = True
    order: Literal["newest", "name"] = "name"


@read("/customers", scope="customers:read", roles=READERS)
def list_customers(call: Call, query: CustomerFilter) -> Listing[CustomerOut]:
    """List customers."""
    rows = queries.customers_matching(call.actor, query.text) if query.text else Customer.visible_to(call.actor)
    rows = rows.filter(active=query.active)
    if query.kind is not None:
        rows = rows.filter(kind=query.kind)
    if query.level is not None:
        rows = rows.filter(level=query.level)
    if query.dealer is not None:
        rows = rows.filter(dealers__dealer_id=query.dealer)
    return paged(rows, ("pinyin",) if query.order == "name" else ("-created_at",), query, CustomerOut.of)


@read("/customers/{customer}", scope="customers:read", roles=READERS)
def get_customer(call: Call, customer: Name) -> CustomerWhole:
    """Show a customer with contacts, sites, machines (the first 200) and open matters."""
    row = queries.customer(call.actor, **named(customer))
    card = queries.card(call.actor, row.number)
    day = timezone.localdate(call.at)
    return CustomerWhole(
        **CustomerOut.of(row).model_dump(),
        contacts=[ContactOut.of(item) for item in card.contacts],
        sites=[SiteOut.of(item) for item in card.sites],
        machines=[MachineOut.on(item, day) for item in card.installed],
        open_matters=[Ref(id=item.pk, number=item.number, name=item.title) for item in card.matters],
    )


class CustomerNew(Made):
    name: Line = Field(min_length=1, max_length=160)
    kind: Kind = "company"
    level: Level = "ordinary"
    code: Short = Field("", max_length=40)
    region: Short = ""
    tax_no: Short = Field("", max_length=30)
    note: Text = ""
    dealer: UUID | None = None


@write("/customers", scope="customers:write", roles=CREATORS, status=201)
def create_customer(call: Call, body: CustomerNew) -> CustomerOut:
    """Enter a customer."""
    row = customers.create(
        name=body.name,
        kind=body.kind,
        level=body.level,
        code=body.code,
        region=body.region,
        tax_no=body.tax_no,
        note=body.note,
        dealer_id=body.dealer,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return CustomerOut.of(row)


class ContactNew(Made):
    name: Short = Field(min_length=1)
    phone: Short = Field("", max_length=24)
    email: Line = Field("", max_length=254, pattern=r"^([^@\s\x00]+@[^@\s\x00]+)?$")
    title: Short = ""
    is_primary: bool | None = None


@write("/customers/{customer}/contacts", scope="customers:write", roles=CREATORS, status=201)
def add_contact(call: Call, customer: Name, body: ContactNew) -> ContactOut:
    """Add a contact to a customer."""
    owner = queries.customer(call.actor, **named(customer))
    row = contacts.add(
        owner.pk,
        name=body.name,
        phone=body.phone,
        email=body.email,
        title=body.title,
        is_primary=body.is_primary,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return ContactOut.of(row)


class SiteNew(Made):
    name: Line = Field(min_length=1, max_length=80)
    address: Line = ""
    province: Short = Field("", max_length=40)
    city: Short = Field("", max_length=40)
    district: Short = Field("", max_length=40)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    is_default: bool | None = None


@write("/customers/{customer}/sites", scope="customers:write", roles=CREATORS, status=201)
def add_site(call: Call, customer: Name, body: SiteNew) -> SiteOut:
    """Add a site to a customer."""
    owner = queries.customer(call.actor, **named(customer))
    told = body.model_dump()
    return SiteOut.of(sites.add(owner.pk, **told, actor=call.actor, at=call.at))


class CallerOut(Shape):
    """Somebody who may be calling."""

    contact: ContactOut
    customer: CustomerOut
    open_matters: int


class Phone(Shape):
    phone: str = Field(
        min_length=3, max_length=30, pattern=r"^[^\x00]*$", description="A number, or its last four digits."
    )


@read("/callers", scope="customers:read", roles=STAFF)
def find_callers(call: Call, query: Phone) -> list[CallerOut]:
    """Find who may be calling by phone number or its last four digits (DL-2.2c); at most ten."""
    return [
        CallerOut(
            contact=ContactOut.of(item.contact), customer=CustomerOut.of(item.customer), open_matters=item.open_matters
        )
        for item in queries.find_by_phone(call.actor, query.phone)
    ]


class MachineFilter(Paging):
    customer: UUID | None = None
    model: UUID | None = None
    serial: Short = Field("", description="The beginning of the serial number.")
    status: Literal["in_use", "retired"] | None = None


@read("/machines", scope="customers:read", roles=READERS)
def list_machines(call: Call, query: MachineFilter) -> Listing[MachineOut]:
    """List machines, newest first."""
    rows = queries.installed_rows(call.actor)
    if query.customer is not None:
        rows = rows.filter(customer_id=query.customer)
    if query.model is not None:
        rows = rows.filter(model_id=query.model)
    if query.serial:
        rows = rows.filter(serial__startswith=products.serial_of(query.serial))
    if query.status is not None:
        rows = rows.filter(status=query.status)
    day = timezone.localdate(call.at)
    return paged(rows, ("-created_at",), query, lambda row: MachineOut.on(row, day))


@read("/machines/{machine}", scope="customers:read", roles=READERS)
def get_machine(call: Call, machine: Name) -> MachineOut:
    """Show a machine with its warranty and the reason for it."""
    return MachineOut.on(queries.installed_product(call.actor, **named(machine)), timezone.localdate(call.at))


class MachineNew(Made):
    customer: UUID
    model: UUID
    serial: Short = Field(min_length=1)
    site: UUID | None = None
    purchase_date: date | None = None
    installed_date: date | None = None
    dealer: UUID | None = None


@write("/machines", scope="customers:write", roles=CREATORS, status=201)
def register_machine(call: Call, body: MachineNew) -> MachineOut:
    """Register a machine at a customer."""
    row = products.register(
        customer_id=body.customer,
        model_id=body.model,
        serial=body.serial,
        site_id=body.site,
        purchase_date=body.purchase_date,
        installed_date=body.installed_date,
        dealer_id=body.dealer,
        id=body.id,
        actor=call.actor,
        at=call.at,
    )
    return MachineOut.on(queries.installed_product(call.actor, id=row.pk), timezone.localdate(call.at))


class ModelOut(Shape):
    """What the company sells."""

    id: UUID
    code: str
    name: str
    category: str
    warranty_months: int


class ModelFilter(Paging):
    text: Line = Field("", max_length=100)


@read("/models", scope="customers:read", roles=STAFF)
def list_models(call: Call, query: ModelFilter) -> Listing[ModelOut]:
    """List product models in use, by code."""
    return paged(
        queries.models_matching(call.actor, query.text).order_by(),
        ("code",),
        query,
        lambda row: ModelOut(
            id=row.pk, code=row.code, name=row.name, category=row.category.name, warranty_months=row.warranty_months
        ),
    )
