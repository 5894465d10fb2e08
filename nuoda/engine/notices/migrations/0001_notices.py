"""Notices, deliveries, channels and what people want."""

import django.db.models.deletion
from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import setting, wall

_MINE = f"person_id = {setting('person')}"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_spine"),
        ("orgs", "0001_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wecom", "WeCom group robot"),
                            ("dingtalk", "DingTalk group robot"),
                            ("feishu", "Feishu group robot"),
                            ("webhook", "webhook"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("locked_url", models.TextField(editable=False)),
                ("locked_secret", models.TextField(blank=True, editable=False)),
                ("url_hint", models.CharField(editable=False, max_length=120)),
                ("topics", models.JSONField(default=list, verbose_name="topics")),
                ("roles", models.JSONField(default=list, verbose_name="roles")),
                ("language", models.CharField(default="zh-hans", max_length=10, verbose_name="language")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "dealer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="orgs.dealer",
                        verbose_name="dealer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Habit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                ("digest_at", models.TimeField(blank=True, null=True, verbose_name="digest at")),
                ("urgent_anyway", models.BooleanField(default=True, verbose_name="urgent notices at any time")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="habit", to="orgs.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("case_id", models.UUIDField(null=True)),
                ("entry_id", models.UUIDField()),
                ("template", models.CharField(max_length=60)),
                ("topic", models.CharField(max_length=20)),
                ("urgent", models.BooleanField(default=False)),
                ("params", models.JSONField(default=dict)),
                ("happened_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("hidden", models.BooleanField(default=False)),
                ("origin", models.CharField(default="live", max_length=8)),
                (
                    "dossier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="journal.dossier",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="orgs.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("entry_id", models.UUIDField()),
                ("case_id", models.UUIDField(null=True)),
                ("digest", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("dropped", "not wanted any more"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("last_error", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="notices.channel",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="orgs.person",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="notices.notice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("topic", models.CharField(max_length=20)),
                ("way", models.CharField(choices=[("inapp", "in the product"), ("mail", "by e-mail")], max_length=10)),
                ("wanted", models.BooleanField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="preferences", to="orgs.person"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(fields=("company_id", "name"), name="notices_channel_name"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("hidden", False)),
                fields=["person", "-created_at", "-id"],
                name="notices_notice_person",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("hidden", False), ("read_at", None)),
                fields=["person"],
                name="notices_notice_unread",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("person", "entry_id", "template"), name="notices_notice_once"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending"])),
                fields=["next_at"],
                name="notices_delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending"])),
                fields=["channel", "case_id", "id"],
                name="notices_delivery_order",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "sent")), fields=["channel", "-sent_at"], name="notices_delivery_rate"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("channel__isnull", False)),
                fields=("channel", "entry_id"),
                name="notices_delivery_channel_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("channel", None)), fields=("notice",), name="notices_delivery_mail_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.UniqueConstraint(fields=("person", "topic", "way"), name="notices_preference_once"),
        ),
        *(
            wall(table, dealer=None, customer=None, case=None, also=_MINE)
            for table in ("notices_notice", "notices_preference", "notices_habit")
        ),
        *(wall(table, dealer=None, customer=None, case=None) for table in ("notices_channel", "notices_delivery")),
    ]
