from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.journal.models import Dossier

from ..pure.warranty import Warranty, warranty
from .customers import Customer, Site, of_visible_customers


class WarrantyFrom(models.TextChoices):
    PURCHASE = "purchase", _("purchase")
    INSTALLATION = "installation", _("installation")


class InstalledStatus(models.TextChoices):
    IN_USE = "in_use", _("in use")
    RETIRED = "retired", _("retired")


class ProductCategory(CompanyTable):
    """产品类别. Its code is the skill that a technician's qualification names."""

    code = models.CharField(_("code"), max_length=40)
    name_zh_hans = models.CharField(_("name (Simplified Chinese)"), max_length=80)
    name_zh_hant = models.CharField(_("name (Traditional Chinese)"), max_length=80, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    active = models.BooleanField(_("active"), default=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "code"], name="customers_productcategory_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language; where it is missing, the Simplified Chinese one."""
        language = (get_language() or "").replace("-", "_").lower()
        return str(getattr(self, f"name_{language}", "") or self.name_zh_hans)

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ProductCategory]:
        return ProductCategory.objects.filter(company_id=actor.company_id)


class ProductModel(CompanyTable):
    """产品型号: what the company sells, and how long and from when it stands in for it."""

    category = models.ForeignKey(ProductCategory, on_delete=models.PROTECT, related_name="product_models")
    code = models.CharField(_("model"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    pinyin = models.CharField(max_length=120, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), default=12)
    warranty_from = models.CharField(
        _("warranty counts from"), max_length=12, choices=WarrantyFrom, default=WarrantyFrom.PURCHASE
    )
    active = models.BooleanField(_("active"), default=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "code"], name="customers_productmodel_code")]
        indexes = [models.Index(fields=["company_id", "pinyin", "id"], name="customers_productmodel_pinyin")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[ProductModel]:
        return ProductModel.objects.filter(company_id=actor.company_id)


class InstalledProduct(models.Model):
    """设备: one machine at a customer, known by its serial number, with a history of its own."""

    dossier = models.OneToOneField(
        Dossier, on_delete=models.PROTECT, primary_key=True, related_name="installed_product"
    )
    company_id = models.UUIDField(editable=False)
    dealer_id = models.UUIDField(null=True, blank=True, editable=False)
    """The dealer that sold it."""
    number = models.CharField(_("number"), max_length=40, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="installed_products")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="installed_products")
    model = models.ForeignKey(ProductModel, on_delete=models.PROTECT, related_name="installed")
    serial = models.CharField(_("serial number"), max_length=60)
    purchase_date = models.DateField(_("purchase date"), null=True, blank=True)
    installed_date = models.DateField(_("installation date"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty agreed until"), null=True, blank=True)
    """Agreed in a contract; stands instead of the computed last day."""
    warranty_reason = models.CharField(_("agreed because"), max_length=120, blank=True)
    waited_days = models.PositiveSmallIntegerField(_("days waited for parts"), default=0, editable=False)
    """Added to the warranty by law (三包规定: repair time spent waiting for parts)."""
    status = models.CharField(_("status"), max_length=10, choices=InstalledStatus, default=InstalledStatus.IN_USE)
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "serial"], name="customers_installedproduct_serial"),
            models.UniqueConstraint(fields=["company_id", "number"], name="customers_installedproduct_number"),
            models.CheckConstraint(
                condition=Q(warranty_until=None) | ~Q(warranty_reason=""), name="customers_installedproduct_reason"
            ),
        ]
        indexes = [
            models.Index("company_id", OpClass("serial", "varchar_pattern_ops"), name="customers_installed_serial"),
            models.Index(fields=["company_id", "-created_at", "-dossier"], name="customers_installed_created"),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def id(self) -> UUID:
        return self.pk  # type: ignore[no-any-return]

    def warranty_on(self, day: date) -> Warranty:
        """Whether it is in warranty on a day, until when and why; reads the model (join it with select_related)."""
        return warranty(
            on=day,
            months=self.model.warranty_months,
            counts_from=self.model.warranty_from,
            purchase_date=self.purchase_date,
            installed_date=self.installed_date,
            agreed_until=self.warranty_until,
            agreed_because=self.warranty_reason,
            waited_days=self.waited_days,
        )

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[InstalledProduct]:
        """With its customer: who may know the customer may know its machines."""
        return InstalledProduct.objects.filter(of_visible_customers(actor))
