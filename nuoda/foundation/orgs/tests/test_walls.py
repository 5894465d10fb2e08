"""The second wall between dealers' people: what the database hides even when the code forgets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, models, transaction

from nuoda.foundation.base.access import scoped
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.orgs.models import Dealer, Delegation, Department, Leave, Membership, Person, Qualification, Team

from . import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STAFF: list[type[models.Model]] = [Membership, Qualification, Leave, Delegation]


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


def staffed(cast: factories.Cast, person: Person, taker: Person) -> dict[type[models.Model], dict[str, Any]]:
    """Values of one row of each kind that hangs on a person."""
    own = {"company_id": cast.company.pk}
    return {
        Membership: own | {"person": person, "role": "hq_support", "since": AT},
        Qualification: own | {"person": person, "skill": "press", "valid_from": date(2026, 1, 1)},
        Leave: own | {"person": person, "starts_at": AT, "ends_at": AT + timedelta(days=1)},
        Delegation: own | {"giver": person, "taker": taker, "starts_at": AT, "ends_at": AT + timedelta(days=1)},
    }


def of(table: type[models.Model], person: Person) -> models.QuerySet[Any]:
    return table._default_manager.filter(**{"giver" if table is Delegation else "person": person})


@pytest.mark.parametrize("table", STAFF)
def test_what_hangs_on_a_dealers_person_is_hidden_from_others(table: type[models.Model]) -> None:
    """Nothing filters here: the first wall is off. Asked past the narrow policies the same rows are there."""
    cast = factories.cast()
    table._default_manager.create(**staffed(cast, cast.he_ping, factories.person("西二", dealer=cast.west))[table])
    table._default_manager.create(**staffed(cast, cast.wang, cast.ma)[table])
    with scoped(factories.actor(cast.he_ping)):
        assert of(table, cast.he_ping).exists() and of(table, cast.wang).exists()
    for stranger in (cast.ma, factories.person("东外", "technician", dealer=cast.east)):
        with scoped(factories.actor(stranger)):
            assert of(table, cast.wang).exists()  # colleagues of the company
            assert not of(table, cast.he_ping).exists()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE nuoda_wide")  # negative control
            assert of(table, cast.he_ping).exists()
    with scoped(factories.actor(factories.contact(cast.east.pk, "刘工", of=cast.company))):
        assert not of(table, cast.wang).exists()


@pytest.mark.parametrize("table", STAFF)
def test_nobody_of_a_dealer_changes_what_hangs_on_people_of_others(table: type[models.Model]) -> None:
    cast = factories.cast()
    table._default_manager.create(**staffed(cast, cast.wang, cast.ma)[table])
    with scoped(factories.actor(cast.ma)):
        assert of(table, cast.wang).update(company_id=cast.company.pk) == 0
        assert of(table, cast.wang).delete()[0] == 0
        with pytest.raises(Error), transaction.atomic():
            table._default_manager.create(**staffed(cast, cast.zhao, cast.ma)[table])
        table._default_manager.create(**staffed(cast, cast.ma, cast.wu)[table])


def test_nobody_gives_himself_a_role_or_a_certificate() -> None:
    cast = factories.cast()
    for table in (Membership, Qualification):
        with scoped(factories.actor(cast.zhao)), pytest.raises(Error), transaction.atomic():
            table._default_manager.create(**staffed(cast, cast.zhao, cast.ma)[table])
    with scoped(factories.actor(cast.ma)), pytest.raises(Error), transaction.atomic():
        Membership.objects.create(company_id=cast.company.pk, person=cast.ma, role="security_admin", since=AT)


def test_departments_are_the_companys_to_name() -> None:
    cast = factories.cast()
    Department.objects.create(company_id=cast.company.pk, name="售后部")
    with scoped(factories.actor(cast.ma)):
        assert Department.objects.exists()
        assert Department.objects.update(name="别的") == 0
    stranger = Actor(company_id=cast.wang.pk, reach="dealer", dealer_id=cast.east.pk, person_id=cast.ma.pk)
    with scoped(stranger):
        assert not Department.objects.exists()
