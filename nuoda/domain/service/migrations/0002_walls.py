"""Row-level security of tickets and what belongs to them."""

from django.db import migrations

from nuoda.foundation.base.models.walls import wall


class Migration(migrations.Migration):
    dependencies = [("service", "0001_tickets"), ("journal", "0001_spine")]

    operations = [
        wall("service_ticket", case="dossier_id"),
        wall("service_workorder"),
        wall("service_partused"),
    ]
