"""What a new rule asks of a duty that an earlier version opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nuoda.engine.clocks.pure.calendars import Calendar
from nuoda.engine.rulebook.pure.rules import CadenceRule

from .periods import due, holding, warning_at


@dataclass(frozen=True, slots=True)
class Terms:
    """When the duty is due, until when it is kept, what counts for it, and when somebody is warned."""

    due_at: datetime
    judged_at: datetime
    counts_from: datetime
    counts_until: datetime
    warn_at: tuple[datetime, ...]


def taken_over(
    rule: CadenceRule,
    start: datetime,
    end: datetime,
    opens_at: datetime,
    since: datetime,
    *,
    zone: ZoneInfo,
    calendar: Calendar,
    afresh: bool,
) -> Terms:
    """The terms of the duty of the period from `start` to `end` under the rule of a version in force since `since`.

    As the rule alone would have it; `afresh`: only what happens since then counts, and where the rule looks back on a period
    that had ended, its time counts from then, too.
    """
    counts_from, counts_until = start, end
    if rule.within is not None:
        counts_from, counts_until = holding(rule.every, end.astimezone(zone).date()).bounds(zone)
    begins = opens_at
    due_at, judged_at = due(rule, end, calendar)
    if afresh:
        counts_from, begins = max(counts_from, since), max(opens_at, since)
        if rule.within is not None and since > end:
            due_at, judged_at = due(rule, since, calendar)
        counts_until = max(counts_until, counts_from)
    warn_at = tuple(warning_at(calendar, warning, begins, due_at) for warning in rule.warnings)
    return Terms(due_at, judged_at, counts_from, counts_until, warn_at)
