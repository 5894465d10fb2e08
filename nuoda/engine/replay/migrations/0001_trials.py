import django.db.models.deletion
from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("rulebook", "0001_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("policy", models.CharField(max_length=40)),
                ("number", models.CharField(max_length=20)),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("imports", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("cancelled", "stopped"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("cases_total", models.IntegerField(null=True)),
                ("cases_done", models.IntegerField(default=0)),
                ("by_steps", models.IntegerField(default=0)),
                ("changed", models.IntegerField(default=0)),
                ("last_case", models.UUIDField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rulebook.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReplayChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("case_id", models.UUIDField()),
                ("number", models.CharField(max_length=40)),
                ("ref", models.CharField(max_length=120)),
                ("round", models.IntegerField(default=1)),
                ("start_id", models.UUIDField()),
                ("started_at", models.DateTimeField()),
                ("dealer_id", models.UUIDField(null=True)),
                ("life_state", models.CharField(blank=True, max_length=10)),
                ("life_due", models.DateTimeField(null=True)),
                ("draft_state", models.CharField(blank=True, max_length=10)),
                ("draft_due", models.DateTimeField(null=True)),
                ("team_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=8)),
                (
                    "replay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="replay.replay"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReplayFigure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("ref", models.CharField(max_length=120)),
                ("dealer_id", models.UUIDField(null=True)),
                ("team_id", models.UUIDField(null=True)),
                ("side", models.CharField(max_length=5)),
                ("open", models.IntegerField(default=0)),
                ("paused", models.IntegerField(default=0)),
                ("kept", models.IntegerField(default=0)),
                ("missed", models.IntegerField(default=0)),
                ("withdrawn", models.IntegerField(default=0)),
                ("waived", models.IntegerField(default=0)),
                (
                    "replay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figures", to="replay.replay"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Shadow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("policy", models.CharField(max_length=40)),
                ("number", models.CharField(max_length=20)),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "running"), ("stopped", "stopped")], default="running", max_length=8
                    ),
                ),
                ("since", models.DateTimeField()),
                ("seen_until", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_by", models.UUIDField(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rulebook.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShadowDeadline",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("case_id", models.UUIDField()),
                ("number", models.CharField(max_length=40)),
                ("ref", models.CharField(max_length=120)),
                ("round", models.IntegerField(default=1)),
                ("start_id", models.UUIDField()),
                ("started_at", models.DateTimeField()),
                ("dealer_id", models.UUIDField(null=True)),
                ("life_state", models.CharField(blank=True, max_length=10)),
                ("life_due", models.DateTimeField(null=True)),
                ("draft_state", models.CharField(blank=True, max_length=10)),
                ("draft_due", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "shadow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deadlines", to="replay.shadow"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="replay",
            index=models.Index(fields=["company_id", "-asked_at"], name="replay_replay_newest"),
        ),
        migrations.AddConstraint(
            model_name="replay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("status__in", ("waiting", "running"))),
                    models.Q(("ended_at__isnull", False), ("status__in", ("done", "cancelled", "failed"))),
                    _connector="OR",
                ),
                name="replay_replay_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="replay",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__lt", models.F("until"))), name="replay_replay_period"
            ),
        ),
        migrations.AddIndex(
            model_name="replaychange",
            index=models.Index(fields=["replay", "started_at"], name="replay_change_started"),
        ),
        migrations.AddIndex(
            model_name="replaychange",
            index=models.Index(fields=["replay", "kind", "started_at"], name="replay_change_kind"),
        ),
        migrations.AddConstraint(
            model_name="replaychange",
            constraint=models.UniqueConstraint(fields=("replay", "ref", "start_id"), name="replay_change_once"),
        ),
        migrations.AddConstraint(
            model_name="replayfigure",
            constraint=models.UniqueConstraint(
                fields=("replay", "ref", "dealer_id", "team_id", "side"),
                name="replay_figure_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="shadow",
            index=models.Index(fields=["company_id", "-asked_at"], name="replay_shadow_newest"),
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "running"), ("stopped_at", None)),
                    models.Q(("status", "stopped"), ("stopped_at__isnull", False)),
                    _connector="OR",
                ),
                name="replay_shadow_stopped",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "running")),
                fields=("company_id", "policy"),
                name="replay_shadow_one_runs",
            ),
        ),
        migrations.AddIndex(
            model_name="shadowdeadline",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["shadow", "next_at"],
                name="replay_shadowdeadline_next",
            ),
        ),
        migrations.AddIndex(
            model_name="shadowdeadline",
            index=models.Index(fields=["shadow", "started_at"], name="replay_shadowdeadline_start"),
        ),
        migrations.AddConstraint(
            model_name="shadowdeadline",
            constraint=models.UniqueConstraint(fields=("shadow", "ref", "start_id"), name="replay_shadowdeadline_once"),
        ),
        # What a trial found names cases of the whole company: nobody narrower sees any of it.
        *(
            wall(table, dealer=None, customer=None, case=None)
            for table in (
                "replay_replay",
                "replay_replayfigure",
                "replay_replaychange",
                "replay_shadow",
                "replay_shadowdeadline",
            )
        ),
    ]
