"""Row-level security of what hangs on a person: roles, qualifications, leave, delegation.

Who sees the person sees them, except that a customer sees those of his own contacts only. They are changed by the person's own dealer;
leave and delegation also by the person. Like people, they are read before a scope is set (what may somebody do who logs in?).
"""

from django.db import migrations

from nuoda.foundation.base.models.walls import setting

_REACH, _DEALER, _CUSTOMER, _ME = setting("reach", "text"), setting("dealer"), setting("customer"), setting("person")
_OWN = f"company_id = {setting('company')}"


def _person(column: str, rule: str) -> str:
    return f"{_OWN} AND EXISTS (SELECT 1 FROM orgs_person p WHERE p.id = {column} AND ({rule}))"


_SEEN = f"{_REACH} <> 'customer' OR p.customer_id = {_CUSTOMER}"
_RUN = f"{_REACH} = 'dealer' AND (p.dealer_id = {_DEALER} OR p.customer_id IS NOT NULL)"
_RUN_OR_BE = f"{_RUN} OR p.id = {_ME}"
_LENT = "role NOT IN ('system_admin', 'security_admin', 'audit_admin')"

WALLS = {
    "orgs_membership": (_person("person_id", _SEEN), f"{_LENT} AND {_person('person_id', _RUN)}"),
    "orgs_qualification": (_person("person_id", _SEEN), _person("person_id", _RUN)),
    "orgs_leave": (_person("person_id", _SEEN), _person("person_id", _RUN_OR_BE)),
    "orgs_delegation": (_person("giver_id", _SEEN), _person("giver_id", _RUN_OR_BE)),
}


def _wall(table: str, seen: str, changed: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY beforehand ON {table} TO nuoda_app USING (true) WITH CHECK (true);
CREATE POLICY wide ON {table} TO nuoda_wide USING (true) WITH CHECK (true);
CREATE POLICY narrow_read ON {table} FOR SELECT TO nuoda_narrow USING ({seen});
CREATE POLICY narrow ON {table} TO nuoda_narrow USING ({changed}) WITH CHECK ({changed});""",
        f"""DROP POLICY narrow ON {table}; DROP POLICY narrow_read ON {table}; DROP POLICY wide ON {table};
DROP POLICY beforehand ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0003_walls")]
    operations = [
        *(_wall(table, seen, changed) for table, (seen, changed) in WALLS.items()),
        _wall("orgs_department", _OWN, "false"),
    ]
