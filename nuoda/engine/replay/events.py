"""What the trial of a regulation announces. Ids and codes only."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("replay.asked")
class ReplayAsked:
    """Somebody had a text of a regulation tried on a period of the past."""

    replay: UUID
    policy: str
    version: str
    content_hash: str
    first_day: date
    last_day: date


@event("shadow.started")
class ShadowStarted:
    """A version that binds nobody runs beside the regulation in force from now on."""

    shadow: UUID
    policy: str
    version: str
    content_hash: str


@event("shadow.stopped")
class ShadowStopped:
    """A shadow run ended; what it counted stays."""

    shadow: UUID
