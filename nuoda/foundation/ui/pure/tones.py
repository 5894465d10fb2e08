"""Tones: the few meanings that colour may carry, each with its icon so that it is never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Tone = Literal["neutral", "info", "kept", "near", "missed", "paused"]

ICONS: dict[str, str] = {
    "neutral": "circle-dot",
    "info": "info-circle",
    "kept": "circle-check",
    "near": "clock-exclamation",
    "missed": "alert-triangle",
    "paused": "player-pause",
}
TONES = tuple(ICONS)


@dataclass(frozen=True, slots=True)
class Chip:
    """A short word with a tone; `icon` replaces the tone's own."""

    label: Any
    tone: str = "neutral"
    icon: str = ""

    def __post_init__(self) -> None:
        if self.tone not in ICONS:
            raise ValueError(f"no tone {self.tone!r}")


ClockState = Literal["open", "near", "missed", "paused", "kept", "kept_late", "withdrawn", "waived"]


@dataclass(frozen=True, slots=True)
class ClockBadge:
    """One running or ended time limit as a page shows it.

    `due` and `met` are moments; `near_at` is when it turns near; `label` is the clause's promise in few words; `url`
    opens its explanation.
    """

    label: Any
    state: str
    due: datetime | None
    clause: str = ""
    url: str = ""
    met: datetime | None = None
    near_at: datetime | None = None
    paused_reason: Any = ""

    def tone(self, at: datetime) -> str:
        """The tone at a moment: an open limit turns near at `near_at` and missed after `due`."""
        if self.state == "kept":
            return "kept"
        if self.state in ("missed", "kept_late"):
            return "missed"
        if self.state == "paused":
            return "paused"
        if self.state in ("withdrawn", "waived"):
            return "neutral"
        if self.due is not None and at > self.due:
            return "missed"
        if self.state == "near" or (self.near_at is not None and at >= self.near_at):
            return "near"
        return "info"
