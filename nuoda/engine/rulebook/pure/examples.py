"""Examples of clauses, read from policy files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .policies import (
    ApprovalExample,
    CadenceExample,
    ClockExample,
    ConsequenceExample,
    DecisionExample,
    Example,
    ExampleEvent,
    ExpectedDeadline,
    GateExample,
    IndicatorExample,
)


def _local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - local time of the company, by definition


def read(item: Mapping[str, Any]) -> Example:
    """The example of an item that fits the schema."""
    name = item["name"]
    if "refused" in item:
        return GateExample(name, item["subject"], item["verb"], item["facts"], tuple(item["refused"]))
    if "steps" in item:
        return ApprovalExample(name, item["subject"], item["verb"], item["facts"], tuple(item["steps"]))
    if "answer" in item:
        return DecisionExample(name, item["decide"], item["facts"], item["answer"])
    if "figure" in item:
        figure = None if item["figure"] == "not assessed" else float(item["figure"])
        return IndicatorExample(name, item["indicator"], tuple(item["rows"]), figure, item.get("n"))
    if "day" in item:
        done, as_of = (_local(item[key]) if key in item else None for key in ("done", "as_of"))
        day, due = date.fromisoformat(item["day"]), _local(item["due"])
        return CadenceExample(name, item["cadence"], day, due, item["state"], done, as_of)
    if "follows" in item:
        return ConsequenceExample(name, item["on"], item["facts"], tuple(item["follows"]))
    return ClockExample(
        name,
        tuple(
            ExampleEvent(_local(event["at"]), event["event"], event.get("facts", {}), event.get("payload", {}))
            for event in item["events"]
        ),
        tuple(
            ExpectedDeadline(
                wanted["clock"],
                _local(wanted["due"]) if "due" in wanted else None,
                wanted["state"],
                wanted.get("round", 1),
            )
            for wanted in item["expect"]
        ),
        _local(item["as_of"]) if "as_of" in item else None,
    )
