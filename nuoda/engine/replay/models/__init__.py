"""Replays and shadow runs with what they found."""

from .replays import Replay, ReplayChange, ReplayFigure
from .shadows import Shadow, ShadowDeadline

__all__ = ["Replay", "ReplayChange", "ReplayFigure", "Shadow", "ShadowDeadline"]
