"""Dossiers and the append-only, partitioned, hash-chained journal."""

from pathlib import Path

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import wall

_SQL = Path(__file__).with_name("0001_spine.sql").read_text(encoding="utf-8")

_SCOPE = [
    ("company_id", models.UUIDField(editable=False)),
    ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
    ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("base", "0001_extensions")]

    operations = [
        migrations.CreateModel(
            name="Dossier",
            fields=[
                *_SCOPE,
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("number", models.CharField(max_length=40)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("case_id", models.UUIDField()),
                ("origin", models.CharField(default="live", max_length=8)),
                ("opened_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("chain_seq", models.IntegerField(default=0)),
                ("chain_head", models.BinaryField(default=b"")),
                ("chain_at", models.DateTimeField(null=True)),
                ("search", django.contrib.postgres.search.SearchVectorField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case_id"], name="journal_dossier_case"),
                    models.Index(fields=["customer_id", "-opened_at"], name="journal_dossier_customer"),
                    models.Index(fields=["chain_at"], name="journal_dossier_chain_at"),
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="journal_dossier_search"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company_id", "number"), name="journal_dossier_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseShare",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "case_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("customer_id", models.UUIDField(null=True)),
                ("company_id", models.UUIDField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["person_id", "customer_id"], name="journal_caseshare_customer")],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                *_SCOPE,
                ("entry_id", models.UUIDField(primary_key=True, serialize=False)),
                ("case_id", models.UUIDField(null=True)),
                ("text", models.TextField()),
                ("salt", models.BinaryField()),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "company_id", "source", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField()),
                ("source", models.CharField(max_length=200)),
                ("entry_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="DayChain",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "company_id", "day", "shard", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField()),
                ("day", models.DateField()),
                ("shard", models.SmallIntegerField()),
                ("chain_seq", models.IntegerField(default=0)),
                ("chain_head", models.BinaryField(default=b"")),
            ],
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("heads", models.IntegerField()),
                ("prev_digest", models.BinaryField(default=b"")),
                ("digest", models.BinaryField()),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="AnchoredHead",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "anchor", "chain", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "anchor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="anchored", to="journal.anchor"
                    ),
                ),
                ("chain", models.CharField(max_length=64)),
                ("chain_seq", models.IntegerField()),
                ("chain_head", models.BinaryField()),
            ],
            options={"indexes": [models.Index(fields=["chain", "chain_seq"], name="journal_anchoredhead_chain")]},
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        *_SCOPE,
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "recorded_at", "id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("id", models.UUIDField()),
                        ("recorded_at", models.DateTimeField()),
                        ("happened_at", models.DateTimeField()),
                        (
                            "dossier",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                to="journal.dossier",
                            ),
                        ),
                        ("case_id", models.UUIDField(null=True)),
                        ("type", models.CharField(max_length=80)),
                        ("payload", models.JSONField(default=dict)),
                        ("facts", models.JSONField(null=True)),
                        ("clauses", models.JSONField(default=list)),
                        ("actor_id", models.UUIDField(null=True)),
                        ("actor_role", models.CharField(blank=True, max_length=40)),
                        ("on_behalf_of", models.UUIDField(null=True)),
                        ("origin", models.CharField(max_length=8)),
                        ("as_if", models.CharField(blank=True, max_length=200)),
                        ("remark_hash", models.BinaryField(null=True)),
                        ("chain_seq", models.IntegerField(default=0)),
                        ("prev_hash", models.BinaryField(null=True)),
                        ("hash", models.BinaryField(null=True)),
                    ],
                    options={
                        "managed": True,
                        "indexes": [
                            models.Index(fields=["case_id", "recorded_at"], name="journal_entry_case"),
                            models.Index(fields=["customer_id", "recorded_at"], name="journal_entry_customer"),
                            models.Index(fields=["type", "recorded_at"], name="journal_entry_type"),
                        ],
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(_SQL, migrations.RunSQL.noop)],
        ),
        wall("journal_dossier"),
        wall("journal_entry"),
        wall("journal_remark"),
    ]
