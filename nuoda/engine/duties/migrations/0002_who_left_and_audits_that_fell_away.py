from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_duties_audits_ladders")]

    operations = [
        migrations.AddField(model_name="obligation", name="left_by_id", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                condition=models.Q(("done_at", None), ("left_by_id__isnull", False)),
                fields=["left_by_id"],
                name="duties_obligation_left",
            ),
        ),
        migrations.AddField(
            model_name="audit",
            name="cause",
            field=models.CharField(blank=True, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="audit",
            name="state",
            field=models.CharField(
                choices=[("drawn", "to be checked"), ("signed", "signed off"), ("withdrawn", "fell away")],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RemoveConstraint(model_name="audit", name="duties_audit_signed"),
        migrations.AddConstraint(
            model_name="audit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at", None), ("state__in", ("drawn", "withdrawn"))),
                    models.Q(("signed_at__isnull", False), ("state", "signed")),
                    _connector="OR",
                ),
                name="duties_audit_signed",
            ),
        ),
    ]
