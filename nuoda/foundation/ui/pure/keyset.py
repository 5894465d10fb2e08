"""Keyset paging: a page's edge as an opaque, address-safe text.

No OFFSET (its cost grows with depth, and rows slip between pages while people work).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def encode(values: Sequence[Any]) -> str:
    """Sort values of a row as text. Takes None, bool, int, str, UUID, Decimal, date and datetime."""
    packed = json.dumps([_plain(value) for value in values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def decode(text: str, length: int) -> list[Any] | None:
    """The plain values (texts for moments, ids and decimals) of a cursor, or None if it is not one of `length`
    values."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        values = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != length:
        return None
    if not all(value is None or isinstance(value, str | int | float | bool) for value in values):
        return None
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"cannot page by a {type(value).__name__}")
