"""Row-level security between dealers' people.

Who somebody is must be known before a scope can be set: the serving role itself reads these tables, and what a transaction becomes
(`nuoda_wide`, `nuoda_narrow`) decides from then on. Colleagues of the company are visible to all (their names stand on timelines); people of other
dealers and other customers' contacts are not.
"""

from django.db import migrations

from nuoda.foundation.base.models.walls import setting

_REACH, _DEALER, _CUSTOMER = setting("reach", "text"), setting("dealer"), setting("customer")
_OWN = f"company_id = {setting('company')}"
_STAFF = "(dealer_id IS NULL AND customer_id IS NULL)"
_PEOPLE = f"""{_OWN} AND ({_STAFF}
    OR ({_REACH} IN ('dealer', 'technician') AND (dealer_id = {_DEALER} OR customer_id IS NOT NULL AND customer_id IN (
        SELECT id FROM journal_dossier WHERE kind = 'customer')))
    OR ({_REACH} = 'technician' AND {_DEALER} IS NULL AND customer_id IS NULL)
    OR ({_REACH} = 'customer' AND (customer_id = {_CUSTOMER} OR customer_id IS NULL)))"""
_PARTS = f"""{_OWN} AND ({_REACH} = 'customer' OR dealer_id IS NULL OR dealer_id = {_DEALER}
    OR ({_REACH} = 'technician' AND {_DEALER} IS NULL))"""
_DEALERS = (
    f"""{_OWN} AND ({_REACH} = 'customer' OR id = {_DEALER} OR ({_REACH} = 'technician' AND {_DEALER} IS NULL))"""
)

WALLS = {"orgs_person": _PEOPLE, "orgs_team": _PARTS, "orgs_outlet": _PARTS, "orgs_dealer": _DEALERS}


def _wall(table: str, rule: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY beforehand ON {table} TO nuoda_app USING (true) WITH CHECK (true);
CREATE POLICY wide ON {table} TO nuoda_wide USING (true) WITH CHECK (true);
CREATE POLICY narrow ON {table} TO nuoda_narrow USING ({rule}) WITH CHECK ({_OWN});""",
        f"""DROP POLICY narrow ON {table}; DROP POLICY wide ON {table}; DROP POLICY beforehand ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0002_logins"), ("journal", "0001_spine")]
    operations = [_wall(table, rule) for table, rule in WALLS.items()]
