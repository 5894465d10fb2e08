"""What `nuoda check` proves about people. Read as the owner of the tables, who sees every company's rows."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from nuoda.foundation.base.pure.checks import check

from ..pure.roles import EXCLUSIVE

_SEVERAL = """SELECT p.name, string_agg(m.role, ', ' ORDER BY m.role) FROM orgs_membership m JOIN orgs_person p ON p.id = m.person_id
    WHERE m.until IS NULL AND m.role = ANY(%s) GROUP BY p.id, p.name HAVING count(DISTINCT m.role) > 1 ORDER BY p.id"""


@check("people.administrators")
def administrators() -> Iterator[str]:
    """Nobody is two of system, security and audit administrator."""
    with connection.cursor() as cursor:
        cursor.execute(_SEVERAL, [list(EXCLUSIVE)])
        for name, roles in cursor.fetchall():
            yield f"{name} is {roles} at once"
