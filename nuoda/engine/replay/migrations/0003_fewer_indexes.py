import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("replay", "0002_changes_counted")]

    operations = [
        migrations.AlterField(
            model,
            "replay",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=name, to="replay.replay"
            ),
        )
        for model, name in (("replayfigure", "figures"), ("replaychange", "changes"))
    ]
