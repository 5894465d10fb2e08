"""The database hides customers from strangers even when the code forgets to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import Error, connection, models, transaction

from nuoda.domain.customers import queries
from nuoda.domain.customers.actions import contacts, customers, products, sites
from nuoda.domain.customers.models import (
    Contact,
    Customer,
    CustomerDealer,
    ImportRun,
    InstalledProduct,
    ProductCategory,
    ProductModel,
    Site,
)
from nuoda.domain.parts.actions import parts
from nuoda.domain.parts.models import Part, PartFit
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours, Refused
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.journal.models import Dossier, Entry
from nuoda.foundation.orgs.models import Dealer

from . import factories
from .factories import AT, Kit

pytestmark = pytest.mark.django_db

COMPANY = new_id()
HQ = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"service_manager"}))
EAST = Actor(
    company_id=COMPANY, person_id=new_id(), roles=frozenset({"dealer_manager"}), reach="dealer", dealer_id=new_id()
)
WEST = Actor(
    company_id=COMPANY, person_id=new_id(), roles=frozenset({"dealer_manager"}), reach="dealer", dealer_id=new_id()
)
ZHOU = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"technician"}), reach="technician")
OF_CUSTOMERS: list[type[models.Model]] = [Customer, Contact, Site, InstalledProduct, CustomerDealer]
CATALOGUE: list[type[models.Model]] = [ProductCategory, ProductModel, Part, PartFit]


@pytest.fixture
def kit() -> Iterator[Kit]:
    with scoped(HQ):
        for number, actor in enumerate((EAST, WEST)):
            Dealer.objects.create(id=actor.dealer_id, company_id=COMPANY, code=f"D{number}", name=f"经销商{number}")
        made = factories.kit(HQ, dealer_id=EAST.dealer_id)
        parts.add(actor=HQ, at=AT, code="P1", name="滤芯", unit="个", model_ids=[made.model.pk])
        ImportRun.objects.create(company_id=COMPANY, type="customers", file_name="x", content=b"", started_at=AT)
    yield made


def counts(actor: Actor, tables: list[type[models.Model]]) -> list[int]:
    """Rows that the database shows to an actor when nothing filters."""
    with scoped(actor):
        return [table._default_manager.count() for table in tables]


def test_the_own_dealer_sees_and_the_other_does_not(kit: Kit) -> None:
    assert counts(HQ, OF_CUSTOMERS) == counts(EAST, OF_CUSTOMERS) == [1, 1, 1, 1, 1]
    assert counts(WEST, OF_CUSTOMERS) == [0, 0, 0, 0, 0]


def test_a_link_opens_the_card_and_its_end_closes_it(kit: Kit) -> None:
    with scoped(HQ):
        assert customers.link_dealer(kit.customer.pk, actor=HQ, at=AT, dealer_id=WEST.dealer_id)
        assert not customers.link_dealer(kit.customer.pk, actor=HQ, at=AT, dealer_id=WEST.dealer_id)
    assert counts(WEST, OF_CUSTOMERS) == [1, 1, 1, 1, 1]
    with scoped(WEST):
        card = queries.card(WEST, kit.customer.number)
        assert card.installed == [kit.machine]
        assert [row.pk for row in card.dealers] == [WEST.dealer_id]
        assert Dossier.objects.get(pk=kit.customer.pk).title == kit.customer.name
        assert list(queries.customers_matching(WEST, "恒力")) == [kit.customer]
    with scoped(HQ):
        customers.unlink_dealer(kit.customer.pk, actor=HQ, at=AT, dealer_id=WEST.dealer_id, reason="换人")
        customers.unlink_dealer(kit.customer.pk, actor=HQ, at=AT, dealer_id=EAST.dealer_id, reason="换人")
    assert counts(WEST, OF_CUSTOMERS) == counts(EAST, OF_CUSTOMERS) == [0, 0, 0, 0, 0]


def test_a_technician_sees_the_customers_of_his_cases_only(kit: Kit) -> None:
    assert counts(ZHOU, OF_CUSTOMERS) == [0, 0, 0, 0, 0]
    with scoped(HQ):
        factories.kit(HQ, "另一家")
        dossiers.share(kit.machine.dossier, person_id=ZHOU.person_id, at=AT)
    assert counts(ZHOU, OF_CUSTOMERS) == [1, 1, 1, 1, 0]
    with scoped(ZHOU):
        assert queries.card(ZHOU, kit.customer.number).contacts == [kit.contact]
        with pytest.raises(Refused) as refusal:
            contacts.add(kit.customer.pk, actor=ZHOU, at=AT, name="甲")
        assert refusal.value.code == "not_allowed"


def test_a_customer_sees_himself_only(kit: Kit) -> None:
    with scoped(HQ):
        other = factories.kit(HQ, "另一家")
    own = Actor(
        company_id=COMPANY, person_id=new_id(), roles=frozenset({"customer_contact"}), reach="customer",
        customer_id=kit.customer.pk,
    )  # fmt: skip
    assert counts(own, [Customer, Contact, Site, InstalledProduct]) == [1, 1, 1, 1]
    with scoped(own):
        assert list(InstalledProduct.objects.all()) == list(queries.installed_rows(own)) == [kit.machine]
        with pytest.raises(NotYours):
            queries.card(own, other.customer.number)


def test_a_dealer_enters_a_customer_and_sees_its_own_work_in_the_history(kit: Kit) -> None:
    with scoped(WEST):
        row = customers.create(actor=WEST, at=AT, name="西部客户", dealer_id=EAST.dealer_id)
        assert row.dealer_id == WEST.dealer_id
        contacts.add(row.pk, actor=WEST, at=AT, name="赵云", phone="13700007777")
        sites.add(row.pk, actor=WEST, at=AT, name="西厂")
        machine = products.register(actor=WEST, at=AT, customer_id=row.pk, model_id=kit.model.pk, serial="W-1")
        assert machine.dealer_id == WEST.dealer_id
    with scoped(HQ):
        customers.link_dealer(row.pk, actor=HQ, at=AT, dealer_id=EAST.dealer_id)
    with scoped(EAST):
        contacts.add(row.pk, actor=EAST, at=AT, name="钱三", phone="13700008888")
        customers.change(row.pk, actor=EAST, at=AT, region="四川")
        products.change(machine.pk, actor=EAST, at=AT, serial="W-2")
        seen = {entry.type for entry in queries.timeline(EAST, [row.pk])}
        assert seen == {"customer.dealer_linked", "contact.added", "customer.changed", "installed_product.changed"}
        assert list(queries.customers_matching(EAST, "8888")) == [row]
        assert [found.serial for found in queries.installed_matching(EAST, "w-2")] == ["W-2"]
    with scoped(WEST):
        assert set(Entry.objects.values_list("type", flat=True)) == {
            "customer.created", "contact.added", "site.added", "installed_product.registered",
        }  # fmt: skip
        # The words of the folder hold what the other dealer added, although neither may change it.
        assert list(queries.customers_matching(WEST, "8888")) == [row]


def test_everybody_reads_the_catalogue_and_only_the_company_writes_it(kit: Kit) -> None:
    assert counts(EAST, CATALOGUE) == counts(ZHOU, CATALOGUE) == [1, 1, 1, 1]
    stranger = Actor(company_id=new_id(), reach="dealer", dealer_id=EAST.dealer_id)
    assert counts(stranger, CATALOGUE) == [0, 0, 0, 0]
    with scoped(EAST):
        assert Part.objects.update(price_fen=1) == 0
        with pytest.raises(Error), transaction.atomic():
            ProductCategory.objects.create(company_id=COMPANY, code="mine", name_zh_hans="我的")


def test_imports_are_the_companys_own(kit: Kit) -> None:
    assert counts(HQ, [ImportRun]) == [1]
    assert counts(EAST, [ImportRun]) == counts(ZHOU, [ImportRun]) == [0]


def test_a_dealer_cannot_write_itself_onto_a_strange_customer(kit: Kit) -> None:
    with scoped(WEST):
        with pytest.raises(NotYours):
            contacts.add(kit.customer.pk, actor=WEST, at=AT, name="甲")
        with pytest.raises(Refused):
            customers.link_dealer(kit.customer.pk, actor=WEST, at=AT, dealer_id=WEST.dealer_id)
        assert Customer.objects.filter(pk=kit.customer.pk).update(name="被改") == 0


@pytest.mark.parametrize("table", OF_CUSTOMERS)
def test_it_is_the_wall_that_hides(kit: Kit, table: type[models.Model]) -> None:
    """Negative control: the very same question in the same transaction, asked past the narrow policies, finds the
    row."""
    with scoped(WEST):
        assert table._default_manager.count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE nuoda_wide")
        assert table._default_manager.count() == 1
