"""Row-level security: the second wall behind `visible_to(actor)`.

`wall("service_ticket")` in a migration switches it on. Whoever is neither `nuoda_wide` nor `nuoda_narrow` (a connection that
never entered a scope) sees nothing.
"""

from __future__ import annotations

from django.db.migrations import RunSQL


def setting(name: str, kind: str = "uuid") -> str:
    """SQL for a scope setting, evaluated once per statement (a sub-select becomes an InitPlan)."""
    return f"(SELECT nullif(current_setting('nuoda.{name}', true), '')::{kind})"


def wall(
    table: str,
    *,
    dealer: str | None = "dealer_id",
    customer: str | None = "customer_id",
    case: str | None = "case_id",
    also: str | None = None,
) -> RunSQL:
    """Policies of one table; None means that this reach sees no row of it. `also` is a further SQL condition that opens a row."""
    reach = setting("reach", "text")
    ways = []
    if dealer:
        ways.append(f"({reach} = 'dealer' AND {dealer} = {setting('dealer')})")
    if customer:
        ways.append(f"({reach} = 'customer' AND {customer} = {setting('customer')})")
    if case:
        mine = f"SELECT case_id FROM journal_caseshare WHERE person_id = {setting('person')}"  # noqa: S608 - names of our own, in migrations
        ways.append(f"({reach} = 'technician' AND {case} IN ({mine}))")
    if also:
        ways.append(f"({also})")
    narrow = f"company_id = {setting('company')} AND ({' OR '.join(ways) or 'false'})"
    return RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wide ON {table} TO nuoda_wide USING (true) WITH CHECK (true);
CREATE POLICY narrow ON {table} TO nuoda_narrow USING ({narrow}) WITH CHECK ({narrow});""",
        f"""DROP POLICY narrow ON {table}; DROP POLICY wide ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )


def catalogue(table: str) -> RunSQL:
    """Policies of a table that everybody of the company reads and only those who see the whole company write."""
    return RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wide ON {table} TO nuoda_wide USING (true) WITH CHECK (true);
CREATE POLICY narrow ON {table} FOR SELECT TO nuoda_narrow USING (company_id = {setting("company")});""",
        f"""DROP POLICY narrow ON {table}; DROP POLICY wide ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;""",
    )
