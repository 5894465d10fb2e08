from django.db import migrations, models

import nuoda.foundation.base.pure.ids
from nuoda.foundation.base.models.walls import setting, wall


class Migration(migrations.Migration):
    initial = True

    dependencies = [("journal", "0001_spine")]

    operations = [
        migrations.CreateModel(
            name="SentRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("person_id", models.UUIDField()),
                ("key", models.CharField(max_length=100)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("status", models.SmallIntegerField(default=0)),
                ("body", models.BinaryField(default=b"")),
                ("sent_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company_id", "person_id", "key"), name="api_sentrequest_once")
                ],
            },
        ),
        wall("api_sentrequest", dealer=None, customer=None, case=None, also=f"person_id = {setting('person')}"),
    ]
