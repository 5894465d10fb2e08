"""Warranty of a machine on a day, with its reason. Days only: no clock, no database."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, Any] = {
    "purchase": _("%(months)d months from the purchase on %(start)s."),
    "installation": _("%(months)d months from the installation on %(start)s."),
    "purchase_instead": _("%(months)d months from the purchase on %(start)s, because no installation date is known."),
    "installation_instead": _(
        "%(months)d months from the installation on %(start)s, because no purchase date is known."
    ),
    "agreed": _("Agreed until %(agreed)s: %(because)s."),
    "unknown": _("Neither purchase nor installation date is known: ask for the proof of purchase."),
    "waited": _("%(days)d days spent waiting for parts are added."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code with its parameters; `str()` is the sentence in the active language."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    waited_days: int = 0

    def __str__(self) -> str:
        text = str(REASONS[self.code]) % self.params
        if self.waited_days:
            text += ("" if text.endswith("。") else " ") + str(REASONS["waited"]) % {"days": self.waited_days}
        return text


@dataclass(frozen=True, slots=True)
class Warranty:
    """`until` is the last day in warranty, None when no date is known (then it is not in warranty)."""

    in_warranty: bool
    until: date | None
    reason: Reason


def warranty(
    *,
    on: date,
    months: int,
    counts_from: str,
    purchase_date: date | None,
    installed_date: date | None,
    agreed_until: date | None = None,
    agreed_because: str = "",
    waited_days: int = 0,
) -> Warranty:
    """Warranty on the day `on`.

    The day it counts from is not counted itself; the last day is the same day of the month, or the month's last
    day where there is none
    (Civil Code of the PRC, articles 201 and 202). An agreed last day stands instead of the computed one; days
    spent waiting for
    parts are added to either. `counts_from` is 'purchase' or 'installation'; the other date stands in where that
    one is missing.
    """
    if agreed_until is not None:
        reason = Reason("agreed", {"agreed": agreed_until.isoformat(), "because": agreed_because}, waited_days)
        return _until(on, agreed_until, reason)
    dates = {"purchase": purchase_date, "installation": installed_date}
    other = "installation" if counts_from == "purchase" else "purchase"
    start, code = (dates[counts_from], counts_from) if dates[counts_from] else (dates[other], f"{other}_instead")
    if start is None:
        return Warranty(False, None, Reason("unknown"))
    reason = Reason(code, {"months": months, "start": start.isoformat()}, waited_days)
    return _until(on, months_later(start, months), reason)


def _until(on: date, base: date, reason: Reason) -> Warranty:
    until = base + timedelta(days=reason.waited_days)
    return Warranty(on <= until, until, reason)


def months_later(day: date, months: int) -> date:
    """The same day `months` (≥ 0) later, clamped to the month's last day: 31 January + 1 → 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
