import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import nuoda.foundation.base.pure.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("code", models.CharField(max_length=60, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("pinyin", models.CharField(blank=True, editable=False, max_length=120)),
                ("initials", models.CharField(blank=True, editable=False, max_length=60)),
                ("unit", models.CharField(max_length=20, verbose_name="unit")),
                ("price_fen", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="price")),
                ("active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="customers.productcategory",
                        verbose_name="product category",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PartFit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fit_rows",
                        to="customers.productmodel",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fit_rows", to="parts.part"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="part",
            name="fits",
            field=models.ManyToManyField(
                blank=True,
                related_name="parts",
                through="parts.PartFit",
                to="customers.productmodel",
                verbose_name="fits models",
            ),
        ),
        migrations.AddConstraint(
            model_name="partfit",
            constraint=models.UniqueConstraint(fields=("part", "model"), name="parts_partfit_once"),
        ),
        migrations.AddIndex(
            model_name="part",
            index=models.Index(fields=["company_id", "pinyin", "id"], name="parts_part_pinyin"),
        ),
        migrations.AddIndex(
            model_name="part",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), "gin_trgm_ops"),
                name="parts_part_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(fields=("company_id", "code"), name="parts_part_code"),
        ),
    ]
