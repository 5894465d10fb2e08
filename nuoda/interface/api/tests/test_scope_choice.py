"""A token is offered the scopes in which its person can do anything."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nuoda.domain.service.tests.stage import Stage
from nuoda.foundation.base.pure.operations import OPERATIONS
from nuoda.foundation.orgs.pure.tokens import scopes_of
from nuoda.foundation.orgs.tests import factories

from ..api import root  # noqa: F401 - declares every operation
from ..pure.scopes import SCOPES

pytestmark = pytest.mark.django_db


def offered(client: Client) -> set[str]:
    answer = client.get(reverse("orgs:token-new"))
    assert answer.status_code == 200
    return {value for value, _label in answer.context["form"].fields["scopes"].choices}


def test_a_customer_is_offered_what_customers_can_do_and_no_more(client: Client) -> None:
    stage = Stage.set()
    contact = factories.contact(stage.kit.customer.pk, of=stage.cast.company)
    mine = offered(factories.login(client, contact))
    assert "tickets:read" in mine and not {"rulebook:write", "duties:write", "evidence:read", "work:write"} & mine
    can = {one.scope for one in OPERATIONS.values() if not one.roles or "customer_contact" in one.roles}
    assert mine & set(SCOPES) == can & set(SCOPES), "other tests may declare scopes of their own"
    answer = client.post(reverse("orgs:token-new"), {"name": "x", "scopes": ["rulebook:write"]})
    assert answer.status_code == 422
    assert "work:write" in offered(factories.login(Client(), stage.cast.wang))


def test_nobody_loses_a_scope_that_he_can_use() -> None:
    for role in {role for one in OPERATIONS.values() for role in one.roles}:
        can = {one.scope for one in OPERATIONS.values() if not one.roles or role in one.roles}
        assert set(scopes_of(frozenset({role}))) >= can & set(SCOPES)
