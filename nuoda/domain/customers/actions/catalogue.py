"""The verbs of product categories and models."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.pinyin import initials, sort_key
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.journal.actions import entries

from .. import events
from ..access import require
from ..models import ProductCategory, ProductModel
from ..models.products import WarrantyFrom
from .keeping import assign, needed


def add_category(
    *, actor: Actor, at: datetime, code: str, name_zh_hans: str, name_zh_hant: str = "", name_en: str = ""
) -> ProductCategory:
    """Add a product category; its code is the skill that qualifications name.

    Asks: catalogue.change. Emits: catalogue.changed. Refuses: a missing code or name, a code in use.
    """
    require(actor, "catalogue.change")
    code = code.strip()
    needed({"code": code, "name_zh_hans": name_zh_hans})
    if ProductCategory.visible_to(actor).filter(code=code).exists():
        raise _taken()
    row = ProductCategory(
        id=_id(actor, at), company_id=actor.company_id, code=code, name_zh_hans=name_zh_hans.strip(),
        name_zh_hant=name_zh_hant.strip(), name_en=name_en.strip(),
    )  # fmt: skip
    row.save(force_insert=True)
    _note("category", row.pk, "added", actor, at)
    return row


def change_category(category_id: UUID, *, actor: Actor, at: datetime, **changes: Any) -> ProductCategory:
    """Change a category's names, or take it out of use (`active`). Its code stays: qualifications name it.

    Asks: catalogue.change. Emits: catalogue.changed.
    """
    require(actor, "catalogue.change")
    _only(changes, {"name_zh_hans", "name_zh_hant", "name_en", "active"})
    row = ProductCategory.visible_to(actor).select_for_update().filter(pk=category_id).first()
    if row is None:
        raise NotYours()
    needed({"name_zh_hans": changes.get("name_zh_hans", row.name_zh_hans)})
    changed = assign(row, changes)
    if changed:
        row.save(update_fields=changed)
        _note("category", row.pk, "changed", actor, at)
    return row


def add_model(
    *,
    actor: Actor,
    at: datetime,
    category_id: UUID,
    code: str,
    name: str,
    warranty_months: int = 12,
    warranty_from: str = "purchase",
) -> ProductModel:
    """Add a product model with its warranty.

    Asks: catalogue.change. Emits: catalogue.changed. Refuses: a missing code or name, a code in use, an unknown
    category.
    """
    require(actor, "catalogue.change")
    code, name = code.strip(), name.strip()
    needed({"code": code, "name": name})
    _warranty(warranty_months, warranty_from)
    _category(category_id, actor)
    if ProductModel.visible_to(actor).filter(code=code).exists():
        raise _taken()
    row = ProductModel(
        id=_id(actor, at), company_id=actor.company_id, category_id=category_id, code=code, name=name,
        pinyin=sort_key(name), initials=initials(name), warranty_months=warranty_months, warranty_from=warranty_from,
    )  # fmt: skip
    row.save(force_insert=True)
    _note("model", row.pk, "added", actor, at)
    return row


def change_model(model_id: UUID, *, actor: Actor, at: datetime, **changes: Any) -> ProductModel:
    """Change a model (name, category, warranty), or take it out of use (`active`).

    Asks: catalogue.change. Emits: catalogue.changed. Refuses: as `add_model`.
    """
    require(actor, "catalogue.change")
    _only(changes, {"name", "category_id", "warranty_months", "warranty_from", "active"})
    row = ProductModel.visible_to(actor).select_for_update().filter(pk=model_id).first()
    if row is None:
        raise NotYours()
    needed({"name": changes.get("name", row.name)})
    _warranty(changes.get("warranty_months", row.warranty_months), changes.get("warranty_from", row.warranty_from))
    if "category_id" in changes:
        _category(changes["category_id"], actor)
    changed = assign(row, changes)
    if changed:
        row.pinyin, row.initials = sort_key(row.name), initials(row.name)
        row.save(update_fields=[*changed, "pinyin", "initials"])
        _note("model", row.pk, "changed", actor, at)
    return row


def _id(actor: Actor, at: datetime) -> UUID:
    return new_id() if actor.origin == "live" else id_at(at)


def _note(what: str, row: UUID, verb: str, actor: Actor, at: datetime) -> None:
    entries.record(events.CatalogueChanged(what=what, row=row, verb=verb), dossier=None, actor=actor, at=at)


def _taken() -> Invalid:
    sentence = _("This code is in use.")
    return Invalid(sentence, fields={"code": sentence})


def _category(category_id: UUID, actor: Actor) -> None:
    if not ProductCategory.visible_to(actor).filter(pk=category_id).exists():
        sentence = _("There is no such category.")
        raise Invalid(sentence, fields={"category": sentence})


def _warranty(months: int, counts_from: str) -> None:
    wrong = {}
    if not 0 <= months <= 600:
        wrong["warranty_months"] = _("Give whole months, 0 to 600.")
    if counts_from not in WarrantyFrom.values:
        wrong["warranty_from"] = _("Choose one of the listed values.")
    if wrong:
        raise Invalid(_("Something is not as it should be."), fields=wrong)


def _only(changes: dict[str, Any], allowed: set[str]) -> None:
    if unknown := set(changes) - allowed:
        raise TypeError(f"no field {', '.join(sorted(unknown))}")
