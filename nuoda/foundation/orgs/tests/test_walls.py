"""The second wall between dealers' people: what the database hides even when the code forgets."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from nuoda.foundation.base.access import scoped
from nuoda.foundation.orgs.models import Dealer, Person, Team

from . import factories

pytestmark = pytest.mark.django_db


def names() -> set[str]:
    return set(Person.objects.values_list("name", flat=True))


def test_a_dealer_sees_colleagues_of_the_company_and_his_own_people_only() -> None:
    cast = factories.cast()
    stranger = factories.person("外人", "technician", dealer=cast.west)
    with scoped(factories.actor(cast.ma)):
        seen = names()
        assert {"马超", "吴迪", "王强"} <= seen
        assert not {"何平", stranger.name} & seen
        assert set(Dealer.objects.values_list("pk", flat=True)) == {cast.east.pk}


def test_a_customer_sees_no_other_customers_contact() -> None:
    cast = factories.cast()
    from nuoda.foundation.base.pure.ids import new_id

    own, other = (
        factories.contact(new_id(), "刘工", of=cast.company),
        factories.contact(new_id(), "金工", of=cast.company),
    )
    with scoped(factories.actor(own)):
        assert "刘工" in names()
        assert other.name not in names()


def test_a_dealers_team_is_hidden_from_another_dealer() -> None:
    cast = factories.cast()
    factories.team("东一班", of=cast.company, dealer=cast.east)
    with scoped(factories.actor(cast.he_ping)):
        assert not Team.objects.exists()
    with scoped(factories.actor(cast.ma)):
        assert Team.objects.count() == 1


def test_without_the_wall_the_same_read_sees_everybody(owner: object) -> None:
    """Negative control: the policy is what hides them, not the reading."""
    cast = factories.cast()
    with scoped(factories.actor(cast.wang)):
        assert "何平" in names()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_policies WHERE tablename = 'orgs_person' AND policyname = 'narrow'")
        assert cursor.fetchone() == (1,)
