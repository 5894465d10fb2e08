"""Papers, signatures and attachments; the database keeps what was issued and signed as it was."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import nuoda.engine.papers.models.papers
import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import wall

_SQL = Path(__file__).with_name("0001_papers.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_spine"),
    ]

    operations = [
        migrations.CreateModel(
            name="VerifyToken",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("company_id", models.UUIDField()),
                ("paper_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.UUIDField(editable=False)),
                ("form", models.CharField(max_length=40)),
                ("form_version", models.IntegerField()),
                ("number", models.CharField(max_length=60)),
                ("version", models.IntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("issued", "issued"),
                            ("signed", "signed"),
                            ("amended", "amended"),
                            ("void", "void"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("content", models.JSONField(default=dict)),
                (
                    "salt",
                    models.CharField(default=nuoda.engine.papers.models.papers.new_salt, editable=False, max_length=32),
                ),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                (
                    "token",
                    models.CharField(
                        default=nuoda.engine.papers.models.papers.new_token, editable=False, max_length=32, unique=True
                    ),
                ),
                ("company_name", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
                ("issued_by", models.UUIDField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("origin", models.CharField(default="live", max_length=8)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="journal.dossier"
                    ),
                ),
                (
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="papers.paper",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.UUIDField(editable=False)),
                ("role", models.CharField(max_length=40)),
                ("person_id", models.UUIDField(null=True)),
                ("witness_id", models.UUIDField(null=True)),
                ("signed_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("device", models.CharField(blank=True, max_length=200)),
                ("content_hash", models.CharField(max_length=64)),
                ("hand_hash", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="papers.paper"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hand",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.UUIDField(editable=False)),
                ("name", models.CharField(max_length=60)),
                ("strokes", models.JSONField()),
                ("place", models.CharField(blank=True, max_length=120)),
                (
                    "salt",
                    models.CharField(default=nuoda.engine.papers.models.papers.new_salt, editable=False, max_length=32),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hand", to="papers.signature"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.UUIDField(editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("photo", "photo"),
                            ("document", "document"),
                            ("video", "video"),
                            ("text", "text file"),
                        ],
                        max_length=10,
                    ),
                ),
                ("purpose", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(max_length=130)),
                ("extension", models.CharField(max_length=5)),
                ("size", models.IntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.UUIDField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("origin", models.CharField(default="live", max_length=8)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="journal.dossier"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["dossier", "added_at"], name="papers_attachment_dossier"),
                    models.Index(fields=["case_id"], name="papers_attachment_case"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["dossier", "form", "-version"], name="papers_paper_dossier"),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["case_id"], name="papers_paper_case"),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(fields=("company_id", "number", "version"), name="papers_paper_number"),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    models.Q(("issued_at__isnull", False), models.Q(("content_hash", ""), _negated=True)),
                    _connector="OR",
                ),
                name="papers_paper_issued",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("paper", "role"), name="papers_signature_role"),
        ),
        migrations.RunSQL(_SQL, migrations.RunSQL.noop),
        wall("papers_paper"),
        wall("papers_signature"),
        wall("papers_hand"),
        wall("papers_attachment"),
    ]
