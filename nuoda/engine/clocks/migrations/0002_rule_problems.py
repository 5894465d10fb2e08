"""Rules that could not be judged, for whoever supervises."""

from django.db import migrations, models

from nuoda.foundation.base.models.walls import wall


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0001_deadlines"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleProblem",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("ref", models.CharField(max_length=120)),
                ("clause_id", models.CharField(max_length=80)),
                ("entry_id", models.UUIDField()),
                ("reason", models.CharField(max_length=400)),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company_id", "clause_id", "-found_at"], name="clocks_ruleproblem_clause")
                ],
            },
        ),
        wall("clocks_ruleproblem", customer=None),
    ]
