"""What can be imported here: the catalogue of parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuoda.domain.customers.models import ProductCategory, ProductModel
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.imports import Field, Outcome, Table
from nuoda.foundation.base.pure.refusals import Invalid

from ..access import may
from ..models import Part
from . import parts


def take_part(actor: Actor, at: datetime, values: Mapping[str, Any]) -> Outcome:
    """A part: known by its code."""
    fields = {name: values[name] for name in ("name", "unit", "price_fen") if values.get(name) is not None}
    if values.get("category"):
        fields["category_id"] = _category(actor, values["category"]).pk
    fits = None if values.get("models") is None else _models(actor, values["models"])
    row = Part.visible_to(actor).filter(code=values["code"]).first()
    if row is None:
        parts.add(actor=actor, at=at, code=values["code"], model_ids=[model.pk for model in fits or ()], **fields)
        return "created"
    known = {model.pk for model in row.fits.all()}
    wanted = known if fits is None else {model.pk for model in fits}
    if known == wanted and all(getattr(row, name) == value for name, value in fields.items()):
        return "unchanged"
    parts.change(row.pk, actor=actor, at=at, model_ids=wanted, **fields)
    return "updated"


def _category(actor: Actor, text: str) -> ProductCategory:
    for row in ProductCategory.visible_to(actor).filter(active=True):
        if text in (row.code, row.name_zh_hans, row.name_zh_hant, row.name_en):
            return row
    sentence = _("There is no product category “%(text)s”.") % {"text": text}
    raise Invalid(sentence, fields={"category": sentence})


def _models(actor: Actor, text: str) -> list[ProductModel]:
    codes = [code for code in re.split(r"[,;，；、\n]\s*", text) if code.strip()]
    rows = {row.code: row for row in ProductModel.visible_to(actor).filter(code__in=[code.strip() for code in codes])}
    missing = [code for code in codes if code.strip() not in rows]
    if missing:
        sentence = _("There is no product model “%(text)s”.") % {"text": missing[0]}
        raise Invalid(sentence, fields={"models": sentence})
    return list(rows.values())


PARTS = Table(
    type="parts",
    label=gettext_lazy("parts"),
    order=50,
    take=take_part,
    may=partial(may, verb="part.change"),
    fields=[
        Field(
            key="code",
            label=gettext_lazy("Part code"),
            required=True,
            limit=60,
            example="P-10023",
            aliases=["编码", "配件编码", "料号", "編碼", "料號"],
        ),
        Field(
            key="name",
            label=gettext_lazy("Part name"),
            required=True,
            limit=120,
            example="聚焦镜片",
            aliases=["名称", "配件名称", "品名", "名稱"],
        ),
        Field(
            key="unit",
            label=gettext_lazy("Unit"),
            required=True,
            limit=20,
            example="个",
            aliases=["单位", "計量單位", "單位"],
        ),
        Field(
            key="price_fen",
            label=gettext_lazy("Price"),
            kind="money",
            example="128.50",
            hint=gettext_lazy("In yuan."),
            aliases=["价格", "单价", "價格", "單價"],
        ),
        Field(key="category", label=gettext_lazy("Product category"), example="laser", aliases=["产品类别", "類別"]),
        Field(
            key="models",
            label=gettext_lazy("Fits models"),
            limit=2000,
            example="NL-3015, NL-6020",
            hint=gettext_lazy("Codes, with commas between."),
            aliases=["适用型号", "適用型號"],
        ),
    ],
)
