from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clocks", "0003_errors_in_the_rulebook")]

    operations = [
        migrations.AddField(model_name="deadline", name="left_by_id", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("done_at", None), ("left_by_id__isnull", False)),
                fields=["left_by_id"],
                name="clocks_deadline_left",
            ),
        ),
    ]
