"""The verbs of the catalogue of parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuoda.domain.customers.models import ProductCategory, ProductModel
from nuoda.foundation.base.pure.actors import Actor
from nuoda.foundation.base.pure.ids import id_at, new_id
from nuoda.foundation.base.pure.pinyin import initials, sort_key
from nuoda.foundation.base.pure.refusals import Invalid, NotYours
from nuoda.foundation.journal.actions import entries

from .. import events
from ..access import require
from ..models import Part, PartFit

_FIELDS = frozenset({"name", "unit", "price_fen", "category_id", "active"})


def add(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    name: str,
    unit: str,
    price_fen: int | None = None,
    category_id: UUID | None = None,
    model_ids: Collection[UUID] = (),
) -> Part:
    """Add a part to the catalogue; the price in fen.

    Asks: part.change. Emits: part.changed. Refuses: a missing code, name or unit, a code in use, a negative
    price, unknown models.
    """
    require(actor, "part.change")
    code, name, unit = code.strip(), name.strip(), unit.strip()
    _filled({"code": code, "name": name, "unit": unit})
    _sound(actor, price_fen, category_id, model_ids)
    if Part.visible_to(actor).filter(code=code).exists():
        raise Invalid(_("This code is in use."), fields={"code": _("This code is in use.")})
    row = Part(
        id=_id(actor, at), company_id=actor.company_id, code=code, name=name, pinyin=sort_key(name),
        initials=initials(name), unit=unit, price_fen=price_fen, category_id=category_id,
    )  # fmt: skip
    row.save(force_insert=True)
    _fit(row, set(model_ids), actor, at)
    entries.record(events.PartChanged(part=row.pk, verb="added", fields=[]), dossier=None, actor=actor, at=at)
    return row


def change(
    part_id: UUID, *, actor: Actor, at: datetime, model_ids: Collection[UUID] | None = None, **changes: Any
) -> Part:
    """Change a part, or take it out of use (`active`); `model_ids`, when given, are all the models that it fits.

    Asks: part.change. Emits: part.changed (nothing when nothing differs). Refuses: as `add`.
    """
    require(actor, "part.change")
    if unknown := set(changes) - _FIELDS:
        raise TypeError(f"a part has no field {', '.join(sorted(unknown))}")
    row = Part.visible_to(actor).select_for_update().filter(pk=part_id).first()
    if row is None:
        raise NotYours()
    values: Mapping[str, Any] = {k: v.strip() if isinstance(v, str) else v for k, v in changes.items()}
    _filled({name: values.get(name, getattr(row, name)) for name in ("name", "unit")})
    _sound(actor, values.get("price_fen", row.price_fen), values.get("category_id"), model_ids or ())
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.pinyin, row.initials = sort_key(row.name), initials(row.name)
        row.save(update_fields=[*changed, "pinyin", "initials"])
    if model_ids is not None and _fit(row, set(model_ids), actor, at):
        changed = [*changed, "fits"]
    if changed:
        entries.record(
            events.PartChanged(part=row.pk, verb="changed", fields=changed), dossier=None, actor=actor, at=at
        )
    return row


def _fit(row: Part, wanted: set[UUID], actor: Actor, at: datetime) -> bool:
    known = set(PartFit.objects.filter(part=row).values_list("model_id", flat=True))
    PartFit.objects.filter(part=row, model_id__in=known - wanted).delete()
    PartFit.objects.bulk_create(
        PartFit(id=_id(actor, at), company_id=row.company_id, part=row, model_id=key) for key in sorted(wanted - known)
    )
    return known != wanted


def _id(actor: Actor, at: datetime) -> UUID:
    return new_id() if actor.origin == "live" else id_at(at)


def _filled(fields: Mapping[str, str]) -> None:
    missing = {name: _("Please fill this in.") for name, value in fields.items() if not value}
    if missing:
        raise Invalid(_("Something is missing."), fields=missing)


def _sound(actor: Actor, price_fen: int | None, category_id: UUID | None, model_ids: Collection[UUID]) -> None:
    wrong = {}
    if price_fen is not None and price_fen < 0:
        wrong["price_fen"] = _("A price cannot be negative.")
    if category_id is not None and not ProductCategory.visible_to(actor).filter(pk=category_id).exists():
        wrong["category"] = _("There is no such category.")
    if ProductModel.visible_to(actor).filter(pk__in=list(model_ids)).count() != len(set(model_ids)):
        wrong["models"] = _("There is no such product model.")
    if wrong:
        raise Invalid(_("Something is not as it should be."), fields=wrong)
