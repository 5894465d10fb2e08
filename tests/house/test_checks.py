"""`nuoda check`: the installation's own invariants, each with a database that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from nuoda.cli import checks
from nuoda.config import binaries
from nuoda.foundation.base.pure.checks import CHECKS, check

pytestmark = pytest.mark.django_db


def as_seen_by(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks ask this psycopg connection (the owner's, or the superuser's) instead of Django's."""
    monkeypatch.setattr(checks, "_rows", lambda query, *values: other.execute(query, values).fetchall())


@pytest.fixture
def admin(db: None, database_cluster: Any) -> Any:
    with database_cluster.connect("nuoda_admin", connection.settings_dict["NAME"]) as other:
        yield other
        other.rollback()


@pytest.mark.parametrize(
    "name", ["database.version", "database.encoding", "database.application_role", "database.walls"]
)
def test_the_installation_is_sound(name: str, admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    as_seen_by(admin, monkeypatch)
    assert list(CHECKS[name].run()) == []


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("ALTER ROLE nuoda_app SUPERUSER", "SUPERUSER"),
        ("ALTER ROLE nuoda_app BYPASSRLS", "BYPASSRLS"),
        ("ALTER ROLE nuoda_app INHERIT", "INHERIT"),
        ("ALTER ROLE nuoda_wide BYPASSRLS", "could become nuoda_wide"),
        ("GRANT nuoda_owner TO nuoda_app", "could act as the owner"),
        ("ALTER TABLE django_migrations OWNER TO nuoda_app", "could act as the owner of django_migrations"),
    ],
)
def test_a_role_that_could_bypass_is_named(
    statement: str, complaint: str, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_seen_by(admin, monkeypatch)
    admin.execute(statement)
    assert any(complaint in problem for problem in checks.role())


def test_a_table_without_a_wall_is_named(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    as_seen_by(admin, monkeypatch)
    admin.execute("CREATE TABLE open_table (company_id uuid)")
    admin.execute("CREATE TABLE blind_table (company_id uuid)")
    admin.execute("ALTER TABLE blind_table ENABLE ROW LEVEL SECURITY")
    assert [problem.split()[0] for problem in checks.walls()] == ["blind_table", "open_table"]


def test_an_old_server_is_named(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    as_seen_by(admin, monkeypatch)
    monkeypatch.setattr(binaries, "LOWEST", binaries.LOWEST + 100)
    assert [problem.split(" is ")[1] for problem in checks.version()] == [f"older than {binaries.LOWEST}"]


def test_another_encoding_is_named(database_cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with database_cluster.connect("nuoda_admin", "postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE of_bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    try:
        with database_cluster.connect("nuoda_admin", "of_bytes") as other:
            other.execute("SET client_encoding TO 'UTF8'")
            as_seen_by(other, monkeypatch)
            assert list(checks.encoding()) == ["the database's encoding is SQL_ASCII"]
    finally:
        database_cluster.drop("of_bytes")


def test_exemptions_are_no_longer_than_needed(admin: Any) -> None:
    found = {row[0] for row in admin.execute("SELECT relname FROM pg_class WHERE NOT relrowsecurity").fetchall()}
    assert checks.UNWALLED - found == set()


def test_a_check_says_what_holds() -> None:
    def silent() -> list[str]:
        return []

    with pytest.raises(TypeError, match="docstring"):
        check("example.silent")(silent)
