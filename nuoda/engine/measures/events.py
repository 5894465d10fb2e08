"""What the measures announce. Ids and codes only."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("indicator.closed")
class IndicatorClosed:
    """The figure of a period was computed for good."""

    closing: UUID
    ref: str
    clause: str
    period: str
    version: UUID


@event("indicator.restated")
class IndicatorRestated:
    """A closed period was computed anew; both results stay. The reason is the remark."""

    closing: UUID
    ref: str
    clause: str
    period: str
    version: UUID
    edition: int
