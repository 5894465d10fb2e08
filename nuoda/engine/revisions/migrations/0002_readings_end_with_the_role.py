from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("revisions", "0001_drafts_and_readings")]

    operations = [migrations.AddField(model_name="reading", name="ended_at", field=models.DateTimeField(null=True))]
