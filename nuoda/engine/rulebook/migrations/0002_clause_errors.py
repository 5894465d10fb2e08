"""Rules that could not be judged, whatever kind they are."""

from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import wall


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_policies")]

    operations = [
        migrations.CreateModel(
            name="ClauseError",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("clause_id", models.CharField(max_length=80)),
                ("ref", models.CharField(max_length=120)),
                ("case_id", models.UUIDField(null=True)),
                ("entry_id", models.UUIDField(null=True)),
                ("reason", models.CharField(max_length=400)),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company_id", "clause_id", "-found_at"], name="rulebook_clauseerror_clause")
                ],
            },
        ),
        wall("rulebook_clauseerror", dealer=None, customer=None, case=None),
    ]
