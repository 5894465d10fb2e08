"""The cast that everybody's tests rely on."""

from __future__ import annotations

import pytest
from django.test import Client

from nuoda.foundation.base.pure.ids import new_id

from . import factories

pytestmark = pytest.mark.django_db


def test_everybody_of_the_cast_can_act_with_his_own_reach() -> None:
    cast = factories.cast()
    reach = {someone.name: factories.actor(someone).reach for someone in cast.everybody()}
    assert reach["林晓"] == reach["王强"] == reach["沈总"] == reach["冯审计"] == "company"
    assert reach["赵磊"] == reach["吴迪"] == "technician"
    assert reach["马超"] == reach["何平"] == "dealer"
    assert factories.actor(cast.ma).dealer_id == cast.east.pk
    assert factories.actor(factories.contact(new_id(), of=cast.company)).reach == "customer"


def test_the_cast_takes_few_statements(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(60):
        factories.cast()


def test_login_needs_no_password(client: Client) -> None:
    cast = factories.cast()
    factories.login(client, cast.lin)
    assert client.session["_auth_user_id"] == str(cast.lin.user.pk)
