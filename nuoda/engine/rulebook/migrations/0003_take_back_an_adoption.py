from pathlib import Path

from django.db import migrations

_SQL = Path(__file__).with_name("0003_take_back_an_adoption.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0002_clause_errors")]

    operations = [migrations.RunSQL(_SQL, migrations.RunSQL.noop)]
