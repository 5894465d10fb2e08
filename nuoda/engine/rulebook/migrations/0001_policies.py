"""Policies and their versions; the database keeps what was published as it was."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import nuoda.engine.rulebook.models.policies
import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import catalogue

_SQL = Path(__file__).with_name("0001_policies.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    initial = True

    dependencies = [("base", "0001_extensions"), ("orgs", "0001_people")]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("name", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=4)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company_id", "name"), name="rulebook_policy_name"),
                    models.UniqueConstraint(fields=("company_id", "code"), name="rulebook_policy_code"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("version", models.CharField(max_length=20)),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("effective_date", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("published", "published"),
                            ("in_force", "in force"),
                            ("retired", "retired"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("shipped", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("in_force_from", models.DateTimeField(blank=True, null=True)),
                ("in_force_until", models.DateTimeField(blank=True, null=True)),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="rulebook.policy"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "version"), name="rulebook_version_number"),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("published_at__isnull", False), _connector="OR"),
                        name="rulebook_version_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("in_force_from", None), ("status__in", ["draft", "published"])),
                            models.Q(("in_force_from__isnull", False), ("status__in", ["in_force", "retired"])),
                            _connector="OR",
                        ),
                        name="rulebook_version_tenure",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("in_force_from__isnull", False)),
                        expressions=[
                            ("policy", "="),
                            (
                                nuoda.engine.rulebook.models.policies._Range(
                                    "in_force_from",
                                    "in_force_until",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(),
                                ),
                                "&&",
                            ),
                        ],
                        name="rulebook_version_alone",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_SQL, migrations.RunSQL.noop),
        catalogue("rulebook_policy"),
        catalogue("rulebook_policyversion"),
    ]
