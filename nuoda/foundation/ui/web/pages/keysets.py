"""One page of a query set by keyset, forwards and backwards, with NULLs where PostgreSQL's own order has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

from ...pure import keyset

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a field path (or annotation) and its direction. `nullable` follows the model unless told."""

    path: str
    descending: bool = False
    nullable: bool | None = None


@dataclass(slots=True)
class Slice:
    """One page of rows with the cursors of its edges ('' where there is nothing beyond)."""

    rows: list[Any]
    before: str
    after: str


def key(text: str) -> Key:
    """'-opened_at' → Key('opened_at', descending=True)."""
    return Key(text.removeprefix("-"), text.startswith("-"))


def flip(text: str) -> str:
    """'a' → '-a', '-a' → 'a'."""
    text = text.strip()
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


def with_tie(keys: Sequence[Key]) -> list[Key]:
    """The keys with the primary key at the end, in the direction of the last, so that every order is total."""
    if any(item.path in ("pk", "id") for item in keys):
        return list(keys)
    return [*keys, Key("pk", bool(keys) and keys[-1].descending, nullable=False)]


def take(rows: Rows, keys: Sequence[Key], size: int, *, after: str = "", before: str = "") -> Slice:
    """The `size` rows after (or before) a cursor. A cursor that cannot be read counts as none: the first page."""
    ordered = [_settled(rows.model, item) for item in with_tie(keys)]
    back = bool(before) and not after
    way = [Key(item.path, not item.descending, item.nullable) for item in ordered] if back else ordered
    edge = _values(rows.model, ordered, before if back else after)
    if edge is None:
        back, way = False, ordered
    else:
        rows = rows.filter(_beyond(way, edge))
    found = list(rows.order_by(*(_order(item) for item in way))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    first = keyset.encode([_value(found[0], item) for item in ordered]) if found else ""
    last = keyset.encode([_value(found[-1], item) for item in ordered]) if found else ""
    if back:
        return Slice(found, first if more else "", last)
    return Slice(found, first if edge is not None else "", last if more else "")


def _order(item: Key) -> Any:
    path = F(item.path)
    return path.desc() if item.descending else path.asc()


def _beyond(way: Sequence[Key], edge: Sequence[Any]) -> Q:
    """Rows strictly beyond the edge. The leading bound stands alone as well, so that an index can start there."""
    either = Q()
    same = Q()
    for item, value in zip(way, edge, strict=True):
        either |= same & _past(item, value)
        same &= Q(**{f"{item.path}__isnull": True}) if value is None else Q(**{item.path: value})
    return _from(way[0], edge[0]) & either


def _past(item: Key, value: Any) -> Q:
    """Strictly past one value. PostgreSQL sorts NULL as the greatest: last ascending, first descending."""
    nothing = Q(pk__in=[])
    if item.descending:
        if value is None:
            return Q(**{f"{item.path}__isnull": False})
        return Q(**{f"{item.path}__lt": value})
    if value is None:
        return nothing
    past = Q(**{f"{item.path}__gt": value})
    return past | Q(**{f"{item.path}__isnull": True}) if item.nullable else past


def _from(item: Key, value: Any) -> Q:
    if value is None:
        return Q() if item.descending else Q(**{f"{item.path}__isnull": True})
    if item.descending:
        return Q(**{f"{item.path}__lte": value})
    bound = Q(**{f"{item.path}__gte": value})
    return bound | Q(**{f"{item.path}__isnull": True}) if item.nullable else bound


def _field(model: type[Model], path: str) -> tuple[Field[Any, Any] | None, bool]:
    """The field at the end of a path and whether any step may be NULL; (None, True) for annotations."""
    nullable = False
    found: Any = None
    here: Any = model
    for name in path.split(LOOKUP_SEP):
        try:
            found = here._meta.pk if name == "pk" else here._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return None, True
        nullable = nullable or bool(getattr(found, "null", True))
        here = getattr(found, "related_model", None)
    return found, nullable


def _settled(model: type[Model], item: Key) -> Key:
    if item.nullable is not None:
        return item
    return Key(item.path, item.descending, _field(model, item.path)[1])


def _values(model: type[Model], keys: Sequence[Key], cursor: str) -> list[Any] | None:
    plain = keyset.decode(cursor, len(keys)) if cursor else None
    if plain is None:
        return None
    values = []
    for item, value in zip(keys, plain, strict=True):
        field = _field(model, item.path)[0]
        try:
            target = getattr(field, "target_field", field)
            values.append(target.to_python(value) if target is not None and value is not None else value)
        except (ValidationError, ValueError, TypeError):
            return None
    return values


def _value(row: Any, item: Key) -> Any:
    here = row
    for name in item.path.split(LOOKUP_SEP):
        if here is None:
            return None
        here = getattr(here, name)
    return here.pk if isinstance(here, Model) else here
