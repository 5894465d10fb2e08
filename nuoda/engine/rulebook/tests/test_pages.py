"""The regulation as people read it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from nuoda.engine.rulebook.actions import errors, packs
from nuoda.engine.rulebook.models import ClauseError
from nuoda.engine.rulebook.pure import facts
from nuoda.foundation.base.access import scoped, system
from nuoda.foundation.base.pure.ids import new_id
from nuoda.foundation.orgs.tests import factories

from .subjects import SUBJECTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> factories.Cast:
    for name, subject in SUBJECTS.items():
        monkeypatch.setitem(facts.SUBJECTS, name, facts.SUBJECTS.get(name, subject))
    found = factories.cast()
    actor = system(found.company.pk)
    with scoped(actor) as at:
        packs.load(actor=actor, at=at)
        packs.adopt_all(actor=actor, at=at)
    return found


def test_the_list_names_every_regulation_and_leads_to_its_text(client: Client, cast: factories.Cast) -> None:
    factories.login(client, cast.lin)
    page = client.get("/rulebook", headers={"accept-language": "zh-hans"}).content.decode()
    assert "销售与售后服务规范操作手册" in page
    addresses = re.findall(r'href="(/rulebook/policies/[a-z-]+)"', page)
    assert len(addresses) == 4
    assert {client.get(address).status_code for address in addresses} == {200}


def test_a_clause_stands_at_its_address_with_rules_and_numbers(client: Client, cast: factories.Cast) -> None:
    factories.login(client, cast.lin)
    page = client.get("/rulebook/clauses/MN-3.2.1b").content.decode()
    assert "到场" in page and "work_order.arrived" not in page
    assert "3：停机达到此台数即视为影响生产" in page and "machines_down_urgent" not in page
    assert "“到场”超时后：" in page and "on_site" not in page
    assert client.get("/rulebook/clauses/MN-9.9").status_code == 404


def test_a_technician_at_a_dealer_and_a_customer_can_read_the_clause_that_protects_them(
    client: Client, cast: factories.Cast
) -> None:
    for someone in (cast.ma, factories.contact(new_id(), of=cast.company)):
        factories.login(client, someone)
        assert client.get("/rulebook/clauses/MN-3.2.1b").status_code == 200
    assert client.get("/rulebook").status_code == 404
    client.logout()
    assert client.get("/rulebook/clauses/MN-3.2.1b").status_code == 302


def test_another_company_does_not_see_the_book(client: Client, cast: factories.Cast) -> None:
    other = factories.company("别家公司")
    stranger = factories.person("外人", "agent", of=other)
    factories.login(client, stranger)
    assert client.get("/rulebook/clauses/MN-3.2.1b").status_code == 404


def test_a_clause_says_where_it_could_not_be_judged_to_those_who_keep_it(client: Client, cast: factories.Cast) -> None:
    address = "/rulebook/clauses/MN-3.2.1b"
    factories.login(client, cast.chen)
    assert "no fact colour" not in client.get(address).content.decode()
    actor = system(cast.company.pk)
    with scoped(actor) as at:
        errors.note(ClauseError.of(cast.company.pk, "MN-3.2.1b/on_site", "no fact colour", at=at))
        errors.note(ClauseError.of(cast.company.pk, "MN-3.2.1b/on_site", "no fact colour", at=at))
    page = client.get(address).content.decode()
    assert page.count("no fact colour") == 1
    for someone in (cast.lin, cast.ma, factories.contact(new_id(), of=cast.company)):
        factories.login(client, someone)
        assert "no fact colour" not in client.get(address).content.decode()
