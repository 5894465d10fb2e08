"""What `nuoda check` proves about people. Read as the owner of the tables, who sees every company's rows."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from nuoda.foundation.base.pure.checks import check
from nuoda.foundation.base.queries import invariant

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


invariant(
    "people.roles",
    "Roles, certificates, leave and delegations are of the person's own company, and end after they begin.",
    """SELECT format('%s: %s', p.name, wrong.what) FROM orgs_person p JOIN (
        SELECT person_id, company_id, 'the role ' || role AS what, until < since AS turned FROM orgs_membership
        UNION ALL SELECT person_id, company_id, 'the certificate ' || skill, valid_until < valid_from - 1 FROM orgs_qualification
        UNION ALL SELECT person_id, company_id, 'a leave', ends_at <= starts_at FROM orgs_leave
        UNION ALL SELECT giver_id, company_id, 'a delegation', ends_at <= starts_at FROM orgs_delegation
    ) wrong ON wrong.person_id = p.id AND (wrong.turned OR wrong.company_id <> p.company_id) ORDER BY 1""",
)
invariant(
    "people.delegations",
    "Who acts for somebody is another person of the same organisation, and no administrator's role is lent.",
    """SELECT format('%s acts for %s: of another organisation, himself, or as an administrator', t.name, g.name)
    FROM orgs_delegation d JOIN orgs_person g ON g.id = d.giver_id JOIN orgs_person t ON t.id = d.taker_id
    WHERE t.id = g.id OR t.company_id <> g.company_id OR t.dealer_id IS DISTINCT FROM g.dealer_id
        OR d.role IN ('system_admin', 'security_admin', 'audit_admin') ORDER BY 1""",
)
invariant(
    "people.sessions",
    "Nobody whose account is closed has a session.",
    """SELECT format('%s: the account is closed, and a session is open', u.username) FROM orgs_session s
    JOIN orgs_user u ON u.id = s.user_id LEFT JOIN orgs_person p ON p.id = u.person_id
    WHERE s.expire_date > now() AND NOT (u.is_active AND coalesce(p.active, true)) ORDER BY u.username""",
)
invariant(
    "people.tokens",
    "Nobody who has left holds a token that still opens the API.",
    """SELECT format('%s: the token %s… is not revoked', p.name, t.hint) FROM orgs_apitoken t
    JOIN orgs_person p ON p.id = t.person_id WHERE t.revoked_at IS NULL AND NOT p.active
        AND (t.expires_at IS NULL OR t.expires_at > now()) ORDER BY p.name""",
)
invariant(
    "people.accounts",
    "Nobody who has left has an open account.",
    """SELECT format('%s: the person has left, and the account is open', u.username) FROM orgs_user u
    JOIN orgs_person p ON p.id = u.person_id WHERE u.is_active AND NOT p.active ORDER BY u.username""",
)
