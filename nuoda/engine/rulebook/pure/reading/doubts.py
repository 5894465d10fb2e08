"""What of a proposal the author should look at before he takes it: what the text leaves open, and what the reader guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from . import vocabulary as v
from .proposals import Proposal

Doubt = Literal[
    "time", "range", "start", "end", "same", "inferred", "ahead", "condition", "nobody", "unknown", "period", "target"
]
DOUBTS: tuple[Doubt, ...] = (
    "time", "range", "start", "end", "same", "inferred", "ahead", "condition", "nobody", "unknown", "period", "target",
)  # fmt: skip
MISSING: Collection[Doubt] = ("time", "period", "target")
"""Numbers that the text does not give."""


def doubts(one: Proposal) -> tuple[Doubt, ...]:
    """The doubts about a proposal, the graver ones first."""
    return tuple(_doubts(one))


def unsaid(one: Proposal) -> bool:
    """Whether the text says under what circumstances it holds, and neither a fact nor the starting event says the same."""
    if not one.circumstance or one.when:
        return False
    return one.starts in ("", "ticket.reported") or v.event_in(one.circumstance, v.STARTS) != one.starts


def _doubts(one: Proposal) -> Iterator[Doubt]:
    if one.kind in ("clock", "open_clock"):
        yield from _of_clock(one)
    if one.kind in ("clock", "open_clock", "approval") and unsaid(one):
        yield "condition"
    if one.kind == "cadence" and one.every == "regular":
        yield "period"
    if one.kind == "indicator" and one.target is None:
        yield "target"
    if one.people:
        yield "unknown"
    if one.kind in ("clock", "open_clock", "approval", "cadence") and not one.roles and not one.people:
        yield "nobody"


def _of_clock(one: Proposal) -> Iterator[Doubt]:
    if one.within is None:
        yield "time"
    if one.least is not None:
        yield "range"
    if one.ahead and not one.due:
        yield "ahead"
        return
    if not one.starts:
        yield "start"
    if not one.ends:
        yield "end"
    if one.starts and one.starts == one.ends:
        yield "same"
    if one.starts and one.inferred:
        yield "inferred"
