from django.db import migrations

RELEASED = """UPDATE clocks_deadline SET cause = 'waived' WHERE state = 'missed' AND done_id IN (
    SELECT id FROM journal_entry WHERE type = 'deadline.waived')"""


class Migration(migrations.Migration):
    """A miss from which somebody was released later says so; what was stored before is brought to what the fold tells."""

    dependencies = [("clocks", "0004_deadlines_of_who_left"), ("journal", "0003_shares_behind_a_wall")]

    operations = [migrations.RunSQL(RELEASED, migrations.RunSQL.noop)]
