import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import nuoda.foundation.base.pure.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journal", "0001_spine"),
        ("orgs", "0001_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="customer",
                        serialize=False,
                        to="journal.dossier",
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("number", models.CharField(editable=False, max_length=40, verbose_name="number")),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="own code")),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("pinyin", models.CharField(blank=True, editable=False, max_length=120)),
                ("initials", models.CharField(blank=True, editable=False, max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[("company", "company"), ("person", "person")],
                        default="company",
                        max_length=10,
                        verbose_name="customer kind",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("ordinary", "ordinary"), ("key", "key account")],
                        default="ordinary",
                        max_length=10,
                        verbose_name="customer level",
                    ),
                ),
                ("region", models.CharField(blank=True, max_length=80, verbose_name="region")),
                ("tax_no", models.CharField(blank=True, max_length=30, verbose_name="tax number")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                ("created_at", models.DateTimeField(editable=False)),
                ("changed_at", models.DateTimeField(editable=False)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="customers.customer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("pinyin", models.CharField(blank=True, editable=False, max_length=120)),
                ("initials", models.CharField(blank=True, editable=False, max_length=60)),
                ("phone", models.CharField(blank=True, max_length=24, verbose_name="phone")),
                ("phone_tail", models.CharField(blank=True, editable=False, max_length=4)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("title", models.CharField(blank=True, max_length=60, verbose_name="position")),
                ("is_primary", models.BooleanField(default=False, verbose_name="main contact")),
                ("active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                (
                    "person",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact",
                        to="orgs.person",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="customers.customer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CustomerDealer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField()),
                ("since", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dealers", to="customers.customer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("type", models.CharField(max_length=40, verbose_name="what")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("content", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("previewed", "previewed"),
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="previewed",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("person_id", models.UUIDField(editable=False, null=True)),
                ("language", models.CharField(max_length=10)),
                ("started_at", models.DateTimeField(editable=False)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("total", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("updated", models.PositiveIntegerField(default=0, verbose_name="changed")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="as before")),
                ("failed", models.PositiveIntegerField(default=0, verbose_name="not taken")),
                ("problems", models.JSONField(default=list)),
            ],
            options={
                "indexes": [models.Index(fields=["company_id", "-started_at"], name="customers_importrun_started")],
            },
        ),
        migrations.CreateModel(
            name="ProductCategory",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("name_zh_hans", models.CharField(max_length=80, verbose_name="name (Simplified Chinese)")),
                (
                    "name_zh_hant",
                    models.CharField(blank=True, max_length=80, verbose_name="name (Traditional Chinese)"),
                ),
                ("name_en", models.CharField(blank=True, max_length=80, verbose_name="name (English)")),
                ("active", models.BooleanField(default=True, editable=False, verbose_name="active")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company_id", "code"), name="customers_productcategory_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductModel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("code", models.CharField(max_length=60, verbose_name="model")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("pinyin", models.CharField(blank=True, editable=False, max_length=120)),
                ("initials", models.CharField(blank=True, editable=False, max_length=60)),
                ("warranty_months", models.PositiveSmallIntegerField(default=12, verbose_name="warranty (months)")),
                (
                    "warranty_from",
                    models.CharField(
                        choices=[("purchase", "purchase"), ("installation", "installation")],
                        default="purchase",
                        max_length=12,
                        verbose_name="warranty counts from",
                    ),
                ),
                ("active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_models",
                        to="customers.productcategory",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=nuoda.foundation.base.pure.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("province", models.CharField(blank=True, max_length=40, verbose_name="province")),
                ("city", models.CharField(blank=True, max_length=40, verbose_name="city")),
                ("district", models.CharField(blank=True, max_length=40, verbose_name="district")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                ("active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sites", to="customers.customer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InstalledProduct",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="installed_product",
                        serialize=False,
                        to="journal.dossier",
                    ),
                ),
                ("company_id", models.UUIDField(editable=False)),
                ("dealer_id", models.UUIDField(blank=True, editable=False, null=True)),
                ("number", models.CharField(editable=False, max_length=40, verbose_name="number")),
                ("serial", models.CharField(max_length=60, verbose_name="serial number")),
                ("purchase_date", models.DateField(blank=True, null=True, verbose_name="purchase date")),
                ("installed_date", models.DateField(blank=True, null=True, verbose_name="installation date")),
                ("warranty_until", models.DateField(blank=True, null=True, verbose_name="warranty agreed until")),
                ("warranty_reason", models.CharField(blank=True, max_length=120, verbose_name="agreed because")),
                (
                    "waited_days",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="days waited for parts"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("in_use", "in use"), ("retired", "retired")],
                        default="in_use",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("changed_at", models.DateTimeField(editable=False)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="installed_products",
                        to="customers.customer",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="installed",
                        to="customers.productmodel",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="installed_products",
                        to="customers.site",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["company_id", "pinyin", "dossier"], name="customers_customer_pinyin"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["company_id", "-created_at", "-dossier"], name="customers_customer_created"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("company_id"),
                django.contrib.postgres.indexes.OpClass("initials", "varchar_pattern_ops"),
                name="customers_customer_initials",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), "gin_trgm_ops"),
                name="customers_customer_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("company_id", "code"),
                name="customers_customer_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(fields=("company_id", "number"), name="customers_customer_number"),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), ("active", False), _connector="OR"),
                name="customers_customer_merged",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["company_id", "phone"], name="customers_contact_phone"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["company_id", "phone_tail"], name="customers_contact_tail"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("company_id"),
                django.contrib.postgres.indexes.OpClass("initials", "varchar_pattern_ops"),
                name="customers_contact_initials",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True), ("is_primary", True)),
                fields=("customer",),
                name="customers_contact_primary",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerdealer",
            constraint=models.UniqueConstraint(fields=("dealer_id", "customer"), name="customers_customerdealer_once"),
        ),
        migrations.AddIndex(
            model_name="productmodel",
            index=models.Index(fields=["company_id", "pinyin", "id"], name="customers_productmodel_pinyin"),
        ),
        migrations.AddConstraint(
            model_name="productmodel",
            constraint=models.UniqueConstraint(fields=("company_id", "code"), name="customers_productmodel_code"),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True), ("is_default", True)),
                fields=("customer",),
                name="customers_site_default",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True)), fields=("customer", "name"), name="customers_site_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude", None), ("longitude", None)),
                    models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                    _connector="OR",
                ),
                name="customers_site_place",
            ),
        ),
        migrations.AddIndex(
            model_name="installedproduct",
            index=models.Index(
                models.F("company_id"),
                django.contrib.postgres.indexes.OpClass("serial", "varchar_pattern_ops"),
                name="customers_installed_serial",
            ),
        ),
        migrations.AddIndex(
            model_name="installedproduct",
            index=models.Index(fields=["company_id", "-created_at", "-dossier"], name="customers_installed_created"),
        ),
        migrations.AddConstraint(
            model_name="installedproduct",
            constraint=models.UniqueConstraint(
                fields=("company_id", "serial"), name="customers_installedproduct_serial"
            ),
        ),
        migrations.AddConstraint(
            model_name="installedproduct",
            constraint=models.UniqueConstraint(
                fields=("company_id", "number"), name="customers_installedproduct_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="installedproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("warranty_until", None), models.Q(("warranty_reason", ""), _negated=True), _connector="OR"
                ),
                name="customers_installedproduct_reason",
            ),
        ),
    ]
