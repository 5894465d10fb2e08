"""Functions that run with the owner's rights look for tables in the schema first, and in temporary tables last."""

from django.db import migrations

_FUNCTIONS = (
    "journal_entry_chain()",
    "journal_make_partitions(date, date)",
    "journal_next_number(uuid, text, integer)",
)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_spine")]

    operations = [
        migrations.RunSQL(
            [f"ALTER FUNCTION {name} SET search_path = public, pg_temp" for name in _FUNCTIONS],
            [f"ALTER FUNCTION {name} SET search_path = public" for name in _FUNCTIONS],
        ),
    ]
