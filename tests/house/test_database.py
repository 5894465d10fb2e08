"""The tests' database is what the product gets: the application's role, no way around row-level security."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction


def _one(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


@pytest.mark.django_db
def test_serves_as_the_application() -> None:
    assert _one("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == (
        "nuoda_app",
        False,
        False,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["nuoda_wide", "nuoda_narrow"])
def test_a_transaction_becomes_a_scope_role(role: str) -> None:
    assert _one(f"SELECT set_config('role', '{role}', true), current_user")[0] == role
    assert _one("SELECT current_user") == (role,)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["CREATE TABLE mine (x int)", "SET ROLE nuoda_owner", "SET ROLE nuoda_admin"])
def test_the_application_cannot_become_more(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_with_transactions_has_a_fresh_database(turn: int) -> None:
    from django.contrib.sessions.models import Session
    from django.utils.timezone import now

    assert Session.objects.count() == 0
    Session.objects.create(session_key=f"s{turn}", session_data="", expire_date=now())
    assert Session.objects.count() == 1
