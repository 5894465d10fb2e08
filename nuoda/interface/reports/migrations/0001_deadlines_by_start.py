"""Figures of a period come from one index: who, when, what became of it."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clocks", "0001_deadlines"),
        ("journal", "0001_spine"),
    ]

    operations = [
        # Of a table of a lower room, which does not know that anybody counts its rows by period: a read of this room
        # alone, so its cost and its reason stand here.
        migrations.RunSQL(
            "CREATE INDEX reports_deadline_started ON clocks_deadline (company_id, started_at) "
            "INCLUDE (clause_id, state, dealer_id, owner_role, owner_person_id, as_if)",
            "DROP INDEX reports_deadline_started",
        ),
    ]
