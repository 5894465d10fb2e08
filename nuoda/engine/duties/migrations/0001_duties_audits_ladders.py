import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import setting, wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0002_trusted_path"),
        ("orgs", "0003_walls"),
        ("papers", "0001_papers"),
        ("rulebook", "0002_clause_errors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("company_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("looked_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Audit",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="audit",
                        serialize=False,
                        to="journal.dossier",
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("clause_id", models.CharField(max_length=80)),
                ("ref", models.CharField(max_length=120)),
                ("items", models.JSONField(default=list)),
                ("period_start", models.DateTimeField()),
                ("period_end", models.DateTimeField()),
                ("unit_id", models.UUIDField(blank=True, null=True)),
                ("unit_name", models.CharField(max_length=120)),
                ("of", models.CharField(max_length=80)),
                ("condition", models.CharField(default="true", max_length=400)),
                ("seed", models.CharField(max_length=64)),
                (
                    "frame",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("frame_hash", models.CharField(max_length=64)),
                ("wanted", models.IntegerField()),
                ("size", models.IntegerField()),
                ("auditor_role", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("drawn", "to be checked"), ("signed", "signed off")],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                ("passed", models.IntegerField(default=0)),
                ("failed", models.IntegerField(default=0)),
                ("not_applicable", models.IntegerField(default=0)),
                ("conclusion", models.TextField(blank=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("origin", models.CharField(default="live", max_length=8)),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.person"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audits",
                        to="rulebook.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(editable=False, null=True)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "to be checked"),
                            ("pass", "kept"),
                            ("fail", "not kept"),
                            ("na", "not applicable"),
                        ],
                        max_length=4,
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "about",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journal.dossier"
                    ),
                ),
                (
                    "audit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="duties.audit"
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditMark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(editable=False, null=True)),
                ("item", models.CharField(max_length=40)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("", "to be checked"),
                            ("pass", "kept"),
                            ("fail", "not kept"),
                            ("na", "not applicable"),
                        ],
                        max_length=4,
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=400)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="duties.auditcase"
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="papers.attachment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(editable=False, null=True)),
                ("case_id", models.UUIDField(editable=False)),
                ("about", models.CharField(choices=[("deadline", "deadline"), ("duty", "duty")], max_length=10)),
                ("about_id", models.UUIDField()),
                ("ref", models.CharField(max_length=120)),
                ("rule", models.CharField(max_length=120)),
                ("clause_id", models.CharField(max_length=80)),
                ("template", models.CharField(blank=True, max_length=60)),
                ("due_at", models.DateTimeField()),
                ("steps", models.JSONField(default=list)),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "running"),
                            ("done", "done meanwhile"),
                            ("withdrawn", "the miss was withdrawn"),
                            ("top", "every step was told"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("origin", models.CharField(default="live", max_length=8)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="escalations", to="journal.dossier"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Obligation",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="obligation",
                        serialize=False,
                        to="journal.dossier",
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("ref", models.CharField(max_length=120)),
                ("clause_id", models.CharField(max_length=80)),
                ("label", models.JSONField(default=dict)),
                ("period", models.CharField(max_length=12)),
                ("period_start", models.DateTimeField()),
                ("period_end", models.DateTimeField()),
                ("per", models.CharField(max_length=40)),
                ("unit_id", models.UUIDField(blank=True, null=True)),
                ("unit_name", models.CharField(max_length=120)),
                ("owner_role", models.CharField(max_length=40)),
                ("owner_person_id", models.UUIDField(null=True)),
                ("opens_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("judged_at", models.DateTimeField()),
                ("counts_from", models.DateTimeField()),
                ("counts_until", models.DateTimeField()),
                ("times", models.IntegerField(default=1)),
                (
                    "warn_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be done"),
                            ("claimed", "waits for confirmation"),
                            ("met", "done"),
                            ("missed", "missed"),
                            ("waived", "waived"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=12)),
                ("counted", models.IntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=40)),
                ("next_action_at", models.DateTimeField(null=True)),
                (
                    "warned",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), default=list, size=None
                    ),
                ),
                ("missed_entry_id", models.UUIDField(null=True)),
                ("origin", models.CharField(default="live", max_length=8)),
                ("provisional", models.BooleanField(default=False)),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obligations",
                        to="rulebook.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(editable=False, null=True)),
                ("entry_id", models.UUIDField()),
                ("type", models.CharField(max_length=80)),
                ("happened_at", models.DateTimeField()),
                ("actor_id", models.UUIDField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journal.dossier"
                    ),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="duties.obligation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="audit",
            name="obligation",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="audit",
                to="duties.obligation",
            ),
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(editable=False, null=True)),
                ("statement", models.TextField()),
                (
                    "files",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("happened_at", models.DateTimeField()),
                ("attested_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("stands", "stands"),
                            ("waits", "waits for confirmation"),
                            ("confirmed", "confirmed"),
                            ("rejected", "not accepted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.person"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.person"),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attestations", to="duties.obligation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="auditcase",
            constraint=models.UniqueConstraint(fields=("audit", "about"), name="duties_auditcase_once"),
        ),
        migrations.AddConstraint(
            model_name="auditcase",
            constraint=models.UniqueConstraint(fields=("audit", "position"), name="duties_auditcase_position"),
        ),
        migrations.AddConstraint(
            model_name="auditmark",
            constraint=models.UniqueConstraint(fields=("case", "item"), name="duties_auditmark_once"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="duties_escalation_next"
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["case_id"], name="duties_escalation_case"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(fields=("about_id", "rule"), name="duties_escalation_once"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("next_at", None)),
                    models.Q(("ended_at", None), ("next_at__isnull", False)),
                    _connector="OR",
                ),
                name="duties_escalation_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                condition=models.Q(("next_action_at__isnull", False)),
                fields=["next_action_at"],
                name="duties_obligation_next",
            ),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(fields=["company_id", "due_at"], name="duties_obligation_due"),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(fields=["company_id", "clause_id", "due_at"], name="duties_obligation_clause"),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(fields=["owner_person_id", "due_at"], name="duties_obligation_person"),
        ),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(fields=["dealer_id", "due_at"], name="duties_obligation_dealer"),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.UniqueConstraint(
                fields=("company_id", "ref", "period", "unit_id"), name="duties_obligation_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(("missed_entry_id", None), ("state", "missed"), _connector="OR"),
                name="duties_obligation_miss",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("judged_at__gte", models.F("due_at")), ("period_end__gt", models.F("period_start"))
                ),
                name="duties_obligation_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(fields=("obligation", "entry_id"), name="duties_evidence_once"),
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["company_id", "-drawn_at"], name="duties_audit_newest"),
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["company_id", "clause_id", "signed_at"], name="duties_audit_clause"),
        ),
        migrations.AddConstraint(
            model_name="audit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at", None), ("state", "drawn")),
                    models.Q(("signed_at__isnull", False), ("state", "signed")),
                    _connector="OR",
                ),
                name="duties_audit_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waits")), fields=("obligation",), name="duties_attestation_one_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", False), ("state__in", ("confirmed", "rejected"))),
                    models.Q(("decided_at", None), ("state__in", ("stands", "waits"))),
                    _connector="OR",
                ),
                name="duties_attestation_decided",
            ),
        ),
        # Customers know of no duties. A technician sees those he owes himself; of audits he sees none.
        wall(
            "duties_obligation",
            customer=None,
            case=None,
            also=f"{setting('reach', 'text')} = 'technician' AND owner_person_id = {setting('person')}",
        ),
        *(
            wall(
                table,
                customer=None,
                case=None,
                also="obligation_id IN (SELECT dossier_id FROM duties_obligation)",
            )
            for table in ("duties_evidence", "duties_attestation")
        ),
        *(wall(table, customer=None, case=None) for table in ("duties_audit", "duties_auditcase", "duties_auditmark")),
        wall("duties_escalation", customer=None),
        wall("duties_watch", dealer=None, customer=None, case=None),
    ]
