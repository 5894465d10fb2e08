"""What pauses of a case do to one deadline. A reason holds while any track (a subject, or one row of it) gives it."""

from __future__ import annotations

from . import running
from .values import DeadlineState, Mark


def touches(d: DeadlineState, mark: Mark) -> bool:
    return d.rule.per is None or mark.correlations.get(d.rule.per, d.correlation) == d.correlation


def turned(d: DeadlineState, mark: Mark, old: Mark | None, tracks: dict[str, Mark]) -> DeadlineState:
    """The deadline after one track changed from `old` to `mark`; a reason holds while any track gives it."""
    if not touches(d, mark):
        return d
    others = {m.reason for track, m in tracks.items() if track != mark.track and touches(d, m)}
    before = old.reason if old is not None and touches(d, old) else ""
    if before == mark.reason:
        return d
    if mark.reason and mark.reason not in others:
        d = running.paused(d, mark.reason, mark.author, mark.at)
    if before and before not in others:
        d = running.resumed(d, before, mark.at)
    return d


def under_way(d: DeadlineState, tracks: dict[str, Mark]) -> DeadlineState:
    """A fresh deadline under the pauses that were already under way when it began."""
    seen: set[str] = set()
    for mark in tracks.values():
        if touches(d, mark) and mark.reason not in seen:
            seen.add(mark.reason)
            d = running.paused(d, mark.reason, mark.author, d.started_at)
    return d
