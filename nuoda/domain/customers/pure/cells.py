"""One cell of an imported file as the value a field wants, or why it cannot be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from nuoda.foundation.base.pure.imports import Field
from nuoda.foundation.base.pure.money import fen
from nuoda.foundation.base.pure.sheets import Broken, Cell

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?")
_DAY_ZERO = date(1899, 12, 30)  # Excel's day 0 of the 1900 system, for days after February 1900
LANGUAGES = ("zh-hans", "zh-hant", "en")


class Wrong(Exception):
    """A cell cannot be taken: `cause` and `fix` in the active language."""

    def __init__(self, cause: str, fix: str) -> None:
        super().__init__(cause)
        self.cause, self.fix = cause, fix


def value(field: Field, cell: Cell) -> Any:
    """The value of a cell, None when it is empty; raises Wrong."""
    if isinstance(cell, Broken):
        cause = (
            _("The formula in this cell has no result (%(text)s).")
            if cell
            else _("The formula in this cell has no result.")
        )
        raise Wrong(cause % {"text": cell} if cell else cause, _("Copy the column and paste it as values."))
    if cell is None or cell == "":
        if field.required:
            raise Wrong(_("“%(label)s” is empty.") % {"label": field.label}, _("Fill it in: this column is needed."))
        return None
    if isinstance(cell, str) and cell[:1] == "=" and len(cell) > 1:
        raise Wrong(_("There is a formula where a value is expected."), _("Copy the column and paste it as values."))
    if field.kind == "date":
        return _day(cell)
    if field.kind in ("int", "money", "decimal"):
        return _number(field, cell)
    text = shown(cell)
    if field.kind == "choice":
        return _choice(field, text)
    if len(text) > field.limit:
        raise Wrong(
            _("The text has %(n)d characters, at most %(limit)d fit.") % {"n": len(text), "limit": field.limit},
            _("Shorten the text."),
        )
    return text


def shown(cell: Cell) -> str:
    """A cell as text: 13812345678.0 is '13812345678', a moment at midnight a day."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _day(cell: Cell) -> date:
    fix = _("Write the date as 2026-03-02.")
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 20_000 <= cell < 80_000:
        return _DAY_ZERO + timedelta(days=int(cell))
    text = unicodedata.normalize("NFKC", shown(cell))
    found = _DAY.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if found is None:
        raise Wrong(_("“%(text)s” is no date.") % {"text": text}, fix)
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Wrong(_("There is no day %(text)s.") % {"text": text}, fix) from None


def _number(field: Field, cell: Cell) -> int | float:
    text = unicodedata.normalize("NFKC", shown(cell)).translate(str.maketrans("", "", " ,¥￥元"))
    try:
        number = Decimal(text)
        if not number.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise Wrong(
            _("“%(text)s” is no number.") % {"text": shown(cell)}, _("Write a number, for example 12.")
        ) from None
    if field.kind == "money":
        return fen(number)
    if field.kind == "decimal":
        return float(number)
    if number != number.to_integral_value():
        raise Wrong(_("“%(text)s” is no whole number.") % {"text": shown(cell)}, _("Write a whole number."))
    return int(number)


def _choice(field: Field, text: str) -> str:
    wanted = plain(text)
    for code, label in field.choices:
        if wanted == plain(code) or wanted in {plain(word) for word in in_all_languages(label)}:
            return code
    words = ", ".join(str(label) for _code, label in field.choices)
    raise Wrong(
        _("“%(text)s” is not one of the possible values.") % {"text": text},
        _("Use one of: %(words)s.") % {"words": words},
    )


def plain(text: str) -> str:
    """A head or a choice for comparing: half width, lower case, without blanks, marks and what stands in brackets."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\(.*?\)|[\s*_:·-]", "", folded)


def in_all_languages(label: Any) -> set[str]:
    """A lazily translated text in each of the product's languages."""
    found = set()
    for language in LANGUAGES:
        with translation.override(language):
            found.add(str(label))
    return found


def heads(fields: Sequence[Field]) -> Mapping[str, str]:
    """Known heads (compared by `plain`) → the field's key."""
    found: dict[str, str] = {}
    for item in fields:
        for word in (item.key, *item.aliases, *in_all_languages(item.label)):
            found.setdefault(plain(word), item.key)
    return found
