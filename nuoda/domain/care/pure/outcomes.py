"""What the answers of a follow-up call come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Outcome = Literal["satisfied", "dissatisfied", "declined"]


def outcome(score: int | None, satisfied: bool | None, *, limit: int, declined: bool = False) -> Outcome:
    """The result of a call: dissatisfied when the customer says so, or scores at or below `limit` (1–5).

    What the customer says outright is not outvoted by a good score. Raises ValueError when nothing was said and
    nothing declined.
    """
    if declined:
        return "declined"
    if score is None and satisfied is None:
        raise ValueError("neither a score nor a word")
    if satisfied is False or (score is not None and score <= limit):
        return "dissatisfied"
    return "satisfied"


def finished(script: Sequence[object], answers: Sequence[str]) -> bool:
    """Whether every question of the script has an answer."""
    return len(answers) >= len(script) and all(answer.strip() for answer in answers[: len(script)])
