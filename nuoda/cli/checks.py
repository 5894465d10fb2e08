"""Invariants of the installation itself; rooms add theirs (`base.pure.checks`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nuoda.config import binaries, cluster, env
from nuoda.foundation.base.pure.checks import check

UNWALLED = {
    *("orgs_onetimelink", "orgs_apitoken"),  # hashes of secrets, asked before anybody is known
    *("journal_daychain", "journal_source"),  # hashes and ids of sources; no business data
    "papers_verifytoken",  # the public page that verifies a paper has no actor
}
"""Tables with a company_id that have no row-level security, each with its reason."""


def _rows(query: str, *values: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def application_role() -> str:
    """The database role that serves."""
    url = env.get("DATABASE_URL")
    return str(env.database(url)["USER"]) if url else cluster.APP


@check("database.version")
def version() -> Iterator[str]:
    """PostgreSQL is 15 or newer."""
    [(number,)] = _rows("SELECT current_setting('server_version_num')::int")
    if number < binaries.LOWEST * 10_000:
        yield f"PostgreSQL {number // 10_000} is older than {binaries.LOWEST}"


@check("database.encoding")
def encoding() -> Iterator[str]:
    """The database keeps UTF-8."""
    [(name,)] = _rows("SELECT current_setting('server_encoding')")
    if name != "UTF8":
        yield f"the database's encoding is {name}"


@check("database.migrations")
def migrations() -> Iterator[str]:
    """No migration is pending."""
    from . import schema

    for name in schema.pending():
        yield f"{name} has not run: nuoda migrate"


@check("database.application_role")
def role() -> Iterator[str]:
    """The application's role cannot bypass row-level security: no superuser, no bypass, owner of nothing."""
    name = application_role()
    found = _rows("SELECT rolsuper, rolbypassrls, rolcreaterole, rolinherit FROM pg_roles WHERE rolname = %s", name)
    if not found:
        yield f"the role {name} does not exist"
        return
    [(superuser, bypass, createrole, inherit)] = found
    for held, what in (
        (superuser, "SUPERUSER"),
        (bypass, "BYPASSRLS"),
        (createrole, "CREATEROLE"),
        (inherit, "INHERIT"),
    ):
        if held:
            yield f"{name} has {what}"
    owned = _rows(
        """SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = 'public' AND relkind IN ('r', 'p') AND pg_has_role(%s, relowner, 'MEMBER')
        ORDER BY 1 LIMIT 5""",
        name,
    )
    for (table,) in owned:
        yield f"{name} could act as the owner of {table}"
    for granted, privileged in _rows(
        "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname <> %s AND pg_has_role(%s, oid, 'MEMBER')",
        name,
        name,
    ):
        if privileged:
            yield f"{name} could become {granted}, which sees every row"


@check("database.walls")
def walls() -> Iterator[str]:
    """Every table of business data (with a company_id) has row-level security and a policy."""
    for table, enabled, policies in _rows(
        """SELECT c.relname, c.relrowsecurity, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id' AND NOT a.attisdropped
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"""
    ):
        if table in UNWALLED:
            continue
        if not enabled:
            yield f"{table} has no row-level security"
        elif not policies:
            yield f"{table} has row-level security without a policy: nobody sees its rows"
