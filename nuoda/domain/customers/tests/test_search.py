"""The one search box finds the cards of customers and machines for everybody who knows the customer, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nuoda.domain.customers.actions import customers
from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.base.pure.refusals import NotYours
from nuoda.foundation.journal import queries as journal
from nuoda.foundation.journal.actions import dossiers
from nuoda.foundation.orgs.models import Dealer

from . import factories
from .factories import AT, Kit

pytestmark = pytest.mark.django_db

COMPANY = new_id()
HQ = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"service_manager"}))
EAST = Actor(
    company_id=COMPANY, person_id=new_id(), roles=frozenset({"dealer_manager"}), reach="dealer", dealer_id=new_id()
)
WEST = replace(EAST, person_id=new_id(), dealer_id=new_id())
ZHOU = Actor(company_id=COMPANY, person_id=new_id(), roles=frozenset({"technician"}), reach="technician")
WORDS = ("恒力", "5678", "KB-77013", "KB-770", "王芳")
"""A part of the company's name, the phone's tail, the serial number, the contact."""


@pytest.fixture
def kit() -> Iterator[Kit]:
    with scoped(HQ):
        for number, actor in enumerate((EAST, WEST)):
            Dealer.objects.create(id=actor.dealer_id, company_id=COMPANY, code=f"D{number}", name=f"经销商{number}")
        # The customer and its machine were entered by the company; the dealer only deals with it.
        made = factories.kit(HQ, serial="KB-77013")
        customers.link_dealer(made.customer.pk, actor=HQ, at=AT, dealer_id=EAST.dealer_id)
    yield made


def found(actor: Actor, text: str) -> set[str]:
    with scoped(actor):
        return {row.kind for row in journal.search(actor, text)}


@pytest.mark.parametrize("text", WORDS)
def test_a_dealer_finds_the_customers_it_deals_with(kit: Kit, text: str) -> None:
    assert found(HQ, text) != set()
    assert found(EAST, text) == found(HQ, text)
    assert found(WEST, text) == set()


def test_a_technician_finds_the_customers_of_his_cases(kit: Kit) -> None:
    assert found(ZHOU, "恒力") == set()
    with scoped(HQ):
        case = dossiers.open(kind="customer", actor=HQ, at=AT, customer_id=kit.customer.pk, title="一桩")
        dossiers.share(case, person_id=ZHOU.person_id, at=AT)
    assert {"customer", "installed_product"} <= found(ZHOU, "恒力")


def test_the_number_of_a_card_leads_to_it(kit: Kit) -> None:
    with scoped(EAST):
        assert journal.dossier(EAST, number=kit.machine.number).pk == kit.machine.pk
    with scoped(WEST), pytest.raises(NotYours):
        journal.dossier(WEST, number=kit.machine.number)
