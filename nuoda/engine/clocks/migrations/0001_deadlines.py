"""Working calendars, deadlines and their pauses, each behind its wall."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import catalogue, wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_spine"),
        ("rulebook", "0001_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deadline",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("ref", models.CharField(max_length=120)),
                ("clause_id", models.CharField(max_length=80)),
                ("label", models.JSONField(default=dict)),
                ("correlation", models.CharField(blank=True, max_length=80)),
                ("round", models.IntegerField(default=1)),
                ("owner_role", models.CharField(blank=True, max_length=40)),
                ("owner_person_id", models.UUIDField(null=True)),
                ("start_id", models.UUIDField()),
                ("start_type", models.CharField(max_length=80)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("promised", models.BooleanField(default=False)),
                ("budget", models.DurationField()),
                ("remaining", models.DurationField()),
                ("counts_from", models.DateTimeField()),
                ("working", models.BooleanField(default=False)),
                ("calendar_id", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("paused", "paused"),
                            ("kept", "kept"),
                            ("missed", "missed"),
                            ("withdrawn", "withdrawn"),
                            ("waived", "waived"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=12)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_id", models.UUIDField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_id", models.UUIDField(null=True)),
                ("next_action_at", models.DateTimeField(null=True)),
                (
                    "warned",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), default=list, size=None
                    ),
                ),
                ("missed_entry_id", models.UUIDField(null=True)),
                ("origin", models.CharField(default="live", max_length=8)),
                ("as_if", models.BooleanField(default=False)),
                ("provisional", models.BooleanField(default=False)),
                ("late_recorded", models.BooleanField(default=False)),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="journal.dossier",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="rulebook.policyversion",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeadlinePause",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("reason", models.CharField(max_length=60)),
                ("author_id", models.UUIDField(null=True)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField(null=True)),
                ("limit_at", models.DateTimeField(null=True)),
                ("stops", models.BooleanField()),
                (
                    "deadline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pauses", to="clocks.deadline"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LateRecord",
            fields=[
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("customer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("entry_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("type", models.CharField(max_length=80)),
                ("happened_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("actor_id", models.UUIDField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_records",
                        to="journal.dossier",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkingCalendar",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("dealer_id", models.UUIDField(blank=True, null=True)),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                ("version", models.IntegerField(default=1)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField(null=True)),
                ("every_year", models.BooleanField(default=False)),
                (
                    "known_years",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="revision note")),
                ("made_by", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company_id", "dealer_id", "code", "version"),
                        name="clocks_calendar_version",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("company_id", "dealer_id", "code"),
                        name="clocks_calendar_current",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarPeriod",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("weekday", models.SmallIntegerField()),
                ("starts", models.SmallIntegerField()),
                ("ends", models.SmallIntegerField()),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="periods", to="clocks.workingcalendar"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                (
                    "kind",
                    models.CharField(
                        choices=[("off", "day off"), ("work", "working day")], max_length=4, verbose_name="kind"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                ("like_weekday", models.SmallIntegerField(default=0)),
                ("official", models.BooleanField(default=False)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="clocks.workingcalendar"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("next_action_at__isnull", False)),
                fields=["next_action_at"],
                name="clocks_deadline_next",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("done_at", None)),
                fields=["company_id", "owner_role", "due_at"],
                name="clocks_deadline_role",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("done_at", None)),
                fields=["owner_person_id", "due_at"],
                name="clocks_deadline_person",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["dealer_id", "due_at"], name="clocks_deadline_dealer"
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(fields=["case_id"], name="clocks_deadline_case"),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(fields=["company_id", "clause_id", "started_at"], name="clocks_deadline_clause"),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state__in", ("open", "paused"))),
                    models.Q(("ended_at__isnull", False), ("state__in", ("kept", "missed", "withdrawn", "waived"))),
                    _connector="OR",
                ),
                name="clocks_deadline_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(("missed_entry_id", None), ("state", "missed"), _connector="OR"),
                name="clocks_deadline_miss",
            ),
        ),
        migrations.AddIndex(
            model_name="laterecord",
            index=models.Index(fields=["company_id", "-recorded_at"], name="clocks_laterecord_newest"),
        ),
        migrations.AddConstraint(
            model_name="calendarperiod",
            constraint=models.UniqueConstraint(
                fields=("calendar", "weekday", "starts"), name="clocks_calendarperiod_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends__gt", models.F("starts")),
                    ("ends__lte", 1440),
                    ("starts__gte", 0),
                    ("weekday__gte", 0),
                    ("weekday__lte", 6),
                ),
                name="clocks_calendarperiod_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.UniqueConstraint(fields=("calendar", "date"), name="clocks_calendarday_once"),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.CheckConstraint(
                condition=models.Q(("like_weekday__gte", 0), ("like_weekday__lte", 6)), name="clocks_calendarday_like"
            ),
        ),
        wall("clocks_deadline"),
        wall("clocks_deadlinepause"),
        wall("clocks_laterecord", customer=None),
        catalogue("clocks_workingcalendar"),
    ]
