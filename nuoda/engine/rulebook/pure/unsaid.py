"""Numbers that the text of a clause promises and none of its rules carries: where text and rules have come apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .durations import Duration, Unit
from .reading.clocks import runs_ahead
from .reading.quantities import Quantity, quantities

CARRIERS = ("clock", "cadence", "indicator")
"""Rules that carry the times and shares of a text; a clause without any is not looked at."""
_ASIDE = frozenset({"label", "why", "name", "title", "otherwise", "warnings", "pauses", "missed", "ahead"})
"""Words about a rule, and what happens before and after its limit: the limit itself stands elsewhere, and one before an event
is looked at by itself."""
_MINUTES: Mapping[Unit, int] = {"min": 1, "h": 60, "d": 24 * 60}
_PERIODS: Mapping[str, Duration] = {
    "week": Duration(7, "d"), "month": Duration(1, "month"), "quarter": Duration(3, "month"),
    "half_year": Duration(6, "month"), "year": Duration(12, "month"),
}  # fmt: skip
"""How long a cadence's period is."""
_OF_FORMULA = frozenset("×*")


def unsaid(clause: Mapping[str, Any]) -> list[str]:
    """Times and percentages of the authoritative text, as they stand there, that neither a rule nor a number of the clause carries.

    `clause` is its content as written in a policy. '×100%' of a formula is no promise.
    """
    rules = clause.get("rules", ())
    if not any(kind in rule for rule in rules for kind in CARRIERS):
        return []
    carrying = [rule for rule in rules if "consequence" not in rule]
    parameters = clause.get("parameters", ())
    named = {item["name"]: item["value"] for item in parameters if item["kind"] == "duration"}
    ahead = {named.get(rule["ahead"], rule["ahead"]) for rule in carrying if "ahead" in rule}
    times, numbers = _told([carrying, parameters])
    # A limit before an event is said by 前 and 提前; what is said so is no limit after it, and the other way round.
    before = _told([list(ahead), parameters])[0]
    text = clause["text"]["zh-hans"]
    return [
        text[found.start : found.end]
        for found in quantities(text)
        if not _carried(found, before if runs_ahead(text, found) else times, numbers)
        and text[: found.start].rstrip()[-1:] not in _OF_FORMULA
    ]


def _told(values: Any) -> tuple[set[tuple[str, int]], set[float]]:
    """The times and the numbers among the values."""
    times: set[tuple[str, int]] = set()
    numbers: set[float] = set()
    for value in _values(values):
        if isinstance(value, str) and value in _PERIODS:
            times.add(_size(_PERIODS[value]))
        elif isinstance(value, str):
            try:
                times.add(_size(Duration.parse(value)))
            except ValueError:
                continue
        elif isinstance(value, int | float) and not isinstance(value, bool):
            numbers.add(float(value))
    return times, numbers


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _ASIDE:
                yield from _values(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _values(item)
    else:
        yield value


def _carried(found: Quantity, times: set[tuple[str, int]], numbers: set[float]) -> bool:
    if found.duration is not None:
        unit, amount = _size(found.duration)
        # A target may count minutes where the text says hours.
        return (unit, amount) in times or found.amount in numbers or (unit == "min" and amount in numbers)
    if found.amount in numbers:
        return True
    return found.kind == "percent" and any(abs(found.amount / 100 - number) < 1e-9 for number in numbers)


def _size(duration: Duration) -> tuple[str, int]:
    """Equal for spellings of one length: 24 h and 1 d, not 1 d and 1 working day."""
    minutes = _MINUTES.get(duration.unit)
    return ("min", duration.amount * minutes) if minutes else (duration.unit, duration.amount)
