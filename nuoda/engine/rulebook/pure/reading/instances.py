"""Examples for the time limits that the reader proposes: reported on a Monday morning, done just in time, or not at all.

They show the author when the limit runs out, and run on every edit like those that people write. Limits in working time
get none: when they run out depends on the calendar of the organisation.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..documents import Content
from ..durations import Duration
from ..facts import subject_of
from .wording import said

_BEGUN = datetime(2024, 3, 4, 10, 0)  # noqa: DTZ001 - local time of the company, by definition
_FACTS: Mapping[str, Mapping[str, Any]] = {
    "": {"kind": "fault", "severity": "general"},
    'severity == "urgent"': {"kind": "fault", "severity": "urgent"},
    'severity == "general"': {"kind": "fault", "severity": "general"},
    'kind == "suggestion"': {"kind": "suggestion", "severity": "none"},
    'kind == "consultation"': {"kind": "consultation", "severity": "none"},
    'kind == "complaint"': {"kind": "complaint", "severity": "none"},
    "in_warranty": {"kind": "fault", "severity": "general", "in_warranty": True},
    "!in_warranty": {"kind": "fault", "severity": "general", "in_warranty": False},
    "safety_risk": {"kind": "fault", "severity": "general", "safety_risk": True},
}
"""Facts of a ticket for which a condition that the reader writes holds."""


def instances(clock: str, start: str, end: str, within: Duration, when: str, promised: str = "") -> list[Content]:
    """Two examples of a time limit, or none where they could not be told; `promised` is the field with the moment before which it
    runs, which lies twice as far ahead as the limit."""
    due = _later(_BEGUN, within)
    if due is None or (when and (when not in _FACTS or not start.startswith("ticket."))):
        return []
    facts = dict(_FACTS[when]) if start.startswith("ticket.") else {}
    begun: Content = {"at": _spelled(_BEGUN), "event": start} | ({"facts": facts} if facts else {})
    done: Content = {"at": _spelled(due), "event": end}
    moment = due.strftime("%m-%d %H:%M")
    begins = ("3 月 4 日 10:00 起算", "3 月 4 日 10:00 起算", "From 4 March 10:00")
    if promised and (until := _later(due, within)) is not None:
        row = {subject_of(start): "1"} if subject_of(start) == subject_of(end) else {}
        begun["payload"] = {promised: f"{until.isoformat()}+08:00"} | row
        done |= {"payload": row} if row else {}
        told = until.strftime("%m-%d %H:%M")
        begins = (f"3 月 4 日得知，约定在 {told}", f"3 月 4 日得知，約定在 {told}", f"Known on 4 March for {told}")
    if end.startswith("ticket.") and facts:
        done["facts"] = facts
    return [
        {
            "name": said(
                f"{begins[0]}，{moment} 完成，按时",
                f"{begins[1]}，{moment} 完成，準時",
                f"{begins[2]}; done on {moment}: kept",
            ),
            "events": [begun, done],
            "expect": [{"clock": clock, "due": _spelled(due), "state": "kept"}],
        },
        {
            "name": said(
                f"{begins[0]}，过了 {moment} 仍未完成，超时",
                f"{begins[1]}，過了 {moment} 仍未完成，逾時",
                f"{begins[2]}; not done after {moment}: missed",
            ),
            "events": [begun],
            "as_of": _spelled(due + timedelta(minutes=1)),
            "expect": [{"clock": clock, "due": _spelled(due), "state": "missed"}],
        },
    ]


def _later(begun: datetime, within: Duration) -> datetime | None:
    """When elapsed time runs out; None for working time. Month ends clamp."""
    if within.unit == "month":
        months = begun.month - 1 + within.amount
        year, month = begun.year + months // 12, months % 12 + 1
        return begun.replace(year=year, month=month, day=min(begun.day, calendar.monthrange(year, month)[1]))
    if within.working or within.seconds is None:
        return None
    return begun + timedelta(seconds=within.seconds)


def _spelled(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
