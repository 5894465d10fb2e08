"""Days and moments as the business counts them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def local_date(moment: datetime) -> date:
    """The day of a moment in Chinese time."""
    return moment.astimezone(ZONE).date()


def claimed(at: datetime, told: datetime | None, tolerance: timedelta) -> datetime:
    """When it happened, by a device's clock, as far as it may be believed: never after `at`, never more than `tolerance` before it."""
    if told is None or told >= at:
        return at
    return max(told, at - tolerance)
