"""Row-level security: the catalogue of parts is read by everybody of the company, and kept by its own people."""

from django.db import migrations

from nuoda.foundation.base.models.walls import catalogue


class Migration(migrations.Migration):
    dependencies = [("parts", "0001_catalogue")]
    operations = [catalogue("parts_part"), catalogue("parts_partfit")]
