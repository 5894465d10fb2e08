"""Identifiers: time-ordered UUIDs (version 7, RFC 9562)."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7()


def id_at(moment: datetime, sequence: int | None = None) -> UUID:
    """A UUIDv7 whose time part is `moment`, for rows made at another time than now (demo, import).

    Ids of one moment sort in the order in which this process made them: what was recorded at the same instant keeps its
    order in every reading. Where `sequence` (0 ≤ sequence < 4096) is given they sort by it instead.
    """
    millis = int(moment.timestamp() * 1000)
    value = (millis & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    if sequence is None:
        sequence = _next(millis)
    if not 0 <= sequence < 4096:
        raise ValueError("a sequence has 12 bits")
    value = value & ~(0xFFF << 64) | sequence << 64
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


_lock = threading.Lock()
_asked: list[int] = [0, -1]
"""The millisecond asked for last, and how often: [millis, sequence]."""


def _next(millis: int) -> int:
    with _lock:
        _asked[1] = min(_asked[1] + 1, 4095) if _asked[0] == millis else 0
        _asked[0] = millis
        return _asked[1]
