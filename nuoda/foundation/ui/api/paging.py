"""Lists of the API, page by page by keyset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.operations import Listing, Paging
from nuoda.foundation.base.pure.refusals import Invalid

from ..pure import keyset
from ..web.pages.keysets import key, take, with_tie

Out = TypeVar("Out")


def paged(rows: QuerySet[Any], order: tuple[str, ...], paging: Paging, shape: Callable[[Any], Out]) -> Listing[Out]:
    """The page that was asked for, in this order (field paths, '-' for descending); raises Invalid for a cursor that
    is none."""
    keys = [key(text) for text in order]
    if paging.cursor and keyset.decode(paging.cursor, len(with_tie(keys))) is None:
        raise bad_cursor()
    found = take(rows, keys, paging.limit, after=paging.cursor)
    return Listing(items=[shape(row) for row in found.rows], next=found.after)


def bad_cursor() -> Invalid:
    reason = _("This cursor is not one of this list. Begin at its first page.")
    return Invalid(reason, fields={"cursor": reason})
