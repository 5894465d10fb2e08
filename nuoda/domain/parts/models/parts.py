from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers.models import ProductCategory, ProductModel
from nuoda.foundation.base.models import CompanyTable
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.money import yuan


class Part(CompanyTable):
    """配件: one line of the catalogue of spare parts."""

    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    pinyin = models.CharField(max_length=120, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    unit = models.CharField(_("unit"), max_length=20)
    price_fen = models.PositiveBigIntegerField(_("price"), null=True, blank=True)
    """List price in fen; None: not known."""
    category = models.ForeignKey(
        ProductCategory, on_delete=models.PROTECT, null=True, blank=True, related_name="parts",
        verbose_name=_("product category"),
    )  # fmt: skip
    """Fits the whole category; None and nothing in `fits`: fits anything."""
    fits = models.ManyToManyField(
        ProductModel, through="PartFit", blank=True, related_name="parts", verbose_name=_("fits models")
    )
    active = models.BooleanField(_("active"), default=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "code"], name="parts_part_code")]
        indexes = [
            models.Index(fields=["company_id", "pinyin", "id"], name="parts_part_pinyin"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="parts_part_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def price_shown(self) -> str:
        return "" if self.price_fen is None else yuan(self.price_fen)

    @staticmethod
    def visible_to(actor: Actor) -> models.QuerySet[Part]:
        return Part.objects.filter(company_id=actor.company_id)


class PartFit(CompanyTable):
    """A part fits a product model."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="fit_rows")
    model = models.ForeignKey(ProductModel, on_delete=models.CASCADE, related_name="fit_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "model"], name="parts_partfit_once")]
