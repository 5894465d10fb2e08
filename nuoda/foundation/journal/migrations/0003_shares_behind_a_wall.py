"""Row-level security of the shares that the policies of other tables ask.

A policy may not ask its own table, nor one whose policy asks it back (PostgreSQL: infinite recursion). So a share carries the dealer of its
case itself, and whether somebody holds a case already is answered by a function with the owner's rights.
"""

from django.db import migrations, models

from nuoda.foundation.base.models.walls import setting

_REACH, _PERSON, _DEALER = setting("reach", "text"), setting("person"), setting("dealer")
_OWN = f"company_id = {setting('company')}"
_OF_DEALER = f"{_REACH} = 'dealer' AND dealer_id = {_DEALER}"
_SEEN = f"{_OWN} AND (({_REACH} = 'technician' AND person_id = {_PERSON}) OR ({_OF_DEALER}))"
# A technician passes on what he holds (he asks a colleague to look at it), and nothing else.
_GIVEN = f"{_OWN} AND (({_REACH} = 'technician' AND journal_holds_case(case_id)) OR ({_OF_DEALER}))"


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_trusted_path")]

    operations = [
        migrations.AddField(
            model_name="caseshare", name="dealer_id", field=models.UUIDField(null=True), preserve_default=False
        ),
        migrations.RunSQL(
            """UPDATE journal_caseshare s SET dealer_id = d.dealer_id FROM journal_dossier d
            WHERE d.id = s.case_id AND d.dealer_id IS NOT NULL""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            f"""CREATE FUNCTION journal_holds_case(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM journal_caseshare WHERE case_id = wanted AND person_id = {_PERSON})
$$;""",
            "DROP FUNCTION journal_holds_case(uuid);",
        ),
        migrations.RunSQL(
            f"""ALTER TABLE journal_caseshare ENABLE ROW LEVEL SECURITY;
CREATE POLICY wide ON journal_caseshare TO nuoda_wide USING (true) WITH CHECK (true);
CREATE POLICY narrow ON journal_caseshare TO nuoda_narrow USING ({_SEEN}) WITH CHECK ({_GIVEN});""",
            """DROP POLICY narrow ON journal_caseshare; DROP POLICY wide ON journal_caseshare;
ALTER TABLE journal_caseshare DISABLE ROW LEVEL SECURITY;""",
        ),
    ]
